/**
 * What a point usually draws, by weekday and quarter of an hour: the median of past weeks with the
 * quartiles around it, which a holiday or a party does not move. Only what was measured counts.
 */
import { type LocalDay, localDays } from "./billing-period.ts";
import type { Value } from "./energy.ts";
import { inOrder } from "./energy-slices.ts";
import { clockOf, QUARTER, QUARTERS_A_DAY } from "./time-of-use.ts";

/** Milliwatt-hours: a quarter of all were below `low`, a quarter above `high`. */
export interface Spread {
  low: number;
  median: number;
  high: number;
}

export interface Usual {
  /** Whole weeks' worth of quarters behind it. */
  weeks: number;
  /** From Monday on, from midnight on. */
  quarters: Spread[][];
  /** Of whole days, from Monday on: more than the medians of its quarters, which miss the rare. */
  days: Spread[];
  /** Of seven days in a row; unknown where there are not two times that. */
  week?: Spread;
}

export const LEAST_WEEKS = 2;
const WEEK_DAYS = 7;

/** So many quarters make a whole day; the clock takes some away once a year. */
const WHOLE_DAY_QUARTERS = 90;

/** Undefined while there are less than two weeks. */
export function usualOf(values: Value[], timeZone: string): Usual | undefined {
  const measured = inOrder(values).filter(({ quality, start, end }) =>
    quality === "measured" && end - start === QUARTER
  );
  const weeks = Math.floor(measured.length / (WEEK_DAYS * QUARTERS_A_DAY));
  if (weeks < LEAST_WEEKS) return undefined;
  const samples = sampled(measured, timeZone);
  const totals = samples.map(({ day, values }) => ({ day, total: totalOf(values) }));
  const week = weekTotals(totals.map(({ total }) => total));
  return {
    weeks,
    quarters: byWeekday((isMeant) =>
      quarterSpreads(samples.filter(({ day }) => isMeant(day)), quarterSpreads(samples))
    ),
    days: byWeekday((isMeant) =>
      spreadOr(known(totals.filter(({ day }) => isMeant(day))), spreadOf(known(totals)))
    ),
    ...(week.length >= 2 && { week: spreadOf(week) }),
  };
}

interface DaySample {
  day: LocalDay;
  values: { quarter: number; milliwattHours: number }[];
}

function sampled(measured: Value[], timeZone: string): DaySample[] {
  let next = 0;
  const days = localDays(measured[0].start, measured[measured.length - 1].end, timeZone);
  return days.map((day) => {
    const quarterAt = clockOf(day, timeZone);
    const values: DaySample["values"] = [];
    for (; next < measured.length && measured[next].start < day.to; next++) {
      const { start, milliwattHours } = measured[next];
      values.push({ quarter: quarterAt(start), milliwattHours });
    }
    return { day, values };
  });
}

const totalOf = (values: DaySample["values"]): number | undefined =>
  values.length < WHOLE_DAY_QUARTERS
    ? undefined
    : values.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);

const known = (totals: { total: number | undefined }[]): number[] =>
  totals.flatMap(({ total }) => total === undefined ? [] : [total]);

/** Of seven whole days each, one after another. */
function weekTotals(days: (number | undefined)[]): number[] {
  const totals: number[] = [];
  for (let i = 0; i + WEEK_DAYS <= days.length;) {
    const week = days.slice(i, i + WEEK_DAYS);
    const gap = week.lastIndexOf(undefined);
    if (gap < 0) totals.push(week.reduce<number>((sum, total) => sum + (total ?? 0), 0));
    i += gap < 0 ? WEEK_DAYS : gap + 1;
  }
  return totals;
}

const byWeekday = <Of>(spread: (isMeant: (day: LocalDay) => boolean) => Of): Of[] =>
  Array.from({ length: WEEK_DAYS }, (_, i) => spread(({ weekday }) => weekday === i + 1));

function quarterSpreads(samples: DaySample[], fallback?: Spread[]): Spread[] {
  const byQuarter: number[][] = Array.from({ length: QUARTERS_A_DAY }, () => []);
  for (const { values } of samples) {
    for (const { quarter, milliwattHours } of values) byQuarter[quarter].push(milliwattHours);
  }
  return byQuarter.map((found, i) => fallback ? spreadOr(found, fallback[i]) : spreadOf(found));
}

/** One of a kind tells nothing of what is usual. */
const spreadOr = (found: number[], fallback: Spread): Spread =>
  found.length < LEAST_WEEKS ? fallback : spreadOf(found);

function spreadOf(found: number[]): Spread {
  const sorted = found.toSorted((a, b) => a - b);
  return { low: at(sorted, 1), median: at(sorted, 2), high: at(sorted, 3) };
}

/** The value below which so many quarters of all are, in between where none is just there. */
function at(sorted: number[], quarters: number): number {
  if (sorted.length === 0) return 0;
  const place = (sorted.length - 1) * quarters / 4;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  return below + Math.floor((above - below) * (place % 1));
}

const SPREAD = 3;

/** All of it as numbers, to be kept, to seven digits: the weeks, the days, the quarters, and seven days in a row. */
export function packUsual({ weeks, days, quarters, week }: Usual): Float32Array {
  const spreads = [...days, ...quarters.flat(), ...week ? [week] : []];
  const packed = new Float32Array(1 + spreads.length * SPREAD);
  packed[0] = weeks;
  for (const [i, { low, median, high }] of spreads.entries()) {
    packed.set([low, median, high], 1 + i * SPREAD);
  }
  return packed;
}

export function unpackUsual(packed: Float32Array): Usual {
  const spreads: Spread[] = [];
  for (let at = 1; at < packed.length; at += SPREAD) {
    spreads.push({ low: packed[at], median: packed[at + 1], high: packed[at + 2] });
  }
  const days = spreads.slice(0, WEEK_DAYS);
  const quarters = days.map((_, day) => {
    const from = WEEK_DAYS + day * QUARTERS_A_DAY;
    return spreads.slice(from, from + QUARTERS_A_DAY);
  });
  const week = spreads.at(WEEK_DAYS + WEEK_DAYS * QUARTERS_A_DAY);
  return { weeks: packed[0], days, quarters, ...week && { week } };
}
