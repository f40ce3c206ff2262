/** From the day after one reading through the day of the next, whatever month and clock make of it. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type BillingPeriod,
  CALENDAR_MONTHS,
  cutPeriod,
  localDays,
  periodContaining,
  periodOf,
  readingDayFaults,
} from "../../../server/domain/billing-period.ts";
import { instant } from "./bills.ts";

const SEED = 20260502;
const RIO = "America/Sao_Paulo";

/** All of a stretch of time, the first and the last cut to it. */
function periodsBetween(from: number, to: number, day: number, timeZone: string): BillingPeriod[] {
  const periods: BillingPeriod[] = [];
  for (let at = from; at < to; at = periods[periods.length - 1].to) {
    periods.push(cutPeriod(periodContaining(at, { day }, timeZone), { from: at, to }, timeZone));
  }
  return periods;
}

const DAYS: { month: string; day: number; first: string; last: string; days: number }[] = [
  { month: "2026-08", day: 5, first: "2026-07-06", last: "2026-08-05", days: 31 },
  { month: "2026-01", day: 5, first: "2025-12-06", last: "2026-01-05", days: 31 },
  { month: "2026-02", day: 31, first: "2026-02-01", last: "2026-02-28", days: 28 },
  { month: "2028-02", day: 31, first: "2028-02-01", last: "2028-02-29", days: 29 },
  { month: "2026-02", day: 29, first: "2026-01-30", last: "2026-02-28", days: 30 },
  { month: "2026-03", day: 29, first: "2026-03-01", last: "2026-03-29", days: 29 },
  { month: "2028-03", day: 30, first: "2028-03-01", last: "2028-03-30", days: 30 },
  { month: "2026-04", day: 31, first: "2026-04-01", last: "2026-04-30", days: 30 },
];

for (const { month, day, first, last, days } of DAYS) {
  Deno.test(`a reading on day ${day} makes ${month} last from ${first} through ${last}`, () => {
    const period = periodOf(month, { day }, RIO);
    assertEquals([period.firstDay, period.lastDay, period.days], [first, last, days]);
  });
}

Deno.test("a reading that is moved ends its period there and begins the next a day later", () => {
  const reading = { day: 5, moved: { "2026-07": 3 } };
  const [july, august] = ["2026-07", "2026-08"].map((month) => periodOf(month, reading, RIO));
  assertEquals([july.firstDay, july.lastDay, july.days], ["2026-06-06", "2026-07-03", 28]);
  assertEquals([august.firstDay, august.lastDay, august.days], ["2026-07-04", "2026-08-05", 33]);
  assertEquals(july.to, august.from);
});

Deno.test("a period begins and ends at midnight where the point is", () => {
  const { from, to } = periodOf("2026-08", { day: 5 }, RIO);
  assertEquals(from, instant("2026-07-06T00:00:00-03:00"));
  assertEquals(to, instant("2026-08-06T00:00:00-03:00"));
});

Deno.test("the last second of the reading day still belongs to the period", () => {
  const monthAt = (text: string) => periodContaining(instant(text), { day: 5 }, RIO).month;
  assertEquals(monthAt("2026-08-05T23:59:59-03:00"), "2026-08");
  assertEquals(monthAt("2026-08-06T00:00:00-03:00"), "2026-09");
  assertEquals(monthAt("2026-12-31T12:00:00-03:00"), "2027-01");
});

Deno.test("a month without a midnight begins with its first instant", () => {
  // In Santiago, 2026-09-06 begins at 01:00, as the clock goes ahead at midnight.
  const { from, days } = periodOf("2026-10", { day: 5 }, "America/Santiago");
  assertEquals(from, instant("2026-09-06T01:00:00-03:00"));
  assertEquals(days, 30);
});

Deno.test("the first and the last period are cut, and a day counts where it begins", () => {
  // 20 July 15:00 to 10 September 09:00, read on day 5: 16 of 31 days, 31 days, 5 of 30 days.
  const from = instant("2026-07-20T15:00:00-03:00");
  const to = instant("2026-09-10T09:00:00-03:00");
  const periods = periodsBetween(from, to, 5, RIO);
  assertEquals(periods.map(({ month, days, fullDays }) => [month, days, fullDays]), [
    ["2026-08", 16, 31],
    ["2026-09", 31, 31],
    ["2026-10", 5, 30],
  ]);
  assertEquals([periods[0].from, periods[2].to], [from, to]);
  assertEquals([periods[0].firstDay, periods[2].lastDay], ["2026-07-21", "2026-09-10"]);
});

Deno.test("a hand-over at 14:37 leaves its day to who had the point when it began", () => {
  // 1 to 10 July are ten days, 11 to 31 July twenty-one.
  const july = periodOf("2026-07", { day: 31 }, RIO);
  const at = instant("2026-07-10T14:37:00-03:00");
  const parts = [{ from: 0, to: at }, { from: at }].map((part) => cutPeriod(july, part, RIO));
  assertEquals(parts.map(({ firstDay, lastDay, days }) => [firstDay, lastDay, days]), [
    ["2026-07-01", "2026-07-10", 10],
    ["2026-07-11", "2026-07-31", 21],
  ]);
});

Deno.test("a part of one day has no day of its own", () => {
  const july = periodOf("2026-07", { day: 31 }, RIO);
  const within = {
    from: instant("2026-07-10T14:37:00-03:00"),
    to: instant("2026-07-10T23:59:59-03:00"),
  };
  const { firstDay, lastDay, days } = cutPeriod(july, within, RIO);
  assertEquals([firstDay, lastDay, days], ["2026-07-10", "2026-07-10", 0]);
});

/** Where no clock is changed. */
const midnight = (day: number): number => day * 86_400;

Deno.test("however a period is cut, its parts have its days, each once", () => {
  const zones = [RIO, "UTC", "Europe/Lisbon", "America/Santiago", "Australia/Lord_Howe"];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 1, max: 31 }),
      fc.integer({ min: 1_500_000_000, max: 2_000_000_000 }),
      fc.array(fc.oneof(fc.nat(33 * 86_400), fc.nat(33).map(midnight)), { maxLength: 5 }),
      (zone, day, instant, cuts) => {
        const period = periodContaining(instant, { day }, zone);
        const inside = cuts.map((cut) => period.from + cut).filter((at) => at < period.to);
        const edges = [...new Set([period.from, ...inside, period.to])].sort((a, b) => a - b);
        const parts = edges.slice(1).map((to, i) =>
          cutPeriod(period, { from: edges[i], to }, zone)
        );
        assertEquals(parts.reduce((sum, { days }) => sum + days, 0), period.days);
        for (const { firstDay, lastDay, days } of parts) {
          assertEquals(firstDay <= lastDay && days >= 0, true);
        }
      },
    ),
    { seed: SEED },
  );
});

Deno.test("a period within a stretch is not cut", () => {
  const period = periodOf("2026-08", { day: 5 }, RIO);
  assertEquals(cutPeriod(period, { from: 0 }, RIO), period);
});

Deno.test("periods follow each other without a gap, each of some 27 to 33 days", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 31 }),
      fc.integer({ min: 1_500_000_000, max: 2_000_000_000 }),
      fc.constantFrom(RIO, "Europe/Lisbon", "America/Santiago", "Australia/Lord_Howe"),
      (day, from, timeZone) => {
        const to = from + 400 * 86_400;
        const periods = periodsBetween(from, to, day, timeZone);
        assertEquals(periods[0].from, from);
        assertEquals(periods.at(-1)?.to, to);
        periods.slice(1).forEach((period, i) => assertEquals(period.from, periods[i].to));
        for (const { fullDays } of periods) assertEquals(27 <= fullDays && fullDays <= 33, true);
      },
    ),
    { seed: SEED },
  );
});

Deno.test("localDays() gives a day 23, 24 or 25 hours", () => {
  const hours = (from: string, to: string) =>
    localDays(instant(from), instant(to), "Europe/Lisbon").map((day) => (day.to - day.from) / 3600);
  assertEquals(hours("2026-03-28T00:00:00Z", "2026-03-30T12:00:00Z"), [24, 23, 24]);
  assertEquals(hours("2026-10-25T00:00:00Z", "2026-10-25T12:00:00Z"), [25]);
});

Deno.test("readingDayFaults() names the day and the month that do not fit", () => {
  assertEquals(readingDayFaults({ day: 5, moved: { "2026-07": 3 } }), []);
  assertEquals(readingDayFaults(CALENDAR_MONTHS), []);
  assertEquals(readingDayFaults({ day: 0 }), [
    { path: "day", message: "must be a day from 1 to 31" },
  ]);
  assertEquals(readingDayFaults({ day: 5, moved: { "2026-07": 12 } }), [
    {
      path: "moved.2026-07",
      message: "makes the period of 2026-07 37 days long; 27 to 33 are allowed",
    },
    {
      path: "moved.2026-07",
      message: "makes the period of 2026-08 24 days long; 27 to 33 are allowed",
    },
  ]);
  assertEquals(readingDayFaults({ day: 5, moved: { "2026-7": 3 } })[0].path, "moved.2026-7");
});
