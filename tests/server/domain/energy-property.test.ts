/** What must hold of energy for any readings and any edges. Seeds are fixed; a failure prints them. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  addTo,
  EDGE_ESTIMATED,
  emptyTotal,
  profile,
  regroup,
  type Total,
  valuesOf,
} from "../../../server/domain/energy.ts";
import { bestTime, type Reading } from "../../../server/domain/reading.ts";

const SEED = 20260403;
const SPAN = 20_000;

/** Times go forward for the most part, stand still or run back now and then; registers fall at times. */
const anyReadings: fc.Arbitrary<Reading[]> = fc.array(
  fc.record({
    gap: fc.integer({ min: 1, max: 5 }),
    step: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: -300, max: 0 }) },
    ),
    rise: fc.oneof(
      { weight: 6, arbitrary: fc.nat(100_000) },
      { weight: 1, arbitrary: fc.integer({ min: -500_000, max: 0 }) },
    ),
    quality: fc.constantFrom(0, 0, 0, 1, 0x200),
  }),
  { maxLength: 40 },
).map((steps) => {
  let reading: Reading = { n: 0, time: 300, milliwattHours: 1_000_000, quality: 0, skew: 0 };
  return steps.map(({ gap, step, rise, quality }) =>
    reading = {
      n: reading.n + gap,
      time: Math.max(1, reading.time + step),
      milliwattHours: Math.max(0, reading.milliwattHours + rise),
      quality,
      skew: 0,
    }
  );
});

const anyEdges: fc.Arbitrary<number[]> = fc
  .uniqueArray(fc.nat(SPAN), { minLength: 2, maxLength: 30 })
  .map((edges) => edges.sort((a, b) => a - b));

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The total of what is counted over each of the parts. */
function totalOf(readings: Reading[], parts: number[][], edges: number[]): Total {
  const total = emptyTotal(edges);
  for (const part of parts) addTo(total, profile(readings, part, 900));
  return total;
}

const sortedUnion = (...lists: number[][]): number[] =>
  [...new Set(lists.flat())].sort((a, b) => a - b);

const check = (property: (readings: Reading[], edges: number[]) => void, numRuns = 300): void =>
  fc.assert(fc.property(anyReadings, anyEdges, property), { seed: SEED, numRuns });

Deno.test("profile() gives every stretch a whole energy that is never negative", () => {
  check((readings, edges) => {
    const { energies, qualities, holdsReading } = profile(readings, edges, 900);
    assert(energies.every((energy) => Number.isSafeInteger(energy) && energy >= 0));
    assertEquals(energies.length, edges.length - 1);
    assertEquals(holdsReading.length, edges.length - 1);
    assertEquals(qualities.length, edges.length);
  });
});

Deno.test("profile() over all time is the sum of the register's rises", () => {
  check((readings) => {
    const rises = readings.map((reading, i) =>
      i === 0 ? 0 : Math.max(0, reading.milliwattHours - readings[i - 1].milliwattHours)
    );
    assertEquals(sum(profile(readings, [0, 1e9], 900).energies), sum(rises));
  });
});

Deno.test("profile() telescopes: more edges change no sum", () => {
  check((readings, edges) => {
    const ends = [edges[0], edges[edges.length - 1]];
    const coarse = profile(readings, ends, 900).energies;
    assertEquals([sum(profile(readings, edges, 900).energies)], coarse);
  });
});

Deno.test("regroup() of fine edges equals the profile of coarse ones", () => {
  fc.assert(
    fc.property(anyReadings, anyEdges, anyEdges, (readings, coarse, more) => {
      const inner = more.filter((edge) => edge > coarse[0] && edge < coarse[coarse.length - 1]);
      const fine = profile(readings, sortedUnion(coarse, inner), 900);
      assertEquals(regroup(fine, coarse), profile(readings, coarse, 900));
    }),
    { seed: SEED, numRuns: 300 },
  );
});

Deno.test("addTo() loses nothing when two meters take turns", () => {
  fc.assert(
    fc.property(anyReadings, anyEdges, fc.nat(SPAN), (readings, edges, turn) => {
      const last = edges[edges.length - 1];
      const change = Math.min(Math.max(turn, edges[0] + 1), last - 1);
      if (change <= edges[0]) return;
      const joined = totalOf(readings, [
        [...edges.filter((edge) => edge < change), change],
        [change, ...edges.filter((edge) => edge > change)],
      ], edges);
      const whole = profile(readings, edges, 900);
      assertEquals(joined.energies, whole.energies);
      assertEquals(joined.holdsReading, whole.holdsReading);
      const kept = (_: unknown, i: number) => edges[i] !== change;
      assertEquals(joined.qualities.filter(kept), whole.qualities.filter(kept));
      const [, turned] = profile(readings, [edges[0], change, last], 900).qualities;
      const unsure = edges.slice(1).map((end, i) =>
        turned === EDGE_ESTIMATED && edges[i] < change && change < end
      );
      assertEquals(joined.unsure, unsure);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

Deno.test("valuesOf() covers all edges without a hole and keeps the sum", () => {
  check((readings, edges) => {
    const whole = totalOf(readings, [edges], edges);
    const values = valuesOf(whole);
    assertEquals(values[0].start, edges[0]);
    assertEquals(values.at(-1)?.end, edges.at(-1));
    for (let i = 1; i < values.length; i++) assertEquals(values[i].start, values[i - 1].end);
    assertEquals(sum(values.map(({ milliwattHours }) => milliwattHours)), sum(whole.energies));
  });
});

Deno.test("valuesOf() calls missing only what holds no energy and no reading", () => {
  check((readings, edges) => {
    for (const value of valuesOf(totalOf(readings, [edges], edges))) {
      if (value.quality !== "missing") continue;
      assertEquals(value.milliwattHours, 0);
      const inside = (time: number) => time >= value.start && time < value.end;
      assert(!ordered(readings).some(inside), `${value.start}–${value.end} holds a reading`);
    }
  });
});

/** The times at which readings count: never before an earlier one's. */
function ordered(readings: Reading[]): number[] {
  let latest = 0;
  return readings.map((reading) => latest = Math.max(latest, bestTime(reading)));
}
