/** Payments of invoices, and money that is paid back: each is recorded once, however it is told. */
import { isSettled, type Payment, take, TOO_MANY } from "../domain/invoice-state.ts";
import { toGiveBack } from "../domain/made-up.ts";
import { done, failed, noSuch, type Result } from "../errors.ts";
import type { Change } from "./change.ts";
import type { InvoiceRecord } from "./invoices.ts";
import { paymentMessageKey } from "./keys.ts";
import { INVOICES } from "./kinds.ts";
import type { By, Records } from "./records.ts";

export interface NewPayment extends Omit<Payment, "at"> {
  /** The message that told of it, which counts once. */
  message?: string;
  /** Of what is paid already, too: the money has come. */
  always?: boolean;
}

export interface Paid {
  invoice: InvoiceRecord;
  /** Known already: nothing was recorded. */
  duplicate: boolean;
}

/** Longer than any sender goes on trying. */
const MESSAGE_KEPT_MS = 30 * 24 * 3_600_000;

export async function pay(
  records: Records,
  id: string,
  payment: NewPayment,
  by: By,
): Promise<Result<Paid>> {
  return await records.transact<Paid>(by, async (change) => {
    const invoice = await change.get(INVOICES, id);
    if (!invoice) return noSuch("invoice", id);
    const { message, always, ...rest } = payment;
    const refusal = always ? undefined : refusalOf(invoice, payment);
    const isRepeated = message !== undefined && await wasToldBefore(change, message);
    const taken = isRepeated ? "duplicate" : take(invoice, { ...rest, at: by.at });
    if (taken === "duplicate" && !always) {
      return failed("conflict", "This payment has been recorded already.");
    }
    if (refusal) return failed("conflict", refusal);
    if (taken === "tooMany") return failed("conflict", `Invoice ${invoice.number} ${TOO_MANY}.`);
    change.put(INVOICES, invoice);
    return done({ invoice, duplicate: taken === "duplicate" });
  });
}

async function wasToldBefore(change: Change, message: string): Promise<boolean> {
  const key = paymentMessageKey(message);
  if (await change.row(key)) return true;
  change.setRow(key, true, { expireIn: MESSAGE_KEPT_MS });
  return false;
}

/** Why the staff cannot record a payment, or money paid back, which is below zero. */
function refusalOf(invoice: InvoiceRecord, { amount }: NewPayment): string | undefined {
  const { number, credited } = invoice;
  if (amount < 0 && -amount > toGiveBack(invoice)) {
    return `Of invoice ${number} there is less to give back: ${Math.max(0, toGiveBack(invoice))}.`;
  }
  if (amount < 0 || !isSettled(invoice)) return undefined;
  return `Invoice ${number} is ${credited ? "credited" : "paid"} already.`;
}
