/** What the paper tells of a bill's taxes: which are on what, since when. */
import type { Bill } from "../domain/bill.ts";
import { dateIn } from "../domain/invoice-state.ts";
import type { EnergyLine, FixedLine } from "../domain/lines.ts";
import { SCALE_DIGITS, type Scaled } from "../domain/money.ts";
import type { AppliedTaxes, TaxesSince, TaxLine } from "../domain/taxes.ts";
import type { TaxFacts } from "../paper/facts.ts";

export const shown = (value: Scaled) => ({ value, digits: SCALE_DIGITS });

/** Said only where there is more than one. */
export const sinceOf = (
  { since }: Pick<TaxesSince, "since">,
  { taxes, timeZone }: Bill,
): { since?: string[] } =>
  taxes.length < 2 ? {} : { since: since.map((instant) => dateIn(instant, timeZone)) };

export const taxOf = (line: TaxLine, bill: Bill): TaxFacts => ({
  tax: line.label,
  ...sinceOf(line, bill),
  base: line.base,
  rate: shown(line.rate),
  amount: line.amount,
  inside: line.contained,
});

/** The taxes on what was used at an instant. */
export function taxesAt(instant: number, { taxes }: Bill): TaxesSince {
  const begun = ({ since }: TaxesSince) => Math.max(...since.filter((from) => from <= instant));
  return taxes.reduce((latest, next) => begun(next) > begun(latest) ? next : latest);
}

export const isInside = ({ kind, stages }: AppliedTaxes): boolean =>
  kind === "inside" && stages.length > 0;

/** Whether the amount has its taxes in it, so that the price with them makes the amount. */
export const isTaxedInside = (line: EnergyLine | FixedLine, bill: Bill): boolean =>
  (line.kind === "fixed" ? bill.taxes : [taxesAt(line.from, bill)]).every(isInside);
