/** Payments that others tell of: a file from the bank, a signed webhook. */
import type { Context } from "hono";
import { z } from "zod";
import { dateIn, MOST_PAID } from "../domain/invoice-state.ts";
import { PAYMENT_COLUMNS, planPayments } from "../domain/payment-file.ts";
import { txidOf } from "../domain/pix.ts";
import { checkWebhook } from "../domain/webhook-signature.ts";
import { failed } from "../errors.ts";
import type { By } from "../store/records.ts";
import { money } from "./answers.ts";
import { bytesOf } from "./body.ts";
import { readCsv } from "./csv-body.ts";
import { misfit as csvMisfit, textIn } from "./import.ts";
import { checked, misfit, text, whole } from "./input.ts";
import { paymentDay } from "./invoices.ts";
import { jsonIn } from "./json-body.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { recorded, tried } from "./payment-import.ts";
import { FailureError, valueOf } from "./problem.ts";

const MAX_CSV_BYTES = 8 * 1024 * 1024;
const MAX_MESSAGE_BYTES = 16 * 1024;

const imported = z.object({
  dryRun: z.boolean(),
  recorded: z.int(),
  duplicates: z.int().meta({ description: "Payments that had been recorded before" }),
  overpaid: z.array(z.object({
    line: z.int(),
    invoice: z.string().meta({ example: "2026-000123" }),
    overpaid: money,
  })).meta({ description: "Invoices of which more is paid now than they come to" }),
});

const message = z.object({
  type: z.string().max(100),
  data: z.unknown(),
});

const payment = z.object({
  invoice: text(1, 40),
  amount: whole(1, MOST_PAID),
  currency: z.string().length(3),
  date: paymentDay,
  reference: text(1, 100).optional(),
});

export const paymentOperations = {
  importPayments: operation("POST /api/v1/payments/import", {
    summary: "Record payments from a bank's CSV file",
    details: "The file is tried as a whole before anything is recorded; then one payment is " +
      "recorded after the other, so that if the server goes down, or others record payments at " +
      "the same time, some may be there and some not. Bring it in again: what is recorded already " +
      "counts once. One for what is paid already is kept as paid too much. Amounts are in the " +
      `invoice's currency. Columns: ${PAYMENT_COLUMNS.join(", ")}.`,
    query: z.strictObject({
      dryRun: z.enum(["true", "false"]).default("false").meta({
        description: "Only say what would be recorded",
      }),
    }),
    body: { media: "text/csv" },
    maxBytes: MAX_CSV_BYTES,
    answer: imported,
    failures: ["conflict"],
  }),
  takePayment: operation("POST /api/v1/payments/webhook", {
    summary: "A signed message that an invoice was paid",
    details: "By the Standard Webhooks convention, signed with CONTALUZ_PAYMENT_SECRET. Of type " +
      "`payment.received`, with `data` of `invoice` (its number or txid), `amount` in the " +
      "smallest unit, `currency`, `date` and maybe `reference`. Other types, and messages that " +
      "came before, change nothing.",
    body: { media: "application/json" },
    maxBytes: MAX_MESSAGE_BYTES,
    failures: ["unauthenticated", "notFound", "conflict"],
  }),
};

export function paymentHandlers(parts: HttpParts): HandlersOf<typeof paymentOperations> {
  return {
    importPayments: async ({ context, query, by }) => {
      const csv = readCsv(textIn(await bytesOf(context, parts, MAX_CSV_BYTES)), PAYMENT_COLUMNS);
      if (!csv.ok) throw csvMisfit(csv.faults, csv.faultCount);
      const planned = planPayments(csv.rows, dateIn(parts.now(), parts.timezone));
      if (!planned.ok) throw csvMisfit(planned.errors, planned.errorCount);
      const { invoices } = parts;
      const { matched, imported } = await tried(invoices, planned.payments, by.at);
      const dryRun = query.dryRun === "true";
      return { dryRun, ...dryRun ? imported : await recorded(invoices, matched, by) };
    },
    takePayment: async ({ context, by }) => {
      const bytes = await bytesOf(context, parts, MAX_MESSAGE_BYTES);
      const id = await signedId(context, bytes, parts);
      const { type, data } = checked(message, jsonIn(bytes), "body");
      if (type === "payment.received") await record(parts, id, checked(payment, data, "body"), by);
    },
  };
}

/** The id of a message that comes from whom it should come from. */
async function signedId(
  { req }: Context,
  body: Uint8Array<ArrayBuffer>,
  { paymentSecret, now }: HttpParts,
): Promise<string> {
  if (paymentSecret === undefined) {
    throw new FailureError(failed("unauthenticated", "CONTALUZ_PAYMENT_SECRET is not set."));
  }
  const header = (name: string) => req.header(`webhook-${name}`) ?? "";
  const [id, timestamp] = [header("id"), header("timestamp")];
  const webhook = { id, timestamp, signature: header("signature"), body };
  const check = await checkWebhook(webhook, [paymentSecret], now());
  if (check.ok) return id;
  throw new FailureError(failed("unauthenticated", `Not taken: ${check.fault}.`));
}

async function record(
  { invoices, now }: HttpParts,
  message: string,
  { invoice, amount, currency, date, reference }: z.output<typeof payment>,
  by: By,
): Promise<void> {
  const [found] = await invoices.byTxids([txidOf(invoice)]);
  if (!found) throw new FailureError(failed("notFound", `There is no invoice ${invoice}.`));
  if (currency !== found.currency) {
    throw misfit("body", [{ path: "data.currency", message: `must be ${found.currency}` }]);
  }
  if (date > dateIn(now(), found.timeZone)) {
    throw misfit("body", [{ path: "data.date", message: "must not be after today" }]);
  }
  const told = { on: date, amount, reference, by: "webhook", message, always: true } as const;
  valueOf(await invoices.pay(found.id, told, by));
}
