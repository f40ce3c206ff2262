/**
 * A server that dies at any commit of a sweep, before or after it was written, and another one that
 * goes on: no alert is lost, none is opened twice, and each message reaches a webhook.
 */
import { assert, assertEquals } from "@std/assert";
import { BEGIN, type Odd, Street } from "../simulation/alert-street.ts";
import type { HookPost } from "../../server/notify/hook-post.ts";
import type { AlertNews } from "../../server/store/alerts.ts";
import { ALERT_NEWS } from "../../server/store/keys.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { type Fate, watched } from "./store/kv.ts";

const SEED = 11;
const HOUR = 3_600;

/** The hours at which it is looked, with what has happened by then. */
const LOOKS = [26, 28, 30, 33, 36, 50];

function oddAt(home: string, at: number): Odd {
  const hour = (at - BEGIN) / HOUR;
  if (home === "Ana" && 24 <= hour && hour < 28) return { extraWatts: 4_000 };
  if (home === "Bia" && hour === 29) return { tamper: true };
  if (home === "Caio" && 30 <= hour && hour < 34) return { isCut: true };
  return {};
}

class Story {
  /** What a webhook was told, by message. */
  readonly received = new Map<string, string>();
  commits = 0;
  isDead = false;
  #isSweeping = false;

  constructor(readonly diesAt: number, readonly fate: Fate, readonly real: Deno.Kv) {}

  async tell() {
    let app = await this.#open();
    const street = await Street.open(app, SEED, ["Ana", "Bia", "Caio"]);
    await app.ask("POST", "/webhooks", { url: "https://alerts.example" });
    await app.ask("PUT", `/points/${street.home("Ana").point}/limits`, { dayWh: 12_000 });
    for (const hour of LOOKS) {
      await street.live(BEGIN + hour * HOUR, oddAt);
      if (await this.#sweeps(app)) continue;
      const { seconds } = app.clock;
      await app[Symbol.asyncDispose]();
      this.isDead = false;
      app = street.app = await this.#open();
      app.clock.seconds = seconds;
      assert(await this.#sweeps(app));
    }
    app.parts.delivering.poke();
    await app.parts.delivering.ended();
    const told = await this.#told(street);
    await app[Symbol.asyncDispose]();
    return told;
  }

  #open(): Promise<AppInMemory> {
    const kv = watched(this.real, () => this.#next());
    const kept = new Proxy(kv, {
      get: (target, name) => name === "close" ? () => {} : Reflect.get(target, name),
    });
    return AppInMemory.open({ kv: kept, secret: new Uint8Array(32), hookPost: this.#receive });
  }

  #receive: HookPost = (_, headers, body) => {
    const { type, data } = JSON.parse(new TextDecoder().decode(body));
    this.received.set(headers["webhook-id"], `${type} ${data.kind}`);
    return Promise.resolve({ ok: true, status: 204 });
  };

  #next(): Fate {
    if (!this.#isSweeping) return "commits";
    if (this.isDead) return "fails unwritten";
    if (this.commits++ !== this.diesAt) return "commits";
    this.isDead = true;
    return this.fate;
  }

  async #sweeps(app: AppInMemory): Promise<boolean> {
    this.#isSweeping = true;
    try {
      await app.alerting.sweep();
      return !this.isDead;
    } catch {
      return false;
    } finally {
      this.#isSweeping = false;
    }
  }

  async #told(street: Street) {
    const alerts = await street.alerts();
    const entries = this.real.list<AlertNews>({ prefix: ALERT_NEWS });
    const announced = await Array.fromAsync(entries);
    const nameOf = (subject: string) =>
      [...street.homes.values()].find(({ point, meter }) => [point, meter].includes(subject))
        ?.name ?? subject;
    return {
      alerts: alerts.map(({ kind, subject, closedAt }) =>
        `${kind} ${nameOf(subject.id)} ${closedAt === null ? "open" : "closed"}`
      ).sort(),
      announced: announced.map(({ value: { event, alert } }) =>
        `${event} ${alert.kind} ${nameOf(alert.subject)}`
      ).sort(),
      received: [...this.received.values()].sort(),
    };
  }
}

async function told(diesAt: number, fate: Fate) {
  using kv = await Deno.openKv(":memory:");
  const story = new Story(diesAt, fate, kv);
  return { ...await story.tell(), commits: story.commits };
}

Deno.test(`a server that dies at any commit of a sweep loses and doubles no alert (seed ${SEED})`, async () => {
  const { commits, ...whole } = await told(Infinity, "commits");
  assertEquals(whole.alerts, [
    "dayLimit Ana closed",
    "silent Caio closed",
    "tamper Bia open",
  ]);
  assertEquals(whole.received, [
    "alert.closed dayLimit",
    "alert.closed silent",
    "alert.opened dayLimit",
    "alert.opened silent",
    "alert.opened tamper",
  ]);
  for (let at = 0; at < commits; at++) {
    const fate = at % 2 === 0 ? "fails unwritten" : "fails written";
    const { commits: _, ...broken } = await told(at, fate);
    assertEquals(broken, whole, `dies at commit ${at}, which ${fate}`);
  }
});
