/**
 * From where on something is told: what the staff set for all, then for a tariff group, then people
 * for a point. The defaults are quiet. What is null is not told at all.
 */
import type { Supply } from "./tariff.ts";

/** A customer's budget for a period: of money in minor units, or of energy. */
export type Budget = { amount: number } | { milliwattHours: number };

export interface Limits {
  dayMilliwattHours: number | null;
  budget: Budget | null;
  variationPercent: number | null;
  /** In minor units: a smaller difference is not told, however many percent it is. */
  variationFloor: number;
  /** So much more than usual in one go. */
  unusualMilliwattHours: number | null;
  /** By so much the least of a day has risen, for so many days. */
  neverSleepsWatts: number | null;
  neverSleepsDays: number;
  silentMinutes: number | null;
  /** So many meters of a region at once, if they are so much of it, are one outage. */
  outageMeters: number;
  outagePercent: number;
  estimatedHours: number | null;
  /** Null: by the supply. */
  powerWatts: number | null;
}

/** What whoever holds a point sets for it; the others are the staff's. */
export const CUSTOMERS_LIMITS = [
  "dayMilliwattHours",
  "budget",
  "variationPercent",
  "variationFloor",
  "unusualMilliwattHours",
  "neverSleepsWatts",
  "neverSleepsDays",
] as const satisfies (keyof Limits)[];

const isCustomers = (name: string): boolean => CUSTOMERS_LIMITS.some((one) => one === name);

export const onlyCustomers = (limits: Partial<Limits>): Partial<Limits> =>
  Object.fromEntries(Object.entries(limits).filter(([name]) => isCustomers(name)));

export const withoutCustomers = (limits: Partial<Limits>): Partial<Limits> =>
  Object.fromEntries(Object.entries(limits).filter(([name]) => !isCustomers(name)));

const KWH = 1_000_000;

/** `decimals` are those of the currency. */
export const defaultLimits = (decimals: number): Limits => ({
  dayMilliwattHours: null,
  budget: null,
  variationPercent: 30,
  variationFloor: 40 * 10 ** decimals,
  unusualMilliwattHours: 4 * KWH,
  neverSleepsWatts: 40,
  neverSleepsDays: 4,
  silentMinutes: 60,
  outageMeters: 4,
  outagePercent: 30,
  estimatedHours: 24,
  powerWatts: null,
});

/** More than a fuse of the kind lets through, by a good margin. */
const MOST_WATTS: Record<Supply, number> = {
  singlePhase: 20_000,
  twoPhase: 40_000,
  threePhase: 90_000,
};

export const powerLimit = ({ powerWatts }: Limits, supply: Supply): number =>
  powerWatts ?? MOST_WATTS[supply];

/** What is set nearer to the point counts. */
export const limitsOf = (decimals: number, ...layers: Partial<Limits>[]): Limits =>
  Object.assign(defaultLimits(decimals), ...layers.map(withoutUnset));

const withoutUnset = (layer: Partial<Limits>): Partial<Limits> =>
  Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined));

interface Bounds {
  least: number;
  most: number;
  isOptional: boolean;
}

const within = (least: number, most: number): Bounds => ({ least, most, isOptional: false });
const orNull = (least: number, most: number): Bounds => ({ least, most, isOptional: true });

const MOST_MONEY = 1_000_000_000;
const MOST_ENERGY = 1_000_000 * KWH;

export const BOUNDS: Record<Exclude<keyof Limits, "budget">, Bounds> = {
  dayMilliwattHours: orNull(100_000, MOST_ENERGY),
  variationPercent: orNull(5, 500),
  variationFloor: within(0, MOST_MONEY),
  unusualMilliwattHours: orNull(500_000, MOST_ENERGY),
  neverSleepsWatts: orNull(10, 100_000),
  neverSleepsDays: within(2, 14),
  silentMinutes: orNull(5, 10_080),
  outageMeters: within(2, 10_000),
  outagePercent: within(1, 100),
  estimatedHours: orNull(1, 744),
  powerWatts: orNull(1_000, 10_000_000),
};

export const BUDGET_BOUNDS = {
  amount: within(1, MOST_MONEY),
  milliwattHours: within(1, MOST_ENERGY),
};
