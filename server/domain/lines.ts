/** Lines of a bill: what was counted, at which price, and the amount, rounded once. */
import type { Value } from "./energy.ts";
import { energyOf, estimatedOf } from "./energy-slices.ts";
import {
  type Fraction,
  inMinorUnits,
  kilowattHours,
  type Minor,
  ONE,
  ratio,
  rounded,
  type Rounding,
  type Scaled,
  scaled,
  times,
  whole,
} from "./money.ts";
import type { MunicipalLine } from "./municipal.ts";
import type { InForce } from "./tariff.ts";
import {
  type AppliedTaxes,
  type TaxesSince,
  type TaxLine,
  withTaxes,
  withTaxesInside,
} from "./taxes.ts";

/** Energy at a price per kWh; what is credited is below zero. */
export interface EnergyUse {
  kind: "energy" | "minimum" | "surcharge" | "credit" | "fedIn";
  label: string;
  milliwattHours: number;
  /** How much of that is estimated. */
  estimatedMilliwattHours: number;
  /** Before taxes. */
  price: Scaled;
  /** From the first use to the last; Unix seconds. */
  from: number;
  to: number;
}

export interface DaysUse {
  kind: "fixed";
  label: string;
  days: number;
  /** The price is for so many, before taxes. */
  perDays: number;
  price: Scaled;
}

interface Priced {
  priceWithTaxes: Scaled;
  amount: Minor;
  rounding: Rounding;
}

export type EnergyLine = EnergyUse & Priced;
export type FixedLine = DaysUse & Priced;

/** An amount that has no price. */
export interface AmountLine {
  kind: "lateFee" | "interest" | "other";
  label: string;
  /** The number of the earlier one that it is about. */
  invoice?: string;
  amount: Minor;
  rounding: Rounding;
}

export type Line = EnergyLine | FixedLine | TaxLine | MunicipalLine | AmountLine;

export interface BilledUse {
  milliwattHours: number;
  amount: Minor;
}

/** What a bill has besides what its own period comes to. */
export interface CorrectionLine {
  kind: "correction";
  /** The period that was billed otherwise. */
  month: string;
  label: string;
  milliwattHours: number;
  amount: Minor;
  /** All that was billed for it so far, and what it comes to as it is known now. */
  billed: BilledUse;
  known: BilledUse;
  rounding: Rounding;
}

export type BillLine = Line | CorrectionLine;

export const sumOf = (lines: BillLine[]): Minor =>
  lines.reduce((sum, line) => line.kind === "tax" && line.contained ? sum : sum + line.amount, 0);

/** A version in force with the taxes that the month's consumption picks. */
export interface Terms extends InForce {
  taxes: AppliedTaxes;
}

/** What is charged for, and on which terms. */
export interface Charge<Use extends EnergyUse | DaysUse = EnergyUse | DaysUse> {
  line: Use;
  terms: Terms;
}

export function energyCharge(
  kind: EnergyUse["kind"],
  { name, price, slices }: { name: string; price: Scaled; slices: Value[] },
  terms: Terms,
): Charge<EnergyUse> {
  const used = slices.filter(({ milliwattHours }) => milliwattHours > 0);
  return {
    terms,
    line: {
      kind,
      label: name,
      price,
      milliwattHours: energyOf(used),
      estimatedMilliwattHours: estimatedOf(used),
      from: used[0]?.start ?? terms.from,
      to: used.at(-1)?.end ?? terms.to,
    },
  };
}

/** What charges of one kind count together. */
export const energyIn = (charges: Charge<EnergyUse>[]): number =>
  charges.reduce((sum, { line }) => sum + line.milliwattHours, 0);

/** Charges that differ in nothing but when they were used, as if the tariff had not changed. */
export function joined(charges: Charge<EnergyUse>[]): Charge<EnergyUse>[] {
  return together(charges, (line, other) => ({
    ...line,
    milliwattHours: line.milliwattHours + other.milliwattHours,
    estimatedMilliwattHours: line.estimatedMilliwattHours + other.estimatedMilliwattHours,
    from: Math.min(line.from, other.from),
    to: Math.max(line.to, other.to),
  })).filter(({ line }) => line.milliwattHours !== 0);
}

export const joinedDays = (charges: Charge<DaysUse>[]): Charge<DaysUse>[] =>
  together(charges, (line, other) => ({ ...line, days: line.days + other.days }));

function together<Use extends EnergyUse | DaysUse>(
  charges: Charge<Use>[],
  add: (line: Use, other: Use) => Use,
): Charge<Use>[] {
  const alike = Map.groupBy(charges, ({ line, terms }) => {
    const { kind, label, price } = line;
    const perDays = line.kind === "fixed" ? line.perDays : 0;
    return JSON.stringify([kind, label, price, perDays, sharedTerms(terms)]);
  });
  return [...alike.values()].map(([first, ...others]) => ({
    terms: first.terms,
    line: others.reduce((line, other) => add(line, other.line), first.line),
  }));
}

/** What has this in common is taxed and rounded in the same way. */
export const sharedTerms = ({ taxes: { kind, stages }, tariff: { rounding } }: Terms): string =>
  JSON.stringify([kind, stages, rounding]);

export function taxesSince(terms: Terms, versions: Terms[]): TaxesSince {
  const shared = versions.map((version) => sharedTerms(version) === sharedTerms(terms));
  const begins = versions.filter((_, i) => shared[i] && !shared[i - 1]);
  return { ...terms.taxes, since: begins.map(({ from }) => from) };
}

/** In minor units, with the taxes that are inside. */
const exactAmount = ({ line, terms: { tariff, taxes } }: Charge): Fraction =>
  inMinorUnits(
    times(quantityOf(line), scaled(line.price), withTaxesInside(taxes)),
    tariff.decimals,
  );

const quantityOf = (line: EnergyUse | DaysUse): Fraction =>
  "days" in line ? ratio(line.days, line.perDays) : kilowattHours(line.milliwattHours);

export function pricedLine<Use extends EnergyUse | DaysUse>(charge: Charge<Use>): Use & Priced {
  const { line, terms: { tariff: { rounding }, taxes } } = charge;
  const priceWithTaxes = rounded(times(scaled(line.price), withTaxes(taxes), whole(ONE)), rounding);
  return { ...line, priceWithTaxes, amount: rounded(exactAmount(charge), rounding), rounding };
}
