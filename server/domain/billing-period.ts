/**
 * The time that one bill is for: from the day after one reading through the day of the next, in the
 * point's time zone. The register counts as read when the reading day ends, so calendar months are
 * what a reading on the 31st makes.
 */
import { dateOf, startOfDate } from "./calendar.ts";

export interface ReadingDays {
  /** 1–31; a month that is shorter is read on its last day. */
  day: number;
  /** Other days of single months, by `2026-07`. */
  moved?: Record<string, number>;
}

export const CALENDAR_MONTHS: ReadingDays = { day: 31 };
export const LEAST_DAYS = 27;
export const MOST_DAYS = 33;

export interface BillingPeriod {
  /** The month in which it is read, `2026-08`. */
  month: string;
  /** Unix seconds. */
  from: number;
  to: number;
  /** `2026-07-04` */
  firstDay: string;
  lastDay: string;
  /** Those that begin in it. */
  days: number;
  /** More than `days` in a first or last period that was cut short. */
  fullDays: number;
}

export function periodOf(month: string, reading: ReadingDays, timeZone: string): BillingPeriod {
  const first = readingDate(monthOf(month).subtract({ months: 1 }), reading).add({ days: 1 });
  const last = readingDate(monthOf(month), reading);
  const days = first.until(last).days + 1;
  return {
    month,
    from: startOfDate(first, timeZone),
    to: startOfDate(last.add({ days: 1 }), timeZone),
    firstDay: first.toString(),
    lastDay: last.toString(),
    days,
    fullDays: days,
  };
}

export function periodContaining(
  instant: number,
  reading: ReadingDays,
  timeZone: string,
): BillingPeriod {
  const date = dateOf(instant, timeZone);
  const month = date.toPlainYearMonth();
  const isAfter = Temporal.PlainDate.compare(date, readingDate(month, reading)) > 0;
  return periodOf((isAfter ? month.add({ months: 1 }) : month).toString(), reading, timeZone);
}

/**
 * A day counts where it begins, so that it counts once however often a period is cut, and not at all
 * in a part of one day. The stretch has something of the period.
 */
export function cutPeriod(
  period: BillingPeriod,
  within: { from: number; to?: number },
  timeZone: string,
): BillingPeriod {
  const from = Math.max(period.from, within.from);
  const to = Math.min(period.to, within.to ?? Infinity);
  const begun = dateOf(from, timeZone);
  const first = startOfDate(begun, timeZone) < from ? begun.add({ days: 1 }) : begun;
  const last = dateOf(to - 1, timeZone);
  const days = first.until(last).days + 1;
  return {
    ...period,
    from,
    to,
    firstDay: (days > 0 ? first : begun).toString(),
    lastDay: last.toString(),
    days,
  };
}

/** What is wrong with the reading days, by where. */
export function readingDayFaults(reading: ReadingDays): { path: string; message: string }[] {
  const isDay = (day: number) => Number.isInteger(day) && 1 <= day && day <= 31;
  if (!isDay(reading.day)) return [{ path: "day", message: "must be a day from 1 to 31" }];
  return Object.entries(reading.moved ?? {}).flatMap(([month, day]) => {
    const path = `moved.${month}`;
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
      return [{ path, message: "must be named by a month like 2026-07" }];
    }
    if (!isDay(day)) return [{ path, message: "must be a day from 1 to 31" }];
    const next = monthOf(month).add({ months: 1 }).toString();
    return [month, next].flatMap((name) => {
      const { days } = periodOf(name, reading, "UTC");
      if (LEAST_DAYS <= days && days <= MOST_DAYS) return [];
      const bounds = `${LEAST_DAYS} to ${MOST_DAYS} are allowed`;
      return [{ path, message: `makes the period of ${name} ${days} days long; ${bounds}` }];
    });
  });
}

const monthOf = (month: string): Temporal.PlainYearMonth => Temporal.PlainYearMonth.from(month);

const readingDate = (month: Temporal.PlainYearMonth, { day, moved }: ReadingDays) =>
  month.toPlainDate({ day: Math.min(moved?.[month.toString()] ?? day, month.daysInMonth) });

export interface LocalDay {
  date: string;
  /** Monday is 1. */
  weekday: number;
  from: number;
  to: number;
}

let kept: { asked: string; days: readonly LocalDay[] } | undefined;

/**
 * The days of a stretch of time in a time zone, each whole. They are asked for point after point,
 * most of which have the same period.
 */
export function localDays(from: number, to: number, timeZone: string): readonly LocalDay[] {
  const asked = `${from} ${to} ${timeZone}`;
  if (kept?.asked !== asked) kept = { asked, days: daysBetween(from, to, timeZone) };
  return kept.days;
}

function daysBetween(from: number, to: number, timeZone: string): LocalDay[] {
  const days: LocalDay[] = [];
  let date = dateOf(from, timeZone);
  for (let start = startOfDate(date, timeZone); start < to;) {
    const next = date.add({ days: 1 });
    const end = startOfDate(next, timeZone);
    days.push({ date: date.toString(), weekday: date.dayOfWeek, from: start, to: end });
    [date, start] = [next, end];
  }
  return days;
}
