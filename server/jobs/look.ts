/**
 * One look at a point: the quarters of an hour that are known since the last look go into what is
 * remembered of it, and what is to be told of the point and its meters is found. Writes nothing.
 */
import { KINDS } from "../domain/alert-kinds.ts";
import { wantsRating } from "../domain/alert-bill.ts";
import { usualWeek } from "../domain/alert-excess.ts";
import type { Evaluation } from "../domain/alert-life.ts";
import { meterFindings } from "../domain/alert-meter.ts";
import { isOutSince } from "../domain/alert-outage.ts";
import { pointFindings } from "../domain/alert-rules.ts";
import { advance, exchange, recount, renewPeriod } from "../domain/alert-watch.ts";
import type { Value } from "../domain/energy.ts";
import { SUPPLIES } from "../domain/tariff.ts";
import type { AlertRating } from "../store/alert-rating.ts";
import type { PointQuarters } from "../store/point-quarters.ts";
import type { PointRecord } from "../store/points.ts";
import type { PointWatch } from "../store/watches.ts";
import { beginLooking, USUAL_DAYS } from "./begin-looking.ts";
import { hear } from "./hear.ts";
import type { Around } from "./surroundings.ts";

export interface LookParts {
  quarters: PointQuarters;
  rating: AlertRating;
}

export interface Looked {
  kept: PointWatch;
  evaluations: Evaluation[];
}

const HOUR = 3_600;
const DAY = 24 * HOUR;
const USUAL_EVERY = 7 * DAY;
/** What becomes known so long after says nothing about now. */
const LATE_SECONDS = 2 * HOUR;

export async function look(
  parts: LookParts,
  point: PointRecord,
  before: PointWatch | undefined,
  around: Around,
): Promise<Looked> {
  const { now } = around;
  const kept = before && isStill(before, point, now)
    ? before
    : await beginLooking(parts.quarters, point, around, before);
  const from = kept.watch.at;
  const known = await parts.quarters.since(point, from, now, usualGap(kept));
  hear(kept, known.meters, { ...around, lookedAt: kept.lookedAt, supply: supplyOf(point) });
  kept.lookedAt = now;
  kept.isUnheard &&= Object.keys(kept.meters).length === 0;
  take(kept, known.quarters, point, around);
  await lookBack(parts, point, kept, from, around);
  return { kept, evaluations: evaluationsOf(point, kept, around) };
}

const supplyOf = ({ supply }: PointRecord) => supply ?? SUPPLIES[0];

/**
 * Another customer has other habits, and nobody knows what they were long ago. Before a meter has
 * said something, nothing is missing.
 */
const isStill = ({ customerId, watch, isUnheard }: PointWatch, point: PointRecord, now: number) =>
  !isUnheard && customerId === point.customerId && now - watch.at < USUAL_DAYS * DAY;

function take(kept: PointWatch, quarters: Value[], point: PointRecord, around: Around): void {
  const { now, limits } = around;
  const { watch, feedsIn } = kept;
  const place = { ...around.place, feedsIn };
  for (const quarter of quarters) {
    const isLate = now - quarter.end > LATE_SECONDS;
    advance(watch, isLate ? { ...quarter, isLate } : quarter, limits, place);
  }
  for (const { from } of point.assignments.slice(1)) exchange(watch, from);
}

/** Of the slowest of the meters; 0 while that is not known. */
const usualGap = ({ meters }: PointWatch): number =>
  Math.max(0, ...Object.values(meters).map(({ gapSeconds }) => gapSeconds));

/** What is worked out from more than the last quarters: once a day, and where there are gaps. */
async function lookBack(
  { quarters, rating }: LookParts,
  point: PointRecord,
  kept: PointWatch,
  from: number,
  { now, limits, place, openCaseOf, mayRate }: Around,
): Promise<void> {
  const { watch } = kept;
  const { at, day } = watch;
  const isAnswered = kept.hasOpenFall && !hasOpenFall(kept, openCaseOf);
  if (at === from && !isAnswered) return;
  const isNewDay = day.from >= from;
  if (isNewDay) renewPeriod(watch, { ...place, feedsIn: kept.feedsIn });
  const { period } = watch;
  const isNewHour = Math.floor(from / HOUR) < Math.floor(at / HOUR);
  const hasGaps = period.estimatedSeconds + period.missingSeconds > 0;
  if (isAnswered) {
    watch.rated = undefined;
    kept.ratedAt = 0;
  }
  if (isNewDay || isAnswered || hasGaps && isNewHour) {
    const since = Math.max(period.from, kept.since);
    recount(watch, await quarters.between(point, since, at, usualGap(kept)), now);
  }
  if (isNewDay && (watch.usual === undefined || now - kept.usualAt >= USUAL_EVERY)) {
    kept.usualAt = now;
    kept.feedsIn = await quarters.feedsIn(point);
    const usual = await rating.usual(point, at);
    if (usual) watch.usual = usualWeek(usual);
  }
  if (wantsRating(watch, limits) && isRated(point, kept) && mayRate()) {
    kept.ratedAt = at;
    watch.rated = await rating.rated(point, watch);
  }
}

/** Where it could not be billed, that is tried again the day after. */
const isRated = ({ tariffs = [] }: PointRecord, { watch, ratedAt }: PointWatch): boolean =>
  tariffs.length > 0 && (watch.rated !== undefined || watch.at - ratedAt >= DAY);

/** One of an earlier period is in no sum of this one. */
const hasOpenFall = (
  { meters, watch: { period } }: PointWatch,
  openCaseOf: Around["openCaseOf"],
): boolean =>
  Object.keys(meters).some((meter) => (openCaseOf(meter)?.latestAt ?? 0) >= period.from);

function evaluationsOf(point: PointRecord, kept: PointWatch, around: Around): Evaluation[] {
  const { now: at, listeningSince, limits, outageSince, openCaseOf } = around;
  const meters = Object.entries(kept.meters).map(([meterId, watch]) => ({
    meterId,
    watch,
    limits,
    supply: supplyOf(point),
    now: at,
    listeningSince,
    isInOutage: outageSince !== undefined && isOutSince(outageSince, watch),
    openCase: openCaseOf(meterId),
  }));
  kept.hasOpenFall = hasOpenFall(kept, openCaseOf);
  const { id: pointId, customerId } = point;
  const findings = pointFindings({ ...kept, pointId, limits })
    .map((one) => KINDS[one.kind].audience === "customer" ? { ...one, of: customerId } : one);
  return [
    { subject: pointId, at, findings },
    ...meters.map((facts) => ({ subject: facts.meterId, at, findings: meterFindings(facts) })),
  ];
}
