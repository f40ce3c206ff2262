/** Consumption over exchanged meters and answered falls, by hand, and the power around a fall. */
import { assert, assertEquals } from "@std/assert";
import type { Resolution } from "../../../server/domain/corrections.ts";
import type { Reading } from "../../../server/domain/reading.ts";
import { caseId, Cases } from "../../../server/store/cases.ts";
import { EmbeddedStore } from "../../../server/store/embedded.ts";
import { fallsAt } from "../../../server/store/falls.ts";
import { History } from "../../../server/store/history.ts";
import { seriesOf } from "../../../server/store/keys.ts";
import type { Assignment } from "../../../server/store/points.ts";
import { failTest, inMemory } from "./kv.ts";
import { METER, reading, START } from "./readings.ts";

const OLD = METER;
const NEW = "00000000000000bb";
const HOUR = 3_600;

/** One each ten minutes, numbered from 1 on. */
const registers = (firstMinute: number, milliwattHours: number[]): Reading[] =>
  milliwattHours.map((milliwattHours, i) =>
    reading({ n: i + 1, time: START + 60 * firstMinute + 600 * i, milliwattHours })
  );

class House {
  constructor(readonly store: EmbeddedStore, readonly cases: Cases, readonly history: History) {}

  async take(meter: string, readings: Reading[]): Promise<void> {
    const series = seriesOf(meter, 0);
    await this.store.append([{ series, readings }]);
    const falls = await fallsAt(this.store.reader, series, readings);
    await this.cases.record(meter, 0, falls, START);
  }

  async answer(resolution: Resolution): Promise<void> {
    const [open] = (await this.cases.list({ open: true, limit: 1 })).items;
    const resolved = await this.cases.resolve(caseId(open), resolution, "Ana", START);
    assert(resolved.ok, JSON.stringify(resolved));
  }

  async hours(assignments: Assignment[], count: number): Promise<string[]> {
    const period = { from: START, to: START + count * HOUR, step: "1h" } as const;
    const values = await this.history.consumption({ timezone: "UTC", assignments }, 0, period);
    return values.map(({ milliwattHours, quality }) => `${milliwattHours} ${quality}`);
  }

  async watts(): Promise<number | undefined> {
    const [newest] = await this.store.reader.newest(seriesOf(OLD, 0), 1);
    return (await this.history.now(OLD, 0, newest.time))?.watts;
  }
}

const inHouse = (name: string, test: (house: House) => Promise<void>): void =>
  Deno.test(name, () =>
    inMemory(async (kv) => {
      const store = await EmbeddedStore.open(kv, failTest);
      const cases = new Cases(kv, failTest);
      const history = new History(store.reader, (meter, channel) => cases.of(meter, channel));
      await test(new House(store, cases, history));
    }));

const change = START + 75 * 60;
const EXCHANGE: Assignment[] = [
  { meterId: OLD, from: 0, to: change, final: 175 },
  { meterId: NEW, from: change, start: 5_000 },
];

inHouse("History.consumption() runs on over an exchange of meters", async (house) => {
  await house.take(OLD, registers(0, [100, 110, 120, 130, 140, 150, 160, 170]));
  await house.take(NEW, registers(80, [5_005, 5_015, 5_025, 5_035, 5_045]));
  assertEquals(await house.hours(EXCHANGE, 2), ["60 measured", "60 measured"]);
});

inHouse("History.consumption() takes a late batch of the meter that was there", async (house) => {
  const old = registers(0, [100, 110, 120, 130, 140, 150, 160, 170]);
  await house.take(NEW, registers(80, [5_005, 5_015, 5_025, 5_035, 5_045]));
  await house.take(OLD, old.slice(0, 2));
  assertEquals(await house.hours(EXCHANGE, 2), ["60 estimated", "60 estimated"]);
  await house.take(OLD, old.slice(2));
  assertEquals(await house.hours(EXCHANGE, 2), ["60 measured", "60 measured"]);
});

inHouse(
  "History.consumption() ends with what was read, not with what came after",
  async (house) => {
    const onTheBench = reading({ n: 9, time: change + 60, milliwattHours: 9_999 });
    await house.take(OLD, [...registers(0, [100, 110, 120, 130, 140, 150, 160, 170]), onTheBench]);
    assertEquals(await house.hours(EXCHANGE, 2), ["60 measured", "15 measured"]);
  },
);

inHouse(
  "History.consumption() adds nothing where a person read less than the meter",
  async (house) => {
    await house.take(OLD, registers(0, [100, 110, 120, 130, 140, 150, 160, 170]));
    const typo = [{ ...EXCHANGE[0], final: 17 }, EXCHANGE[1]];
    assertEquals(await house.hours(typo, 2), ["60 measured", "10 measured"]);
  },
);

inHouse(
  "History.consumption() knows a meter by the registers of two people alone",
  async (house) => {
    const read = [{ meterId: OLD, from: START, start: 40, to: START + 2 * HOUR, final: 100 }];
    assertEquals(await house.hours(read, 3), ["30 estimated", "30 estimated", "0 missing"]);
  },
);

inHouse("History.consumption() takes what people read for what was drawn only", async (house) => {
  const fedIn = async () => {
    const period = { from: START, to: START + 2 * HOUR, step: "1h" } as const;
    const place = { timezone: "UTC", assignments: EXCHANGE };
    const values = await house.history.consumption(place, 1, period);
    return values.map(({ milliwattHours }) => milliwattHours);
  };
  await house.take(OLD, registers(0, [100, 110, 120, 130, 140, 150, 160, 170]));
  assertEquals(await fedIn(), [0, 0]);
  const readings = registers(0, [0, 1, 2, 3, 4, 5, 6, 7]);
  await house.store.append([{ series: seriesOf(OLD, 1), readings }]);
  assertEquals(await fedIn(), [6, 1]);
});

const FALLS: {
  what: string;
  registers: number[];
  resolution: Resolution;
  before: string[];
  after: string[];
}[] = [
  {
    what: "a reset",
    registers: [100, 110, 120, 130, 140, 150, 160, 4, 14, 24, 34, 44, 54],
    resolution: { kind: "reset" },
    before: ["60 measured", "50 measured"],
    after: ["60 measured", "54 estimated"],
  },
  {
    what: "an exchange",
    registers: [100, 110, 120, 130, 140, 150, 160, 4, 14, 24, 34, 44, 54],
    resolution: { kind: "exchange", final: 166, start: 0 },
    before: ["60 measured", "50 measured"],
    after: ["60 measured", "60 estimated"],
  },
  {
    what: "a spike down",
    registers: [100, 110, 3, 130, 140, 150, 160, 170],
    resolution: { kind: "fault", fromN: 3, toN: 3 },
    before: ["167 measured"],
    after: ["60 measured"],
  },
  {
    what: "a spike up",
    registers: [100, 110, 9_000, 130, 140, 150, 160, 170],
    resolution: { kind: "fault", fromN: 3, toN: 3 },
    before: ["8930 measured"],
    after: ["60 measured"],
  },
];

for (const { what, registers: said, resolution, before, after } of FALLS) {
  inHouse(`History.consumption() is right over ${what} once it is answered`, async (house) => {
    await house.take(OLD, registers(0, said));
    const whole = [{ meterId: OLD, from: 0 }];
    assertEquals(await house.hours(whole, before.length), before);
    await house.answer(resolution);
    assertEquals(await house.hours(whole, after.length), after);
    assertEquals((await house.cases.list({ open: true, limit: 1 })).items, []);
  });
}

inHouse("History.consumption() follows the latest answer", async (house) => {
  await house.take(OLD, registers(0, [100, 110, 3, 130, 140, 150, 160, 170]));
  await house.answer({ kind: "reset" });
  assertEquals(await house.hours([{ meterId: OLD, from: 0 }], 1), ["170 estimated"]);
  const resolution = { kind: "fault", fromN: 3, toN: 3 } as const;
  await house.cases.resolve(`${OLD}-0-3`, resolution, "Ana", START);
  assertEquals(await house.hours([{ meterId: OLD, from: 0 }], 1), ["60 measured"]);
});

const POWERS: { what: string; said: number[]; resolution?: Resolution; watts?: number }[] = [
  { what: "at a fall", said: [100_000, 3] },
  { what: "as a spike down ends", said: [100_000, 3, 100_500] },
  { what: "as a longer spike down ends", said: [100_000, 3, 4, 100_500] },
  {
    what: "behind a reading that is wrong",
    said: [100_000, 3, 100_500],
    resolution: { kind: "fault", fromN: 2, toN: 2 },
  },
  {
    what: "at a reading that is wrong",
    said: [100_000, 3, 503],
    resolution: { kind: "fault", fromN: 2, toN: 3 },
  },
  { what: "of a register that goes on from below", said: [100_000, 3, 503], watts: 3 },
  {
    what: "of one that climbed as high again after it was reset",
    said: [100_000, 3, 99_600, 100_100],
    resolution: { kind: "reset" },
    watts: 3,
  },
];

for (const { what, said, resolution, watts } of POWERS) {
  const name = watts === undefined ? "does not know the power" : "knows the power";
  inHouse(`History.now() ${name} ${what}`, async (house) => {
    await house.take(OLD, registers(0, said));
    if (resolution) await house.answer(resolution);
    assertEquals(await house.watts(), watts);
  });
}
