/** What a period will come to: what is known of it, and what is usual from then on, with a range. */
import { localDays } from "./billing-period.ts";
import type { Value } from "./energy.ts";
import { energyOf, inOrder, within } from "./energy-slices.ts";
import { type Minor, shareOf } from "./money.ts";
import { rate, type ToRate } from "./rating.ts";
import { clockOf, QUARTER } from "./time-of-use.ts";
import type { Spread, Usual } from "./usual.ts";

export interface Range {
  low: number;
  expected: number;
  high: number;
}

export interface Forecast {
  /** Until when energy is known, and how much that is. */
  since: number;
  soFar: number;
  /** The energy of the whole period, in milliwatt-hours. */
  total: Range;
  /** What is expected of the rest, by quarters of an hour. */
  rest: Value[];
}

/** From half the distance of the quartiles to what four in five stay within, as errors are spread. */
const FOUR_IN_FIVE = 1.9;

export function forecast(
  periodSoFar: Value[],
  usual: Usual,
  { from, until, timeZone }: { from: number; until: number; timeZone: string },
): Forecast {
  const known = inOrder(periodSoFar).filter(({ quality }) => quality !== "missing");
  const since = known.at(-1)?.end ?? from;
  const soFar = energyOf(known);
  const days = restByDay(usual, since, until, timeZone);
  const rest = days.flatMap(({ slices }) => slices);
  const more = energyOf(rest);
  const below = spreadBelow(usual, days, more, "low");
  const above = spreadBelow(usual, days, more, "high");
  const expected = soFar + more;
  const low = soFar + Math.max(0, more - below);
  return { since, soFar, total: { low, expected, high: expected + above }, rest };
}

interface RestOfDay {
  usualDay: Spread;
  /** How much of the day is still to come. */
  part: number;
  slices: Value[];
}

function restByDay(usual: Usual, since: number, until: number, timeZone: string): RestOfDay[] {
  if (since >= until) return [];
  return localDays(since, until, timeZone).map((day) => {
    const quarterAt = clockOf(day, timeZone);
    const usualDay = usual.days[day.weekday - 1];
    const spreads = usual.quarters[day.weekday - 1];
    const quarters: { start: number; end: number; weight: number }[] = [];
    for (let start = day.from; start < day.to; start += QUARTER) {
      quarters.push({ start, end: start + QUARTER, weight: weightOf(spreads[quarterAt(start)]) });
    }
    const slices = shared(usualDay.median, quarters).flatMap((slice) =>
      slice.end <= since || slice.start >= until ? [] : [clipped(slice, since, until)]
    );
    const energy = energyOf(slices);
    return { usualDay, part: usualDay.median === 0 ? 0 : energy / usualDay.median, slices };
  });
}

/** What is rare counts a little, and all quarters count where nothing was ever drawn. */
const weightOf = ({ low, median, high }: Spread): number => low + 2 * median + high + 1;

function shared(
  total: number,
  quarters: { start: number; end: number; weight: number }[],
): Value[] {
  const all = quarters.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  return quarters.map(({ start, end, weight }) => {
    const share = shareOf(total, before + weight, all) - shareOf(total, before, all);
    before += weight;
    return { start, end, milliwattHours: share, quality: "estimated" };
  });
}

function clipped(slice: Value, since: number, until: number): Value {
  const start = Math.max(slice.start, since);
  const end = Math.min(slice.end, until);
  return {
    ...slice,
    start,
    end,
    milliwattHours: shareOf(slice.milliwattHours, end - start, slice.end - slice.start),
  };
}

/**
 * How far the rest may lie from what is expected. Days vary each for itself, so their sum varies
 * less; a home that draws more for weeks moves them all, which is what whole weeks show.
 */
function spreadBelow(usual: Usual, days: RestOfDay[], more: number, side: "low" | "high"): number {
  const squares = days.reduce((sum, { usualDay, part }) => {
    const distance = Math.abs(usualDay[side] - usualDay.median) * part;
    return sum + distance * distance;
  }, 0);
  const { week } = usual;
  const ofWeek = week && week.median > 0 ? Math.abs(week[side] - week.median) / week.median : 0;
  return Math.round(FOUR_IN_FIVE * Math.max(Math.sqrt(squares), more * ofWeek));
}

/** The slices with their energies changed in proportion so that they come to a total. */
export function scaledTo(slices: Value[], total: number): Value[] {
  const all = energyOf(slices);
  if (all === 0) return slices;
  let before = 0;
  return slices.map((slice) => {
    const after = before + slice.milliwattHours;
    const milliwattHours = shareOf(total, after, all) - shareOf(total, before, all);
    before = after;
    return { ...slice, milliwattHours };
  });
}

/** A period of which only so much is known, as it is expected to end. */
export const wholeOf = (
  known: ToRate,
  { since, rest }: Pick<Forecast, "since" | "rest">,
): ToRate => ({
  ...known,
  energy: [...within(known.energy, known.period.from, since), ...rest],
});

/** What the bill of the period will come to. */
export function billForecast(known: ToRate, { since, soFar, total, rest }: Forecast): Range {
  const billAt = (energy: number): Minor =>
    rate(wholeOf(known, { since, rest: scaledTo(rest, energy - soFar) })).total;
  return { low: billAt(total.low), expected: billAt(total.expected), high: billAt(total.high) };
}
