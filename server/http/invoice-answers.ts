/** Invoices as JSON: what they say, how they stand and what happened to them. */
import { z } from "zod";
import { dateIn, INVOICE_STATES, invoiceState, paidOf, paidOn } from "../domain/invoice-state.ts";
import { toGiveBack } from "../domain/made-up.ts";
import type { InvoiceRecord } from "../store/invoices.ts";
import { date, id, instantAnswer, money, month, wh } from "./answers.ts";
import { billAnswer } from "./bill-answer.ts";
import { toInstant, toWh } from "./output.ts";

export const invoiceFields = {
  id,
  number: z.string().meta({ example: "2026-000123" }),
  pointId: id,
  customerId: id,
  month,
  firstDay: date,
  lastDay: date,
  issuedOn: date,
  dueOn: date,
  state: z.enum(INVOICE_STATES),
  total: money,
  paid: money,
  overpaid: money.meta({
    description: "What was paid too much and is not given back; the next bill does",
  }),
  paidOn: date.nullable(),
  energyWh: wh,
  estimated: z.boolean(),
  credit: z.object({
    number: z.string().meta({ example: "C2026-000001" }),
    on: date,
    reason: z.string(),
  }).nullable(),
  hash: z.string().meta({ description: "SHA-256 of the bill with all it was computed from" }),
};

export const listedInvoice = z.object(invoiceFields).meta({ id: "ListedInvoice" });

export const invoiceAnswer = z.object({
  ...invoiceFields,
  payments: z.array(z.object({
    on: date,
    amount: money,
    reference: z.string().nullable(),
    by: z.enum(["operator", "file", "webhook"]),
    recordedAt: instantAnswer,
  })),
  pix: z.string().nullable().meta({ description: "The Pix code, as text to copy" }),
  bill: billAnswer,
}).meta({ id: "Invoice" });

export function shownInvoice(invoice: InvoiceRecord, now: number): z.input<typeof listedInvoice> {
  const { currency, period, credited, use } = invoice;
  const inCurrency = (amount: number) => ({ amount, currency });
  return {
    id: invoice.id,
    number: invoice.number,
    pointId: invoice.pointId,
    customerId: invoice.customerId,
    month: period.month,
    firstDay: period.firstDay,
    lastDay: period.lastDay,
    issuedOn: invoice.issuedOn,
    dueOn: invoice.dueOn,
    state: invoiceState(invoice, dateIn(now, invoice.timeZone)),
    total: inCurrency(invoice.total),
    paid: inCurrency(paidOf(invoice)),
    overpaid: inCurrency(Math.max(0, toGiveBack(invoice))),
    paidOn: paidOn(invoice) ?? null,
    energyWh: toWh(use.milliwattHours),
    estimated: use.estimated,
    credit: credited ? { number: credited.number, on: credited.on, reason: credited.reason } : null,
    hash: invoice.hash,
  };
}

export const shownPayments = ({ payments, currency }: InvoiceRecord) =>
  payments.map(({ on, amount, reference, by, at }) => ({
    on,
    amount: { amount, currency },
    reference: reference ?? null,
    by,
    recordedAt: toInstant(at),
  }));
