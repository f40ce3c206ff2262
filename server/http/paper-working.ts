/** What the paper tells of how a bill was worked out, for whoever checks it by hand. */
import type { Bill } from "../domain/bill.ts";
import type { BillLine, EnergyLine } from "../domain/lines.ts";
import { ONE, type Scaled } from "../domain/money.ts";
import type { MunicipalLine } from "../domain/municipal.ts";
import { limitOf } from "../domain/priced-energy.ts";
import type { TaxesSince } from "../domain/taxes.ts";
import type { ExampleFacts, LineName, MunicipalFacts, WorkingFacts } from "../paper/facts.ts";
import { isInside, shown, sinceOf, taxesAt } from "./paper-taxes.ts";

export const workingOf = (bill: Bill, nameOf: (line: BillLine) => LineName): WorkingFacts => ({
  examples: examplesOf(bill, nameOf),
  bands: bill.taxes.flatMap((taxes) =>
    taxes.stages.flat().flatMap(({ name, rate, aboveKwh, rateBelow }) =>
      aboveKwh === undefined || rateBelow === undefined ? [] : [{
        tax: name,
        ...sinceOf(taxes, bill),
        rate: shown(rate),
        above: limitOf(aboveKwh, bill.period),
        otherwise: shown(rateBelow),
      }]
    )
  ),
  municipal: bill.lines.flatMap((line) => line.kind === "municipal" ? [municipalOf(line)] : []),
  corrections: bill.lines.flatMap((line) =>
    line.kind === "correction"
      ? [{ month: line.month, billed: useOf(line.billed), known: useOf(line.known) }]
      : []
  ),
  ...estimatesOf(bill),
  daysUnread: bill.days.filter(({ quality }) => quality === "missing").length,
});

/** Of each way of taxing one price for energy, and what is missing to a minimum, whose is its own. */
function examplesOf(bill: Bill, nameOf: (line: BillLine) => LineName): ExampleFacts[] {
  const linesOf = (kind: EnergyLine["kind"]) =>
    bill.lines.filter((line): line is EnergyLine => line.kind === kind);
  const [energy, minimum] = [linesOf("energy"), linesOf("minimum")];
  return bill.taxes.filter(isInside).flatMap((taxes) => {
    const isTaxedSo = ({ from }: EnergyLine) => taxesAt(from, bill) === taxes;
    return [...energy.filter(isTaxedSo).slice(0, 1), ...minimum.filter(isTaxedSo)]
      .map((line) => exampleOf(line, taxes, nameOf(line)));
  });
}

const exampleOf = (
  { price, priceWithTaxes }: EnergyLine,
  { stages }: TaxesSince,
  name: LineName,
): ExampleFacts => ({
  name,
  rate: shown(price),
  divisors: stages.map((taxes) => ({
    taxes: taxes.map(({ name }) => name),
    left: shown(taxes.reduce((left, { rate }) => left - rate, ONE)),
  })),
  price: shown(priceWithTaxes),
});

function municipalOf({ label, terms }: MunicipalLine): MunicipalFacts {
  const { aboveKwh, upToKwh, base, rate, fixed, perKwh, cap, milliwattHours, ...rest } = terms;
  const month = { days: rest.days, fullDays: rest.perDays };
  const limit = (kwh: number | undefined) => kwh === undefined ? undefined : limitOf(kwh, month);
  const decimal = (value: Scaled | undefined) => value ? shown(value) : undefined;
  return {
    name: label,
    above: limit(aboveKwh),
    upTo: limit(upToKwh),
    base: decimal(base),
    rate: decimal(rate),
    fixed: decimal(fixed),
    perKwh: decimal(perKwh),
    cap: cap === undefined ? undefined : shown(cap),
    energy: milliwattHours,
    days: { count: rest.days, per: rest.perDays },
  };
}

const useOf = ({ milliwattHours, amount }: { milliwattHours: number; amount: number }) => ({
  energy: milliwattHours,
  amount,
});

const DRAWN = 0;
/** What is cut differently differs by less than a Wh. */
const LEAST = 1_000;

/** What no meter counted is estimated by the mean; the rest of what is estimated lies in between. */
export function estimatesOf(
  { milliwattHours, estimatedMilliwattHours: estimated, meters }: Bill,
): Pick<WorkingFacts, "byMean" | "spread"> {
  const counted = meters.filter(({ channel }) => channel === DRAWN)
    .reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);
  const uncounted = Math.min(estimated, milliwattHours - counted);
  const byMean = uncounted < LEAST ? 0 : uncounted;
  return { byMean, spread: estimated - byMean };
}
