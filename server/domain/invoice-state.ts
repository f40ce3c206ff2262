/** How an invoice stands: what was paid of it, what is due, what was paid too much. */
import { dateOf } from "./calendar.ts";
import type { Minor } from "./money.ts";

export const INVOICE_STATES = ["issued", "paid", "overdue", "credited"] as const;
export type InvoiceState = typeof INVOICE_STATES[number];

/** At once, in minor units: more is a slip of the pen. */
export const MOST_PAID = 99_999_999_999;

export interface Payment {
  /** Unix seconds at which it was recorded. */
  at: number;
  /** The day on which it was paid, as `2026-11-24`. */
  on: string;
  amount: Minor;
  /** The bank's own, by which the payment is known again. */
  reference?: string;
  by: "operator" | "file" | "webhook";
}

export type Taken = "taken" | "duplicate" | "tooMany";

/** Of one invoice. */
const MOST_PAYMENTS = 50;
export const TOO_MANY = `has ${MOST_PAYMENTS} payments`;

/** What its state follows from. */
export interface Standing {
  total: Minor;
  issuedOn: string;
  /** The last day on which paying is not late. */
  payBy: string;
  payments: Payment[];
  credited?: { on: string };
}

export const paidOf = ({ payments }: Pick<Standing, "payments">): Minor =>
  payments.reduce((sum, { amount }) => sum + amount, 0);

export const isSettled = (invoice: Standing): boolean =>
  invoice.credited !== undefined || paidOf(invoice) >= invoice.total;

export function invoiceState(invoice: Standing, today: string): InvoiceState {
  if (invoice.credited) return "credited";
  if (isSettled(invoice)) return "paid";
  return today > invoice.payBy ? "overdue" : "issued";
}

/** The day on which the whole was paid; what comes to nothing was from the beginning. */
export function paidOn(invoice: Standing): string | undefined {
  if (invoice.total <= 0) return invoice.issuedOn;
  let paid = 0;
  for (const { on, amount } of invoice.payments.toSorted((a, b) => a.on < b.on ? -1 : 1)) {
    paid += amount;
    if (paid >= invoice.total) return on;
  }
}

/**
 * Adds a payment, unless it is known: by the bank's reference, or, where one of the two was told
 * without, by day and amount. What is known gains the reference, so that the next is told from it.
 */
export function take({ payments }: Pick<Standing, "payments">, told: Payment): Taken {
  const { on, amount, reference } = told;
  const known = payments.find((one) => reference !== undefined && one.reference === reference) ??
    payments.find((one) =>
      (reference === undefined || one.reference === undefined) &&
      one.on === on && one.amount === amount
    );
  if (known) {
    if (known.reference === undefined && reference !== undefined) known.reference = reference;
    return "duplicate";
  }
  if (payments.length >= MOST_PAYMENTS) return "tooMany";
  payments.push(told);
  return "taken";
}

/** Of what number and when it was issued, like `2026-000123`. */
export const numberText = (number: number, issuedOn: string): string =>
  `${issuedOn.slice(0, 4)}-${`${number}`.padStart(6, "0")}`;

export const dateIn = (instant: number, timeZone: string): string =>
  dateOf(instant, timeZone).toString();
