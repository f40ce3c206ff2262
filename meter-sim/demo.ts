/**
 * `deno task demo`: twenty homes with a year behind them, on a server of their own. This is the
 * program; it reads the environment and hands out clock, timers, chance, sockets and terminal.
 */
import { openDemoFolder } from "./demo-folder.ts";
import { runDemo } from "./demo-run.ts";
import { startServer } from "./demo-server.ts";
import type { Schedule } from "./schedule.ts";

const DATA_FOLDER = "./data/demo";
const KEY_BYTES = 24;

/** A terminal that is closed must not leave the server behind. */
const STOP_SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** The reason of an end that somebody asked for. */
const STOPPED = new Error("stopped");

const schedule: Schedule = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

const startedAt = Date.now() - performance.now();

const newKey = (): string => crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toHex();

const openSocket = (hostname: string): Deno.DatagramConn => {
  const isIpv6 = hostname.includes(":");
  return Deno.listenDatagram({ transport: "udp", hostname: isIpv6 ? "::" : "0.0.0.0", port: 0 });
};

const write = (text: string): void => {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
};

/** The server's settings are the demo's, but that its store is always one of its own. */
const serverEnv = (env: Record<string, string>, data: string, operatorKey: string) => ({
  ...env,
  CONTALUZ_DATA: data,
  CONTALUZ_OPERATOR_KEY: operatorKey,
  CONTALUZ_KV: "",
  CONTALUZ_LOG: env.CONTALUZ_LOG || "warn",
});

const demo = async (over: AbortController): Promise<void> => {
  const env = Deno.env.toObject();
  const data = env.CONTALUZ_DATA || DATA_FOLDER;
  const folder = openDemoFolder(data);
  const operatorKey = env.CONTALUZ_OPERATOR_KEY || folder.operatorKey(newKey);
  const { signal } = over;
  const server = await startServer({ env: serverEnv(env, data, operatorKey), schedule, signal });
  server.ended.then((code) => over.abort(new Error(`The server ended, with exit code ${code}`)));
  try {
    await runDemo({
      server,
      folder,
      operatorKey,
      terminal: { isTerminal: Deno.stdout.isTerminal(), write },
      now: Date.now,
      steadyNow: () => startedAt + performance.now(),
      schedule,
      openSocket,
      fetch,
      over: signal,
    });
  } catch (error) {
    over.abort(error);
  } finally {
    await server.stop();
  }
};

const main = async (): Promise<void> => {
  const over = new AbortController();
  for (const signal of STOP_SIGNALS) {
    Deno.addSignalListener(signal, () => over.abort(STOPPED));
  }
  await demo(over).catch((error) => over.abort(error));
  const { reason } = over.signal;
  if (reason === STOPPED) Deno.exit(0);
  console.error(`demo: ${reason.message}`);
  Deno.exit(1);
};

if (import.meta.main) await main();
