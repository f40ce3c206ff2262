/** What paying late costs, and when paying is late. */
import type { AmountLine } from "./lines.ts";
import { type Fraction, type Minor, ratio, rounded, scaled, times, whole } from "./money.ts";
import { isHoliday, type Tariff } from "./tariff.ts";

const MONTH_DAYS = 30;

export interface Payment {
  /** The number of the invoice. */
  invoice: string;
  /** On which it is worked out: without the municipal charge, and no fee on a fee. */
  base: Minor;
  /** Dates like `2026-08-20`. */
  dueOn: string;
  paidOn: string;
}

/** The date itself or the next on which banks are open. */
export function workingDay(date: string, holidays: string[]): string {
  let day = Temporal.PlainDate.from(date);
  while (day.dayOfWeek > 5 || isHoliday({ holidays }, day.toString())) day = day.add({ days: 1 });
  return day.toString();
}

/** Days since the due date; none if it was paid on the first working day from that on. */
export function daysLate(
  { dueOn, paidOn }: Pick<Payment, "dueOn" | "paidOn">,
  holidays: string[],
): number {
  if (paidOn <= workingDay(dueOn, holidays)) return 0;
  return Temporal.PlainDate.from(dueOn).until(paidOn).days;
}

export function lateLines(
  payment: Payment,
  { late, rounding, holidays }: Pick<Tariff, "late" | "rounding" | "holidays">,
): AmountLine[] {
  const { invoice, base } = payment;
  const days = daysLate(payment, holidays);
  if (!late || days === 0 || base <= 0) return [];
  const fee = times(whole(base), scaled(late.fee));
  const interest = times(whole(base), scaled(late.interestPerMonth), ratio(days, MONTH_DAYS));
  const line = (kind: "lateFee" | "interest", label: string, amount: Fraction): AmountLine => (
    { kind, label, invoice, amount: rounded(amount, rounding), rounding }
  );
  return [line("lateFee", late.feeName, fee), line("interest", late.interestName, interest)]
    .filter(({ amount }) => amount !== 0);
}
