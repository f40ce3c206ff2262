/**
 * The desktop twin: one meter with a menu, or a fleet of households. Only here, and in the demo, does
 * the twin know the real clock, real chance, sockets and the terminal.
 */
import { OptionError } from "./arguments.ts";
import { runDesk } from "./desk-program.ts";
import { NoAnswerError } from "./failure.ts";
import { runFleet } from "./fleet-program.ts";
import { SIM_HELP } from "./help.ts";
import { lookUp } from "./look-up.ts";
import { type Options, readOptions } from "./options.ts";
import { createSchedule } from "./schedule.ts";
import type { Wires } from "./server-uplink.ts";
import { stopOnSignal } from "./stop.ts";
import { createTerminal } from "./terminal.ts";

const wires: Wires = {
  listenDatagram: Deno.listenDatagram,
  lookUp,
  fetch,
  schedule: createSchedule({ setTimeout, clearTimeout }),
};

const startedAt = Date.now() - performance.now();

/** Each key on its own at a terminal; otherwise what comes in. */
async function* keysOf(input: typeof Deno.stdin): AsyncGenerator<string> {
  if (input.isTerminal()) input.setRaw(true);
  for await (const text of input.readable.pipeThrough(new TextDecoderStream())) yield* text;
}

const run = async (options: Options): Promise<void> => {
  const over = new AbortController();
  stopOnSignal(over);
  const parts = { now: Date.now, wires, terminal: createTerminal(), over: over.signal };
  if (options.fleet > 0) {
    return await runFleet(options, {
      ...parts,
      steadyNow: () => startedAt + performance.now(),
    });
  }
  try {
    await runDesk(options, { ...parts, keys: keysOf(Deno.stdin) });
  } finally {
    if (Deno.stdin.isTerminal()) Deno.stdin.setRaw(false);
  }
};

const hintOn = (error: unknown): string => {
  if (error instanceof OptionError) return "; --help shows all";
  if (error instanceof NoAnswerError) return ". Does the server run? --server names another";
  return "";
};

const main = async (): Promise<void> => {
  const options = readOptions(Deno.args, Deno.env.toObject());
  if (options === undefined) console.log(SIM_HELP);
  else await run(options);
};

if (import.meta.main) {
  try {
    await main();
    Deno.exit(0);
  } catch (error) {
    console.error(`contaluz sim: ${(error as Error).message}${hintOn(error)}`);
    Deno.exit(1);
  }
}
