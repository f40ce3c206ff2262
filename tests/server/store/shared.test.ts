/** The shared store with one server: what it takes, what it refuses, what a failed commit costs. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Fate, inMemory } from "./kv.ts";
import { reading, SERIES, seriesNamed, START, steady } from "./readings.ts";
import { counts, everything, serverOn } from "./shared-server.ts";

const onKv = (name: string, test: (kv: Deno.Kv) => Promise<void>): void =>
  Deno.test(name, () => inMemory(test));

onKv("SharedStore.append() takes many more series than one atomic can check", async (kv) => {
  const batch = Array.from({ length: 137 }, (_, i) => ({
    series: seriesNamed(i),
    readings: steady(3),
  }));
  assertEquals(counts(await serverOn(kv).append(batch)), batch.map(() => [3, 0, 0]));
  assertEquals(counts(await serverOn(kv).append(batch)), batch.map(() => [0, 3, 0]));
  assertEquals(await everything(serverOn(kv), seriesNamed(136)), steady(3));
});

onKv("SharedStore.append() decides on several reports of one series in their order", async (kv) => {
  const [a, b, c] = steady(3);
  const other = { ...b, milliwattHours: 1 };
  const store = serverOn(kv);
  const outcomes = await store.append([
    { series: SERIES, readings: [b] },
    { series: SERIES, readings: [a, other] },
    { series: SERIES, readings: [a, c] },
  ]);
  assertEquals(counts(outcomes), [[1, 0, 0], [1, 0, 1], [1, 1, 0]]);
  assertEquals(outcomes[1]?.conflicts, [{ stored: b, refused: other }]);
  assertEquals(await everything(store), [a, b, c]);
});

onKv("SharedStore.append() takes more readings of one series than a row can hold", async (kv) => {
  const idle = Array.from({ length: 70_000 }, (_, i) => reading({ n: i + 1, time: START + 5 * i }));
  const store = serverOn(kv);
  assertEquals(counts(await store.append([{ series: SERIES, readings: idle }])), [[70_000, 0, 0]]);
  assertEquals((await everything(store)).length, 70_000);
});

for (const fate of ["fails unwritten", "fails written"] as const) {
  onKv(`SharedStore.append() leaves undefined what ${fate}, and takes it again`, async (kv) => {
    let next: Fate = fate;
    const store = serverOn(kv, () => next, () => {});
    const append = [{ series: SERIES, readings: steady(2) }];
    assertEquals(await store.append(append), [undefined]);
    next = "commits";
    const written = fate === "fails written";
    assertEquals(counts(await store.append(append)), [written ? [0, 2, 0] : [2, 0, 0]]);
    assertEquals(await everything(store), steady(2));
  });
}

onKv("SharedStore.append() gives up on a series that others change each time", async (kv) => {
  const [store, other] = [serverOn(kv, interfere, () => {}), serverOn(kv)];
  let n = 100;
  async function interfere(): Promise<Fate> {
    await other.append([{ series: SERIES, readings: [reading({ n: n++ })] }]);
    return "commits";
  }
  assertEquals(await store.append([{ series: SERIES, readings: [reading()] }]), [undefined]);
  assert(!(await everything(other)).some((one) => one.n === 1));
});

onKv("SharedStore.append() answers only for the groups that were stored", async (kv) => {
  let commits = 0;
  const reported: string[] = [];
  const store = serverOn(
    kv,
    () => ++commits === 2 ? "fails unwritten" : "commits",
    (problem, error) => void reported.push(`${problem}: ${(error as Error).message}`),
  );
  const batch = Array.from({ length: 25 }, (_, i) => ({
    series: seriesNamed(i),
    readings: [reading()],
  }));
  const outcomes = await store.append(batch);
  assert(outcomes.includes(undefined));
  assertEquals(reported, ["Cannot store readings: the commit fails unwritten"]);
  for (const [i, outcome] of outcomes.entries()) {
    assertEquals(await everything(store, seriesNamed(i)), outcome ? [reading()] : []);
  }
});

onKv("SharedStore.maintain() passes on that the database does not answer", async (kv) => {
  let fate: Fate = "commits";
  const store = serverOn(kv, () => fate);
  for (const reading of steady(64)) await store.append([{ series: SERIES, readings: [reading] }]);
  fate = "fails unwritten";
  await assertRejects(() => store.maintain(), Error, "the commit fails unwritten");
});

onKv("SharedStore.stats() counts nothing, as memory is not trusted", (kv) => {
  assertEquals(serverOn(kv).stats(), { series: 0, openReadings: 0, journalBytes: 0 });
  return Promise.resolve();
});
