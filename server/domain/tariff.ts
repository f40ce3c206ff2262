/**
 * What electricity costs, as data. A tariff changes by new versions only, each with the instant from
 * which it counts; what it says of a month counts pro rata in a shorter period.
 */
import type { Rounding, Scaled } from "./money.ts";

export interface Tariff {
  name: string;
  /** ISO 4217, with how many decimals its amounts have. */
  currency: string;
  decimals: number;
  rounding: Rounding;
  energy: EnergyCharge;
  fixed?: FixedCharge;
  minimum?: MinimumCharge;
  surcharge?: Surcharge;
  taxes: Taxes;
  municipal?: MunicipalCharge;
  fedIn?: FedIn;
  late?: LateRule;
  /** `2026-04-03`, or `12-25` for every year. */
  holidays: string[];
}

export interface TariffVersion {
  version: number;
  /** Unix seconds. */
  effectiveFrom: number;
  tariff: Tariff;
}

/** All prices are per kWh and before taxes. Names are those on the bill. */
export type EnergyCharge =
  | { kind: "flat"; name: string; price: Scaled }
  | { kind: "tiers"; tiers: Tier[] }
  | { kind: "timeOfUse"; bands: Band[] };

/** What a month uses above the tier before and up to this one's limit. The last has no limit. */
export interface Tier {
  name: string;
  upToKwh?: number;
  price: Scaled;
}

export interface Band {
  name: string;
  price: Scaled;
  windows: Window[];
}

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"] as const;
/** A holiday is no weekday. */
export type Day = typeof DAYS[number];

/** From one local time to another on some days, without the latter: `17:30` to `20:30`. */
export interface Window {
  days: Day[];
  from: string;
  /** `24:00` is the end of the day. */
  to: string;
  /** `06-01` to `09-30`, both included; over the end of the year if `to` comes before `from`. */
  season?: { from: string; to: string };
}

export interface FixedCharge {
  name: string;
  /** Per day, or for a whole period. */
  price: Scaled;
  per: "day" | "period";
}

export const SUPPLIES = ["singlePhase", "twoPhase", "threePhase"] as const;
export type Supply = typeof SUPPLIES[number];

/** What a month costs at least, in kWh. */
export interface MinimumCharge {
  name: string;
  kwh: Record<Supply, number>;
}

/** A price on top of each kWh that is announced by calendar month. */
export interface Surcharge {
  /** Whether the days that count begin with that of the reading before, or a day later. */
  daysFrom: "readingDay" | "dayAfterReading";
  /** By `2026-08`. A month that is not there has what the last one before it had. */
  months: Months;
}

export type Months = Record<string, MonthlySurcharge>;

export const FLAG_COLOURS = ["green", "yellow", "red1", "red2"] as const;
export type FlagColour = typeof FLAG_COLOURS[number];

export interface MonthlySurcharge {
  name: string;
  price: Scaled;
  /** Of a Brazilian flag. */
  colour?: FlagColour;
}

/**
 * Taxes of one stage are on the same base. Inside the price, that of the first is the whole price
 * and of the next what is left; on top, it is the net price and then that with the taxes before.
 */
export interface Taxes {
  kind: "inside" | "onTop";
  stages: Tax[][];
}

/** The rate for all of a month's energy is picked by how much that is. */
export interface Tax {
  name: string;
  bands: { upToKwh?: number; rate: Scaled }[];
}

/** Added after taxes: part of the base, and so much, and so much per kWh, up to a cap. */
export interface MunicipalCharge {
  name: string;
  /** In the currency, scaled like all that follows. */
  base?: Scaled;
  bands: { upToKwh?: number; rate?: Scaled; fixed?: Scaled; perKwh?: Scaled; cap?: Scaled }[];
}

/** Energy fed in is paid, or makes up for energy drawn, later if need be. */
export type FedIn =
  | { kind: "price"; name: string; price: Scaled }
  | { kind: "credit"; name: string };

/** On what was paid late, without the municipal charge. */
export interface LateRule {
  feeName: string;
  /** Once. */
  fee: Scaled;
  interestName: string;
  /** For 30 days, by the day. */
  interestPerMonth: Scaled;
}

/** A version and the part of a stretch of time in which it counts. */
export interface InForce {
  version: TariffVersion;
  tariff: Tariff;
  from: number;
  to: number;
}

/** What is announced has the word over what a version brought. */
export function withMonths(version: TariffVersion, months: Months): TariffVersion {
  const { tariff } = version;
  if (!tariff.surcharge) return version;
  const surcharge = { ...tariff.surcharge, months: { ...tariff.surcharge.months, ...months } };
  return { ...version, tariff: { ...tariff, surcharge } };
}

/** A tariff that never changes, as versions. */
export const always = (tariff: Tariff): TariffVersion[] => [
  { version: 1, effectiveFrom: 0, tariff },
];

/** Of versions that count from the same instant, the later one has the word. */
export function inForce(versions: TariffVersion[], from: number, to: number): InForce[] {
  const sorted = versions.toSorted((a, b) =>
    a.effectiveFrom - b.effectiveFrom || a.version - b.version
  );
  return sorted.flatMap((version, i) => {
    const { tariff, effectiveFrom } = version;
    const start = Math.max(from, effectiveFrom);
    const end = Math.min(to, sorted[i + 1]?.effectiveFrom ?? Infinity);
    return start < end ? [{ version, tariff, from: start, to: end }] : [];
  });
}

/** The version that counts when a period ends. */
export function lastInForce(
  { tariffs, period: { from, to } }: {
    tariffs: TariffVersion[];
    period: { from: number; to: number };
  },
): InForce {
  const last = inForce(tariffs, from, to).at(-1);
  if (!last) throw new RangeError("no tariff is in force");
  return last;
}

/** Which tariff a point had since when. */
export interface TariffChoice {
  from: number;
  versions: TariffVersion[];
}

/** The versions that counted at a point as if they were those of one tariff. */
export const versionsOver = (choices: TariffChoice[]): TariffVersion[] =>
  choices.toSorted((a, b) => a.from - b.from).flatMap(({ from, versions }, i, sorted) =>
    inForce(versions, from, sorted[i + 1]?.from ?? Infinity)
      .map(({ tariff, from }) => ({ version: i, effectiveFrom: from, tariff }))
  );

export const isHoliday = ({ holidays }: Pick<Tariff, "holidays">, date: string): boolean =>
  holidays.includes(date) || holidays.includes(date.slice(5));

/** The first of several with a limit that is not passed. */
export const bandFor = <Limited extends { upToKwh?: number }>(
  bands: Limited[],
  isWithin: (kwh: number) => boolean,
): Limited => bands.find(({ upToKwh }) => upToKwh === undefined || isWithin(upToKwh)) ?? bands[0];
