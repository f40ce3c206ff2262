/** By which days and which clock a point is billed. */
import { CALENDAR_MONTHS, readingDayFaults, type ReadingDays } from "../domain/billing-period.ts";
import { offsetSeconds } from "../domain/calendar.ts";
import { failed, type Failure } from "../errors.ts";
import { misplaced, written } from "./billed-to.ts";
import type { PointRecord } from "./points.ts";

export const readingOf = (
  { readingDay: day = CALENDAR_MONTHS.day, readingDays: moved }: PointRecord,
): ReadingDays => moved ? { day, moved } : { day };

/** Why a point cannot be read on the days that it has. */
export function misread(point: PointRecord): Failure | undefined {
  const [first, ...more] = readingDayFaults(readingOf(point)).map(({ path, message }) => ({
    path: path === "day" ? "readingDay" : path.replace("moved", "readingDays"),
    message,
  }));
  return first && failed("invalid", `${first.path}: ${first.message}`, [first, ...more]);
}

/**
 * Why a point that is billed cannot have another time zone: where days begin at another instant,
 * the hours between the last bill and the next day would be a period of their own.
 */
export function misclocked(
  { timezone: before }: PointRecord,
  timezone: string,
  billed: number,
): Failure | undefined {
  if (billed === 0 || offsetSeconds(billed, before) === offsetSeconds(billed, timezone)) {
    return undefined;
  }
  const clock = `must have the time of ${before} at ${written(billed)}`;
  return misplaced("timezone", `${clock}, until when the point is billed`);
}
