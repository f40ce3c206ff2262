/**
 * `deno task demo` as a process of its own, on free ports and in a folder of the test. It is gone,
 * and its server with it, when the test leaves its block.
 */
import { assertEquals } from "@std/assert";
import type { Json } from "../server/running-server.ts";
import { until, within } from "../server/within.ts";
import { killIfRunning, ownServer, taskCommand, UNDER_TEST } from "../task.ts";

export const LIVE_MS = 120_000;
export const END_MS = 20_000;

export class RunningDemo implements AsyncDisposable {
  readonly ended: Promise<number>;
  stdout = "";
  stderr = "";
  #child: Deno.ChildProcess;

  constructor(data: string, env: Record<string, string> = {}) {
    this.#child = taskCommand("demo", {
      env: { ...ownServer(data), CONTALUZ_OPERATOR_KEY: "", ...env },
      ...UNDER_TEST,
    }).spawn();
    this.ended = this.#end();
  }

  /** Waits until it says where to look. */
  async live(): Promise<void> {
    const isLive = () => this.stdout.includes("Ctrl-C stops it");
    const early = this.ended.then((code) => {
      throw new Error(`the demo ended with exit code ${code}: ${this.stdout}${this.stderr}`);
    });
    await Promise.race([until(isLive, LIVE_MS, "the homes"), early]);
  }

  /** Answers what the `curl` command of this turn would be answered. */
  async ask(command: number): Promise<Json> {
    const commands = [...this.stdout.matchAll(/curl -s -H "(authorization): (.+)" "(.+)"/g)];
    const [, header, value, url] = commands[command];
    const response = await fetch(url, { headers: { [header]: value } });
    assertEquals(response.status, 200, url);
    return await response.json();
  }

  async get(path: string): Promise<Json> {
    const key = this.stdout.match(/Operator key +(\S+)/)![1];
    const address = this.stdout.match(/Address +(\S+)/)![1];
    const headers = { authorization: `Bearer ${key}` };
    return await (await fetch(`${address}${path}`, { headers })).json();
  }

  async metric(sample: string): Promise<number> {
    const response = await fetch(`${this.stdout.match(/Address +(\S+)/)![1]}/metrics`);
    const line = (await response.text()).split("\n").find((line) => line.startsWith(sample));
    return Number(line!.slice(sample.length + 1));
  }

  stored(): Promise<number> {
    return this.metric('contaluz_readings_total{outcome="stored"}');
  }

  conflicts(): Promise<number> {
    return this.metric('contaluz_readings_total{outcome="conflict"}');
  }

  kill(signal: Deno.Signal): Promise<number> {
    this.#child.kill(signal);
    return within(this.ended, END_MS, `the end of the demo after ${signal}`);
  }

  /** Its children by their ids, as far as this system tells. */
  children(): number[] {
    const { pid } = this.#child;
    const text = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
    return text.trim().split(" ").map(Number);
  }

  /** It stops its server itself, which it could not when it is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    killIfRunning(this.#child, "SIGTERM");
    await within(this.ended, END_MS, "the end of the demo");
  }

  async #end(): Promise<number> {
    const read = async (
      stream: ReadableStream<Uint8Array<ArrayBuffer>>,
      add: (s: string) => void,
    ) => {
      for await (const part of stream.pipeThrough(new TextDecoderStream())) add(part);
    };
    await Promise.all([
      read(this.#child.stdout, (part) => this.stdout += part),
      read(this.#child.stderr, (part) => this.stderr += part),
    ]);
    return (await this.#child.status).code;
  }
}

/** All readings of a meter as the server has them. */
export const readingsOf = async (demo: RunningDemo, meter: string): Promise<Json[]> => {
  const items: Json[] = [];
  let cursor = "";
  do {
    const page = await demo.get(`/api/v1/meters/${meter}/readings?limit=20000${cursor}`);
    items.push(...page.items);
    cursor = page.next === null ? "" : `&cursor=${page.next}`;
  } while (cursor !== "");
  return items;
};
