/** What stands in for a reading that is not there, until it comes. */
import type { BillingPeriod } from "./billing-period.ts";
import type { Value } from "./energy.ts";
import { inOrder, within } from "./energy-slices.ts";
import { shareOf } from "./money.ts";

/** What was billed for a period. */
export interface PastUse {
  month: string;
  days: number;
  milliwattHours: number;
  /** For so long of the days nothing was known. */
  missingSeconds?: number;
  /** Whether any of that was estimated. */
  estimated: boolean;
  /** Nothing of it was read. */
  unread?: true;
}

const MOST_PAST_BILLS = 12;
/** In a row; after so many, the next would be estimated by little but estimates. */
const MOST_UNREAD = 3;
const DAY_SECONDS = 86_400;

/**
 * The energy of a period with what is missing at its edges filled by the mean of the last bills
 * over the time that was known. What is missing in between, like the time between two meters, is not made up, and nothing
 * is where nothing was read for long.
 */
export function withoutMissingEdges(
  slices: Value[],
  { from, to }: BillingPeriod,
  past: PastUse[],
): Value[] {
  const known = inOrder(within(slices, from, to)).filter(({ quality }) => quality !== "missing");
  const latest = byMonth(past).slice(-MOST_PAST_BILLS);
  const billedSeconds = latest.reduce((sum, use) => sum + knownSecondsOf(use), 0);
  const wasRead = known.length > 0 || latest.slice(-MOST_UNREAD).some(({ unread }) => !unread);
  if (billedSeconds === 0 || !wasRead) return slices;
  const billed = latest.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);
  const fill = (start: number, end: number): Value[] => {
    if (start >= end) return [];
    const milliwattHours = shareOf(billed, end - start, billedSeconds);
    return [{ start, end, milliwattHours, quality: "estimated" }];
  };
  const first = known[0]?.start ?? to;
  const last = known.at(-1)?.end ?? to;
  return [...fill(from, first), ...within(slices, first, last), ...fill(last, to)];
}

/** Days are whole ones; less may be missing of them than of the period. */
const knownSecondsOf = ({ days, missingSeconds = 0 }: PastUse): number =>
  Math.max(0, days * DAY_SECONDS - missingSeconds);

/** The latest last; those of one month stay in their order. */
export const byMonth = (past: PastUse[]): PastUse[] =>
  past.toSorted((a, b) => Number(a.month > b.month) - Number(a.month < b.month));

/** Whether no reading is in the energy of a period: it is missing, or one estimate of the whole. */
export const isUnread = (slices: Value[], { from, to }: BillingPeriod): boolean =>
  within(slices, from, to).every(({ start, end, quality }) =>
    quality === "missing" || quality === "estimated" && start <= from && to <= end
  );
