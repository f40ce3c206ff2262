/** Which energy has which price: flat, by how much a month has used, or by when. */
import type { BillingPeriod, LocalDay } from "./billing-period.ts";
import type { Value } from "./energy.ts";
import { eachPart } from "./energy-slices.ts";
import { MILLIWATT_HOURS_A_KWH, type Scaled, shareOf } from "./money.ts";
import type { EnergyCharge, InForce, Tier } from "./tariff.ts";
import { bandRuns } from "./time-of-use.ts";

/** Some energy at one price. */
export interface Priced {
  name: string;
  price: Scaled;
  slices: Value[];
}

/** How much of a month a period is: what is said of a month counts pro rata in it. */
export type MonthPart = Pick<BillingPeriod, "days" | "fullDays">;

/** What there is to know of a period's time. */
export interface Calendar {
  month: MonthPart;
  days: readonly LocalDay[];
  timeZone: string;
}

export const partOfMonth = (kwh: number, { days, fullDays }: MonthPart): number =>
  shareOf(kwh * MILLIWATT_HOURS_A_KWH, days, fullDays);

/** At least that of one day, or whatever is used in a part of a day would be beyond all limits. */
export const limitOf = (kwh: number, { days, fullDays }: MonthPart): number =>
  partOfMonth(kwh, { days: Math.max(days, 1), fullDays });

/** The energy of one version, slices in order, by price; `before` is what the period used earlier. */
export function priced(
  { tariff: { energy, holidays }, from, to }: InForce,
  slices: Value[],
  before: number,
  { month, days, timeZone }: Calendar,
): Priced[] {
  switch (energy.kind) {
    case "flat":
      return [{ name: energy.name, price: energy.price, slices }];
    case "tiers":
      return byTier(energy.tiers, slices, before, month);
    case "timeOfUse": {
      const byBand = new Map(energy.bands.map((band) => [band, [] as Value[]]));
      const runs = bandRuns({ bands: energy.bands, holidays }, { from, to }, days, timeZone);
      eachPart(slices, runs, (part, { band }) => byBand.get(band)?.push(part));
      return [...byBand].map(([{ name, price }, slices]) => ({ name, price, slices }));
    }
  }
}

function byTier(tiers: Tier[], slices: Value[], before: number, month: MonthPart): Priced[] {
  const parts = tiers.map(({ name, price }) => ({ name, price, slices: [] as Value[] }));
  const limits = tiers.map(({ upToKwh }) =>
    upToKwh === undefined ? Infinity : limitOf(upToKwh, month)
  );
  let used = before;
  let tier = 0;
  for (const slice of slices) {
    for (let left = slice.milliwattHours; left > 0;) {
      while (used >= limits[tier]) tier++;
      const taken = Math.min(left, limits[tier] - used);
      parts[tier].slices.push({ ...slice, milliwattHours: taken });
      used += taken;
      left -= taken;
    }
  }
  return parts;
}

/** The charge for energy that was not used, so that it has no hour: the least of the bands. */
export function withoutHours(energy: EnergyCharge): EnergyCharge {
  if (energy.kind !== "timeOfUse") return energy;
  const { name, price } = energy.bands.reduce((a, b) => b.price < a.price ? b : a);
  return { kind: "flat", name, price };
}
