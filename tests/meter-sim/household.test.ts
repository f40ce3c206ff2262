import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { createHousehold } from "../../meter-sim/household.ts";
import { seededRandom } from "../../meter-sim/random.ts";

/** A midnight in Brasília, 1 January 2026. */
const MIDNIGHT = 1767236400;
const DAY = 86400;
const SEED = 20260106;

const watts = (seed: number, days: number, stepSeconds: number, start = MIDNIGHT): number[] => {
  const household = createHousehold(seededRandom(seed));
  return Array.from(
    { length: days * DAY / stepSeconds },
    (_, i) => household.watts(start + i * stepSeconds),
  );
};

const kilowattHours = (series: number[], stepSeconds: number): number =>
  series.reduce((sum, load) => sum + load * stepSeconds, 0) / 3.6e6;

/** One series a day, by the minute. */
const dailyWatts = (seed: number, days: number): number[][] => {
  const series = watts(seed, days, 60);
  return Array.from({ length: days }, (_, day) => series.slice(1440 * day, 1440 * (day + 1)));
};

const mean = (values: number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("createHousehold() uses what a home uses: 60 days of 20 homes", () => {
  const typical: number[] = [];
  for (let seed = SEED; seed < SEED + 20; seed++) {
    const days = dailyWatts(seed, 60).map((series) => kilowattHours(series, 60));
    const average = mean(days);
    assert(average >= 4.5 && average <= 12, `seed ${seed}: ${average} kWh a day`);
    for (const [day, energy] of days.entries()) {
      assert(energy > 1.5 && energy < 18, `seed ${seed}, day ${day}: ${energy} kWh`);
    }
    typical.push(...days.filter((energy) => energy >= 5 && energy <= 12));
  }
  assert(typical.length > 0.75 * 20 * 60, `${typical.length} of 1200 days use 5 to 12 kWh`);
});

Deno.test("createHousehold() showers with 5.5 kW for minutes, in the morning and the evening", () => {
  const minutes = watts(SEED, 60, 60)
    .flatMap((load, minute) => load > 5400 ? [minute % 1440] : []);
  const between = (from: number, to: number) =>
    minutes.filter((minute) => minute >= 60 * from && minute < 60 * to).length / 60;
  assert(between(5, 11) > 2, `${between(5, 11)} minutes a morning`);
  assert(between(18, 23) > 6, `${between(18, 23)} minutes an evening`);
  assertEquals(between(0, 5) + between(11, 18), 0);
});

Deno.test("createHousehold() is away for a week at times, leaving the fridge and little else", () => {
  const quiet = dailyWatts(SEED, 728).filter((series) => Math.max(...series) < 2000);
  assert(quiet.length >= 7 && quiet.length <= 120, `${quiet.length} of 728 days are quiet`);
  assertEquals(quiet.length % 7, 0);
  assert(mean(quiet.map((series) => kilowattHours(series, 60))) < 5);
});

Deno.test("createHousehold() gives the same series for the same seed, another for another", () => {
  assertEquals(watts(SEED, 2, 60), watts(SEED, 2, 60));
  assertNotEquals(watts(SEED, 2, 60), watts(SEED + 1, 2, 60));
});

Deno.test("createHousehold() does the same however often it is looked at, and from when on", () => {
  const fine = watts(SEED, 3, 20);
  const coarse = watts(SEED, 3, 60);
  const later = watts(SEED, 1, 60, MIDNIGHT + 2 * DAY);
  for (const [i, load] of coarse.entries()) assertAlmostEquals(fine[3 * i], load, 20 + 0.1 * load);
  for (const [i, load] of later.entries()) {
    assertAlmostEquals(coarse[2880 + i], load, 20 + 0.1 * load);
  }
});

Deno.test("createHousehold() is never negative, and noisy by about half a percent and a watt", () => {
  const household = createHousehold(seededRandom(SEED));
  const loads = Array.from({ length: 2000 }, () => household.watts(MIDNIGHT + 4 * 3600));
  const average = mean(loads);
  const deviation = Math.sqrt(mean(loads.map((load) => (load - average) ** 2)));
  assertAlmostEquals(deviation, 0.005 * average + 1, 0.2);
  assert(Math.min(...watts(SEED, 30, 60)) >= 0);
});
