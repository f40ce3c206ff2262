/** The rules on a point, from quarters of an hour to what is found. */
import { assert, assertEquals } from "@std/assert";
import {
  before,
  type PastBill,
  type Rated,
  wantsRating,
} from "../../../server/domain/alert-bill.ts";
import { usualWeek } from "../../../server/domain/alert-excess.ts";
import { defaultLimits, type Limits } from "../../../server/domain/alert-limits.ts";
import { pointFindings } from "../../../server/domain/alert-rules.ts";
import {
  advance,
  dayFinder,
  exchange,
  newWatch,
  type Place,
  recount,
  type Watch,
} from "../../../server/domain/alert-watch.ts";
import { usualOf } from "../../../server/domain/usual.ts";
import { evenly, instant, KWH } from "./bills.ts";

const DAY = 86_400;
const JULY = instant("2026-07-01T00:00:00Z");
const PLACE: Place = {
  dayAt: dayFinder("UTC"),
  timeZone: "UTC",
  reading: { day: 31 },
  feedsIn: false,
};
const QUIET: Limits = { ...defaultLimits(2), estimatedHours: null, variationPercent: null };
const VARIES = { ...QUIET, variationPercent: 30 };

/** Quarters of so many watts each. */
function draw(watch: Watch, watts: number, hours: number, limits = QUIET, place = PLACE): Watch {
  for (let i = 0; i < hours * 4; i++) {
    const quarter = { start: watch.at, milliwattHours: watts * 250, quality: "measured" as const };
    advance(watch, quarter, limits, place);
  }
  return watch;
}

const found = (watch: Watch, limits = QUIET, hasOpenFall = false): string[] =>
  pointFindings({ pointId: "home", watch, limits, hasOpenFall })
    .map(({ kind, key, level }) => `${level} ${kind} ${key}`);

Deno.test("the limit of a day is told when it is passed, and is over an hour after midnight", () => {
  const limits = { ...QUIET, dayMilliwattHours: 10 * KWH };
  const watch = draw(newWatch(JULY, PLACE), 1_000, 10, limits);
  assertEquals(found(watch, limits), []);
  draw(watch, 1_000, 0.25, limits);
  assertEquals(found(watch, limits), ["raise dayLimit 2026-07-01"]);
  draw(watch, 0, 14.75, limits);
  assertEquals(found(watch, limits), ["raise dayLimit 2026-07-01"]);
  draw(watch, 0, 0.25, limits);
  assertEquals(found(watch, limits), []);
});

Deno.test("the limit of a day is told also if it is known only after midnight", () => {
  const limits = { ...QUIET, dayMilliwattHours: 10 * KWH };
  const watch = draw(newWatch(JULY, PLACE), 400, 24, limits);
  assertEquals(found(watch, limits), []);
  const late = draw(newWatch(JULY, PLACE), 400, 23, limits);
  draw(draw(late, 1_000, 1, limits), 0, 0.25, limits);
  assertEquals(found(late, limits), ["raise dayLimit 2026-07-01"]);
});

Deno.test("a budget of energy is told at 80 and at 100 %", () => {
  const limits = { ...QUIET, budget: { milliwattHours: 100 * KWH } };
  const watch = draw(newWatch(JULY, PLACE), 1_000, 79.75, limits);
  assertEquals(found(watch, limits).filter((text) => text.includes("budget")), []);
  draw(watch, 1_000, 0.25, limits);
  assert(found(watch, limits).includes("raise budgetNear 2026-07"));
  draw(watch, 1_000, 20, limits);
  const passed = found(watch, limits).filter((text) => text.includes("budget"));
  assertEquals(passed, ["raise budgetPassed 2026-07"]);
  draw(watch, 0, 31 * 24 - 99.75, limits);
  assertEquals(found(watch, limits).filter((text) => text.includes("budget")), []);
});

/** Rated after so many days: an amount so far, and one at the end, against what bills came to. */
const ratedAt = (days: number, amount: number, expected: number, mean: number): Rated => ({
  at: JULY + days * DAY,
  milliwattHours: days * 10 * KWH,
  amount,
  expected: {
    amount: { low: expected * 0.95, expected, high: expected * 1.05 },
    milliwattHours: { low: 290 * KWH, expected: 310 * KWH, high: 330 * KWH },
  },
  before: { bills: 3, mean, most: mean },
});

function rated(days: number, rating: Rated): Watch {
  const watch = draw(newWatch(JULY, PLACE), 400, days * 24);
  watch.rated = rating;
  return watch;
}

Deno.test("a bill that will pass its budget is told after a week, not before, and is held", () => {
  const limits = { ...QUIET, budget: { amount: 45_000 } };
  assertEquals(found(rated(6, ratedAt(6, 9_000, 48_000, 40_000)), limits), []);
  const key = "budgetForecast 2026-07";
  assertEquals(found(rated(12, ratedAt(12, 18_000, 48_000, 40_000)), limits), [`raise ${key}`]);
  assertEquals(found(rated(12, ratedAt(12, 18_000, 44_000, 40_000)), limits), [`hold ${key}`]);
  assertEquals(found(rated(12, ratedAt(12, 18_000, 43_000, 40_000)), limits), []);
});

const VARIED = ratedAt(12, 22_000, 57_000, 40_000);

Deno.test("a large variation is told, one that is small in percent or money is not", () => {
  assertEquals(found(rated(12, VARIED), VARIES), ["raise variation 2026-07"]);
  assertEquals(found(rated(6, ratedAt(6, 11_000, 57_000, 40_000)), VARIES), []);
  assertEquals(found(rated(12, ratedAt(12, 18_000, 47_000, 40_000)), VARIES), []);
  assertEquals(found(rated(12, ratedAt(12, 2_200, 5_700, 4_000)), VARIES), [
    "hold variation 2026-07",
  ]);
  // The forecast alone, or a bill so far that is high alone, is not enough.
  assertEquals(found(rated(12, ratedAt(12, 15_000, 57_000, 40_000)), VARIES), [
    "hold variation 2026-07",
  ]);
});

Deno.test("no variation is told of a period with an exchange, a fall, gaps or late data", () => {
  const held = ["hold variation 2026-07"];
  assertEquals(found(rated(12, VARIED), VARIES, true), held);

  const exchanged = rated(12, VARIED);
  exchange(exchanged, JULY + 5 * DAY);
  assertEquals(found(exchanged, VARIES), held);
  exchange(exchanged, JULY - DAY);

  const late = rated(12, VARIED);
  recount(late, evenly(JULY, late.at, 13 * 9.6 * KWH), late.at);
  assertEquals(found(late, VARIES), held);
  draw(late, 400, 24);
  assertEquals(found(late, VARIES), ["raise variation 2026-07"]);

  const gap = draw(newWatch(JULY, PLACE), 400, 10 * 24);
  const next = { start: JULY + 12 * DAY, milliwattHours: 100_000, quality: "measured" as const };
  advance(gap, next, QUIET, PLACE);
  gap.rated = VARIED;
  assertEquals(found(gap, VARIES), held);
});

Deno.test("bills that were estimated, cut short or of other months do not count as usual", () => {
  const bill = (month: string, amount: number, changes: Partial<PastBill> = {}): PastBill => ({
    month,
    days: 30,
    amount,
    milliwattHours: 300,
    estimatedMilliwattHours: 0,
    ...changes,
  });
  const bills = [
    bill("2025-07", 60_000),
    bill("2026-02", 90_000),
    bill("2026-03", 30_000),
    bill("2026-04", 99_000, { estimatedMilliwattHours: 31 }),
    bill("2026-05", 33_000),
    bill("2026-06", 36_000),
    bill("2026-07", 99_000),
  ];
  assertEquals(before(bills, { month: "2026-07", fullDays: 30 }), {
    bills: 3,
    mean: 33_000,
    most: 60_000,
  });
  assertEquals(
    before([bill("2026-06", 1, { days: 9 })], { month: "2026-07", fullDays: 30 }),
    undefined,
  );
});

Deno.test("a bill is worked out once a day, and when a stage of the budget seems reached", () => {
  const limits = { ...VARIES, budget: { amount: 10_000 } };
  const watch = newWatch(JULY, PLACE);
  let ratings = 0;
  const priced = (mWh: number) => Math.round(mWh / KWH * 50);
  for (let hour = 0; hour < 30 * 24; hour++) {
    draw(watch, 300, 1, limits);
    if (!wantsRating(watch, limits)) continue;
    ratings++;
    const { milliwattHours } = watch.period;
    watch.rated = { at: watch.at, milliwattHours, amount: priced(milliwattHours) };
  }
  // 30 days, and 80 % and 100 % of 200 kWh.
  assert(30 <= ratings && ratings <= 34, `${ratings} ratings`);
  assertEquals(wantsRating(watch, QUIET), false);
});

/** A home that draws 300 W by night and 500 W by day, for four weeks, and what is usual then. */
function used(limits = QUIET): Watch {
  const watch = newWatch(JULY, PLACE);
  const values = [];
  for (let day = 0; day < 28; day++) {
    const from = JULY + day * DAY;
    draw(watch, 300, 8, limits);
    draw(watch, 500, 16, limits);
    values.push(...evenly(from, from + 8 * 3600, 2_400_000));
    values.push(...evenly(from + 8 * 3600, from + DAY, 8_000_000));
  }
  watch.usual = usualWeek(usualOf(values, "UTC")!);
  return watch;
}

Deno.test("an oven is nothing unusual, a heater that stays on is, until it is off", () => {
  const watch = used();
  draw(watch, 300, 8);
  draw(watch, 2_500, 2);
  assertEquals(found(watch), []);
  draw(watch, 500, 14);
  draw(watch, 1_800, 7.5);
  assertEquals(found(watch), ["raise unusual 2026-07-30"]);
  draw(watch, 2_000, 20);
  assertEquals(found(watch), ["raise unusual 2026-07-30"]);
  draw(watch, 500, 0.75);
  assertEquals(found(watch), ["hold unusual 2026-07-30"]);
  draw(watch, 500, 2);
  assertEquals(found(watch), []);
});

Deno.test("who asks for less is told sooner", () => {
  const limits = { ...QUIET, unusualMilliwattHours: KWH };
  const watch = draw(used(), 300, 8);
  draw(watch, 2_500, 2, limits);
  assertEquals(found(watch, limits), ["raise unusual 2026-07-29"]);
});

Deno.test("what came late, or is estimated, is not unusual now", () => {
  const watch = used();
  for (let i = 0; i < 48; i++) {
    const quality = i % 2 === 0 ? "measured" as const : "estimated" as const;
    const quarter = { start: watch.at, milliwattHours: 700_000, quality, isLate: true };
    advance(watch, quarter, QUIET, PLACE);
  }
  assertEquals(found(watch), []);
});

Deno.test("a load that never sleeps is told after four days, with what it was before", () => {
  const watch = used();
  draw(watch, 420, 3 * 24 + 8);
  assertEquals(found(watch), []);
  draw(watch, 420, 16);
  draw(watch, 420, 0.25);
  const [finding] = pointFindings({ pointId: "home", watch, limits: QUIET, hasOpenFall: false });
  assertEquals(finding, {
    kind: "neverSleeps",
    subject: "home",
    key: "2026-07-29",
    level: "raise",
    evidence: { days: 4, watts: 420, beforeWatts: 300 },
  });
  draw(watch, 300, 24 * 2);
  assertEquals(found(watch), []);
});

Deno.test("who feeds in by day is judged by night", () => {
  const place = { ...PLACE, feedsIn: true };
  const watch = newWatch(JULY, PLACE);
  const day = (night: number) => {
    draw(watch, night, 6, QUIET, place);
    draw(watch, 0, 18, QUIET, place);
  };
  for (let i = 0; i < 14; i++) day(100);
  for (let i = 0; i < 5; i++) day(250);
  assertEquals(found(watch), ["raise neverSleeps 2026-07-15"]);
});

Deno.test("much that is estimated or missing is told once a period, until it is known", () => {
  const limits = { ...QUIET, estimatedHours: 24 };
  const watch = draw(newWatch(JULY, PLACE), 400, 24, limits);
  const gap = { start: JULY + 2 * DAY, milliwattHours: 100_000, quality: "measured" as const };
  advance(watch, gap, limits, PLACE);
  assertEquals(found(watch, limits), ["raise estimation 2026-07"]);
  recount(watch, evenly(JULY, watch.at, 20 * KWH), watch.at);
  assertEquals(found(watch, limits), []);
  assertEquals(watch.period.milliwattHours, 20 * KWH);
});

Deno.test("the same quarters make the same of it, also handed over twice or after it was stored", () => {
  const [one, other] = [used(), used()];
  const quarters = evenly(one.at, one.at + 3 * DAY, 60 * KWH);
  for (const [i, value] of quarters.entries()) {
    advance(one, value, QUIET, PLACE);
    if (i === 100) Object.assign(other, structuredClone(other));
    for (const again of quarters.slice(Math.max(0, i - 3), i + 1)) {
      advance(other, again, QUIET, PLACE);
    }
  }
  assertEquals(other, one);
});

Deno.test("days are those on the wall, also where one has 23 hours", () => {
  const timeZone = "America/Santiago";
  const place = { ...PLACE, timeZone, dayAt: dayFinder(timeZone) };
  const watch = newWatch(instant("2026-09-05T00:00:00-04:00"), place);
  draw(watch, 400, 47, QUIET, place);
  assertEquals(watch.day.date, "2026-09-06");
  assertEquals(watch.day.measured, 92);
  draw(watch, 400, 0.25, QUIET, place);
  assertEquals(watch.day.date, "2026-09-07");
});
