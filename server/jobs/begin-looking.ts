/** What is to be remembered of a point at which nobody has looked yet, or not for long. */
import { usualWeek } from "../domain/alert-excess.ts";
import { advance, newWatch } from "../domain/alert-watch.ts";
import { stretchAt } from "../domain/holding.ts";
import { QUARTER } from "../domain/time-of-use.ts";
import { usualOf } from "../domain/usual.ts";
import { type PointQuarters, startOfQuarter } from "../store/point-quarters.ts";
import type { PointRecord } from "../store/points.ts";
import type { PointWatch } from "../store/watches.ts";
import type { Around } from "./surroundings.ts";

export const USUAL_DAYS = 56;
const HOUR = 3_600;
const DAY = 24 * HOUR;

/** From the quarters of the weeks before, as if it had been looked at all the time. */
export async function beginLooking(
  quarters: PointQuarters,
  point: PointRecord,
  { now, limits, ...around }: Around,
  before?: PointWatch,
): Promise<PointWatch> {
  const held = stretchAt(point.holders, now)?.from ?? 0;
  const from = startOfQuarter(Math.max(held + QUARTER - 1, now - USUAL_DAYS * DAY));
  const gap = await quarters.usualGap(point, now);
  const past = await quarters.between(point, from, startOfQuarter(now - HOUR), gap);
  const first = past.findIndex(({ quality }) => quality !== "missing");
  const values = first < 0 ? [] : past.slice(first);
  const since = values[0]?.start ?? startOfQuarter(now);
  const { customerId } = point;
  const { meters = {}, seenSigns = {}, open = [], lookedAt = 0 } = before ?? {};
  const feedsIn = await quarters.feedsIn(point);
  const place = { ...around.place, feedsIn };
  const watch = newWatch(since, place);
  for (const quarter of values) advance(watch, { ...quarter, isLate: true }, limits, place);
  const usual = usualOf(values, place.timeZone);
  if (usual) watch.usual = usualWeek(usual);
  const known = { meters, seenSigns, open, lookedAt };
  const isUnheard = values.length === 0;
  const none = { isUnheard, hasOpenFall: false, usualAt: now, ratedAt: 0 };
  return { ...known, ...none, watch, customerId, since, feedsIn };
}
