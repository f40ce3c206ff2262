/**
 * `deno task demo`: twenty homes with a year behind them, on a server of their own. This is the
 * program; it reads the environment and hands out clock, timers, chance, sockets and terminal.
 */
import { OptionError, readArguments } from "./arguments.ts";
import { type DemoFolder, openDemoFolder } from "./demo-folder.ts";
import { runDemo } from "./demo-run.ts";
import { startServer } from "./demo-server.ts";
import { fileFailure } from "./failure.ts";
import { DEMO_HELP } from "./help.ts";
import { lookUp } from "./look-up.ts";
import { createSchedule } from "./schedule.ts";
import { stopOnSignal, STOPPED } from "./stop.ts";
import { createTerminal } from "./terminal.ts";

const DATA_FOLDER = "./data/demo";
const KEY_BYTES = 24;
const PASSWORD_BYTES = 6;
const THIS_MACHINE = "127.0.0.1";

const schedule = createSchedule({ setTimeout, clearTimeout });

const startedAt = Date.now() - performance.now();

const newKey = (): string => crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toHex();

const newPassword = (): string => crypto.getRandomValues(new Uint8Array(PASSWORD_BYTES)).toHex();

const openFolder = (data: string): DemoFolder => {
  try {
    return openDemoFolder(data);
  } catch (error) {
    const hint = "CONTALUZ_DATA names another folder";
    throw new Error(`Cannot keep its data in ${data}: ${fileFailure(error)}; ${hint}`);
  }
};

/**
 * The server's settings are the demo's, but that its store is always one of its own, and that it is
 * for this machine unless told otherwise.
 */
const serverEnv = (env: Record<string, string>, data: string, operatorKey: string) => ({
  ...env,
  CONTALUZ_HOST: env.CONTALUZ_HOST || THIS_MACHINE,
  CONTALUZ_DATA: data,
  CONTALUZ_OPERATOR_KEY: operatorKey,
  CONTALUZ_KV: "",
  CONTALUZ_LOG: env.CONTALUZ_LOG || "warn",
});

const demo = async (over: AbortController): Promise<void> => {
  const env = Deno.env.toObject();
  const data = env.CONTALUZ_DATA || DATA_FOLDER;
  const folder = openFolder(data);
  const operatorKey = env.CONTALUZ_OPERATOR_KEY || folder.operatorKey(newKey);
  const { signal } = over;
  const server = await startServer({ env: serverEnv(env, data, operatorKey), schedule, signal });
  server.ended.then((code) => over.abort(new Error(`The server ended, with exit code ${code}`)));
  try {
    await runDemo({
      server,
      folder,
      operatorKey,
      data,
      deno: Deno.version.deno,
      terminal: createTerminal(),
      newPassword,
      now: Date.now,
      steadyNow: () => startedAt + performance.now(),
      wires: { listenDatagram: Deno.listenDatagram, lookUp, fetch, schedule },
      over: signal,
    });
  } catch (error) {
    over.abort(error);
  } finally {
    await server.stop();
  }
};

/** Shows the help if that was asked for. */
const helped = (args: string[]): boolean => {
  const { help } = readArguments(args, { help: "switch" });
  if (help !== undefined) console.log(DEMO_HELP);
  return help !== undefined;
};

const main = async (): Promise<void> => {
  const over = new AbortController();
  stopOnSignal(over);
  await demo(over).catch((error) => over.abort(error));
  const { reason } = over.signal;
  if (reason === STOPPED) Deno.exit(0);
  console.error(`demo: ${reason.message}`);
  Deno.exit(1);
};

if (import.meta.main) {
  try {
    if (!helped(Deno.args)) await main();
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    console.error(`demo: ${error.message}; --help shows all`);
    Deno.exit(1);
  }
}
