/** Readings for the store's tests: made by rule, or arbitrary within what the store promises. */
import fc from "fast-check";
import { CLOCK_WRONG, type Reading } from "../../../server/domain/reading.ts";

/** 2026-06-01T00:00:00Z, the beginning of a UTC day. */
export const START = 1_780_272_000;
export const DAY = 86_400;

export const METER = "0123456789abcdef";
export const SERIES = `${METER}0`;
/** As many different series as a test asks for. */
export const seriesNamed = (i: number): string =>
  `${(i * 0x9e3779b1).toString(16).padStart(16, "0").slice(-16)}${i % 2}`;

export const reading = (over: Partial<Reading> = {}): Reading => ({
  n: 1,
  time: START,
  milliwattHours: 0,
  quality: 0,
  skew: 0,
  ...over,
});

/** Readings numbered on from `firstN`, one a `step`, each with a rise between 0 and 2,000. */
export const steady = (count: number, step = 5, firstN = 1): Reading[] => {
  let milliwattHours = 5_000_000 + firstN * 977;
  return Array.from({ length: count }, (_, i) => {
    milliwattHours += (firstN + i) * 7_919 % 2_001;
    return reading({ n: firstN + i, time: START + (firstN + i - 1) * step, milliwattHours });
  });
};

const anyNumber = fc.oneof(
  fc.nat(1_000),
  fc.nat(0xffffffff),
  fc.maxSafeNat(),
  fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
);

const anyQuality = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat(0x3ff) },
);

/** One reading's difference from the one before: most are like a meter's, some are like nothing. */
const anyStep = fc.record({
  numbers: fc.oneof(
    { weight: 5, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 10_000_000 }) },
  ),
  time: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: -3, max: 13 }).map((by) => ({ by })) },
    { weight: 1, arbitrary: anyNumber.map((to) => ({ to })) },
  ),
  register: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: -10, max: 30_000 }).map((by) => ({ by })) },
    { weight: 1, arbitrary: anyNumber.map((to) => ({ to })) },
  ),
  quality: anyQuality,
  skew: fc.oneof(fc.nat(100_000).map((seconds) => -seconds), fc.maxSafeInteger()),
});

type Move = { by: number } | { to: number };
const moved = (from: number, move: Move): number =>
  "to" in move ? move.to : Math.min(Math.max(0, from + move.by), Number.MAX_SAFE_INTEGER);

/** Any content under numbers that rise. */
export const anyReadings = (maxLength: number): fc.Arbitrary<Reading[]> =>
  fc.array(anyStep, { minLength: 1, maxLength, size: "max" }).map((steps) => {
    let last = reading({ n: 0 });
    return steps.map(({ numbers, time, register, quality, skew }) =>
      last = {
        n: last.n + numbers,
        time: moved(last.time + 5, time),
        milliwattHours: moved(last.milliwattHours, register),
        quality,
        skew: quality & CLOCK_WRONG ? skew : 0,
      }
    );
  });
