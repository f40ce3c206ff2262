/**
 * Closes periods: goes over all points and issues what is due. It keeps nothing in mind, so one that
 * was broken off is gone on with by beginning anew.
 */
import type { BillingPeriod } from "../domain/billing-period.ts";
import { sumOf } from "../domain/lines.ts";
import { NoAnswerError, type ReportProblem, type Result } from "../errors.ts";
import type { CloseItem, CloseRun } from "../store/close-runs.ts";
import type { Issued } from "../store/issuing.ts";
import type { PointRecord } from "../store/points.ts";
import type { By } from "../store/records.ts";

export interface CloseParts {
  /** All points, a page at a time. */
  points: () => AsyncIterable<PointRecord>;
  /** The period of a point that is next, if it has ended by an instant. */
  due: (point: PointRecord, at: number, billedTo?: number) => Promise<BillingPeriod | undefined>;
  issue: (point: PointRecord, period: BillingPeriod, by: By) => Promise<Result<Issued>>;
  preview: (point: PointRecord, period: BillingPeriod, by: By) => Promise<Result<Issued>>;
  keep: (run: CloseRun) => Promise<void>;
  add: (run: CloseRun, item: CloseItem) => Promise<void>;
  /** Whether the server stops: the rest is for the next run. */
  isStopped: () => boolean;
  /** Unix seconds. */
  now: () => number;
  report: ReportProblem;
}

/** For readings that come late. */
const GRACE_SECONDS = 24 * 3600;
/** Of one point in one run; the rest is for the next. */
const MOST_PERIODS = 13;
const POINTS_A_NOTE = 100;
/** While one waits for the database, others are worked out. */
const POINTS_AT_ONCE = 4;

export async function closePeriods(parts: CloseParts, run: CloseRun, by: By): Promise<void> {
  const points = parts.points()[Symbol.asyncIterator]();
  let isBroken = false;
  const worker = async () => {
    for (;;) {
      const next = await points.next();
      if (next.done || isBroken || parts.isStopped()) return;
      await closePoint(parts, run, by, next.value);
      if (++run.points % POINTS_A_NOTE === 0) await parts.keep(run);
    }
  };
  const careful = () =>
    worker().catch((error) => {
      isBroken = true;
      throw error;
    });
  const ended = await Promise.allSettled(Array.from({ length: POINTS_AT_ONCE }, careful));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  if (parts.isStopped()) return;
  run.endedAt = parts.now();
  await parts.keep(run);
}

/** What is wrong at one point does not hold up the others; a database that is gone does. */
async function closePoint(
  parts: CloseParts,
  run: CloseRun,
  by: By,
  point: PointRecord,
): Promise<void> {
  let period: BillingPeriod | undefined;
  for (let periods = 0; periods < (run.isDry ? 1 : MOST_PERIODS); periods++) {
    period = await parts.due(point, parts.now() - GRACE_SECONDS, period?.to);
    if (!period) return;
    const at = { ...by, at: parts.now() };
    try {
      const issued = await (run.isDry ? parts.preview : parts.issue)(point, period, at);
      if (!issued.ok) return await failure(parts, run, point, period, issued.detail);
      if (issued.value.isNew) run.invoices++;
      if (run.isDry) await parts.add(run, itemOf(point, period, issued.value));
    } catch (error) {
      if (error instanceof NoAnswerError) throw error;
      parts.report(`Cannot bill point ${point.id}`, error);
      return await failure(parts, run, point, period, "It broke; the log says why.");
    }
  }
}

async function failure(
  { add }: CloseParts,
  run: CloseRun,
  { id }: PointRecord,
  { month }: BillingPeriod,
  failure: string,
): Promise<void> {
  run.failures++;
  await add(run, { pointId: id, month, failure });
}

const itemOf = (
  { id }: PointRecord,
  { month }: BillingPeriod,
  { bill: { currency, total, milliwattHours, lines } }: Issued,
): CloseItem => ({
  pointId: id,
  month,
  currency,
  total,
  milliwattHours,
  corrected: sumOf(lines.filter(({ kind }) => kind === "correction")),
});
