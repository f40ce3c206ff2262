/** What is charged beyond the energy itself: by the day, by the month, at least; and fed in. */
import type { BillingPeriod, LocalDay } from "./billing-period.ts";
import type { Value } from "./energy.ts";
import { energyOf, within } from "./energy-slices.ts";
import {
  type Charge,
  type DaysUse,
  energyCharge,
  type EnergyUse,
  joined,
  joinedDays,
  type Terms,
} from "./lines.ts";
import { shareOf } from "./money.ts";
import { type Calendar, priced, withoutHours } from "./priced-energy.ts";
import type { Tariff } from "./tariff.ts";
import { UNTAXED } from "./taxes.ts";

/** The days of a period, with the terms that were in force when each began. */
export interface DaysInForce {
  terms: Terms;
  days: readonly LocalDay[];
}

export const daysInForce = (versions: Terms[], days: readonly LocalDay[]): DaysInForce[] =>
  versions.map((terms, i) => ({
    terms,
    days: days.filter(({ from }) => (i === 0 || terms.from <= from) && from < terms.to),
  }));

export const fixedCharges = (
  inForce: DaysInForce[],
  { fullDays }: BillingPeriod,
): Charge<DaysUse>[] =>
  joinedDays(inForce.flatMap(({ terms, days }) => {
    const { fixed } = terms.tariff;
    if (!fixed || days.length === 0) return [];
    const { name: label, price, per } = fixed;
    const perDays = per === "day" ? 1 : fullDays;
    return [{ terms, line: { kind: "fixed", label, price, days: days.length, perDays } }];
  }));

/** What is missing to a minimum, as if it had been used last. */
export function minimumCharges(
  terms: Terms,
  missing: number,
  drawn: number,
  calendar: Calendar,
): Charge<EnergyUse>[] {
  const { minimum, energy } = terms.tariff;
  if (!minimum || missing <= 0) return [];
  const slice: Value = {
    start: terms.to,
    end: terms.to,
    milliwattHours: missing,
    quality: "measured",
  };
  const tariff: Tariff = { ...terms.tariff, energy: withoutHours(energy) };
  return joined(
    priced({ ...terms, tariff }, [slice], drawn, calendar).map((part) =>
      energyCharge("minimum", { ...part, name: minimum.name }, terms)
    ),
  );
}

/** Energy fed in that is paid for; taxes have no part in it. */
export const paidCharges = (versions: Terms[], fedIn: Value[]): Charge<EnergyUse>[] =>
  joined(versions.flatMap((terms) => {
    const { fedIn: rule } = terms.tariff;
    if (rule?.kind !== "price") return [];
    const slices = within(fedIn, terms.from, terms.to);
    const { line } = energyCharge("fedIn", { ...rule, slices }, { ...terms, taxes: UNTAXED });
    return [{ terms: { ...terms, taxes: UNTAXED }, line: negative(line) }];
  }));

/** Energy fed in that may make up for energy drawn. */
export const creditableOf = (versions: Terms[], fedIn: Value[]): number =>
  versions.filter(({ tariff }) => tariff.fedIn?.kind === "credit")
    .reduce((sum, { from, to }) => sum + energyOf(within(fedIn, from, to)), 0);

/** What is credited takes its share of each charge for energy back. */
export function creditCharges(
  energy: Charge<EnergyUse>[],
  credited: number,
  drawn: number,
): Charge<EnergyUse>[] {
  let before = 0;
  return energy.flatMap(({ line, terms }) => {
    const after = before + line.milliwattHours;
    const milliwattHours = shareOf(credited, after, drawn) - shareOf(credited, before, drawn);
    before = after;
    const name = terms.tariff.fedIn?.name ?? line.label;
    if (milliwattHours === 0) return [];
    const taken = { ...line, milliwattHours, estimatedMilliwattHours: 0, label: name };
    return [{ terms, line: negative({ ...taken, kind: "credit" }) }];
  });
}

const negative = (line: EnergyUse): EnergyUse => ({
  ...line,
  milliwattHours: -line.milliwattHours,
});
