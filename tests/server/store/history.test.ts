/** What a point used over the meters that counted there, and how fast a register moves now. */
import { assertEquals, assertLess } from "@std/assert";
import type { Step } from "../../../server/domain/calendar.ts";
import { bestTime, type Reading } from "../../../server/domain/reading.ts";
import { EmbeddedStore } from "../../../server/store/embedded.ts";
import { History } from "../../../server/store/history.ts";
import { seriesOf } from "../../../server/store/keys.ts";
import type { Assignment } from "../../../server/store/points.ts";
import { failTest, inMemory } from "./kv.ts";
import { DAY, reading, START } from "./readings.ts";

const OLD = "00000000000000aa";
const NEW = "00000000000000bb";
const HOUR = 3_600;

const point = (assignments: Assignment[]) => ({ timezone: "UTC", assignments });

/** Readings every 10 minutes, of which each adds `rise`. */
const every10Minutes = (from: number, to: number, rise: number): Reading[] =>
  Array.from(
    { length: (to - from) / 600 + 1 },
    (_, i) => reading({ n: i + 1, time: from + 600 * i, milliwattHours: 7_000 + rise * i }),
  );

const withHistory = (
  name: string,
  stored: Record<string, Reading[]>,
  test: (history: History) => Promise<void>,
): void =>
  Deno.test(name, () =>
    inMemory(async (kv) => {
      const store = await EmbeddedStore.open(kv, failTest);
      const appends = Object.entries(stored).map(([series, readings]) => ({ series, readings }));
      await store.append(appends);
      await test(new History(store.reader, () => Promise.resolve([])));
    }));

async function energies(history: History, assignments: Assignment[], step: Step, hours: number) {
  const period = { from: START, to: START + hours * HOUR, step };
  const values = await history.consumption(point(assignments), 0, period);
  return values.map(({ milliwattHours, quality }) => `${milliwattHours} ${quality}`);
}

const EXCHANGED = {
  [seriesOf(OLD, 0)]: every10Minutes(START, START + 4 * HOUR, 10),
  [seriesOf(NEW, 0)]: every10Minutes(START, START + 4 * HOUR, 1_000),
  [seriesOf(NEW, 1)]: every10Minutes(START, START + 4 * HOUR, 5),
};

withHistory(
  "History.consumption() counts each meter for its time only",
  EXCHANGED,
  async (history) => {
    const change = START + 1.5 * HOUR;
    const both = [{ meterId: OLD, from: 0, to: change }, { meterId: NEW, from: change }];
    assertEquals(await energies(history, both, "1h", 4), [
      "60 measured",
      "3030 measured",
      "6000 measured",
      "6000 measured",
    ]);
  },
);

withHistory(
  "History.consumption() estimates the step in which a meter moves during a gap",
  {
    [seriesOf(OLD, 0)]: every10Minutes(START, START + 4 * HOUR, 10)
      .filter(({ n }) => n <= 8 || n >= 12),
  },
  async (history) => {
    const change = START + 1.5 * HOUR;
    const left = [{ meterId: OLD, from: 0, to: change }];
    assertEquals(await energies(history, left, "1h", 3), [
      "60 measured",
      "30 estimated",
      "0 missing",
    ]);
    const joined = [{ meterId: OLD, from: change }];
    assertEquals(await energies(history, joined, "1h", 3), [
      "0 missing",
      "30 estimated",
      "60 measured",
    ]);
  },
);

withHistory(
  "History.consumption() keeps to the channel that was asked for",
  EXCHANGED,
  async (history) => {
    const period = { from: START, to: START + HOUR, step: "1h" } as const;
    const [value] = await history.consumption(point([{ meterId: NEW, from: 0 }]), 1, period);
    assertEquals(value.milliwattHours, 30);
  },
);

withHistory(
  "History.consumption() adds the meters that count at the same time",
  EXCHANGED,
  async (history) => {
    const both = [{ meterId: OLD, from: 0 }, { meterId: NEW, from: 0 }];
    assertEquals(await energies(history, both, "1h", 1), ["6060 measured"]);
  },
);

withHistory(
  "History.consumption() misses the time in which no meter counted",
  EXCHANGED,
  async (history) => {
    const past = [{ meterId: OLD, from: 0, to: START + HOUR }];
    assertEquals(await energies(history, past, "1h", 2), ["60 measured", "0 missing"]);
    assertEquals(await energies(history, [], "1h", 2), ["0 missing", "0 missing"]);
    const never = [{ meterId: OLD, from: START + 9 * HOUR }];
    assertEquals(await energies(history, never, "1h", 1), ["0 missing"]);
  },
);

const POWERS: { what: string; readings: Reading[]; watts: number | undefined }[] = [
  { what: "from the last two readings", readings: every10Minutes(0, 1_200, 500), watts: 3 },
  { what: "unknown after a single reading", readings: [reading()], watts: undefined },
  {
    what: "unknown over more than a quarter of an hour",
    readings: [reading(), reading({ n: 2, time: START + 901, milliwattHours: 9 })],
    watts: undefined,
  },
  {
    what: "unknown when the register fell",
    readings: [reading({ milliwattHours: 9 }), reading({ n: 2, time: START + 5 })],
    watts: undefined,
  },
  {
    what: "unknown when no time went by",
    readings: [reading(), reading({ n: 2, milliwattHours: 9 })],
    watts: undefined,
  },
];

for (const { what, readings, watts } of POWERS) {
  withHistory(
    `History.now() has a power ${what}`,
    { [seriesOf(OLD, 0)]: readings },
    async (history) => {
      const now = await history.now(OLD, 0, bestTime(readings[readings.length - 1]));
      assertEquals([now?.newest, now?.watts], [readings[readings.length - 1], watts]);
    },
  );
}

withHistory(
  "History.now() has no power once the newest reading is older than a quarter of an hour",
  { [seriesOf(OLD, 0)]: every10Minutes(0, 1_200, 500) },
  async (history) => {
    assertEquals((await history.now(OLD, 0, 1_200 + 900))?.watts, 3);
    assertEquals((await history.now(OLD, 0, 1_200 + 901))?.watts, undefined);
  },
);

withHistory(
  "History.page() does not end where times run back",
  {
    [seriesOf(OLD, 0)]: [
      reading(),
      reading({ n: 2, time: START + DAY }),
      reading({ n: 3, time: START + 5 }),
    ],
  },
  async (history) => {
    const { readings } = await history.page(OLD, 0, 0, 9, START, START + HOUR);
    assertEquals(readings.map(({ n }) => n), [1, 3]);
  },
);

withHistory("History.consumption() is quick over a century without readings", {
  [seriesOf(OLD, 0)]: [reading()],
}, async (history) => {
  const period = { from: Date.UTC(1971) / 1000, to: Date.UTC(2105) / 1000, step: "1mo" } as const;
  const begin = performance.now();
  await history.consumption(point([{ meterId: OLD, from: 0 }]), 0, period);
  assertLess(performance.now() - begin, 1_000);
});

withHistory("History.now() knows nothing of a meter that never reported", {}, async (history) => {
  assertEquals(await history.now(OLD, 0, START), undefined);
});

withHistory(
  "History.page() gives the readings of one meter and channel",
  EXCHANGED,
  async (history) => {
    const { readings } = await history.page(NEW, 1, 3, 2, START, START + HOUR);
    const shown = readings.map(({ n, milliwattHours }) => [n, milliwattHours]);
    assertEquals(shown, [[3, 7_010], [4, 7_015]]);
  },
);
