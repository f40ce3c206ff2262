/**
 * The whole service behind its HTTP app, over a database in memory and under a clock that the test
 * sets: the same parts as in the server's entry, without sockets.
 */
import { assert } from "@std/assert";
import { createHmac } from "node:crypto";
import { createApp } from "../../server/http/app.ts";
import { Ingest } from "../../server/ingest/ingest.ts";
import { Keyring } from "../../server/ingest/keyring.ts";
import { Conflicts } from "../../server/store/conflicts.ts";
import { EmbeddedStore } from "../../server/store/embedded.ts";
import { History } from "../../server/store/history.ts";
import { Meters } from "../../server/store/meters.ts";
import { Points } from "../../server/store/points.ts";
import { Vault } from "../../server/store/vault.ts";
import { type Answered, type Json, OPERATOR_KEY } from "./running-server.ts";

/** 2026-06-15T12:00:00Z. */
export const NOON = 1_781_524_800;

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export class AppInMemory implements AsyncDisposable {
  private constructor(
    /** Unix seconds, for the test to set. */
    readonly clock: { seconds: number },
    /** What was reported to those who run the server. */
    readonly reported: string[],
    readonly kv: Deno.Kv,
    readonly store: EmbeddedStore,
    readonly meters: Meters,
    readonly ingest: Ingest,
    readonly fetch: (request: Request) => Response | Promise<Response>,
  ) {}

  static async open(): Promise<AppInMemory> {
    const kv = await Deno.openKv(":memory:");
    const reported: string[] = [];
    const report = (problem: string) => void reported.push(problem);
    const store = await EmbeddedStore.open(kv, report);
    const vault = new Vault(randomBytes(32), randomBytes);
    const keyring = new Keyring((meter, keyId, sealed) => vault.open(meter, keyId, sealed));
    const meters = new Meters(kv, vault, (meter) => keyring.put(meter));
    const conflicts = new Conflicts(kv);
    const clock = { seconds: NOON };
    const now = () => clock.seconds;
    const ingest = new Ingest({
      store,
      findKey: (meter, keyId) => keyring.find(meter, keyId),
      confirmKey: (meter, keyId) => meters.confirm(meter, keyId),
      recordConflicts: (meter, channel, found) => conflicts.record(meter, channel, found, now()),
      signWith: (key) => (message) => createHmac("sha256", key).update(message).digest(),
      now,
      linger: () => Promise.resolve(),
      timed: (commit) => commit(),
      report,
    });
    const app = createApp({
      ingest,
      meters,
      points: new Points(kv, () => randomBytes(8).toHex()),
      conflicts,
      history: new History(store.reader),
      health: { notReady: () => Promise.resolve({}), metrics: () => Promise.resolve("") },
      operatorKey: OPERATOR_KEY,
      timezone: "America/Sao_Paulo",
      reportIntervalSeconds: 5,
      udpPort: 8001,
      now,
      report,
    });
    return new AppInMemory(clock, reported, kv, store, meters, ingest, app.fetch);
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
    await this.ingest.close();
    this.kv.close();
  }
}
