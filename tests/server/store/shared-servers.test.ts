/**
 * The shared store with several servers, which take in the same and different readings at the same
 * time and compact beside each other: each reading is stored once and seen at any moment.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../../meter-sim/random.ts";
import { CLOCK_WRONG, type Reading } from "../../../server/domain/reading.ts";
import type { SharedStore } from "../../../server/store/shared.ts";
import { anyDelivery, anyHabit, assertOutcomes, Model } from "./course.ts";
import { inMemory } from "./kv.ts";
import { DAY, SERIES, seriesNamed, START, steady } from "./readings.ts";
import { counts, everything, serverOn } from "./shared-server.ts";

const SEED = 20260416;

async function tidyUp(store: SharedStore): Promise<void> {
  while (await store.maintain());
}

const onKv = (name: string, test: (kv: Deno.Kv) => Promise<void>): void =>
  Deno.test(name, () => inMemory(test));

onKv("SharedStore stores once what two servers take in at the same time", async (kv) => {
  const [one, two] = [serverOn(kv), serverOn(kv)];
  const readings = steady(400);
  for (let i = 0; i < readings.length; i += 4) {
    const append = [{ series: SERIES, readings: readings.slice(i, i + 4) }];
    const outcomes = await Promise.all([one.append(append), two.append(append)]);
    assertEquals(counts(outcomes.flat()).sort(), [[0, 4, 0], [4, 0, 0]]);
  }
  assertEquals(await everything(one), readings);
  assertEquals(await everything(two), readings);
});

onKv("SharedStore keeps what two servers take in of one series, and sees conflicts", async (kv) => {
  const [one, two] = [serverOn(kv), serverOn(kv)];
  const readings = steady(300);
  for (let i = 0; i < readings.length; i += 3) {
    const [a, b, c] = readings.slice(i, i + 3);
    const other = { ...b, milliwattHours: b.milliwattHours + 1 };
    const [[first], [second]] = await Promise.all([
      one.append([{ series: SERIES, readings: [a, b] }]),
      two.append([{ series: SERIES, readings: [other, c] }]),
    ]);
    assertEquals([
      first!.stored + second!.stored,
      first!.conflicts.length + second!.conflicts.length,
    ], [
      3,
      1,
    ]);
  }
  assertEquals((await everything(one)).map(({ n }) => n), readings.map(({ n }) => n));
});

onKv("SharedStore.maintain() compacts while another server goes on taking in", async (kv) => {
  const [one, two] = [serverOn(kv), serverOn(kv)];
  const readings = steady(600);
  for (const reading of readings) {
    await Promise.all([one.append([{ series: SERIES, readings: [reading] }]), two.maintain()]);
    await two.append([{ series: SERIES, readings: [reading] }]);
    await Promise.all([one.maintain(), everything(two)]);
  }
  await tidyUp(one);
  await tidyUp(two);
  const rows = await Array.fromAsync(kv.list({ prefix: ["o"] }));
  assert(rows.length < 130, `${rows.length} open rows are left`);
  assertEquals(await everything(one), readings);
});

onKv("SharedStore.maintain() compacts in parts what is too much for one plan", async (kv) => {
  const store = serverOn(kv);
  const [daily, many] = [steady(300, DAY), steady(6_000, 300)];
  const [dailySeries, manySeries] = [seriesNamed(1), seriesNamed(2)];
  for (let row = 0; row < 150; row++) {
    await store.append([
      { series: dailySeries, readings: daily.slice(2 * row, 2 * row + 2) },
      { series: manySeries, readings: many.slice(40 * row, 40 * row + 40) },
    ]);
  }
  for (let turn = 0; await store.maintain(); turn++) {
    assert(turn < 20, "it never comes to an end");
    assertEquals((await everything(store, dailySeries)).length, 300);
    assertEquals((await everything(store, manySeries)).length, 6_000);
  }
  assertEquals(await everything(store, dailySeries), daily);
  assertEquals(await everything(store, manySeries), many);
  const rows = await Array.fromAsync(kv.list({ prefix: ["o"] }));
  assert(rows.length < 128, `${rows.length} open rows are left`);
});

onKv("SharedStore.maintain() compacts many more rows than one atomic can change", async (kv) => {
  const store = serverOn(kv);
  const readings = steady(1_400);
  for (const reading of readings) await store.append([{ series: SERIES, readings: [reading] }]);
  await tidyUp(store);
  assert((await Array.fromAsync(kv.list({ prefix: ["o"] }))).length < 64);
  assertEquals(await everything(store), readings);
});

onKv("SharedStore.maintain() compacts several series a turn", async (kv) => {
  const store = serverOn(kv);
  for (const reading of steady(64)) {
    const batch = [1, 2, 3, 4].map((i) => ({ series: seriesNamed(i), readings: [reading] }));
    await store.append(batch);
  }
  await store.maintain();
  assertEquals(await Array.fromAsync(kv.list({ prefix: ["o"] })), []);
});

/** Readings of one moment that do not pack, as their clocks were all wrong. */
function unlike(count: number, bestTime: number): Reading[] {
  const random = seededRandom(SEED);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, (_, i) => {
    const time = 1 + below(2 ** 32 - 1);
    const quality = CLOCK_WRONG | below(256);
    const n = 1 + 300_000 * i + below(300_000);
    return { n, time, milliwattHours: below(2 ** 53), quality, skew: bestTime - time };
  });
}

onKv("SharedStore.maintain() leaves open more than one value can hold", async (kv) => {
  const store = serverOn(kv);
  const append = (readings: Reading[]) => store.append([{ series: SERIES, readings }]);
  const daily = steady(64, DAY).map((one) => ({ ...one, n: 1_000_000_000 + one.n }));
  for (const reading of daily) await append([reading]);
  await tidyUp(store);
  const late = unlike(3_100, START + 80 * DAY);
  for (const from of [0, 999, 1_998]) await append(late.slice(from, from + 999));
  for (const reading of late.slice(2_997)) await append([reading]);
  await store.maintain();
  assertEquals(await everything(store), [...late, ...daily]);
});

onKv("SharedStore reads a series whole at any moment of a compaction", async (kv) => {
  const store = serverOn(kv);
  const readings = steady(640);
  for (let i = 0; i < readings.length; i += 10) {
    await store.append([{ series: SERIES, readings: readings.slice(i, i + 10) }]);
  }
  const [, ...pages] = await Promise.all([
    store.maintain(),
    ...Array.from({ length: 10 }, () => everything(store)),
  ]);
  for (const page of pages) assertEquals(page, readings);
});

Deno.test("SharedStore answers as a map would, whichever of two servers is asked", async () => {
  const anyStep = fc.record({
    by: fc.nat(1),
    deliveries: fc.array(anyDelivery, { minLength: 1, maxLength: 5 }),
    turns: fc.nat(3),
  });
  const anySteps = fc.array(anyStep, { minLength: 80, maxLength: 120, size: "max" });
  await fc.assert(
    fc.asyncProperty(anyHabit, anySteps, (habit, steps) =>
      inMemory(async (kv) => {
        const servers = [serverOn(kv), serverOn(kv)];
        const model = new Model(habit);
        for (const { by, deliveries, turns } of steps) {
          const { appends, expected } = model.deliver(deliveries);
          assertOutcomes(await servers[by].append(appends), expected);
          for (let turn = 0; turn < turns; turn++) await servers[1 - by].maintain();
        }
        await model.assertSame(servers[0].reader);
        for (const server of servers) await tidyUp(server);
        await model.assertSame(servers[1].reader);
      })),
    { seed: SEED, numRuns: 3 },
  );
});
