/** The live feed over a database that several servers share, with watches that fail and come back. */
import { assert, assertEquals } from "@std/assert";
import type { Reading } from "../../server/domain/reading.ts";
import { NoAnswerError } from "../../server/errors.ts";
import { limitedKv } from "../../server/store/limited-kv.ts";
import { WatchedHeads } from "../../server/store/watched-heads.ts";
import { ANA, at720W, Live, METER_A } from "./live-readers.ts";
import { inMemory } from "./store/kv.ts";
import { reading, SERIES, seriesNamed, steady } from "./store/readings.ts";
import { serverOn } from "./store/shared-server.ts";
import { until } from "./within.ts";

const RENEW_MS = 60_000;
const BACKOFF_MS = 1_000;

type Stream = ReadableStream<Deno.KvEntryMaybe<unknown>[]>;

/** The database as a server sees it that watches, and the waits of that server. */
class Watching {
  keys: number[] = [];
  open = 0;
  /** What becomes of the next watch that is opened. */
  next: (real: () => Stream) => Stream = (real) => real();
  beforeRead: () => Promise<unknown> = () => Promise.resolve();
  reported: string[] = [];
  #waits: { ms: number; end: () => void }[] = [];

  constructor(readonly real: Deno.Kv) {}

  readonly kv: Deno.Kv = new Proxy({} as Deno.Kv, {
    get: (_, name) => {
      if (name === "watch") return (keys: Deno.KvKey[]) => this.#watch(keys);
      if (name === "getMany") return (keys: Deno.KvKey[]) => this.#getMany(keys);
      const member = Reflect.get(this.real, name);
      return typeof member === "function" ? member.bind(this.real) : member;
    },
  });

  heads(): WatchedHeads {
    return new WatchedHeads({
      kv: limitedKv(this.kv, (call) => call),
      reader: serverOn(this.kv).reader,
      wait: (ms) => this.#wait(ms),
      backoffMs: (failures) => failures * BACKOFF_MS,
      report: (problem, error) =>
        void this.reported.push(`${problem}: ${(error as Error).message}`),
    });
  }

  waitsFor(ms: number): boolean {
    return this.#waits.some((wait) => wait.ms === ms);
  }

  elapse(ms: number): void {
    const [due, rest] = [true, false].map((is) => this.#waits.filter((w) => (w.ms === ms) === is));
    this.#waits = rest;
    for (const { end } of due) end();
  }

  #wait(ms: number): Promise<void> {
    if (ms < BACKOFF_MS) return new Promise((resolve) => setTimeout(resolve, 1));
    return new Promise((end) => this.#waits.push({ ms, end }));
  }

  async #getMany(keys: Deno.KvKey[]) {
    await this.beforeRead();
    return await this.real.getMany(keys);
  }

  #watch(keys: Deno.KvKey[]): Stream {
    this.keys.push(keys.length);
    const stream = this.next(() => this.real.watch(keys));
    this.open++;
    const reader = stream.getReader();
    reader.closed.catch(() => {}).finally(() => this.open--);
    return new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => reader.cancel(),
    }, { highWaterMark: 0 });
  }
}

const hangs = (): Stream => new ReadableStream({});
const ends = (): Stream => new ReadableStream({ start: (controller) => controller.close() });
const breaks = (): Stream =>
  new ReadableStream({ start: (controller) => controller.error(new Error("connection lost")) });
const refuses = (): Stream => {
  throw new Error("connection refused");
};

/** The readings of `SERIES` as a server is told that watches, while another stores. */
function onShared(
  name: string,
  test: (parts: {
    kv: Deno.Kv;
    watching: Watching;
    heads: WatchedHeads;
    told: Reading[];
    store: (...readings: Partial<Reading>[]) => Promise<void>;
  }) => Promise<void>,
  next?: Watching["next"],
): void {
  Deno.test(name, () =>
    inMemory(async (kv) => {
      const [watching, other] = [new Watching(kv), serverOn(kv)];
      if (next) watching.next = next;
      const heads = watching.heads();
      const told: Reading[] = [];
      const unfollow = heads.follow(SERIES, (readings) => void told.push(...readings));
      const store = async (...readings: Partial<Reading>[]) => {
        assert((await other.append([{ series: SERIES, readings: readings.map(reading) }]))[0]);
      };
      await test({ kv, watching, heads, told, store });
      unfollow();
      for (const ms of [RENEW_MS, BACKOFF_MS, 2 * BACKOFF_MS]) watching.elapse(ms);
      await until(() => watching.open === 0, 1_000, "the end of all watches");
      assertEquals(heads.seriesCount, 0);
    }));
}

const ns = (readings: Reading[]) => readings.map(({ n }) => n);
const toldOf = (told: Reading[], n: number) =>
  until(() => told.some((one) => one.n === n), 2_000, `reading ${n}`);

Deno.test("a reader on one server is told what another server stores", () =>
  inMemory(async (kv) => {
    const watching = new Watching(kv);
    const heads = watching.heads();
    const here = new Live(serverOn(kv), heads);
    const elsewhere = new Live(serverOn(kv), heads);
    const reader = await here.reader(ANA);
    for (const n of [1, 2, 3]) {
      await elsewhere.stored(METER_A, [at720W(n)]);
      await until(() => (here.timers.turn(), reader.texts.length === n), 2_000, `message ${n}`);
    }
    assertEquals(reader.messages.map(({ energyWh, powerW }) => [energyWh, powerW]), [
      [1, null],
      [2, 720],
      [3, 720],
    ]);
    reader.leave();
    await until(() => watching.open === 0, 1_000, "the end of the watch");
    here.feed.close();
    elsewhere.feed.close();
  }));

onShared("each reading that is stored is told, once the watch is open", async (parts) => {
  const { told, store, watching } = parts;
  await until(() => watching.open === 1, 1_000, "the watch");
  for (const one of steady(70)) {
    await store(one);
    await toldOf(told, one.n);
  }
  assertEquals(ns(told), ns(steady(70)));
});

onShared("what is stored before the watch is open is told", async ({ told, store }) => {
  await store(...steady(5));
  await toldOf(told, 5);
});

onShared("readings that are sealed meanwhile hide nothing that is new", async (parts) => {
  const { kv, told, store } = parts;
  const sealing = serverOn(kv);
  await store(...steady(1));
  await toldOf(told, 1);
  for (let n = 2; n <= 200; n++) {
    const one = steady(1, 5, n);
    await sealing.append([{ series: SERIES, readings: one }]);
    while (await sealing.maintain());
  }
  await toldOf(told, 200);
});

onShared("rows that are sealed while they are looked at hide nothing", async (parts) => {
  const { kv, told, watching } = parts;
  const sealing = serverOn(kv);
  for (const one of steady(64)) {
    await sealing.append([{ series: SERIES, readings: [one] }]);
  }
  await toldOf(told, 64);
  watching.beforeRead = async () => void (await sealing.maintain());
  await sealing.append([{ series: SERIES, readings: steady(1, 5, 65) }]);
  await toldOf(told, 65);
  assertEquals(watching.reported, []);
});

onShared("a burst of more rows than are looked at is told by its newest", async (parts) => {
  const { told, store, watching } = parts;
  await store(...steady(1));
  await toldOf(told, 1);
  watching.next = hangs;
  watching.elapse(RENEW_MS);
  await until(() => watching.keys.length === 2, 1_000, "the second watch");
  for (const one of steady(12, 5, 2)) await store(one);
  watching.next = (real) => real();
  watching.elapse(RENEW_MS);
  watching.elapse(BACKOFF_MS);
  await until(() => watching.waitsFor(BACKOFF_MS), 1_000, "the report of the hanging watch");
  watching.elapse(BACKOFF_MS);
  await toldOf(told, 13);
  assertEquals(ns(told), [1, 12, 13]);
});

onShared("series are watched by ten, and no longer than anyone follows", async (parts) => {
  const { watching, heads, kv } = parts;
  const told = new Set<string>();
  const series = Array.from({ length: 24 }, (_, i) => seriesNamed(i + 1));
  const unfollow = series.map((one) => heads.follow(one, () => told.add(one)));
  await until(() => watching.open === 3, 2_000, "three watches");
  assertEquals(watching.keys, [10, 10, 5]);
  await serverOn(kv).append(series.map((one) => ({ series: one, readings: steady(2) })));
  await until(() => told.size === 24, 2_000, "all series");
  for (const leave of unfollow) leave();
  await until(() => watching.open === 1, 2_000, "the end of two watches");
});

onShared("one more series that is followed costs the others nothing", async (parts) => {
  const { heads, told, store, watching } = parts;
  await store(...steady(1));
  await toldOf(told, 1);
  const other: Reading[] = [];
  const unfollow = heads.follow(seriesNamed(3), (readings) => void other.push(...readings));
  await until(() => watching.keys.length === 2, 1_000, "the watch of both");
  await store(...steady(1, 5, 2));
  await toldOf(told, 2);
  assertEquals([ns(told), other, watching.open], [[1, 2], [], 1]);
  unfollow();
});

const FAULTS: { what: string; next: () => Stream; says: string }[] = [
  { what: "is refused", next: refuses, says: "connection refused" },
  { what: "breaks", next: breaks, says: "connection lost" },
  { what: "ends by itself", next: ends, says: "the database ended the watch" },
  { what: "hangs", next: hangs, says: new NoAnswerError().message },
];

for (const { what, next, says } of FAULTS) {
  onShared(`a watch that ${what} is opened anew, later each time`, async (parts) => {
    const { told, store, watching } = parts;
    const failed = async (ms: number) => {
      if (what === "hangs") {
        await until(() => watching.waitsFor(RENEW_MS), 1_000, "the watch");
        watching.elapse(RENEW_MS);
      }
      await until(() => watching.waitsFor(ms), 1_000, `a wait of ${ms} ms`);
    };
    await failed(BACKOFF_MS);
    watching.elapse(BACKOFF_MS);
    await failed(2 * BACKOFF_MS);
    assertEquals(watching.reported, [`Cannot watch readings: ${says}`]);
    await store(...steady(3));
    watching.next = (real) => real();
    watching.elapse(2 * BACKOFF_MS);
    await toldOf(told, 3);
    await store(...steady(1, 5, 4));
    await toldOf(told, 4);
  }, next);
}

onShared("a watch that has been silent is renewed without a word", async (parts) => {
  const { told, store, watching } = parts;
  await store(...steady(1));
  await toldOf(told, 1);
  watching.elapse(RENEW_MS);
  await until(() => watching.keys.length === 2, 1_000, "the second watch");
  await store(...steady(1, 5, 2));
  await toldOf(told, 2);
  assertEquals([ns(told), watching.reported], [[1, 2], []]);
});

onShared("what could not be read is told with what comes next", async (parts) => {
  const { told, store, watching } = parts;
  await store(...steady(1));
  await toldOf(told, 1);
  watching.beforeRead = () => Promise.reject(new Error("no"));
  await store(...steady(1, 5, 2));
  await until(() => watching.reported.length > 0, 1_000, "the report");
  watching.beforeRead = () => Promise.resolve();
  await store(...steady(1, 5, 3));
  await toldOf(told, 3);
  assertEquals(ns(told), [1, 2, 3]);
  assertEquals(watching.reported, [`Cannot read what is new of series ${SERIES}: no`]);
});

onShared("a late reading is told as what it is", async ({ told, store }) => {
  await store({ n: 5 });
  await toldOf(told, 5);
  await store({ n: 3 });
  await toldOf(told, 3);
  await store({ n: 4 }, { n: 6 });
  await toldOf(told, 6);
  assertEquals(ns(told), [5, 3, 4, 6]);
});
