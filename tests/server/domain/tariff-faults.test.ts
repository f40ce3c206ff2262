/** A tariff that can not be right is refused with its field, in words for who entered it. */
import { assertEquals } from "@std/assert";
import { tariffFaults } from "../../../server/domain/tariff-faults.ts";
import { PRESETS } from "../../../server/domain/tariff-presets.ts";
import type { Band, Tariff, Window } from "../../../server/domain/tariff.ts";
import { DAY_AND_NIGHT, plainTariff, scaled } from "./bills.ts";

for (const [name, preset] of Object.entries(PRESETS)) {
  Deno.test(`the preset ${name} has no fault`, () => assertEquals(tariffFaults(preset), []));
}

const tiers = (...limits: (number | undefined)[]): Partial<Tariff> => ({
  energy: {
    kind: "tiers",
    tiers: limits.map((upToKwh, i) => ({ name: `${i}`, price: 0, ...(upToKwh && { upToKwh }) })),
  },
});

const tax = (kind: "inside" | "onTop", ...rates: string[]): Partial<Tariff> => ({
  taxes: {
    kind,
    stages: [rates.map((rate, i) => ({ name: `${i}`, bands: [{ rate: scaled(rate) }] }))],
  },
});

/** Night as it should be, and the day as it is given. */
const day = (...windows: Window[]): Partial<Tariff> => {
  const [night, day] = DAY_AND_NIGHT;
  const bands: Band[] = [night, { ...day, windows }];
  return { energy: { kind: "timeOfUse", bands } };
};
const [{ windows: [{ days: EVERY_DAY }] }] = DAY_AND_NIGHT;
const WORKDAYS = EVERY_DAY.slice(0, 5);

const FAULTS: { what: string; tariff: Partial<Tariff>; path: string; message: string }[] = [
  {
    what: "no name",
    tariff: { name: " " },
    path: "name",
    message: "must have a name, as it is shown on the bill",
  },
  {
    what: "a currency that there is not",
    tariff: { currency: "R$" },
    path: "currency",
    message: "must be a currency's code of three letters, like BRL",
  },
  {
    what: "decimals that the currency does not have",
    tariff: { currency: "JPY" },
    path: "decimals",
    message: "must be 0, as JPY has so many",
  },
  {
    what: "a price with parts of a hundred-millionth",
    tariff: { energy: { kind: "flat", name: "E", price: 0.5 } },
    path: "energy.price",
    message: "must be from 0 to 1000000, with up to 8 decimals",
  },
  {
    what: "tiers out of order",
    tariff: tiers(200, 100, undefined),
    path: "energy.tiers.1.upToKwh",
    message: "must be above 200 kWh, where the one before ends",
  },
  {
    what: "a tier without a limit before the last",
    tariff: tiers(100, undefined, undefined),
    path: "energy.tiers.1.upToKwh",
    message: "must have a limit: only the last one goes on without",
  },
  {
    what: "a last tier that ends",
    tariff: tiers(100, 200),
    path: "energy.tiers.1.upToKwh",
    message: "must have no limit: the last one goes on without",
  },
  {
    what: "no tier at all",
    tariff: tiers(),
    path: "energy.tiers",
    message: "must have at least one entry",
  },
  {
    what: "a rate above 100 %",
    tariff: tax("onTop", "1.01"),
    path: "taxes.stages.0.0.bands.0.rate",
    message: "must be from 0 to 1: 0.18 is 18 %",
  },
  {
    what: "taxes inside that leave nothing of the price",
    tariff: tax("inside", "0.6", "0.4"),
    path: "taxes.stages.0",
    message: "must be below 100 % together, as they are inside the price",
  },
  {
    what: "a part of a base that there is not",
    tariff: { municipal: { name: "M", bands: [{ fixed: 0, rate: scaled("0.1") }] } },
    path: "municipal.base",
    message: "must be given, as the bands have a rate of it",
  },
  {
    what: "hours without a price on some days",
    tariff: day({ days: WORKDAYS, from: "08:00", to: "22:00" }),
    path: "energy.bands",
    message: "Saturdays, Sundays and holidays from 08:00 to 22:00 have no price",
  },
  {
    what: "a gap in the hours",
    tariff: day(
      { days: EVERY_DAY, from: "08:00", to: "17:30" },
      { days: EVERY_DAY, from: "18:00", to: "22:00" },
    ),
    path: "energy.bands",
    message: "Mondays, Tuesdays, Wednesdays, Thursdays, Fridays, Saturdays, Sundays and holidays " +
      "from 17:30 to 18:00 have no price",
  },
  {
    what: "hours with two prices",
    tariff: day(
      { days: EVERY_DAY, from: "08:00", to: "22:00" },
      { days: ["mon"], from: "22:00", to: "22:15" },
    ),
    path: "energy.bands",
    message: "Mondays from 22:00 to 22:15 have several prices: Night and Day",
  },
  {
    what: "a season without a price",
    tariff: day(
      { days: EVERY_DAY, from: "08:00", to: "22:00", season: { from: "10-01", to: "05-31" } },
      { days: EVERY_DAY, from: "08:00", to: "22:00", season: { from: "07-01", to: "09-30" } },
    ),
    path: "energy.bands",
    message: "Mondays, Tuesdays, Wednesdays, Thursdays, Fridays, Saturdays, Sundays and holidays " +
      "from 08:00 to 22:00 have no price (in the season of 06-01)",
  },
  {
    what: "hours over midnight",
    tariff: day({ days: ["mon"], from: "22:00", to: "06:00" }),
    path: "energy.bands.1.windows.0.to",
    message: "must be after 22:00; hours over midnight are two entries, to 24:00 and from 00:00",
  },
  {
    what: "a time that is none",
    tariff: day({ days: ["mon"], from: "8h", to: "22:00" }),
    path: "energy.bands.1.windows.0.from",
    message: "must be a quarter of an hour like 17:30, or 24:00",
  },
  {
    what: "hours of no day",
    tariff: day({ days: [], from: "08:00", to: "22:00" }),
    path: "energy.bands.1.windows.0.days",
    message: "must name at least one day",
  },
  {
    what: "a season that begins on no day",
    tariff: day({
      days: ["mon"],
      from: "08:00",
      to: "22:00",
      season: { from: "02-30", to: "03-31" },
    }),
    path: "energy.bands.1.windows.0.season.from",
    message: "must be a day like 06-01",
  },
  {
    what: "one band twice",
    tariff: { energy: { kind: "timeOfUse", bands: [DAY_AND_NIGHT[0], DAY_AND_NIGHT[0]] } },
    path: "energy.bands.1.name",
    message: "must not be twice: Night",
  },
  {
    what: "a holiday that there is not",
    tariff: { holidays: ["12-25", "2026-02-29"] },
    path: "holidays.1",
    message: "must be a date like 2026-04-03, or 12-25 for every year",
  },
  {
    what: "a surcharge for no month",
    tariff: {
      surcharge: { daysFrom: "readingDay", months: { "2026-13": { name: "Flag", price: 0 } } },
    },
    path: "surcharge.months.2026-13",
    message: "must be named by a month like 2026-08",
  },
  {
    what: "a minimum with parts of a kWh",
    tariff: { minimum: { name: "M", kwh: { singlePhase: 30.5, twoPhase: 50, threePhase: 100 } } },
    path: "minimum.kwh.singlePhase",
    message: "must be whole kWh from 0 to 1000000",
  },
];

Deno.test("tariffFaults() names no more than twenty faults, and soon", () => {
  const holidays = Array.from({ length: 400 }, () => "13-01");
  assertEquals(tariffFaults(plainTariff({ holidays })).length, 20);
  const seasons = (count: number): Partial<Tariff> => ({
    energy: {
      kind: "timeOfUse",
      bands: Array.from({ length: 10 }, (_, i) => ({
        name: `${i}`,
        price: 0,
        windows: Array.from({ length: count / 10 }, (_, j) => ({
          days: EVERY_DAY,
          from: "00:00",
          to: "24:00",
          season: { from: `01-${i + 10}`, to: `${10 + j % 3}-${i + 10}` },
        })),
      })),
    },
  });
  assertEquals(tariffFaults(plainTariff(seasons(60))).length, 20);
  assertEquals(tariffFaults(plainTariff(seasons(70))), [
    { path: "energy.bands", message: "must have up to 60 windows in all" },
  ]);
});

for (const { what, tariff, path, message } of FAULTS) {
  Deno.test(`tariffFaults() refuses ${what}`, () => {
    assertEquals(tariffFaults(plainTariff(tariff)), [{ path, message }]);
  });
}
