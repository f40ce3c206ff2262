/** What a page must look at, and what day rows spare it. */
import { assertEquals } from "@std/assert";
import type { Reading } from "../../../server/domain/reading.ts";
import { EmbeddedStore } from "../../../server/store/embedded.ts";
import { SeriesReader } from "../../../server/store/series-reader.ts";
import { failTest, inMemory } from "./kv.ts";
import { DAY, reading, SERIES, START, steady } from "./readings.ts";

const STEP = 300;
const A_DAY = DAY / STEP;
const LIMITS = { sealBytes: 200, checkpointBytes: 10_000 };

/** A series whose readings come in several parts, each sealed before the next as far as it can be. */
const sealed = (name: string, parts: Reading[][], test: (reader: SeriesReader) => Promise<void>) =>
  Deno.test(name, () =>
    inMemory(async (kv) => {
      const store = await EmbeddedStore.open(kv, failTest, LIMITS);
      for (const readings of parts) {
        await store.append([{ series: SERIES, readings }]);
        while (await store.maintain());
      }
      await test(store.reader);
    }));

const LIFE = steady(100 * A_DAY, STEP);
const numbers = (readings: Reading[]) => readings.map(({ n }) => n);

sealed(
  "SeriesReader.page() of one day looks at few readings of a long life",
  [LIFE],
  async (reader) => {
    const [from, to] = [START + 20 * DAY, START + 21 * DAY];
    const tired = new SeriesReader(reader.sealed, reader.openOf, 5 * A_DAY);
    const page = await tired.page(SERIES, 0, Infinity, from, to);
    assertEquals(page, { readings: LIFE.slice(20 * A_DAY, 21 * A_DAY) });
  },
);

const late = { ...LIFE[70 * A_DAY], time: START + 20 * DAY + 7 };

sealed(
  "SeriesReader.page() finds one of that day among others of fifty days later",
  [LIFE.filter(({ n }) => n !== late.n), [late], steady(2 * A_DAY, STEP, LIFE.length + 1)],
  async (reader) => {
    const [from, to] = [START + 20 * DAY, START + 21 * DAY];
    const { readings } = await reader.page(SERIES, 0, Infinity, from, to);
    assertEquals(numbers(readings), [...numbers(LIFE.slice(20 * A_DAY, 21 * A_DAY)), late.n]);
  },
);

const twiceAtMidnight = [0, DAY - 9, DAY, DAY, DAY + 9, 2 * DAY + 9].map((after, i) =>
  reading({ n: i + 1, time: START + after })
);

sealed(
  "SeriesReader.page() from midnight on has all readings of that second",
  [twiceAtMidnight, steady(1_000, STEP, 7).map((one) => ({ ...one, time: one.time + 3 * DAY }))],
  async (reader) => {
    const { readings } = await reader.page(SERIES, 0, Infinity, START + DAY, START + 2 * DAY);
    assertEquals(numbers(readings), [3, 4, 5]);
  },
);
