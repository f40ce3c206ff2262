/** Taxes of a bill: what they make of a price, and the lines that show them. */
import {
  type Fraction,
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
import { bandFor, type Tax, type Taxes } from "./tariff.ts";

/** Taxes at the rates that a month's consumption picks. */
export interface AppliedTaxes {
  kind: Taxes["kind"];
  stages: AppliedTax[][];
}

export interface AppliedTax {
  name: string;
  rate: Scaled;
  /** The limit that was passed, and the rate up to it. */
  aboveKwh?: number;
  rateBelow?: Scaled;
}

export interface TaxesSince extends AppliedTaxes {
  /** From when on they count; more than once where there were others in between. Unix seconds. */
  since: number[];
}

export const UNTAXED: AppliedTaxes = { kind: "onTop", stages: [] };

export const appliedTaxes = (
  { kind, stages }: Taxes,
  isWithin: (kwh: number) => boolean,
): AppliedTaxes => ({
  kind,
  stages: stages.map((taxes) => taxes.map((tax) => appliedTax(tax, isWithin))),
});

function appliedTax({ name, bands }: Tax, isWithin: (kwh: number) => boolean): AppliedTax {
  const band = bandFor(bands, isWithin);
  const below = bands[bands.indexOf(band) - 1];
  return {
    name,
    rate: band.rate,
    ...(below && { aboveKwh: below.upToKwh, rateBelow: below.rate }),
  };
}

/** By what a price without taxes is multiplied to have all of them. */
export const withTaxes = ({ kind, stages }: AppliedTaxes): Fraction =>
  times(...stages.map((taxes) => {
    const rates = taxes.reduce((sum, { rate }) => sum + rate, 0);
    return kind === "inside" ? ratio(ONE, ONE - rates) : ratio(ONE + rates, ONE);
  }));

/** By what it is multiplied in a line: taxes on top have lines of their own. */
export const withTaxesInside = (taxes: AppliedTaxes): Fraction =>
  taxes.kind === "inside" ? withTaxes(taxes) : whole(1);

export interface TaxLine {
  kind: "tax";
  label: string;
  base: Minor;
  rate: Scaled;
  amount: Minor;
  /** It is in the lines above already and not added. */
  contained: boolean;
  rounding: Rounding;
  /** Of what was used from then on, as in `TaxesSince`. */
  since: number[];
}

/** The taxes on what several lines come to. */
export function taxLines(
  { kind, stages, since }: TaxesSince,
  sum: Minor,
  rounding: Rounding,
): TaxLine[] {
  const contained = kind === "inside";
  let base = sum;
  return stages.flatMap((taxes) => {
    const lines = taxes.map(({ name, rate }): TaxLine => {
      const amount = rounded(times(whole(base), scaled(rate)), rounding);
      return { kind: "tax", label: name, base, rate, amount, contained, rounding, since };
    });
    const taxed = lines.reduce((sum, { amount }) => sum + amount, 0);
    base += contained ? -taxed : taxed;
    return lines;
  });
}
