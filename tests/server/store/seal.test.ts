/** How open readings become rows: where late ones go, what a plan may weigh, days kept right. */
import { assert, assertEquals } from "@std/assert";
import type { Reading } from "../../../server/domain/reading.ts";
import { BitWriter } from "../../../server/store/bits.ts";
import { emptyState, pack } from "../../../server/store/packing.ts";
import { applyPlan, planSeal, type SealPlan } from "../../../server/store/seal.ts";
import { Sealed } from "../../../server/store/sealed.ts";
import { SeriesReader } from "../../../server/store/series-reader.ts";
import { DAY, reading, SERIES, START, steady } from "./readings.ts";

/** What one atomic of the embedded database takes in, in bytes and in changes. */
const ATOMIC_BYTES = 819_200;
const ATOMIC_CHANGES = 1_000;

/** A series whose open readings are sealed plan by plan. */
class Bench {
  readonly reader: SeriesReader;
  open: Reading[] = [];
  sealedThrough = 0;
  plans: SealPlan[] = [];

  constructor(readonly kv: Deno.Kv) {
    this.reader = new SeriesReader(new Sealed(kv), () => this.open);
  }

  async sealOnce(): Promise<SealPlan> {
    const plan = await planSeal(this.reader, SERIES, this.open, this.sealedThrough);
    const atomic = this.kv.atomic();
    applyPlan(atomic, plan);
    await atomic.commit();
    this.open = plan.left;
    this.sealedThrough = plan.sealedThrough;
    this.plans.push(plan);
    return plan;
  }

  /** Puts readings beside those still open, and seals until nothing is left or enough was done. */
  async seal(readings: Reading[], plans = Infinity): Promise<void> {
    this.open = [...this.open, ...readings].sort((a, b) => a.n - b.n);
    for (let i = 0; this.open.length > 0 && i < plans; i++) await this.sealOnce();
  }

  async all(): Promise<Reading[]> {
    return (await this.reader.page(SERIES, 0, Infinity, 0, Infinity)).readings;
  }

  async chunkSizes(): Promise<number[]> {
    const rows = await Array.fromAsync(this.kv.list<Uint8Array>({ prefix: ["c"] }));
    return rows.map(({ value }) => value.length);
  }
}

const onBench = (name: string, test: (bench: Bench) => Promise<void>): void =>
  Deno.test(name, async () => {
    const kv = await Deno.openKv(":memory:");
    try {
      await test(new Bench(kv));
    } finally {
      kv.close();
    }
  });

const without = (readings: Reading[], isLate: (reading: Reading) => boolean) => ({
  inTime: readings.filter((reading) => !isLate(reading)),
  late: readings.filter(isLate),
});

onBench(
  "planSeal() keeps a late reading that falls into the chunk being continued",
  async (bench) => {
    const { inTime, late } = without(steady(40), ({ n }) => n === 2);
    await bench.seal(inTime.filter(({ n }) => n <= 20));
    await bench.seal([...late, ...inTime.filter(({ n }) => n > 20)]);
    assertEquals(await bench.all(), steady(40));
    assertEquals((await bench.chunkSizes()).length, 1);
  },
);

onBench(
  "planSeal() keeps late readings that fall into any chunk, or before the first",
  async (bench) => {
    const { inTime, late } = without(steady(3_000), ({ n }) => n < 10 || n % 97 === 0);
    await bench.seal(inTime);
    await bench.seal(late);
    assertEquals(await bench.all(), steady(3_000));
  },
);

onBench("planSeal() keeps the reading with the highest number of all", async (bench) => {
  const readings = [reading({ n: 0xfffffffe }), reading({ n: 0xffffffff, time: START + 5 })];
  await bench.seal(readings.slice(1));
  assertEquals(await bench.all(), readings.slice(1));
  assertEquals(await bench.reader.newest(SERIES, 1), readings.slice(1));
  await bench.seal(readings.slice(0, 1));
  assertEquals(await bench.all(), readings);
});

onBench("planSeal() fills rows well when a series is sealed bit by bit", async (bench) => {
  const readings = steady(6_000);
  for (let i = 0; i < readings.length; i += 100) await bench.seal(readings.slice(i, i + 100));
  const sizes = (await bench.chunkSizes()).slice(0, -1);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  assert(sizes.length > 5 && mean > 450, `rows of ${mean} bytes`);
  assert(Math.max(...sizes) < 1_000, `${sizes}`);
});

onBench(
  "planSeal() done again after a commit that seemed to fail changes nothing",
  async (bench) => {
    await bench.seal(steady(600));
    const { open, sealedThrough } = bench;
    const more = steady(1_500, 5, 601);
    await bench.seal(more.slice(0, 700));
    Object.assign(bench, { open, sealedThrough });
    await bench.seal(more);
    assertEquals(await bench.all(), [...steady(600), ...more]);
    const packed = new BitWriter();
    const state = emptyState();
    for (const one of [...steady(600), ...more]) pack(packed, state, one);
    const stored = (await bench.chunkSizes()).reduce((sum, size) => sum + size, 0);
    assert(stored < packed.written.length * 1.1, "no row is left over");
  },
);

onBench("planSeal() writes a day's row once the day is over", async (bench) => {
  await bench.seal(steady(90, 900));
  assertEquals((await bench.reader.sealed.days(SERIES, 0, 0xffffffff)).size, 0);
  await bench.seal(steady(10, 900, 91));
  const days = await bench.reader.sealed.days(SERIES, 0, 0xffffffff);
  assertEquals([...days.keys()], [START / DAY]);
});

onBench("planSeal() writes no row for a day whose only time runs backwards", async (bench) => {
  const times = [0, 2, 1, 3].map((day) => START + day * DAY + 7);
  await bench.seal(times.map((time, i) => reading({ n: i + 1, time })));
  const days = await bench.reader.sealed.days(SERIES, 0, 0xffffffff);
  assertEquals([...days.keys()], [START / DAY, START / DAY + 2]);
});

onBench("planSeal() corrects the row of a day that a late reading belongs to", async (bench) => {
  const readings = steady(200, 900);
  const { inTime, late } = without(readings, ({ n }) => n >= 40 && n < 44);
  await bench.seal(inTime);
  await bench.seal(late);
  const row = (await bench.reader.sealed.days(SERIES, 0, 0xffffffff)).get(START / DAY);
  assertEquals(row?.slots().qualities.slice(0, 97), new Array(97).fill(0));
});

onBench("Sealed.chunks() gives no reading twice when a chunk is split meanwhile", async (bench) => {
  const { inTime, late } = without(steady(40_000), ({ n }) => n % 2 === 0);
  await bench.seal(inTime);
  const chunks = bench.reader.sealed.chunks(SERIES, 0);
  const given: number[] = [];
  const take = (readings: Reading[]) => given.push(...readings.map(({ n }) => n));
  // Rows come from the database fifty at a time.
  for (let i = 0; i < 50; i++) take((await chunks.next()).value!);
  const unlike = late.map((one) => ({ ...one, milliwattHours: one.n % 4 === 0 ? 0 : 2 ** 52 }));
  await bench.seal(unlike.filter(({ n }) => n < given[given.length - 1]));
  for await (const chunk of chunks) take(chunk);
  assertEquals(given, inTime.map(({ n }) => n));
});

const HOUR = 3_600;
const LOADS: { what: string; step: number; isLate: (n: number) => boolean }[] = [
  { what: "of a meter every 5 s", step: 5, isLate: () => false },
  { what: "of an hourly device", step: HOUR, isLate: () => false },
  { what: "of a daily device", step: DAY, isLate: () => false },
  { what: "that all come before a first one", step: HOUR, isLate: (n) => n < 100_000 },
  { what: "of which every other one comes late", step: HOUR, isLate: (n) => n % 2 === 0 },
];

for (const { what, step, isLate } of LOADS) {
  onBench(
    `planSeal() stays far below an atomic with 100,000 open readings ${what}`,
    async (bench) => {
      const { inTime, late } = without(steady(100_000, step), ({ n }) => isLate(n));
      await bench.seal(inTime, 3);
      if (late.length > 0) await bench.seal(late, 3);
      for (const { set, delete: gone } of bench.plans) {
        const bytes = set.reduce((sum, { value }) => sum + value.length + 40, 0);
        assert(bytes < ATOMIC_BYTES / 2, `${bytes} bytes`);
        assert(
          set.length + gone.length < ATOMIC_CHANGES / 2,
          `${set.length + gone.length} changes`,
        );
      }
    },
  );
}

onBench("planSeal() takes nothing in place before its plan is applied", async (bench) => {
  bench.open = steady(300);
  await planSeal(bench.reader, SERIES, bench.open, 0);
  assertEquals(bench.open, steady(300));
  assertEquals(await bench.chunkSizes(), []);
});
