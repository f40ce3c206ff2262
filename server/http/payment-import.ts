/** Payments of a bank's file, each for its invoice: tried as a whole, then recorded one by one. */
import { type Payment, take, TOO_MANY } from "../domain/invoice-state.ts";
import { toGiveBack } from "../domain/made-up.ts";
import { amountOf, type PaymentColumn, type PlannedPayment } from "../domain/payment-file.ts";
import type { InvoiceRecord, Invoices } from "../store/invoices.ts";
import type { By } from "../store/records.ts";
import { misfit } from "./import.ts";
import { valueOf } from "./problem.ts";

interface Matched {
  line: number;
  invoice: InvoiceRecord;
  payment: Omit<Payment, "at">;
}

export interface Imported {
  recorded: number;
  duplicates: number;
  overpaid: { line: number; invoice: string; overpaid: { amount: number; currency: string } }[];
}

const MAX_SHOWN = 100;

/** What comes of it, if all of it can be recorded; else it says what cannot. */
export async function tried(
  invoices: Invoices,
  planned: PlannedPayment[],
  at: number,
): Promise<{ matched: Matched[]; imported: Imported }> {
  const found = await invoices.byTxids(planned.map(({ txid }) => txid));
  const faults: { line: number; column: PaymentColumn; message: string }[] = [];
  const imported = nothing();
  const matched = planned.flatMap(({ line, date, amount, txid, reference }, i): Matched[] => {
    const invoice = found[i];
    const wrong = (column: PaymentColumn, message: string) => {
      faults.push({ line, column, message });
      return [];
    };
    if (!invoice) return wrong("invoice", `there is no invoice ${txid}`);
    const minor = amountOf(amount, invoice);
    if (typeof minor === "string") return wrong("amount", minor);
    const payment = { on: date, amount: minor, reference, by: "file" } as const;
    // Rows of one invoice share what was found of it.
    const taken = take(invoice, { ...payment, at });
    if (taken === "tooMany") return wrong("invoice", TOO_MANY);
    count(imported, line, invoice, taken === "duplicate");
    return [{ line, invoice, payment }];
  });
  if (faults.length > 0) throw misfit(faults, faults.length);
  return { matched, imported };
}

export async function recorded(invoices: Invoices, matched: Matched[], by: By): Promise<Imported> {
  const imported = nothing();
  for (const { line, invoice: { id }, payment } of matched) {
    const paid = valueOf(await invoices.pay(id, { ...payment, always: true }, by));
    count(imported, line, paid.invoice, paid.duplicate);
  }
  return imported;
}

const nothing = (): Imported => ({ recorded: 0, duplicates: 0, overpaid: [] });

function count(imported: Imported, line: number, invoice: InvoiceRecord, duplicate: boolean): void {
  if (duplicate) {
    imported.duplicates++;
    return;
  }
  imported.recorded++;
  const { number, currency } = invoice;
  const amount = toGiveBack(invoice);
  if (amount <= 0 || imported.overpaid.length >= MAX_SHOWN) return;
  imported.overpaid.push({ line, invoice: number, overpaid: { amount, currency } });
}
