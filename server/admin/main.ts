/**
 * The terminal tool of the utility's staff and of customers, over the REST API. Only here does it
 * know the real clock, network, files and terminal.
 */
import { dirname, resolve } from "node:path";
import { COMMANDS } from "./commands.ts";
import { Ending } from "./ending.ts";
import { Keyboard } from "./keyboard.ts";
import { run } from "./run.ts";
import { type Files, type Terminal, VARIABLES, type World } from "./world.ts";

const ANSWER_MS = 120_000;
const USUAL_COLUMNS = 80;
const INTERRUPTED = 130;
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function writeAll(stream: typeof Deno.stdout, content: string | Uint8Array): void {
  let rest = typeof content === "string" ? encoder.encode(content) : content;
  try {
    while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
  } catch (error) {
    // Whoever read it has seen enough, as `head` has.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}

const tell = (text: string): void => writeAll(Deno.stderr, text);

const chunk = new Uint8Array(4_096);

const keyboard = new Keyboard({
  read: async () => {
    const length = await Deno.stdin.read(chunk);
    return length === null
      ? undefined
      : decoder.decode(chunk.subarray(0, length), { stream: true });
  },
  setRaw: (isRaw) => Deno.stdin.setRaw(isRaw),
  isTty: Deno.stdin.isTerminal(),
  tell,
  interrupted: () => {
    Deno.stdin.setRaw(false);
    tell("\n");
    Deno.exit(INTERRUPTED);
  },
});

const isTty = Deno.stdout.isTerminal();

const terminal: Terminal = {
  columns: isTty ? Deno.consoleSize().columns || USUAL_COLUMNS : Infinity,
  isTty,
  hasColour: isTty && !Deno.noColor,
  write: (content) => writeAll(Deno.stdout, content),
  tell,
  readLine: (prompt) => keyboard.readLine(prompt),
  readSecret: (prompt) => keyboard.readSecret(prompt),
};

/** A task runs in the project's folder; files are meant from where it was called. */
const here = (path: string): string => resolve(Deno.env.get("INIT_CWD") || ".", path);

const orElse = <Value>(path: string, work: Promise<Value>): Promise<Value> =>
  work.catch((error) => {
    throw new Ending("refused", `${path}: ${(error as Error).message}`);
  });

const unlessThere = (error: unknown): undefined => {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
};

async function writePrivate(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  const draft = `${path}.new`;
  await Deno.remove(draft).catch(unlessThere);
  await Deno.writeTextFile(draft, text, { mode: PRIVATE_FILE, createNew: true });
  await Deno.rename(draft, path);
}

const files: Files = {
  read: (path) => orElse(path, Deno.readFile(here(path)).catch(unlessThere)),
  write: (path, content) => orElse(path, Deno.writeFile(here(path), content)),
  writePrivate: (path, text) => orElse(path, writePrivate(path, text)),
  remove: (path) => orElse(path, Deno.remove(path).catch(unlessThere)),
};

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener("abort", () => clearTimeout(timer));
  return promise;
}

/** The answer must begin in time; a long file may take longer. */
async function fetchInTime(request: Request): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error("it took too long")), ANSWER_MS);
  try {
    return await fetch(request, { signal: late.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function* listen(url: string, headers: Record<string, string>) {
  const socket = new WebSocket(url, { headers });
  const messages: string[] = [];
  let wake = () => {};
  let end: Error | "closed" | undefined;
  const ended = (how: Error | "closed") => {
    end ??= how;
    wake();
  };
  socket.onmessage = ({ data }) => {
    messages.push(String(data));
    wake();
  };
  socket.onerror = () => ended(new Error("The connection failed"));
  socket.onclose = () => ended("closed");
  try {
    for (;;) {
      yield* messages.splice(0);
      if (messages.length > 0) continue;
      if (end instanceof Error) throw end;
      if (end) return;
      await new Promise<void>((resolve) => wake = resolve);
    }
  } finally {
    socket.close();
  }
}

const world: World = {
  fetch: fetchInTime,
  listen,
  pause,
  now: () => Math.floor(Date.now() / 1_000),
  timeZone: Temporal.Now.timeZoneId(),
  terminal,
  files,
  environment: Object.fromEntries(VARIABLES.map((name) => [name, Deno.env.get(name)])),
};

Deno.exit(await run(COMMANDS, Deno.args, world));
