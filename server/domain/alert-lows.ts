/**
 * A load that never sleeps: the least that a home draws in a quarter of an hour, day by day, and
 * whether it has risen for some days against the weeks before. The least of the whole day counts: an
 * air conditioner is on all night and sleeps by day, a broken fridge does neither.
 */

export interface Lows {
  /** In watts, of the latest days that were not raised, the oldest first. */
  days: number[];
  risen?: Risen;
}

export interface Risen {
  /** The first date. */
  since: string;
  days: number;
  /** What was usual before, and the least since. */
  beforeWatts: number;
  watts: number;
  /** The last day was back half way. */
  isFading: boolean;
}

const MOST_DAYS = 28;
const LEAST_DAYS = 10;
/** What has been so for so long is usual from then on. */
const SETTLED_DAYS = 30;
const LEAST_RISE = 0.3;

/** Takes the least of a day that was measured whole. */
export function closeDay(lows: Lows, date: string, watts: number, leastWatts: number): void {
  const { days, risen } = lows;
  const known = days.toSorted((a, b) => a - b);
  const before = risen?.beforeWatts ?? medianOf(known);
  const rise = Math.max(leastWatts, before * LEAST_RISE);
  const isRaised = known.length >= LEAST_DAYS && watts >= before + rise &&
    (risen !== undefined || watts >= highOf(known) + leastWatts / 2);
  const isFading = risen !== undefined && !isRaised && watts >= before + rise / 2;
  if (isRaised || isFading) raise(lows, date, watts, before, isFading);
  else {
    lows.risen = undefined;
    days.push(watts);
    if (days.length > MOST_DAYS) days.shift();
  }
}

function raise(lows: Lows, date: string, watts: number, before: number, isFading: boolean): void {
  const { risen } = lows;
  lows.risen = {
    since: risen?.since ?? date,
    days: (risen?.days ?? 0) + 1,
    beforeWatts: before,
    watts: Math.min(risen?.watts ?? Infinity, watts),
    isFading,
  };
  if (lows.risen.days < SETTLED_DAYS) return;
  lows.days = Array(LEAST_DAYS).fill(lows.risen.watts);
  lows.risen = undefined;
}

const medianOf = (sorted: number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;

/** Few of the days before were higher. */
const highOf = (sorted: number[]): number => sorted[Math.floor(sorted.length * 0.9)] ?? 0;
