/** The server as a child process of the demo: started, waited for, stopped. */
import { fileURLToPath } from "node:url";
import type { Schedule } from "./schedule.ts";
import type { ServerPlace } from "./server-uplink.ts";

export interface ServerProcess extends ServerPlace {
  /** Its exit code, whenever it ends. */
  ended: Promise<number>;
  /** Sends SIGTERM and waits for the end; gives the exit code. */
  stop(): Promise<number>;
}

export interface ServerParts {
  env: Record<string, string>;
  schedule: Schedule;
  /** Ends the start early. */
  signal: AbortSignal;
}

const SERVER = new URL("../server/main.ts", import.meta.url);
/** Runs in the server's process, before it. */
const END_WITH_PARENT = new URL("./end-with-parent.ts", import.meta.url);
const PERMISSIONS = ["net", "env", "read", "write", "sys"].map((name) => `--allow-${name}`);
/** It stops within five seconds, by its own promise. */
const STOP_MS = 10_000;

const spawn = (env: Record<string, string>): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", ...PERMISSIONS],
      ...["--preload", fileURLToPath(END_WITH_PARENT), fileURLToPath(SERVER)],
    ],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    // Ctrl-C is for the demo alone, which stops the server when the last readings are stored.
    detached: true,
  }).spawn();

/** The first line; undefined when the process ends without one. What follows is read and dropped. */
const readFirstLine = async (child: Deno.ChildProcess): Promise<string | undefined> => {
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const dropRest = async (): Promise<void> => {
    while (!(await reader.read()).done);
  };
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    text += value;
  }
  dropRest();
  return text.slice(0, text.indexOf("\n"));
};

const killIfRunning = (child: Deno.ChildProcess, signal: Deno.Signal): void => {
  try {
    child.kill(signal);
  } catch {
    // It has ended by itself.
  }
};

/** Resolves once the server is ready; its own messages about a start that fails go to stderr. */
export const startServer = async (
  { env, schedule, signal }: ServerParts,
): Promise<ServerProcess> => {
  signal.throwIfAborted();
  const child = spawn(env);
  const ended = child.status.then(({ code }) => code);
  const stop = async (): Promise<number> => {
    killIfRunning(child, "SIGTERM");
    const cancel = schedule(STOP_MS, () => killIfRunning(child, "SIGKILL"));
    return await ended.finally(cancel);
  };
  const abort = () => killIfRunning(child, "SIGTERM");
  signal.addEventListener("abort", abort);
  const line = await readFirstLine(child);
  signal.removeEventListener("abort", abort);
  if (line === undefined) {
    const code = await ended;
    signal.throwIfAborted();
    throw new Error(`The server did not start: it ended with exit code ${code}`);
  }
  if (signal.aborted) {
    await stop();
    signal.throwIfAborted();
  }
  const { http, udp } = JSON.parse(line);
  return { address: http, udpPort: udp ?? undefined, ended, stop };
};
