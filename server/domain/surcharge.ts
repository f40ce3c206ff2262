/** A price on top that is announced by month: which counts for which days, and what that charges. */
import type { LocalDay } from "./billing-period.ts";
import type { DaysInForce } from "./charges.ts";
import { type Charge, type EnergyUse, joined, type Terms } from "./lines.ts";
import { shareOf } from "./money.ts";
import type { MonthlySurcharge, Surcharge } from "./tariff.ts";

/** Days of a period, and what was announced for them, if anything was. */
interface Announced {
  terms: Terms;
  days: readonly LocalDay[];
  surcharge?: Omit<SurchargeShown, "days">;
}

export interface SurchargeShown extends MonthlySurcharge {
  month: string;
  days: number;
  /** Nothing was announced for the month yet: it is that of the month before. */
  assumed: boolean;
}

export const announcedFor = (inForce: DaysInForce[]): Announced[] =>
  inForce.flatMap(({ terms, days }) => {
    const { surcharge } = terms.tariff;
    if (!surcharge) return [{ terms, days }];
    const byMonth = Map.groupBy(days, ({ date }) => monthOf(surcharge, date));
    return [...byMonth].map(([month, days]) => ({
      terms,
      days,
      surcharge: announcedIn(surcharge, month),
    }));
  });

function announcedIn({ months }: Surcharge, month: string): Announced["surcharge"] {
  const source = Object.keys(months).sort().findLast((known) => known <= month);
  return source === undefined ? undefined : { ...months[source], month, assumed: source !== month };
}

const monthOf = ({ daysFrom }: Surcharge, date: string): string =>
  (daysFrom === "readingDay" ? dayBefore(date) : date).slice(0, 7);

const dayBefore = (date: string): string =>
  Temporal.PlainDate.from(date).subtract({ days: 1 }).toString();

/** By month, also those that cost nothing. */
export function surchargesShown(announced: Announced[]): SurchargeShown[] {
  const shown = announced.flatMap(({ surcharge, days }) =>
    surcharge ? [{ ...surcharge, days: days.length }] : []
  );
  const alike = Map.groupBy(
    shown,
    ({ month, name, price }) => JSON.stringify([month, name, price]),
  );
  return [...alike.values()].map((several) => ({
    ...several[0],
    days: several.reduce((sum, { days }) => sum + days, 0),
  }));
}

/** What is billed is shared over all days, whenever it was used; some may have no price. */
export function surchargeCharges(
  announced: Announced[],
  billed: number,
  estimated: number,
): Charge<EnergyUse>[] {
  const allDays = announced.reduce((sum, { days }) => sum + days.length, 0);
  let before = 0;
  return joined(announced.flatMap(({ surcharge, terms, days }) => {
    const after = before + days.length;
    const share = (total: number) =>
      shareOf(total, after, allDays) - shareOf(total, before, allDays);
    const [milliwattHours, guessed] = [share(billed), share(estimated)];
    before = after;
    if (!surcharge || surcharge.price === 0) return [];
    const line: EnergyUse = {
      kind: "surcharge",
      label: surcharge.name,
      price: surcharge.price,
      milliwattHours,
      estimatedMilliwattHours: Math.min(milliwattHours, guessed),
      from: days[0].from,
      to: days[days.length - 1].to,
    };
    return [{ terms, line }];
  }));
}
