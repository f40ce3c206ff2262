/** What is usual, and what a period and its bill will come to. */
import { assert, assertEquals } from "@std/assert";
import type { Value } from "../../../server/domain/energy.ts";
import { energyOf } from "../../../server/domain/energy-slices.ts";
import { billForecast, forecast, scaledTo } from "../../../server/domain/forecast.ts";
import { packUsual, unpackUsual, type Usual, usualOf } from "../../../server/domain/usual.ts";
import { evenly, flatAt, instant, JULY, KWH, QUARTER, toRate } from "./bills.ts";

const RIO = "America/Sao_Paulo";
const DAY = 86_400;

/** Whole days from Monday, 1 June 2026 on, in UTC, of so many kWh each by weekday and week. */
function weeks(count: number, kwh: (weekday: number, week: number) => number): Value[] {
  const monday = instant("2026-06-01T00:00:00Z");
  return Array.from({ length: count * 7 }, (_, i) => {
    const from = monday + i * DAY;
    return evenly(from, from + DAY, kwh(i % 7 + 1, Math.floor(i / 7)) * KWH);
  }).flat();
}

Deno.test("less than two weeks of what was measured tell nothing", () => {
  const twoWeeks = weeks(2, () => 9.6);
  assert(usualOf(twoWeeks, "UTC"));
  assertEquals(usualOf(twoWeeks.slice(1), "UTC"), undefined);
  const guessed = twoWeeks.map((value) => ({ ...value, quality: "estimated" as const }));
  assertEquals(usualOf(guessed, "UTC"), undefined);
});

Deno.test("weekdays and quarters are those on the wall of the point", () => {
  // One kWh in the quarter from 20:00 on Wednesdays in Rio, 23:00 in UTC.
  const values = weeks(3, () => 0).map((value) => {
    const at = new Date(value.start * 1000);
    const isMeant = at.getUTCDay() === 3 && at.getUTCHours() === 23 && at.getUTCMinutes() === 0;
    return isMeant ? { ...value, milliwattHours: KWH } : value;
  });
  const usual = usualOf(values, RIO)!;
  const found = usual.quarters.flatMap((quarters, day) =>
    quarters.flatMap(({ median }, quarter) => median > 0 ? [[day, quarter, median]] : [])
  );
  assertEquals(found, [[2, 80, KWH]]);
});

Deno.test("one party does not change what is usual", () => {
  // Five Saturdays of 9, 10, 11, 12 and 96 kWh: the median is 11, the quartiles are 10 and 12.
  const saturdays = [9, 10, 11, 12, 96];
  const usual = usualOf(weeks(5, (day, week) => day === 6 ? saturdays[week] : 9.6), "UTC")!;
  assertEquals(usual.weeks, 5);
  assertEquals(usual.days[5], { low: 10 * KWH, median: 11 * KWH, high: 12 * KWH });
});

Deno.test("a weekday that was measured once has what is usual on all days", () => {
  // Of three weeks of 10 kWh a day, two Sundays are missing and the third has 40.
  const values = weeks(3, (day) => day === 7 ? 40 : 10)
    .filter((_, i) => i % (7 * 96) < 6 * 96 || i >= 20 * 96);
  const usual = usualOf(values, "UTC")!;
  assertEquals(usual.days[6], { low: 10 * KWH, median: 10 * KWH, high: 10 * KWH });
  assertEquals(usual.quarters[6], usual.quarters[0]);
});

Deno.test("what is used now and then counts in a day though it is usual in no quarter", () => {
  // A kettle of 1 kWh at another quarter each day.
  const values = weeks(4, () => 0).map((value, i) => {
    const day = Math.floor(i / 96);
    return i % 96 === day * 3 ? { ...value, milliwattHours: KWH } : value;
  });
  const usual = usualOf(values, "UTC")!;
  assertEquals(usual.quarters.flat().every(({ median }) => median === 0), true);
  const { total } = forecast([], usual, {
    from: JULY.from,
    until: JULY.from + DAY * 7,
    timeZone: "UTC",
  });
  assertEquals(total.expected, 7 * KWH);
});

Deno.test("a period is what is known of it and what is usual for the days to come", () => {
  // Workdays 10 kWh, Saturdays and Sundays 20. By Friday, 10 July 12:00, 95 kWh are known. To come:
  // half a Friday, three weekends of 40, and from Monday 13 to Friday 31 July 15 workdays: 275.
  const usual = usualOf(weeks(4, (day) => day > 5 ? 20 : 10), "UTC")!;
  const noon = instant("2026-07-10T12:00:00Z");
  const known = evenly(JULY.from, noon, 95 * KWH);
  const missing = { start: noon, end: JULY.to, milliwattHours: 0, quality: "missing" as const };
  const found = forecast([...known, missing], usual, {
    from: JULY.from,
    until: JULY.to,
    timeZone: "UTC",
  });
  assertEquals([found.since, found.soFar], [noon, 95 * KWH]);
  assertEquals(found.total.expected, (95 + 275) * KWH);
  assertEquals(energyOf(found.rest), 275 * KWH);
  assertEquals([found.rest[0].start, found.rest.at(-1)?.end], [noon, JULY.to]);
  // All weeks were alike.
  assertEquals([found.total.low, found.total.high], [370 * KWH, 370 * KWH]);
  const range = billForecast(toRate(flatAt("0.5"), { energy: [...known, missing] }), found);
  assertEquals(range, { low: 185_00, expected: 185_00, high: 185_00 });
});

Deno.test("weeks that differ make a range around what is expected, and less of it near the end", () => {
  const usual = usualOf(weeks(6, (_, week) => 10 + week % 3), "UTC")!;
  const rangeFrom = (days: number) => {
    const { total } = forecast(
      evenly(JULY.from, JULY.from + days * DAY, days * 11 * KWH),
      usual,
      { from: JULY.from, until: JULY.to, timeZone: "UTC" },
    );
    assert(total.low < total.expected && total.expected < total.high);
    return total.high - total.low;
  };
  assert(rangeFrom(25) < rangeFrom(10) && rangeFrom(10) < rangeFrom(1));
});

Deno.test("a period that is over has nothing to come", () => {
  const usual = usualOf(weeks(2, () => 9.6), "UTC")!;
  const whole = evenly(JULY.from, JULY.to, 100 * KWH);
  const { total, rest } = forecast(whole, usual, {
    from: JULY.from,
    until: JULY.to,
    timeZone: "UTC",
  });
  assertEquals([total, rest], [{ low: 100 * KWH, expected: 100 * KWH, high: 100 * KWH }, []]);
});

Deno.test("scaledTo() comes to the total exactly", () => {
  const slices = evenly(0, 7 * QUARTER, 1_000);
  assertEquals(energyOf(scaledTo(slices, 333)), 333);
  assertEquals(scaledTo(slices, 1_000), slices);
});

Deno.test("unpackUsual() gives back what packUsual() was given, to seven digits", () => {
  const rounded = ({ weeks, days, quarters, week }: Usual) =>
    JSON.stringify(
      [weeks, ...days, ...quarters.flat(), week],
      (_, value) => typeof value === "number" ? Math.fround(value) : value,
    );
  for (const known of [2, 6]) {
    const usual = usualOf(weeks(known, (weekday, week) => 9 + weekday / 4 + week / 2), RIO)!;
    assert(rounded(unpackUsual(packUsual(usual))) === rounded(usual), `${known} weeks`);
  }
  const short = { ...usualOf(weeks(2, () => 9.6), "UTC")!, week: undefined };
  assertEquals(unpackUsual(packUsual(short)).week, undefined);
});
