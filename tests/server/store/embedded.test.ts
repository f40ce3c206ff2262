/** The embedded store: what a restart finds, what housekeeping leaves, what a failed commit costs. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { seededRandom } from "../../../meter-sim/random.ts";
import { CLOCK_WRONG, MAX_N, type Reading } from "../../../server/domain/reading.ts";
import { EmbeddedStore } from "../../../server/store/embedded.ts";
import { chunkEnd, chunkKey } from "../../../server/store/keys.ts";
import { failTest, type Fate, inMemory, watched } from "./kv.ts";
import { reading, SERIES, seriesNamed, steady } from "./readings.ts";

const SMALL = { sealBytes: 448, checkpointBytes: 20_000 };

const everything = async (store: EmbeddedStore, series = SERIES): Promise<Reading[]> =>
  (await store.reader.page(series, 0, Infinity, 0, Infinity)).readings;

const journalLength = async (kv: Deno.Kv): Promise<number> =>
  (await Array.fromAsync(kv.list({ prefix: ["j"] }))).length;

async function tidyUp(store: EmbeddedStore): Promise<number> {
  let turns = 0;
  while (await store.maintain()) turns++;
  return turns;
}

/** Reports of one reading each from many meters, a commit a round. */
async function fill(store: EmbeddedStore, meters: number, rounds: number): Promise<void> {
  const readings = steady(rounds);
  for (const reading of readings) {
    const batch = Array.from({ length: meters }, (_, i) => ({
      series: seriesNamed(i),
      readings: [reading],
    }));
    await store.append(batch);
  }
}

const onKv = (name: string, test: (kv: Deno.Kv) => Promise<void>): void =>
  Deno.test(name, () => inMemory(test));

onKv("EmbeddedStore.append() counts what it stored, knew and refused", async (kv) => {
  const store = await EmbeddedStore.open(kv, failTest);
  const [a, b, c] = steady(3);
  const other = { ...b, milliwattHours: 1 };
  const outcomes = await store.append([
    { series: SERIES, readings: [a, b] },
    { series: SERIES, readings: [other, c] },
    { series: SERIES, readings: [a, b, c] },
    { series: seriesNamed(1), readings: [other] },
  ]);
  assertEquals(outcomes, [
    { stored: 2, duplicates: 0, conflicts: [], mayFall: false },
    { stored: 1, duplicates: 0, conflicts: [{ stored: b, refused: other }], mayFall: false },
    { stored: 0, duplicates: 3, conflicts: [], mayFall: false },
    { stored: 1, duplicates: 0, conflicts: [], mayFall: false },
  ]);
  assertEquals(await everything(store), [a, b, c]);
});

onKv("EmbeddedStore.append() knows readings that are sealed", async (kv) => {
  const store = await EmbeddedStore.open(kv, failTest, {
    ...SMALL,
    sealBytes: 10,
    checkpointBytes: 10,
  });
  const readings = steady(500);
  await store.append([{ series: SERIES, readings }]);
  await tidyUp(store);
  assertEquals(store.stats().openReadings, 0);
  const conflict = { ...readings[7], milliwattHours: 3 };
  assertEquals(await store.append([{ series: SERIES, readings: [readings[6], conflict] }]), [
    {
      stored: 0,
      duplicates: 1,
      conflicts: [{ stored: readings[7], refused: conflict }],
      mayFall: true,
    },
  ]);
});

onKv("EmbeddedStore.maintain() cuts the journal, and a restart finds the same", async (kv) => {
  const store = await EmbeddedStore.open(kv, failTest, SMALL);
  await fill(store, 60, 200);
  assert(await journalLength(kv) >= 200);
  assert(await tidyUp(store) > 0);
  const [length, { journalBytes, openReadings }] = [await journalLength(kv), store.stats()];
  assert(length < 20, `${length} values of the journal are left`);
  assert(journalBytes < 2 * SMALL.checkpointBytes, `${journalBytes} bytes are left`);
  const reopened = await EmbeddedStore.open(kv, failTest, SMALL);
  assertEquals(reopened.stats(), { series: 60, openReadings, journalBytes });
  for (let i = 0; i < 60; i++) {
    assertEquals(await everything(reopened, seriesNamed(i)), steady(200));
  }
});

onKv("EmbeddedStore goes on after a restart within a checkpoint or a cut", async (kv) => {
  let store = await EmbeddedStore.open(kv, failTest, SMALL);
  const rounds = steady(20);
  for (const [round, reading] of rounds.entries()) {
    const batch = Array.from({ length: 5_000 }, (_, i) => ({
      series: seriesNamed(i),
      readings: [reading],
    }));
    await store.append(batch);
    await store.maintain();
    if (round % 5 === 4) store = await EmbeddedStore.open(kv, failTest, SMALL);
  }
  for (let i = 0; i < 5_000; i += 500) {
    assertEquals(await everything(store, seriesNamed(i)), rounds);
  }
});

onKv("EmbeddedStore.maintain() copes with a past that is too long for one commit", async (kv) => {
  const store = await EmbeddedStore.open(kv, failTest, SMALL);
  const random = seededRandom(20260417);
  const past = steady(130_000, 1_800).map((one) => ({
    ...one,
    milliwattHours: Math.floor((one.n + random()) * 2 ** 35),
  }));
  await store.append([{ series: SERIES, readings: past.slice(0, 65_000) }]);
  await store.append([{ series: SERIES, readings: past.slice(65_000) }]);
  for (let turn = 0; turn < 2; turn++) assert(await store.maintain());
  const reopened = await EmbeddedStore.open(kv, failTest, SMALL);
  assert(store.stats().openReadings < past.length);
  assertEquals(reopened.stats().openReadings, store.stats().openReadings);
  const [first, last] = [past[0], past[past.length - 1]];
  assertEquals(await reopened.reader.page(SERIES, 0, 1, 0, Infinity), { readings: [first] });
  assertEquals(await reopened.reader.newest(SERIES, 1), [last]);
  const { energies } = await reopened.reader.profile(SERIES, [first.time, last.time], 900);
  assertEquals(energies, [last.milliwattHours - first.milliwattHours]);
});

for (const fate of ["fails unwritten", "fails written"] as const) {
  onKv(`EmbeddedStore loses and doubles nothing when an append ${fate}`, async (kv) => {
    let next: Fate = "commits";
    const store = await EmbeddedStore.open(watched(kv, () => next), failTest, SMALL);
    const [a, b, c] = steady(3);
    await store.append([{ series: SERIES, readings: [a] }]);
    next = fate;
    await assertRejects(() => store.append([{ series: SERIES, readings: [b] }]), Error, fate);
    assertEquals(await everything(store), [a]);
    next = "commits";
    const outcomes = await store.append([{ series: SERIES, readings: [b, c] }]);
    assertEquals(outcomes, [{ stored: 2, duplicates: 0, conflicts: [], mayFall: false }]);
    assertEquals(await everything(store), [a, b, c]);
    assertEquals(await everything(await EmbeddedStore.open(kv, failTest)), [a, b, c]);
  });

  onKv(`EmbeddedStore loses and doubles nothing when housekeeping ${fate}`, async (kv) => {
    let commits = 0;
    const fateOf = (): Fate => ++commits % 3 === 0 ? fate : "commits";
    const limits = { sealBytes: 100, checkpointBytes: 1_500 };
    const store = await EmbeddedStore.open(watched(kv, fateOf), failTest, limits);
    const readings = steady(1_200, 400);
    for (let i = 0; i < readings.length; i += 40) {
      const append = { series: SERIES, readings: readings.slice(i, i + 40) };
      await store.append([append]).catch(() => store.append([append]));
      for (let turn = 0; turn < 3; turn++) await store.maintain().catch(() => {});
    }
    assert(commits > 60);
    assertEquals(await everything(store), readings);
    assertEquals(await everything(await EmbeddedStore.open(kv, failTest)), readings);
  });
}

/** Turns a bit in the last chunk of a series. */
async function damage(kv: Deno.Kv, series: string): Promise<void> {
  const range = { start: chunkKey(series, 0), end: chunkEnd(series, MAX_N) };
  const options = { reverse: true, limit: 1 };
  const [{ key, value }] = await Array.fromAsync(kv.list<Uint8Array>(range, options));
  await kv.set(key, value.with(9, value[9] ^ 1));
}

onKv("EmbeddedStore goes on with all other series when a row of one is damaged", async (kv) => {
  const problems: string[] = [];
  const report = (problem: string, error: unknown) => void problems.push(`${problem}: ${error}`);
  const store = await EmbeddedStore.open(kv, report, SMALL);
  await fill(store, 40, 400);
  await tidyUp(store);
  const damaged = seriesNamed(0);
  await damage(kv, damaged);
  const [outcome, other] = await store.append([
    { series: damaged, readings: steady(400) },
    { series: seriesNamed(1), readings: steady(400) },
  ]);
  assertEquals([outcome, other?.duplicates], [undefined, 400]);
  const random = seededRandom(20260418);
  const unlike = () => Math.floor(random() * 2 ** 52);
  for (let n = 401; n < 20_000; n += 400) {
    const readings = steady(400, 5, n).map((one) => ({ ...one, milliwattHours: unlike() }));
    await store.append([damaged, seriesNamed(1)].map((series) => ({ series, readings })));
    while (await store.maintain());
  }
  assert(problems.length > 0 && problems.length < 10, `${problems.length} reports`);
  for (const problem of problems) {
    assert(problem.includes(damaged) && problem.includes("checksum"), problem);
  }
  assert(store.open.bits(damaged) > 8 * 100_000, "it goes into one value");
  assert(await journalLength(kv) < 40, "the journal was not cut");
  const reopened = await EmbeddedStore.open(kv, failTest, SMALL);
  assertEquals(reopened.open.readings(damaged), store.open.readings(damaged));
  assertEquals((await everything(reopened, seriesNamed(1))).length, 20_000);
});

onKv("EmbeddedStore.maintain() copies in parts what is too much for one commit", async (kv) => {
  const store = await EmbeddedStore.open(kv, () => {}, SMALL);
  const series = seriesNamed(2);
  await fill(store, 20, 400);
  await tidyUp(store);
  await damage(kv, series);
  const random = seededRandom(20260419);
  const below = (limit: number) => Math.floor(random() * limit);
  const unlike = steady(45_000, 5, 401).map((one) => ({
    ...one,
    milliwattHours: below(2 ** 52),
    quality: CLOCK_WRONG | below(256),
    skew: below(2 ** 40),
  }));
  for (let at = 0; at < unlike.length; at += 5_000) {
    await store.append([{ series, readings: unlike.slice(at, at + 5_000) }]);
  }
  assert(store.open.bits(series) > 8 * 819_200, "it goes into one commit");
  const [first] = await Array.fromAsync(kv.list({ prefix: ["j"] }, { limit: 1 }));
  let reopened = await EmbeddedStore.open(kv, () => {}, SMALL);
  while (await store.maintain()) {
    reopened = await EmbeddedStore.open(kv, () => {}, SMALL);
    assertEquals(reopened.stats().openReadings, store.stats().openReadings);
  }
  assertEquals((await kv.get(first.key)).value, null, "the journal was not cut");
  assertEquals(reopened.open.readings(series), unlike);
  assertEquals(reopened.open.sealedThrough(series), 400);
});

onKv("EmbeddedStore.append() of nothing new writes nothing", async (kv) => {
  const store = await EmbeddedStore.open(kv, failTest);
  await store.append([{ series: SERIES, readings: [reading()] }]);
  const { journalBytes } = store.stats();
  await store.append([{ series: SERIES, readings: [reading()] }]);
  await store.append([]);
  assertEquals(store.stats().journalBytes, journalBytes);
  assertEquals(await journalLength(kv), 1);
});
