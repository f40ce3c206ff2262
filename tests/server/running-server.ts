/**
 * The shipped program as a process of its own, started the way that production starts it, on free
 * ports and in a folder that the test made. It is gone when the test leaves its block.
 */
import { assert, assertEquals } from "@std/assert";
import { killIfRunning, ownServer, taskCommand, UNDER_TEST } from "../task.ts";
import { breachOf } from "./conformance.ts";
import { within } from "./within.ts";

export const OPERATOR_KEY = "operator-key-of-the-tests";

const READY_MS = 20_000;
const EXIT_MS = 10_000;

export interface Start {
  data: string;
  env?: Record<string, string>;
  /** A program and its arguments that start the server in their turn. */
  through?: string[];
}

export interface Ended {
  code: number;
  signal: Deno.Signal | null;
  stderr: string;
}

// deno-lint-ignore no-explicit-any
export type Json = any;

export interface Answered {
  status: number;
  type: string | null;
  body: Json;
  text: string;
}

function spawn({ data, env, through }: Start): Deno.ChildProcess {
  return taskCommand("start", {
    env: { ...ownServer(data), CONTALUZ_OPERATOR_KEY: OPERATOR_KEY, ...env },
    through,
    ...UNDER_TEST,
  }).spawn();
}

export class RunningServer {
  readonly ended: Promise<Ended>;
  address = "";
  udpPort = 0;
  #errors: string[] = [];

  private constructor(readonly child: Deno.ChildProcess) {
    this.ended = this.#end();
  }

  /** Starts the server and waits until it says that it is ready. */
  static async start(start: Start): Promise<RunningServer> {
    const server = new RunningServer(spawn(start));
    try {
      await within(server.#readReadyLine(), READY_MS, "the ready line");
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw new Error(`${(error as Error).message}: ${server.stderr}`);
    }
  }

  /** Starts a server that is expected to refuse, and waits for its end. */
  static async startInVain(start: Start): Promise<Ended> {
    await using server = new RunningServer(spawn(start));
    const ready = server.#readReadyLine().then(
      () => Promise.reject(new Error("a server started that must not")),
      () => server.ended,
    );
    return await within(ready, READY_MS, "the end of a server that must not start");
  }

  get stderr(): string {
    return this.#errors.join("");
  }

  get pid(): number {
    return this.child.pid;
  }

  async request(method: string, path: string, init: RequestInit = {}): Promise<Answered> {
    const response = await fetch(this.address + path, { method, ...init });
    const text = await response.text();
    const type = response.headers.get("content-type");
    const body = type?.includes("json") ? JSON.parse(text) : undefined;
    const { status } = response;
    const breach = breachOf({ method, path: path.split("?")[0], status, type, json: body });
    if (breach) throw new Error(breach);
    return { status, type, body, text };
  }

  api(method: string, path: string, body?: unknown): Promise<Answered> {
    return this.request(method, `/api/v1${path}`, {
      headers: { authorization: `Bearer ${OPERATOR_KEY}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** The answer's body, of a call that must succeed. */
  async ask(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.api(method, path, body);
    assert(
      answer.status < 300,
      `${method} ${path}: ${answer.status} ${answer.text} ${this.stderr}`,
    );
    return answer.body;
  }

  /** The value of one sample of /metrics. */
  async metric(sample: string): Promise<number> {
    const { text } = await this.request("GET", "/metrics");
    const line = text.split("\n").find((line) => line.startsWith(`${sample} `));
    assert(line !== undefined, `/metrics has no ${sample}`);
    return Number(line.slice(sample.length + 1));
  }

  kill(signal: Deno.Signal): Promise<Ended> {
    this.child.kill(signal);
    return within(this.ended, EXIT_MS, `the end after ${signal}`);
  }

  /** Stops the server as an operator does, and expects it to take that well. */
  async stop(): Promise<void> {
    const { code, stderr } = await this.kill("SIGTERM");
    assertEquals(code, 0, stderr);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    killIfRunning(this.child, "SIGKILL");
    await this.ended;
  }

  async #readReadyLine(): Promise<void> {
    let text = "";
    for await (const part of this.child.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.includes("\n")) break;
    }
    assert(text.includes("\n"), "the server ended before it was ready");
    const { ready, http, udp } = JSON.parse(text);
    assertEquals(ready, true);
    this.address = http;
    this.udpPort = udp;
  }

  async #end(): Promise<Ended> {
    const errors = this.child.stderr.pipeThrough(new TextDecoderStream());
    for await (const part of errors) this.#errors.push(part);
    const { code, signal } = await this.child.status;
    return { code, signal, stderr: this.stderr };
  }
}
