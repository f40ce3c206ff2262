/** The open parts of many series, against a plain map of readings. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Reading } from "../../../server/domain/reading.ts";
import { BitReader, BitWriter } from "../../../server/store/bits.ts";
import { merge, OpenParts } from "../../../server/store/open-parts.ts";
import { anyReadings, reading, SERIES, seriesNamed, steady } from "./readings.ts";

const SEED = 20260413;
const SERIES_COUNT = 5;

interface ModelPart {
  sealedThrough: number;
  readings: Map<number, Reading>;
}

const inOrder = ({ readings }: ModelPart): Reading[] =>
  [...readings.values()].sort((a, b) => a.n - b.n);

const byNumber = (readings: Reading[]): Map<number, Reading> =>
  new Map(readings.map((reading) => [reading.n, reading]));

/** Both sides of the comparison, and what can be done to them. */
class Pair {
  open = new OpenParts();
  readonly model = new Map<string, ModelPart>();

  add(series: string, readings: Reading[]): void {
    this.open.add(series, readings);
    const part = this.#part(series);
    for (const reading of readings) part.readings.set(reading.n, reading);
  }

  seal(series: string, sealedThrough: number, placed: number): void {
    const part = this.#part(series);
    const placedThrough = inOrder(part).at(placed)?.n ?? 0xffffffff;
    this.open.seal(series, sealedThrough, placedThrough);
    const left = inOrder(part).filter(({ n }) => n > placedThrough);
    Object.assign(part, { sealedThrough, readings: byNumber(left) });
  }

  /** Writes every series into another instance, over what may be there already. */
  restoreAll(disturbance: Reading[]): void {
    const restored = new OpenParts();
    for (const series of this.model.keys()) {
      if (series.endsWith("0")) restored.add(series, disturbance);
      const writer = new BitWriter();
      writer.write(0, 3);
      this.open.snapshot(series, writer);
      restored.restore(series, new BitReader(writer.written, 3));
    }
    this.open = restored;
  }

  assertSame(): void {
    const { open, model } = this;
    assertEquals([...open.series()].sort(), [...model.keys()].sort());
    assertEquals(open.seriesCount, model.size);
    let count = 0;
    for (const [series, part] of model) {
      const readings = inOrder(part);
      count += readings.length;
      assertEquals(open.readings(series), readings);
      assertEquals(open.count(series), readings.length);
      assertEquals(open.sealedThrough(series), part.sealedThrough);
      assertEquals(open.newestN(series), Math.max(readings.at(-1)?.n ?? 0, part.sealedThrough));
    }
    assertEquals(open.readingCount, count);
  }

  #part(series: string): ModelPart {
    const part = this.model.get(series) ?? { sealedThrough: 0, readings: new Map() };
    this.model.set(series, part);
    return part;
  }
}

type Step = (pair: Pair) => void;

const anySeries = fc.nat(SERIES_COUNT - 1).map(seriesNamed);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ series: anySeries, readings: anyReadings(30), from: fc.nat(100) }).map(
      ({ series, readings, from }): Step => (pair) =>
        pair.add(series, readings.map((reading) => ({ ...reading, n: reading.n + from }))),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(anySeries, fc.nat(0xffffffff), fc.nat(40)).map(
      ([series, sealedThrough, at]): Step => (pair) => pair.seal(series, sealedThrough, at),
    ),
  },
  { weight: 1, arbitrary: anyReadings(30).map((some): Step => (pair) => pair.restoreAll(some)) },
);

Deno.test("OpenParts agrees with a map through any adding, sealing and restoring", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 25, size: "max" }), (steps) => {
      const pair = new Pair();
      for (const step of steps) step(pair);
      pair.assertSame();
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("OpenParts knows nothing of a series that it never saw", () => {
  const open = new OpenParts();
  assertEquals(open.readings(SERIES), []);
  assertEquals([open.count(SERIES), open.newestN(SERIES)], [0, 0]);
});

Deno.test("OpenParts.add() puts the second reading under a number in the place of the first", () => {
  const open = new OpenParts();
  open.add(SERIES, steady(3));
  const other = reading({ n: 2, milliwattHours: 1 });
  open.add(SERIES, [other]);
  assertEquals(open.readings(SERIES)[1], other);
  assertEquals(open.readingCount, 3);
});

Deno.test("OpenParts grows over thousands of series without mixing them up", () => {
  const open = new OpenParts();
  const readings = (i: number) => steady(3, 5, i + 1);
  for (let i = 0; i < 2_500; i++) open.add(seriesNamed(i), readings(i));
  for (let i = 0; i < 2_500; i++) assertEquals(open.readings(seriesNamed(i)), readings(i));
});

Deno.test("merge() is the sorted union in which the newer list wins", () => {
  fc.assert(
    fc.property(anyReadings(20), anyReadings(20), (older, newer) => {
      const union = new Map([...byNumber(older), ...byNumber(newer)]);
      assertEquals(merge(older, newer), [...union.values()].sort((a, b) => a.n - b.n));
    }),
    { seed: SEED, numRuns: 200 },
  );
});
