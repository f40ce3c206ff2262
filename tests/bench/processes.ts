/** The processes of a benchmark: the shipped server, a bare receiver, the generator. */
import { fileURLToPath } from "node:url";
import type { Load, LoadResult } from "./generator.ts";

const SERVER = new URL("../../server/main.ts", import.meta.url);
const BARE_RECEIVER = new URL("./bare-receiver.ts", import.meta.url);
const GENERATOR = new URL("./generator.ts", import.meta.url);

export interface Process {
  pid: number;
  http: string;
  udp: number;
  /** Milliseconds from the start until it said that it was ready. */
  readyMs: number;
  stop: () => Promise<void>;
}

/** Starts a program that prints a line of JSON once it is ready. */
async function startProcess(program: URL, env: Record<string, string>): Promise<Process> {
  const begin = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", fileURLToPath(program)],
    env: { ...env, CONTALUZ_LOG: "error" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  const { http, udp } = JSON.parse(value!);
  const stop = async () => {
    child.kill("SIGTERM");
    await reader.cancel();
    await child.status;
  };
  return { pid: child.pid, http, udp, readyMs: performance.now() - begin, stop };
}

export const OPERATOR_KEY = "key-of-the-benchmark";

export const startServer = (folder: string): Promise<Process> =>
  startProcess(SERVER, {
    CONTALUZ_DATA: folder,
    CONTALUZ_HOST: "127.0.0.1",
    CONTALUZ_HTTP_PORT: "0",
    CONTALUZ_UDP_PORT: "0",
    CONTALUZ_OPERATOR_KEY: OPERATOR_KEY,
  });

export const startBareReceiver = (): Promise<Process> => startProcess(BARE_RECEIVER, {});

export async function generate(folder: string, load: Load): Promise<LoadResult> {
  const file = `${folder}/load.json`;
  await Deno.writeTextFile(file, JSON.stringify(load));
  const args = ["run", "--quiet", "--allow-all", fileURLToPath(GENERATOR), file];
  const { stdout, success } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" })
    .output();
  if (!success) throw new Error("Cannot generate load: the generator failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

/**
 * Bytes that the process gave the kernel to write to files. What `write_bytes` counts are whole
 * folios of the page cache, which may be many times what is written.
 */
export async function writtenBytes(pid: number): Promise<number> {
  return Number(/^wchar: (\d+)/m.exec(await Deno.readTextFile(`/proc/${pid}/io`))![1]);
}

const TICKS_A_SECOND = 100;

/** Of all threads of a process, in user and system mode. */
export async function cpuSeconds(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

export async function residentBytes(pid: number): Promise<number> {
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(await Deno.readTextFile(`/proc/${pid}/status`))![1]);
}

/** Asks and takes the whole answer, unread. */
export async function get(server: Process, at: string): Promise<void> {
  const headers = { authorization: `Bearer ${OPERATOR_KEY}` };
  const response = await fetch(`${server.http}/api/v1${at}`, { headers });
  if (!response.ok) throw new Error(`Cannot get ${at}: ${await response.text()}`);
  await response.arrayBuffer();
}
