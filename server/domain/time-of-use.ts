/** When which price band counts, by the clock on the wall; hours are held by quarters. */
import type { LocalDay } from "./billing-period.ts";
import { offsetSeconds } from "./calendar.ts";
import { type Band, type Day, DAYS, isHoliday, type Window } from "./tariff.ts";

export const QUARTER = 900;
export const QUARTERS_A_DAY = 96;
const DAY_SECONDS = 86_400;

export interface BandRun {
  from: number;
  to: number;
  band: Band;
}

/** What counts one after another between two instants. Each instant has one band. */
export function bandRuns(
  { bands, holidays }: { bands: Band[]; holidays: string[] },
  { from, to }: { from: number; to: number },
  days: readonly LocalDay[],
  timeZone: string,
): BandRun[] {
  const runs: BandRun[] = [];
  const bandsOn = bandsByDay(bands, holidays);
  for (const day of days) {
    if (day.to <= from) continue;
    const quarters = bandsOn(day);
    const quarterAt = clockOf(day, timeZone);
    const end = Math.min(day.to, to);
    for (let start = day.from; start < end; start += QUARTER) {
      if (start + QUARTER <= from) continue;
      const band = quarters[quarterAt(start)];
      const last = runs.at(-1);
      if (last?.band === band) continue;
      if (last) last.to = start;
      runs.push({ from: Math.max(from, start), to, band });
    }
  }
  return runs;
}

/** The band of each quarter of a day, worked out once for all days that are alike. */
function bandsByDay(bands: Band[], holidays: string[]): (day: LocalDay) => Band[] {
  const kept = new Map<string, Band[]>();
  const windows = bands.flatMap(({ windows }) => windows);
  return (day) => {
    const name = dayName(day, holidays);
    const monthDay = day.date.slice(5);
    const alike = name + windows.map((window) => isInSeason(window, monthDay));
    const quarters = kept.get(alike) ??
      bandsByQuarter(bands, name, monthDay).map(([band]) => band ?? bands[0]);
    kept.set(alike, quarters);
    return quarters;
  };
}

const dayName = ({ date, weekday }: LocalDay, holidays: string[]): Day =>
  isHoliday({ holidays }, date) ? "holiday" : DAYS[weekday - 1];

/** Which quarter of the day the clock shows; asked anew each time on a day when it is changed. */
export function clockOf(day: LocalDay, timeZone: string): (instant: number) => number {
  if (day.to - day.from === DAY_SECONDS) return (instant) => quartersIn(instant - day.from);
  return (instant) => quartersIn((instant + offsetSeconds(instant, timeZone)) % DAY_SECONDS);
}

const quartersIn = (seconds: number): number => Math.floor(seconds / QUARTER);

/** The bands that name each quarter of such a day. */
export function bandsByQuarter(bands: Band[], day: Day, monthDay: string): Band[][] {
  const quarters: Band[][] = Array.from({ length: QUARTERS_A_DAY }, () => []);
  for (const band of bands) {
    for (const window of band.windows) {
      if (!window.days.includes(day) || !isInSeason(window, monthDay)) continue;
      const end = quarterOf(window.to);
      for (let i = quarterOf(window.from); i < end; i++) quarters[i].push(band);
    }
  }
  return quarters;
}

export function isInSeason({ season }: Window, monthDay: string): boolean {
  if (!season) return true;
  const { from, to } = season;
  return from <= to ? from <= monthDay && monthDay <= to : from <= monthDay || monthDay <= to;
}

export function quarterOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return hours * 4 + Math.floor(minutes / 15);
}
