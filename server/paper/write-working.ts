/** How the bill was computed, in sentences by which it can be checked by hand. */
import type { ExampleFacts, MunicipalFacts, ReadingFacts, UseFacts } from "./facts.ts";
import { lineName, sinceDays } from "./write-sentences.ts";
import { given, placesFor, type Writing } from "./writing.ts";

export function workingOf(writing: Writing): string[] {
  const { facts: { working, lines, taxes, readings }, says, formats } = writing;
  const isNet = lines.some(({ rate, price }) => rate && !price);
  const sentences = [
    says("workingEnergy"),
    ...(readings.some(isRoundedApart) ? [says("workingDigits")] : []),
    ...estimatesIn(writing),
    ...working.examples.flatMap((example) => priceInside(example, writing)),
    ...(isNet ? [says("workingOnTop")] : []),
    ...(taxes.some(({ inside }) => !inside) ? [says("workingTaxAfter")] : []),
    ...working.bands.map(({ tax, since, rate, above, otherwise }) =>
      says("workingBand", {
        tax: sinceDays(tax, since, writing),
        rate: formats.percent(rate),
        energy: formats.energy(above, placesFor([above])),
        otherwise: formats.percent(otherwise),
      })
    ),
    ...working.municipal.map((municipal) => municipalIn(municipal, writing)),
    ...working.corrections.map(({ month, billed, known }) => {
      const [before, now] = [billed, known].map((use) => useIn(use, writing));
      return says("workingCorrection", { month: formats.month(month), before, now });
    }),
    says("workingRounding"),
  ];
  return [...new Set(sentences)];
}

const WATT_HOUR = 1_000;
const shown = (milliwattHours: number): number => Math.round(milliwattHours / WATT_HOUR);

/** Whether registers are printed so that their difference is not what is printed beside them. */
function isRoundedApart({ previous, current, consumption }: ReadingFacts): boolean {
  if (previous.register === undefined || current.register === undefined) return false;
  const isDifference = Math.abs(current.register - previous.register - consumption) < WATT_HOUR;
  return isDifference && shown(current.register) - shown(previous.register) !== shown(consumption);
}

function estimatesIn({ facts: { working, period }, says, formats }: Writing): string[] {
  const { byMean, spread, daysUnread } = working;
  const energyOf = (energy: number) => ({ energy: formats.energy(energy, placesFor([energy])) });
  return given(
    byMean > 0 ? says("workingMean", energyOf(byMean)) : undefined,
    spread > 0 ? says("workingSpread", energyOf(spread)) : undefined,
    daysUnread > 0 ? says("workingUnread", { days: daysUnread, all: period.days }) : undefined,
  );
}

function priceInside({ name, rate, divisors, price }: ExampleFacts, writing: Writing): string[] {
  const { says, formats } = writing;
  const left = divisors.map(({ left }) => formats.shortDecimal(left));
  const named = divisors.map(({ taxes }) => `(1 − ${taxes.join(" − ")})`);
  const formula = `${formats.rate(rate)} ÷ ${multiplied(left)} = ${formats.price(price)}`;
  return [
    says("workingInside", { divisor: multiplied(named) }),
    says("workingExample", { item: lineName(name, writing), formula }),
  ];
}

const multiplied = (factors: string[]): string =>
  factors.length === 1 ? factors[0] : `(${factors.join(" × ")})`;

function municipalIn(municipal: MunicipalFacts, writing: Writing): string {
  const { name, base, rate, fixed, perKwh, cap, energy } = municipal;
  const { says, formats } = writing;
  const ofMonth = given(
    rate && base && `${formats.percent(rate)} × ${formats.moneyOf(base)}`,
    fixed && formats.moneyOf(fixed),
  );
  const ofEnergy = perKwh &&
    `${formats.energy(energy, placesFor([energy]))} × ${formats.moneyOf(perKwh)}`;
  const sum = given(proRata(ofMonth, municipal, writing), ofEnergy).join(" + ");
  const most = cap &&
    says("municipalCap", { money: proRata([formats.moneyOf(cap)], municipal, writing) });
  return says("workingMunicipal", {
    name,
    formula: given(bandOf(municipal, writing), sum, most).join(", "),
  });
}

/** What is said of the month, for the days that are billed. */
function proRata(terms: string[], { days }: MunicipalFacts, { says }: Writing): string {
  const sum = terms.join(" + ");
  if (sum === "" || days.count === days.per) return sum;
  return says("municipalDays", {
    sum: terms.length > 1 ? `(${sum})` : sum,
    days: days.count,
    per: days.per,
  });
}

function bandOf({ above, upTo }: MunicipalFacts, { says, formats }: Writing): string | undefined {
  const write = (energy: number) => formats.energy(energy, placesFor([energy]));
  if (above !== undefined && upTo !== undefined) {
    return says("municipalBetween", { low: write(above), high: write(upTo) });
  }
  if (above !== undefined) return says("municipalAbove", { energy: write(above) });
  return upTo === undefined ? undefined : says("municipalUpTo", { energy: write(upTo) });
}

const useIn = ({ energy, amount }: UseFacts, { formats }: Writing): string =>
  `${formats.energy(energy, placesFor([energy]))}, ${formats.money(amount)}`;
