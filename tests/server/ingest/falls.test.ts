/**
 * A register that falls opens a case before its report is acknowledged, however the reading came and
 * whatever failed before; and a register that rises costs no look.
 */
import { assert, assertEquals } from "@std/assert";
import type { Reading } from "../../../server/domain/reading.ts";
import { Ingest } from "../../../server/ingest/ingest.ts";
import { Cases } from "../../../server/store/cases.ts";
import { EmbeddedStore } from "../../../server/store/embedded.ts";
import type { Fall } from "../../../server/store/falls.ts";
import { SharedStore } from "../../../server/store/shared.ts";
import type { ReadingStore } from "../../../server/store/store.ts";
import { failTest, inMemory } from "../store/kv.ts";
import { METER, reading, START, steady } from "../store/readings.ts";

type Open = (kv: Deno.Kv) => Promise<ReadingStore>;

const OPENED: Record<string, Open> = {
  EmbeddedStore: (kv) => EmbeddedStore.open(kv, failTest),
  "EmbeddedStore that seals at once": (kv) =>
    EmbeddedStore.open(kv, failTest, { sealBytes: 1, checkpointBytes: 100 }),
  SharedStore: (kv) => Promise.resolve(new SharedStore(kv, failTest)),
};

class Bench {
  readonly cases: Cases;
  readonly reported: string[] = [];
  recordingFails = false;
  looks = 0;
  ingest!: Ingest;

  constructor(readonly kv: Deno.Kv, readonly open: Open) {
    this.cases = new Cases(kv, failTest);
  }

  async start(): Promise<void> {
    await this.ingest?.close();
    const store = await this.open(this.kv);
    const { openOf } = store.reader;
    const looking = Object.create(store.reader, {
      openOf: {
        value: (series: string) => {
          this.looks++;
          return openOf(series);
        },
      },
    });
    const watched = Object.create(store, {
      reader: { value: looking },
      append: { value: store.append.bind(store) },
      maintain: { value: store.maintain.bind(store) },
    });
    this.ingest = new Ingest({
      store: watched,
      findKey: () => undefined,
      confirmKey: () => Promise.resolve(),
      recordConflicts: () => Promise.resolve(),
      recordFalls: (meter, channel, falls) => this.#record(meter, channel, falls),
      now: () => START,
      linger: () => Promise.resolve(),
      timed: (commit) => commit(),
      report: (problem) => void this.reported.push(problem),
    });
  }

  #record(meter: string, channel: number, falls: Fall[]): Promise<void> {
    if (this.recordingFails) throw new Error("the recorder fails");
    return this.cases.record(meter, channel, falls, START);
  }

  async take(readings: Reading[]): Promise<string> {
    const outcome = await this.ingest.takeReadings(METER, 0, readings);
    return outcome ? `${outcome.stored} stored, ${outcome.duplicates} known` : "failed";
  }

  async opened(): Promise<number[][]> {
    return (await this.cases.of(METER, 0)).map(({ afterN, byN }) => [afterN, byN]);
  }
}

const onEach = (name: string, test: (bench: Bench) => Promise<void>): void => {
  for (const [store, open] of Object.entries(OPENED)) {
    Deno.test(`Ingest over the ${store} ${name}`, () =>
      inMemory(async (kv) => {
        const bench = new Bench(kv, open);
        await bench.start();
        try {
          await test(bench);
        } finally {
          await bench.ingest.close();
        }
      }));
  }
};

const at = (n: number, milliwattHours: number) => reading({ n, time: START + n, milliwattHours });

onEach(
  "opens a case for a fall within a report, behind the newest and before it",
  async (bench) => {
    await bench.take([at(1, 100), at(2, 90), at(3, 95)]);
    assertEquals(await bench.opened(), [[1, 2]]);
    await bench.take([at(10, 20)]);
    assertEquals(await bench.opened(), [[1, 2], [3, 10]]);
    await bench.take([at(20, 300)]);
    await bench.take([at(15, 400)]);
    assertEquals(await bench.opened(), [[1, 2], [3, 10], [15, 20]]);
    await bench.take([at(12, 10), at(17, 350)]);
    assertEquals(await bench.opened(), [[1, 2], [3, 10], [10, 12], [15, 20]]);
  },
);

onEach("finds a fall behind a restart", async (bench) => {
  await bench.take(steady(600));
  await bench.start();
  const fallen = steady(1, 5, 601).map((one) => ({ ...one, milliwattHours: 7 }));
  await bench.take(fallen);
  await bench.start();
  await bench.take([{ ...fallen[0], n: 602, milliwattHours: 6 }]);
  assertEquals(await bench.opened(), [[600, 601], [601, 602]]);
});

onEach("acknowledges a fall only once it is recorded", async (bench) => {
  await bench.take([at(1, 100)]);
  bench.recordingFails = true;
  assertEquals(await bench.take([at(2, 50), at(3, 60)]), "failed");
  assertEquals([await bench.opened(), bench.reported.length], [[], 1]);
  await bench.start();
  assertEquals(await bench.take([at(2, 50), at(3, 60)]), "failed");
  bench.recordingFails = false;
  assertEquals(await bench.take([at(2, 50), at(3, 60)]), "0 stored, 2 known");
  assertEquals(await bench.opened(), [[1, 2]]);
});

onEach("finds a fall that was not recorded from what is sent on with it", async (bench) => {
  await bench.take(steady(100));
  bench.recordingFails = true;
  const fallen = steady(3, 5, 101).map((one, i) => ({ ...one, milliwattHours: 7 + i }));
  assertEquals(await bench.take(fallen.slice(0, 1)), "failed");
  await bench.start();
  bench.recordingFails = false;
  assertEquals(await bench.take(fallen), "2 stored, 1 known");
  assertEquals(await bench.opened(), [[100, 101]]);
});

onEach("opens a case once, however often its readings come", async (bench) => {
  for (let i = 0; i < 5; i++) await bench.take([at(1, 100), at(2, 90), at(3, 95)]);
  assertEquals(await bench.opened(), [[1, 2]]);
});

onEach("does not take a reading that is kept out for a fall", async (bench) => {
  await bench.take([at(1, 100), at(2, 110)]);
  await bench.take([at(2, 1)]);
  assertEquals(await bench.opened(), []);
});

onEach("does not look around what rises behind the newest", async (bench) => {
  const readings = steady(1_000);
  for (let i = 0; i < 1_000; i += 5) await bench.take(readings.slice(i, i + 5));
  assertEquals([await bench.opened(), bench.looks], [[], 0]);
});

Deno.test("Ingest over the EmbeddedStore does not look around what is sent twice", () =>
  inMemory(async (kv) => {
    const bench = new Bench(kv, OPENED.EmbeddedStore);
    await bench.start();
    const readings = steady(200);
    await bench.take(readings.slice(0, 5));
    bench.looks = 0;
    for (let i = 5; i < 200; i += 5) {
      for (let times = 0; times < 3; times++) await bench.take(readings.slice(i - 2, i + 5));
    }
    assertEquals(bench.looks, 0);
    await bench.ingest.close();
  }));

onEach("looks few times into the database around an upload, near or scattered", async (bench) => {
  const all = steady(20_000);
  const late = all.filter(({ n }) => n % 20 === 7);
  const others = all.filter(({ n }) => n % 20 !== 7);
  for (let i = 0; i < others.length; i += 1_000) await bench.take(others.slice(i, i + 1_000));
  await bench.start();
  const begin = performance.now();
  assertEquals(await bench.take(late.slice(0, 500)), "500 stored, 0 known");
  assertEquals(await bench.take(late), "500 stored, 500 known");
  assert(performance.now() - begin < 5_000);
  assertEquals(await bench.opened(), []);
});
