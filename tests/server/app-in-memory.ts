/**
 * The whole service behind its HTTP app, over a database in memory and under a clock that the test
 * sets: the same parts as in the server's entry, without sockets.
 */
import { assert } from "@std/assert";
import { createApp } from "../../server/http/app.ts";
import type { HttpParts } from "../../server/http/parts.ts";
import type { NewsDesk } from "../../server/jobs/alert-news.ts";
import type { Alerting } from "../../server/jobs/alerting.ts";
import type { Ingest } from "../../server/ingest/ingest.ts";
import type { ReadingStore } from "../../server/store/store.ts";
import { openService } from "../../server/service.ts";
import type { World } from "../../server/world.ts";
import type { Meters } from "../../server/store/meters.ts";
import { conforming } from "./conformance.ts";
import { type Answered, type Json, OPERATOR_KEY } from "./running-server.ts";

/** 2026-06-15T12:00:00Z. */
export const NOON = 1_781_524_800;

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

function realTimer(ms: number) {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const handle = setTimeout(resolve, ms);
  return { ended, cancel: () => clearTimeout(handle) };
}

export class AppInMemory implements AsyncDisposable {
  private constructor(
    /** Unix seconds, for the test to set. */
    readonly clock: { seconds: number },
    /** What was reported to those who run the server. */
    readonly reported: string[],
    readonly kv: Deno.Kv,
    readonly store: ReadingStore,
    readonly meters: Meters,
    readonly ingest: Ingest,
    readonly fetch: (request: Request) => Response | Promise<Response>,
    readonly parts: HttpParts,
    readonly alerting: Alerting,
    readonly newsDesk: NewsDesk,
  ) {}

  /** Some of the world may be the test's own. */
  static async open(own: Partial<World> = {}): Promise<AppInMemory> {
    const kv = own.kv ?? await Deno.openKv(":memory:");
    const reported: string[] = [];
    const clock = { seconds: NOON };
    const { store, meters, ingest, http, alerting, newsDesk } = await openService({
      kv,
      isShared: false,
      secret: randomBytes(32),
      operatorKey: OPERATOR_KEY,
      timezone: "America/Sao_Paulo",
      now: () => clock.seconds,
      randomBytes,
      timer: realTimer,
      soon: (run) => void setTimeout(run, 0),
      every: () => () => {},
      upgrade: () => {
        throw new Error("there are no sockets here");
      },
      linger: () => Promise.resolve(),
      timed: (commit) => commit(),
      report: (problem) => void reported.push(problem),
      ...own,
    });
    const parts = {
      ...http,
      health: { notReady: () => Promise.resolve({}), metrics: () => Promise.resolve("") },
      udpPort: 8001,
    };
    const fetch = conforming(createApp(parts).fetch);
    return new AppInMemory(
      clock,
      reported,
      kv,
      store,
      meters,
      ingest,
      fetch,
      parts,
      alerting,
      newsDesk,
    );
  }

  async send(method: string, path: string, body?: BodyInit): Promise<Answered> {
    const headers = { authorization: `Bearer ${OPERATOR_KEY}` };
    const response = await this.fetch(
      new Request(`http://localhost/api/v1${path}`, { method, headers, body }),
    );
    const text = await response.text();
    const type = response.headers.get("content-type");
    const json = type?.includes("json") ? JSON.parse(text) : undefined;
    return { status: response.status, type, body: json, text };
  }

  /** The answer's body, of a call that must succeed. */
  async ask(method: string, path: string, body?: unknown): Promise<Json> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await this.send(method, path, text);
    assert(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** How many entries the database holds, journal and records alike. */
  async entries(): Promise<number> {
    return (await Array.fromAsync(this.kv.list({ prefix: [] }))).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.parts.live.close();
    await this.parts.closing.stop();
    await this.alerting.stop();
    await this.parts.delivering.stop();
    await this.ingest.close();
    this.kv.close();
  }
}
