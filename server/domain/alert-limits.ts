/**
 * From where on something is told: what the staff set for all, then for a tariff group, then people
 * for a point. The defaults are quiet. What is null is not told at all.
 */
import { type Fault, when } from "./faults.ts";
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

/** What is wrong with limits as they came, by where. */
export function limitFaults(limits: Record<string, unknown>): Fault[] {
  return Object.entries(limits).flatMap(([path, value]) => {
    if (path === "budget") return budgetFaults(value);
    const bounds = Object.hasOwn(BOUNDS, path) ? BOUNDS[path as keyof typeof BOUNDS] : undefined;
    if (!bounds) return [{ path, message: "is no limit that there is" }];
    if (value === undefined || value === null && bounds.isOptional) return [];
    return wholeFaults(value, bounds, path);
  });
}

function budgetFaults(budget: unknown): Fault[] {
  if (budget === undefined || budget === null) return [];
  const parts = typeof budget === "object" ? Object.entries(budget) : [];
  const [name, value] = parts[0] ?? [];
  if (parts.length !== 1 || name !== "amount" && name !== "milliwattHours") {
    return [{ path: "budget", message: "must have either an amount or milliwattHours" }];
  }
  const most = name === "amount" ? MOST_MONEY : MOST_ENERGY;
  return wholeFaults(value, within(1, most), `budget.${name}`);
}

function wholeFaults(value: unknown, { least, most, isOptional }: Bounds, path: string): Fault[] {
  const isFine = Number.isSafeInteger(value) && least <= Number(value) && Number(value) <= most;
  const off = isOptional ? ", or null to leave it out" : "";
  return when(!isFine, path, `must be a whole number from ${least} to ${most}${off}`);
}
