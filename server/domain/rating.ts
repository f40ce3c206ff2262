/**
 * From energy over time and the tariff's versions to the lines of a bill. The price is the one that
 * counted when the energy was used; each line is rounded once, and the total is their sum.
 */
import { type BillingPeriod, localDays } from "./billing-period.ts";
import {
  creditableOf,
  creditCharges,
  daysInForce,
  fixedCharges,
  minimumCharges,
  paidCharges,
} from "./charges.ts";
import type { Value } from "./energy.ts";
import { energyOf, estimatedOf, inOrder, missingSecondsOf, within } from "./energy-slices.ts";
import {
  type Charge,
  energyCharge,
  energyIn,
  type EnergyUse,
  joined,
  type Line,
  pricedLine,
  sharedTerms,
  sumOf,
  taxesSince,
  type Terms,
} from "./lines.ts";
import {
  inverse,
  kilowattHours,
  type Minor,
  NOTHING,
  ONE,
  plus,
  rounded,
  type Scaled,
  scaled,
  times,
  whole,
} from "./money.ts";
import { municipalLines } from "./municipal.ts";
import { type Calendar, limitOf, partOfMonth, priced } from "./priced-energy.ts";
import {
  announcedFor,
  surchargeCharges,
  type SurchargeShown,
  surchargesShown,
} from "./surcharge.ts";
import { inForce, type Supply, type TariffVersion } from "./tariff.ts";
import { appliedTaxes, type TaxesSince, taxLines, withTaxes } from "./taxes.ts";

export interface ToRate {
  period: BillingPeriod;
  timeZone: string;
  /** All versions that may count in the period, in any order. */
  tariffs: TariffVersion[];
  supply: Supply;
  /** What was drawn, and fed in; what lies outside the period does not count. */
  energy: Value[];
  fedIn?: Value[];
  /** Milliwatt-hours fed in earlier that have made up for none yet; below zero what is missing. */
  creditBefore?: number;
}

export interface Rating {
  currency: string;
  decimals: number;
  lines: Line[];
  total: Minor;
  /** Drawn. */
  milliwattHours: number;
  estimatedMilliwattHours: number;
  /** For so long nothing is known of what was drawn. */
  missingSeconds: number;
  /** With what is missing to a minimum and without what was made up for. */
  billedMilliwattHours: number;
  /** Of a billed kWh, with surcharges and all taxes, if any is billed. */
  averagePrice?: Scaled;
  /** By month, also those that cost nothing. */
  surcharges: SurchargeShown[];
  /** More than one where they changed within the period. */
  taxes: TaxesSince[];
  /** Milliwatt-hours fed in that may make up for others, that did, and that have not yet. */
  creditEarned: number;
  creditUsed: number;
  creditLeft: number;
}

/** Why a period can not be rated, if so. */
export function ratingFault({ period, tariffs }: Pick<ToRate, "period" | "tariffs">) {
  const [first, ...later] = inForce(tariffs, period.from, period.to);
  if (first?.from !== period.from) return "no tariff is in force when the period begins";
  const { currency, decimals } = first.tariff;
  const isOne = later.every(({ tariff }) =>
    tariff.currency === currency && tariff.decimals === decimals
  );
  return isOne ? undefined : "the currency changes within the period";
}

export function rate(input: ToRate): Rating {
  const fault = ratingFault(input);
  if (fault) throw new RangeError(fault);
  const { period, timeZone, fedIn = [] } = input;
  const slices = inOrder(within(input.energy, period.from, period.to));
  const drawn = energyOf(slices);
  const estimated = estimatedOf(slices);
  const isWithin = (kwh: number) => drawn <= limitOf(kwh, period);
  const versions: Terms[] = inForce(input.tariffs, period.from, period.to).map((version) => ({
    ...version,
    taxes: appliedTaxes(version.tariff.taxes, isWithin),
  }));
  const { tariff } = versions[versions.length - 1];
  const calendar = { month: period, days: localDays(period.from, period.to, timeZone), timeZone };
  const begun = calendar.days.filter(({ from }) => from >= period.from);
  const days = daysInForce(versions, begun);
  const { charges, billed, ...credit } = energyCharges(versions, slices, calendar, input);
  // What is used in a part of one day, where none begins, has that day's surcharge all the same.
  const announced = announcedFor(begun.length > 0 ? days : daysInForce(versions, calendar.days));
  const perKwh = [...charges, ...surchargeCharges(announced, billed, estimated)];
  const lines: Line[] = [
    ...taxed([...perKwh, ...fixedCharges(days, period)], versions),
    ...municipalLines(tariff, drawn, isWithin, period),
    ...paidCharges(versions, fedIn).map(pricedLine),
  ];
  return {
    currency: tariff.currency,
    decimals: tariff.decimals,
    lines,
    total: sumOf(lines),
    milliwattHours: drawn,
    estimatedMilliwattHours: estimated,
    missingSeconds: missingSecondsOf(slices),
    billedMilliwattHours: billed,
    ...(billed > 0 && { averagePrice: averagePrice(perKwh, billed) }),
    surcharges: surchargesShown(announced),
    taxes: taxesOf(versions),
    ...credit,
  };
}

/** What was drawn, less what makes up for it, and what is missing to the minimum. */
function energyCharges(
  versions: Terms[],
  slices: Value[],
  calendar: Calendar,
  { period, supply, fedIn = [], creditBefore = 0 }: ToRate,
) {
  const drawn = energyOf(slices);
  const charges = drawnCharges(versions, slices, calendar);
  const last = versions[versions.length - 1];
  const { minimum, fedIn: rule } = last.tariff;
  const least = partOfMonth(minimum?.kwh[supply] ?? 0, period);
  const creditEarned = creditableOf(versions, fedIn);
  const creditable = creditBefore + creditEarned;
  const most = rule?.kind === "credit" ? Math.max(0, drawn - least) : 0;
  const credited = Math.max(0, Math.min(creditable, most));
  const credits = creditCharges(charges, credited, drawn);
  const missing = minimumCharges(last, least - drawn, drawn, calendar);
  return {
    charges: [...charges, ...credits, ...missing],
    billed: drawn - credited + energyIn(missing),
    creditEarned,
    creditUsed: credited,
    creditLeft: creditable - credited,
  };
}

const taxesOf = (versions: Terms[]): TaxesSince[] =>
  [...Map.groupBy(versions, sharedTerms).values()].map(([terms]) => taxesSince(terms, versions));

function drawnCharges(
  versions: Terms[],
  slices: Value[],
  calendar: Calendar,
): Charge<EnergyUse>[] {
  let before = 0;
  return joined(versions.flatMap((terms) => {
    const used = within(slices, terms.from, terms.to);
    const parts = priced(terms, used, before, calendar);
    before += energyOf(used);
    return parts.map((part) => energyCharge("energy", part, terms));
  }));
}

/** The charges as lines, and behind them the taxes on all those that are taxed in the same way. */
function taxed(charges: Charge[], versions: Terms[]): Line[] {
  const groups = Map.groupBy(charges, ({ terms }) => sharedTerms(terms));
  const priced = charges.map((charge) => ({ charge, line: pricedLine(charge) }));
  const taxes = [...groups].flatMap(([shared, [{ terms }]]) => {
    const lines = priced.filter(({ charge }) => sharedTerms(charge.terms) === shared);
    const sum = sumOf(lines.map(({ line }) => line));
    return taxLines(taxesSince(terms, versions), sum, terms.tariff.rounding);
  });
  return [...priced.map(({ line }) => line), ...taxes];
}

function averagePrice(charges: Charge<EnergyUse>[], billed: number): Scaled {
  const sum = charges
    .map(({ line, terms }) =>
      times(kilowattHours(line.milliwattHours), scaled(line.price), withTaxes(terms.taxes))
    )
    .reduce(plus, NOTHING);
  return rounded(times(sum, inverse(kilowattHours(billed)), whole(ONE)), "halfUp");
}
