/**
 * What is remembered of a point so that rules need no history: running sums of its day and its
 * period, and what the rules on habits keep. A few hundred bytes, changed in place by each quarter
 * of an hour that is over; the same quarters make the same of it, so it can be made anew from them.
 */
import { closeExcessDay, type Excess, NO_EXCESS, type UsualWeek } from "./alert-excess.ts";
import { addQuarter, forgetQuarter } from "./alert-excess.ts";
import type { Limits } from "./alert-limits.ts";
import { closeDay, type Lows } from "./alert-lows.ts";
import type { Rated } from "./alert-bill.ts";
import { type LocalDay, localDays, periodContaining, type ReadingDays } from "./billing-period.ts";
import type { Quality } from "./energy.ts";
import { clockOf, QUARTER } from "./time-of-use.ts";

export interface Watch {
  /** Until when quarters were taken. */
  at: number;
  day: {
    date: string;
    weekday: number;
    from: number;
    to: number;
    milliwattHours: number;
    /** Quarters that were measured, and the least of them. */
    measured: number;
    least: number;
  };
  /** The day before, for what is seen of it only after midnight. */
  dayBefore?: { date: string; from: number; milliwattHours: number };
  period: {
    month: string;
    from: number;
    to: number;
    milliwattHours: number;
    estimatedSeconds: number;
    missingSeconds: number;
    /** Another meter has come within the period. */
    hasExchange: boolean;
    /** When something last came that was long over; 0 if nothing did. */
    lateAt: number;
  };
  lows: Lows;
  excess: Excess;
  usual?: UsualWeek;
  rated?: Rated;
}

export interface QuarterTotal {
  start: number;
  milliwattHours: number;
  quality: Quality;
}

/** A quarter that is known long after it was over says nothing about now. */
export interface NewQuarter extends QuarterTotal {
  isLate?: boolean;
}

/** What is known of the place; days are found by `dayFinder()`. */
export interface Place {
  dayAt: (instant: number) => ClockDay;
  timeZone: string;
  reading: ReadingDays;
  /** By day it may draw nothing, which does not mean that everything sleeps. */
  feedsIn: boolean;
}

export interface ClockDay extends LocalDay {
  quarterAt: (instant: number) => number;
}

/** For all points of a time zone: the day is worked out once for all of them. */
export function dayFinder(timeZone: string): (instant: number) => ClockDay {
  let kept: ClockDay | undefined;
  return (instant) => {
    if (kept && kept.from <= instant && instant < kept.to) return kept;
    const [day] = localDays(instant, instant + 1, timeZone);
    return kept = { ...day, quarterAt: clockOf(day, timeZone) };
  };
}

export function newWatch(at: number, place: Place): Watch {
  const start = at - at % QUARTER;
  return {
    at: start,
    day: newDay(start, place),
    period: newPeriod(start, place),
    lows: { days: [] },
    excess: { ...NO_EXCESS },
  };
}

function newDay(at: number, { dayAt }: Place): Watch["day"] {
  const { date, weekday, from, to } = dayAt(at);
  return { date, weekday, from, to, milliwattHours: 0, measured: 0, least: 0 };
}

function newPeriod(at: number, { reading, timeZone }: Place): Watch["period"] {
  const { month, from, to } = periodContaining(at, reading, timeZone);
  return {
    month,
    from,
    to,
    milliwattHours: 0,
    estimatedSeconds: 0,
    missingSeconds: 0,
    hasExchange: false,
    lateAt: 0,
  };
}

/** So many quarters in a row that nobody knows are made up for one by one; after more, it is as new. */
const MOST_UNKNOWN = 40 * 96;
const WHOLE_DAY = 90;
const FIRST_QUARTER_BY_DAY = 6 * 4;

/** Takes the quarter that follows; one that was taken changes nothing, what is left out is missing. */
export function advance(watch: Watch, quarter: NewQuarter, limits: Limits, place: Place): void {
  if (quarter.start < watch.at) return;
  const left = (quarter.start - watch.at) / QUARTER;
  if (left > MOST_UNKNOWN) Object.assign(watch, newWatch(quarter.start, place));
  for (let start = watch.at; start < quarter.start; start += QUARTER) {
    take(watch, { start, milliwattHours: 0, quality: "missing" }, limits, place);
  }
  take(watch, quarter, limits, place);
}

function take(watch: Watch, quarter: NewQuarter, limits: Limits, place: Place): void {
  const { start, milliwattHours, quality, isLate } = quarter;
  if (start >= watch.day.to) turnDay(watch, limits, place);
  const { day, period, excess, usual } = watch;
  watch.at = start + QUARTER;
  day.milliwattHours += milliwattHours;
  period.milliwattHours += milliwattHours;
  const least = limits.unusualMilliwattHours;
  if (quality !== "measured") {
    addUnknown(period, quality);
    if (least !== null) forgetQuarter(excess, start, least);
    return;
  }
  const clock = place.dayAt(start).quarterAt(start);
  if (!place.feedsIn || clock < FIRST_QUARTER_BY_DAY) {
    if (day.measured === 0 || milliwattHours < day.least) day.least = milliwattHours;
  }
  day.measured++;
  if (usual === undefined || least === null || isLate) return;
  addQuarter(excess, usual, start, milliwattHours, clock >> 2, day, least);
}

function addUnknown(period: Watch["period"], quality: Quality): void {
  if (quality === "estimated") period.estimatedSeconds += QUARTER;
  else if (quality === "missing") period.missingSeconds += QUARTER;
}

/** Milliwatt-hours of a quarter of an hour, as watts. */
const wattsOf = (milliwattHours: number): number => Math.round(milliwattHours * 4 / 1_000);

function turnDay(watch: Watch, limits: Limits, place: Place): void {
  const { day, period, lows, excess } = watch;
  if (day.measured >= WHOLE_DAY && limits.neverSleepsWatts !== null) {
    closeDay(lows, day.date, wattsOf(day.least), limits.neverSleepsWatts);
  }
  closeExcessDay(excess);
  const { date, from, milliwattHours } = day;
  watch.dayBefore = { date, from, milliwattHours };
  watch.day = newDay(day.to, place);
  if (day.to < period.to) return;
  watch.period = newPeriod(day.to, place);
  watch.rated = undefined;
}

/** What is kept back for less is how connections are. */
const LATE_SECONDS = 2 * 3_600;

/**
 * Adds the day and the period up anew from all their quarters as they are known now: late readings
 * came, a case was answered. What is not among them from the first one on is missing.
 */
export function recount(watch: Watch, quarters: QuarterTotal[], now: number): void {
  const { day, period, at } = watch;
  const { milliwattHours: before } = period;
  const unknownBefore = period.estimatedSeconds + period.missingSeconds;
  const counted = quarters.filter(({ start }) => period.from <= start && start < at);
  const begin = Math.min(at, ...counted.slice(0, 1).map(({ start }) => start));
  const sum = (some: QuarterTotal[]) =>
    some.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);
  const seconds = (is: Quality) => QUARTER * counted.filter(({ quality }) => quality === is).length;
  const { dayBefore } = watch;
  if (dayBefore && dayBefore.from >= begin) {
    dayBefore.milliwattHours = sum(
      counted.filter(({ start }) => dayBefore.from <= start && start < day.from),
    );
  }
  day.milliwattHours = sum(counted.filter(({ start }) => start >= day.from));
  period.milliwattHours = sum(counted);
  period.estimatedSeconds = seconds("estimated");
  period.missingSeconds = Math.max(
    0,
    at - begin - period.estimatedSeconds - seconds("measured"),
  );
  const learned = Math.abs(unknownBefore - period.estimatedSeconds - period.missingSeconds);
  const isOtherwise = learned === 0 && period.milliwattHours !== before;
  if (learned >= LATE_SECONDS || isOtherwise) period.lateAt = now;
}

/** The days on which meters are read may have been changed; what was drawn is for `recount()`. */
export function renewPeriod(watch: Watch, place: Place): void {
  const { from, to } = watch.period;
  const period = newPeriod(watch.day.from, place);
  if (period.from === from && period.to === to) return;
  watch.period = period;
  watch.rated = undefined;
}

/** Another meter counts at the point since then. */
export function exchange(watch: Watch, at: number): void {
  if (watch.period.from <= at && at < watch.period.to) watch.period.hasExchange = true;
}
