/** What the municipality has of a bill, untaxed: so much by the month's consumption. */
import type { BillingPeriod } from "./billing-period.ts";
import {
  type Fraction,
  inMinorUnits,
  isLess,
  kilowattHours,
  type Minor,
  NOTHING,
  plus,
  ratio,
  rounded,
  type Rounding,
  type Scaled,
  scaled,
  times,
} from "./money.ts";
import { bandFor, type Tariff } from "./tariff.ts";

export interface MunicipalLine {
  kind: "municipal";
  label: string;
  amount: Minor;
  rounding: Rounding;
  terms: MunicipalTerms;
}

/** The tariff's for the band of the month's consumption; of a month but for `perKwh`. */
export interface MunicipalTerms {
  aboveKwh?: number;
  upToKwh?: number;
  /** There if a part of it counts. */
  base?: Scaled;
  rate?: Scaled;
  fixed?: Scaled;
  perKwh?: Scaled;
  cap?: Scaled;
  milliwattHours: number;
  days: number;
  /** Of the whole month. */
  perDays: number;
}

export function municipalLines(
  { municipal, decimals, rounding }: Tariff,
  drawn: number,
  isWithin: (kwh: number) => boolean,
  { days, fullDays }: BillingPeriod,
): MunicipalLine[] {
  if (!municipal) return [];
  const { bands, base = 0 } = municipal;
  const band = bandFor(bands, isWithin);
  const { rate = 0, fixed = 0, perKwh = 0, cap } = band;
  const ofMonth = (value: Scaled): Fraction => times(scaled(value), ratio(days, fullDays));
  const ofBase = times(ofMonth(base), scaled(rate));
  const ofEnergy = times(kilowattHours(drawn), scaled(perKwh));
  const sum = [ofBase, ofMonth(fixed), ofEnergy].reduce(plus, NOTHING);
  const most = cap === undefined ? sum : ofMonth(cap);
  const amount = rounded(inMinorUnits(isLess(most, sum) ? most : sum, decimals), rounding);
  if (amount === 0) return [];
  const below = bands[bands.indexOf(band) - 1];
  const terms = {
    ...(below && { aboveKwh: below.upToKwh }),
    ...band,
    ...(rate > 0 && { base }),
    milliwattHours: drawn,
    days,
    perDays: fullDays,
  };
  return [{ kind: "municipal", label: municipal.name, amount, rounding, terms }];
}
