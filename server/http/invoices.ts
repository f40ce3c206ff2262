/** Invoices: issued, looked at, paid, credited, and computed anew to see that they are right. */
import { z } from "zod";
import type { Bill } from "../domain/bill.ts";
import { dateIn, INVOICE_STATES, isSettled, MOST_PAID, paidOf } from "../domain/invoice-state.ts";
import { pixCode } from "../domain/pix.ts";
import type { InvoiceRecord } from "../store/invoices.ts";
import { id, pageOf } from "./answers.ts";
import { shownBill } from "./bill-answer.ts";
import { limitOf } from "./caller.ts";
import { found } from "./found.ts";
import { misfit, monthText, text, whole } from "./input.ts";
import { invoiceAnswer, listedInvoice, shownInvoice, shownPayments } from "./invoice-answers.ts";
import { listQuery, shownPage } from "./listing.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { pointIn } from "./points.ts";
import { valueOf } from "./problem.ts";
import { tagged } from "./serve.ts";

const MAX_INVOICES = 100;

export const paymentDay = z.iso.date({ error: "must be a day, like 2026-11-24" });

export const invoiceOperations = {
  listInvoices: operation("GET /api/v1/points/:id/invoices", {
    summary: "A point's invoices, the latest first; a customer's own",
    query: z.strictObject({
      limit: whole(1, MAX_INVOICES, z.coerce.number()).default(24),
      cursor: z.string().regex(/^\d{1,15}$/, "must be the `next` of a page before").optional()
        .meta({ description: "The `next` of the page before", example: "124" }),
    }),
    answer: pageOf(listedInvoice),
  }),
  listAllInvoices: operation("GET /api/v1/invoices", {
    summary: "Invoices by number, of one state if it is named; a customer's own",
    query: listQuery.omit({ search: true, retired: true }).extend({
      state: z.enum(["open", "overpaid", ...INVOICE_STATES]).optional().meta({
        description: "As of today; `open` is what is issued or overdue, `overpaid` what money is " +
          "to be given back of",
      }),
      customerId: id.optional(),
    }),
    answer: pageOf(listedInvoice),
  }),
  issueInvoice: operation("POST /api/v1/points/:id/invoices/issue", {
    summary: "Bill a period that has ended",
    details:
      "Periods follow one another: only the next one can be billed, or one whose invoice was " +
      "credited. Of a month with several it is the first that is not billed; if all are, the " +
      "last one's invoice is answered.",
    query: z.strictObject({
      period: monthText,
      unread: z.enum(["true", "false"]).default("false").meta({
        description: "Also where nothing is known of what was used, for what is due anyway",
      }),
    }),
    answer: invoiceAnswer,
    status: 201,
    failures: ["conflict"],
  }),
  getInvoice: operation("GET /api/v1/invoices/:id", {
    summary: "An invoice with its lines and how it was computed",
    answer: invoiceAnswer,
  }),
  verifyInvoice: operation("GET /api/v1/invoices/:id/verify", {
    summary: "Compute an invoice anew from what is kept with it",
    answer: z.object({
      unchanged: z.boolean().meta({ description: "What is kept is what was issued" }),
      recomputed: z.boolean().meta({ description: "Computing it gives the same bytes" }),
      hash: z.string(),
    }),
  }),
  payInvoice: operation("POST /api/v1/invoices/:id/pay", {
    summary: "Record a payment, or money that was paid back",
    details: "One that is recorded already, or for what is paid or credited, is refused. Below " +
      "zero it is money that was paid back, no more than what was overpaid.",
    body: z.strictObject({
      amount: whole(-MOST_PAID, MOST_PAID).refine((amount) => amount !== 0, "must not be 0")
        .optional().meta({
          description: "In the smallest unit of the currency; all that is left, if it is not given",
          example: 47192,
        }),
      date: paymentDay.optional().meta({ description: "Today, if it is not given" }),
      reference: text(1, 100).optional(),
    }),
    answer: listedInvoice,
    failures: ["conflict"],
  }),
  creditInvoice: operation("POST /api/v1/invoices/:id/credit", {
    summary: "Take an invoice back by a credit note",
    details:
      "It cannot be changed: the credit note has a number of its own, what was paid is given " +
      "back on the next bill, and the period can be billed anew.",
    body: z.strictObject({ reason: text(1, 200).meta({ example: "The meter was faulty" }) }),
    answer: listedInvoice,
    failures: ["conflict", "preconditionFailed"],
  }),
};

export function invoiceHandlers(parts: HttpParts): HandlersOf<typeof invoiceOperations> {
  const { invoices, billable, now } = parts;
  return {
    listInvoices: async ({ params, query: { limit, cursor }, caller }) => {
      await pointIn(parts, params.id);
      const below = cursor === undefined ? undefined : Number(cursor);
      const listed = await invoices.ofPoint(params.id, limit, below);
      const own = limitOf(caller);
      const last = listed[limit - 1];
      return {
        items: listed.filter(({ customerId }) => own === undefined || customerId === own)
          .map((invoice) => shownInvoice(invoice, now())),
        next: last ? `${last.sequence}` : null,
      };
    },
    listAllInvoices: async ({ query: { customerId, ...query }, caller }) => {
      const own = limitOf(caller);
      if (own && customerId && customerId !== own) return { items: [], next: null };
      const listed = await invoices.list({ ...query, customerId: own ?? customerId }, now());
      return shownPage(listed, (invoice) => shownInvoice(invoice, now()));
    },
    issueInvoice: async ({ params, query, by }) => {
      const point = await pointIn(parts, params.id);
      const period = valueOf(await billable.named(point, query.period, now()));
      const options = { evenIfUnknown: query.unread === "true" };
      const { invoice, bill } = valueOf(await parts.issuing.issue(point, period, by, options));
      return wholeInvoice(invoice, bill, now());
    },
    getInvoice: async ({ params, context }) => {
      const invoice = tagged(context, await invoiceIn(parts, params.id));
      const { bill } = await invoices.document(invoice);
      return wholeInvoice(invoice, bill, now());
    },
    verifyInvoice: async ({ params }) => invoices.verify(await invoiceIn(parts, params.id)),
    payInvoice: async ({ params, body, by }) => {
      const invoice = await invoiceIn(parts, params.id);
      const today = dateIn(now(), invoice.timeZone);
      const { amount = Math.max(1, invoice.total - paidOf(invoice)), date = today } = body;
      if (date > today) {
        throw misfit("body", [{ path: "date", message: "must not be after today" }]);
      }
      const { reference } = body;
      const payment = { on: date, amount, reference, by: "operator" } as const;
      const paid = valueOf(await invoices.pay(invoice.id, payment, by));
      return shownInvoice(paid.invoice, now());
    },
    creditInvoice: async ({ params, body, by }) => {
      await invoiceIn(parts, params.id);
      return shownInvoice(valueOf(await invoices.credit(params.id, body.reason, by)), now());
    },
  };
}

export const invoiceIn = ({ invoices }: HttpParts, id: string): Promise<InvoiceRecord> =>
  found("invoice", id, (id) => invoices.get(id));

export const wholeInvoice = (
  invoice: InvoiceRecord,
  bill: Bill,
  now: number,
): z.input<typeof invoiceAnswer> => ({
  ...shownInvoice(invoice, now),
  payments: shownPayments(invoice),
  pix: pixOf(invoice, bill) ?? null,
  bill: shownBill(bill),
});

/** The code to pay with what is left, where there is something to pay and a way to do so. */
export function pixOf(invoice: InvoiceRecord, { receiver, currency }: Bill): string | undefined {
  if (!receiver || currency !== "BRL" || isSettled(invoice)) return undefined;
  const amount = invoice.total - paidOf(invoice);
  return pixCode(receiver, { amount, number: invoice.number });
}
