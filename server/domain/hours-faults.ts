/** Whether each hour of each day has exactly one price band, in words for who entered them. */
import type { Band, Day } from "./tariff.ts";
import { DAYS } from "./tariff.ts";
import { bandsByQuarter, isInSeason, QUARTERS_A_DAY } from "./time-of-use.ts";

const DAY_WORDS: Record<Day, string> = {
  mon: "Mondays",
  tue: "Tuesdays",
  wed: "Wednesdays",
  thu: "Thursdays",
  fri: "Fridays",
  sat: "Saturdays",
  sun: "Sundays",
  holiday: "holidays",
};

/**
 * Hours without a band and hours with several, those of days that are alike in one message. Seasons
 * are not looked at any more once there are many.
 */
export function hoursFaults(bands: Band[], many: number): string[] {
  const days = new Map<string, Day[]>();
  for (const { monthDay, season } of seasonsOf(bands)) {
    if (days.size >= many) break;
    for (const day of DAYS) {
      for (const fault of dayFaults(bandsByQuarter(bands, day, monthDay))) {
        const key = fault + season;
        days.set(key, [...days.get(key) ?? [], day]);
      }
    }
  }
  return [...days].map(([fault, days]) => `${listed(days.map((day) => DAY_WORDS[day]))} ${fault}`);
}

function dayFaults(quarters: Band[][]): string[] {
  const faults: string[] = [];
  for (let from = 0; from < QUARTERS_A_DAY;) {
    let to = from + 1;
    while (to < QUARTERS_A_DAY && isSame(quarters[from], quarters[to])) to++;
    const hours = `from ${timeOf(from)} to ${timeOf(to)}`;
    const names = quarters[from].map(({ name }) => name);
    if (names.length === 0) faults.push(`${hours} have no price`);
    if (names.length > 1) faults.push(`${hours} have several prices: ${listed(names)}`);
    from = to;
  }
  return faults;
}

const isSame = (a: Band[], b: Band[]): boolean =>
  a.length === b.length && a.every((band, i) => band === b[i]);

/** A day of each part of the year in which other windows count. */
function seasonsOf(bands: Band[]): { monthDay: string; season: string }[] {
  const windows = bands.flatMap(({ windows }) => windows);
  const seasons = new Map<string, string>();
  for (let day = Temporal.PlainDate.from("2024-01-01"); day.year === 2024;) {
    const monthDay = day.toString().slice(5);
    const alike = windows.map((window) => isInSeason(window, monthDay)).join();
    if (!seasons.has(alike)) seasons.set(alike, monthDay);
    day = day.add({ days: 1 });
  }
  return [...seasons.values()].map((monthDay) => ({
    monthDay,
    season: seasons.size === 1 ? "" : ` (in the season of ${monthDay})`,
  }));
}

const listed = (words: string[]): string =>
  words.length === 1 ? words[0] : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

const timeOf = (quarter: number): string =>
  `${Math.floor(quarter / 4)}`.padStart(2, "0") + `:${quarter % 4 * 15}`.padEnd(3, "0");
