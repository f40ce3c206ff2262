/** What is wrong with a tariff, each with the field that it is about and how it should be. */
import { hoursFaults } from "./hours-faults.ts";
import { isDate } from "./calendar.ts";
import { type Fault, kwh, limits, named, price, rate, when } from "./faults.ts";
import { decimalsOf, ONE, ROUNDINGS, type Scaled } from "./money.ts";
import {
  type Band,
  DAYS,
  type EnergyCharge,
  SUPPLIES,
  type Tariff,
  type Tax,
  type Taxes,
  type Window,
} from "./tariff.ts";

const TIME = /^(([01]\d|2[0-3]):(00|15|30|45)|24:00)$/;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** More than one can mend at a time; with as many windows, the hours are checked at once. */
const MOST_FAULTS = 20;
const MOST_WINDOWS = 60;

/** What has the types of a tariff; none of these can be rated wrongly without being seen. */
export const tariffFaults = (tariff: Tariff): Fault[] => allFaults(tariff).slice(0, MOST_FAULTS);

function allFaults(tariff: Tariff): Fault[] {
  const { fixed, minimum, surcharge, municipal, fedIn, late } = tariff;
  return [
    ...named(tariff.name, "name"),
    ...currencyFaults(tariff),
    ...when(!ROUNDINGS.includes(tariff.rounding), "rounding", `must be ${ROUNDINGS.join(" or ")}`),
    ...energyFaults(tariff.energy),
    ...(fixed ? [...named(fixed.name, "fixed.name"), ...price(fixed.price, "fixed.price")] : []),
    ...(minimum
      ? [
        ...named(minimum.name, "minimum.name"),
        ...SUPPLIES.flatMap((supply) => kwh(minimum.kwh[supply], `minimum.kwh.${supply}`)),
      ]
      : []),
    ...Object.entries(surcharge?.months ?? {}).flatMap(([month, { name, price: value }]) => {
      const path = `surcharge.months.${month}`;
      return [
        ...when(!MONTH.test(month), path, "must be named by a month like 2026-08"),
        ...named(name, `${path}.name`),
        ...price(value, `${path}.price`),
      ];
    }),
    ...taxesFaults(tariff.taxes),
    ...(municipal ? municipalFaults(municipal) : []),
    ...(fedIn ? named(fedIn.name, "fedIn.name") : []),
    ...(fedIn?.kind === "price" ? price(fedIn.price, "fedIn.price") : []),
    ...(late
      ? [...rate(late.fee, "late.fee"), ...rate(late.interestPerMonth, "late.interestPerMonth")]
      : []),
    ...tariff.holidays.flatMap((date, i) =>
      when(
        !isDate(date) && !isMonthDay(date),
        `holidays.${i}`,
        "must be a date like 2026-04-03, or 12-25 for every year",
      )
    ),
  ];
}

/** In a year that has a 29 February. */
const isMonthDay = (text: string): boolean => text.length === 5 && isDate(`2024-${text}`);

function currencyFaults({ currency, decimals }: Tariff): Fault[] {
  if (!Intl.supportedValuesOf("currency").includes(currency)) {
    return [{ path: "currency", message: "must be a currency's code of three letters, like BRL" }];
  }
  const usual = decimalsOf(currency);
  return when(decimals !== usual, "decimals", `must be ${usual}, as ${currency} has so many`);
}

function energyFaults(energy: EnergyCharge): Fault[] {
  switch (energy.kind) {
    case "flat":
      return [...named(energy.name, "energy.name"), ...price(energy.price, "energy.price")];
    case "tiers":
      return [
        ...limits(energy.tiers, "energy.tiers"),
        ...energy.tiers.flatMap((tier, i) => [
          ...named(tier.name, `energy.tiers.${i}.name`),
          ...price(tier.price, `energy.tiers.${i}.price`),
        ]),
      ];
    case "timeOfUse":
      return bandsFaults(energy.bands);
  }
}

function bandsFaults(bands: Band[]): Fault[] {
  const path = "energy.bands";
  const names = bands.map(({ name }) => name);
  const faults = bands.flatMap(({ name, price: value, windows }, i) => [
    ...named(name, `${path}.${i}.name`),
    ...when(names.indexOf(name) !== i, `${path}.${i}.name`, `must not be twice: ${name}`),
    ...price(value, `${path}.${i}.price`),
    ...windows.flatMap((window, j) => windowFaults(window, `${path}.${i}.windows.${j}`)),
  ]);
  if (faults.length > 0) return faults;
  if (bands.flatMap(({ windows }) => windows).length > MOST_WINDOWS) {
    return [{ path, message: `must have up to ${MOST_WINDOWS} windows in all` }];
  }
  return hoursFaults(bands, MOST_FAULTS).map((message) => ({ path, message }));
}

function windowFaults({ days, from, to, season }: Window, path: string): Fault[] {
  const isTime = (time: string) => TIME.test(time);
  return [
    ...when(days.length === 0, `${path}.days`, "must name at least one day"),
    ...when(
      days.some((day) => !DAYS.includes(day)),
      `${path}.days`,
      `must be of ${DAYS.join(", ")}`,
    ),
    ...[["from", from], ["to", to]].flatMap(([field, time]) =>
      when(!isTime(time), `${path}.${field}`, "must be a quarter of an hour like 17:30, or 24:00")
    ),
    ...when(
      isTime(from) && isTime(to) && from >= to,
      `${path}.to`,
      `must be after ${from}; hours over midnight are two entries, to 24:00 and from 00:00`,
    ),
    ...Object.entries(season ?? {}).flatMap(([field, date]) =>
      when(
        !isMonthDay(date),
        `${path}.season.${field}`,
        "must be a day like 06-01",
      )
    ),
  ];
}

function taxesFaults({ kind, stages }: Taxes): Fault[] {
  return stages.flatMap((taxes, i) => {
    const path = `taxes.stages.${i}`;
    const most = taxes.reduce((sum, tax) => sum + highestOf(tax), 0);
    return [
      ...taxes.flatMap(({ name, bands }, j) => [
        ...named(name, `${path}.${j}.name`),
        ...limits(bands, `${path}.${j}.bands`),
        ...bands.flatMap(({ rate: value }, k) => rate(value, `${path}.${j}.bands.${k}.rate`)),
      ]),
      ...when(
        kind === "inside" && most >= ONE,
        path,
        "must be below 100 % together, as they are inside the price",
      ),
    ];
  });
}

const highestOf = ({ bands }: Tax): Scaled => Math.max(0, ...bands.map(({ rate }) => rate));

function municipalFaults({ name, base = 0, bands }: NonNullable<Tariff["municipal"]>): Fault[] {
  const hasRate = bands.some(({ rate = 0 }) => rate > 0);
  return [
    ...named(name, "municipal.name"),
    ...price(base, "municipal.base"),
    ...when(
      hasRate && base === 0,
      "municipal.base",
      "must be given, as the bands have a rate of it",
    ),
    ...limits(bands, "municipal.bands"),
    ...bands.flatMap(({ rate: part = 0, fixed = 0, perKwh = 0, cap = 0 }, i) => [
      ...rate(part, `municipal.bands.${i}.rate`),
      ...price(fixed, `municipal.bands.${i}.fixed`),
      ...price(perKwh, `municipal.bands.${i}.perKwh`),
      ...price(cap, `municipal.bands.${i}.cap`),
    ]),
  ];
}
