/**
 * The main proof of the product: the shipped server and the shipped meter through whatever can go
 * wrong, by the seed. What must hold is checked on the way and at the end; a seed that fails does so
 * every time, and the error says how to see it again.
 */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { SeriesReader } from "../../server/store/series-reader.ts";
import type { Append, ReadingStore } from "../../server/store/store.ts";
import { simulate } from "./simulate.ts";

const FIRST_SEED = 0;
const SEEDS = 200;
const SEEDS_A_TEST = 50;

async function survives(seed: number): Promise<void> {
  try {
    await simulate(seed);
  } catch (cause) {
    throw new Error(`Seed ${seed} fails; deno task simulate --seed ${seed}\n${cause}`, { cause });
  }
}

for (let first = FIRST_SEED; first < FIRST_SEED + SEEDS; first += SEEDS_A_TEST) {
  const last = first + SEEDS_A_TEST - 1;
  Deno.test(`simulate() finds every promise kept in seeds ${first} to ${last}`, async () => {
    for (let seed = first; seed <= last; seed++) await survives(seed);
  });
}

for (const seed of [3, 4, 5]) {
  Deno.test(`simulate() runs twice the same with seed ${seed}`, async () => {
    assertEquals(await simulate(seed), await simulate(seed));
  });
}

Deno.test("simulate() runs otherwise with another seed", async () => {
  const [a, b] = [await simulate(3), await simulate(4)];
  assertNotEquals(a.traceHash, b.traceHash);
});

/** A store that does almost what the given one does. */
const storeWith = (store: ReadingStore, changes: Partial<ReadingStore>): ReadingStore => ({
  reader: store.reader,
  append: (batch) => store.append(batch),
  maintain: () => store.maintain(),
  stats: () => store.stats(),
  ...changes,
});

const SEED_OF_SABOTAGE = 3;

const SABOTAGE: { what: string; message: string; wrap: (store: ReadingStore) => ReadingStore }[] = [
  {
    what: "a store that says it stored and did not",
    message: "are not stored",
    wrap: (store) => {
      let calls = 0;
      const outcomes = (batch: Append[]) =>
        batch.map(({ readings }) => ({
          stored: readings.length,
          duplicates: 0,
          conflicts: [],
          mayFall: false,
        }));
      const append = (batch: Append[]) =>
        ++calls % 10 === 0 ? Promise.resolve(outcomes(batch)) : store.append(batch);
      return storeWith(store, { append });
    },
  },
  {
    what: "a register changed on its way",
    message: "is not what was sent",
    wrap: (store) =>
      storeWith(store, {
        append: (batch) => {
          for (const reading of batch.flatMap(({ readings }) => readings)) {
            reading.milliwattHours++;
          }
          return store.append(batch);
        },
      }),
  },
  {
    what: "a store that shows less than it has",
    message: "are not stored",
    wrap: (store) => {
      const reader = new SeriesReader(store.reader.sealed, () => []);
      return storeWith(store, { reader });
    },
  },
];

for (const { what, message, wrap } of SABOTAGE) {
  Deno.test(`simulate() finds ${what}`, async () => {
    const options = { wrapStore: wrap };
    const error = await assertRejects(() => simulate(SEED_OF_SABOTAGE, options));
    assert(String(error).includes(message), String(error));
  });
}
