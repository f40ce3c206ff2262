/** One meter with a menu: reads keys, lets time pass, shows what the meter says. */
import type { Desk } from "./desk.ts";
import { type Command, Keys, withinLimits } from "./menu.ts";
import { pause, type Schedule } from "./schedule.ts";
import { type Captions, type Shown, SILENT_AFTER_MS } from "./screen.ts";

export interface OneMeterParts {
  desk: Desk;
  captions: Captions;
  /** The load, which the menu changes unless a curve does. */
  load: { watts: number };
  /** Real milliseconds. */
  now: () => number;
  schedule: Schedule;
  /** Keys as they are typed. Their end ends the program. */
  keys: AsyncIterable<string>;
  /** Told to stop. */
  over: AbortSignal;
  show: (view: Shown) => void;
  say: (line: string) => void;
}

const STEP_MS = 50;
const SHOW_EVERY_STEPS = 10;
/** At more the sockets' answers would come minutes later by the meter's time. */
const FASTEST = 64;
/** A report that got lost is made good by the next. */
const FINISH_MS = 6_000;

/** Gives how the meter was at the end. */
export const runOneMeter = async (parts: OneMeterParts): Promise<Shown> => {
  const { desk, captions, load, now, schedule, over } = parts;
  const keys = new Keys();
  let speed = 1;
  let isOver = false;
  let before = now();

  const setLoad = (watts: number): void => {
    if (captions.replay === undefined) load.watts = withinLimits(watts);
  };

  const obey = (command: Command): void => {
    if (command.kind === "setLoad") setLoad(command.watts);
    else if (command.kind === "changeLoad") setLoad(load.watts + command.watts);
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

  const view = (): Shown => ({
    ...desk.view(),
    ...captions,
    load: load.watts,
    speed,
    typed: keys.typed,
  });

  const step = async (): Promise<void> => {
    const at = now();
    desk.pass((at - before) * speed);
    before = at;
    await pause(schedule, STEP_MS);
  };

  const mayStillBeAnswered = (): boolean => {
    const { waiting, hasPower, hasNetwork, answeredBy, silentMs } = desk.view();
    return waiting > 0 && hasPower && hasNetwork && answeredBy !== undefined &&
      silentMs < SILENT_AFTER_MS;
  };

  const finish = async (): Promise<void> => {
    if (!mayStillBeAnswered()) return;
    parts.say("Finishing: the last readings wait for the server");
    speed = 1;
    const end = now() + FINISH_MS;
    while (mayStillBeAnswered() && now() < end) await step();
  };

  desk.powerUp();
  const reading = readKeys();
  for (let steps = 0; !isOver && !over.aborted; steps++) {
    if (steps % SHOW_EVERY_STEPS === 0) parts.show(view());
    await step();
  }
  parts.show(view());
  await finish();
  await Promise.race([reading, pause(schedule, STEP_MS)]);
  return view();
};
