/** One meter with a menu: reads keys, lets time pass, shows what the meter says. */
import type { Desk } from "./desk.ts";
import { type Command, Keys, screen, withinLimits } from "./menu.ts";
import { pause, type Schedule } from "./schedule.ts";

export interface OneMeterParts {
  desk: Desk;
  meter: string;
  program: string;
  /** The load, which the menu changes; a curve overrides it. */
  load: { watts: number };
  /** Real milliseconds. */
  now: () => number;
  schedule: Schedule;
  /** Keys as they are typed. Its end ends the program, unless nobody was ever to type. */
  keys: AsyncIterable<string>;
  show: (lines: string[]) => void;
}

const STEP_MS = 50;
const SHOW_EVERY_STEPS = 10;
/** At more the sockets' answers would come minutes later by the meter's time. */
const FASTEST = 64;

export async function runOneMeter(parts: OneMeterParts): Promise<void> {
  const { desk, load, now, schedule } = parts;
  const keys = new Keys();
  let speed = 1;
  let isOver = false;

  const obey = (command: Command): void => {
    if (command.kind === "setLoad") load.watts = withinLimits(command.watts);
    else if (command.kind === "changeLoad") load.watts = withinLimits(load.watts + command.watts);
    else if (command.kind === "faster") speed = Math.min(FASTEST, 2 * speed);
    else if (command.kind === "slower") speed = Math.max(1, speed / 2);
    else if (command.kind === "toggleNetwork") desk.setNetwork(!desk.view().hasNetwork);
    else if (command.kind === "togglePower") {
      if (desk.hasPower) desk.powerDown();
      else desk.powerUp();
    } else isOver = true;
  };

  const readKeys = async (): Promise<void> => {
    for await (const key of parts.keys) {
      const command = keys.read(key);
      if (command) obey(command);
      if (isOver) return;
    }
    isOver = true;
  };

  const show = (): void => {
    const { meter, program } = parts;
    const view = { ...desk.view(), meter, program, load: load.watts, speed, typed: keys.typed };
    parts.show(screen(view));
  };

  desk.powerUp();
  const reading = readKeys();
  let before = now();
  for (let step = 0; !isOver; step++) {
    const at = now();
    desk.pass((at - before) * speed);
    before = at;
    if (step % SHOW_EVERY_STEPS === 0) show();
    await pause(schedule, STEP_MS);
  }
  show();
  await Promise.race([reading, pause(schedule, STEP_MS)]);
}
