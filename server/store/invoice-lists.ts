/**
 * Invoices by how they stand, by number. Which are owed is known by an index; which of those are
 * overdue is a matter of today, so it is looked at in each.
 */
import { dateIn, type InvoiceState, invoiceState, isSettled } from "../domain/invoice-state.ts";
import { toGiveBack } from "../domain/made-up.ts";
import type { InvoiceRecord } from "./invoices.ts";
import { ALL, INVOICES, listOf, openOf, overpaidOf } from "./kinds.ts";
import type { Listed, Records } from "./records.ts";

export interface InvoiceQuery {
  /** Open is what is issued or overdue; overpaid what something is to be given back of. */
  state?: InvoiceState | "open" | "overpaid";
  customerId?: string;
  limit: number;
  cursor?: string;
}

const OWED = ["open", "issued", "overdue"];

export function listInvoices(
  records: Pick<Records, "list">,
  { state, customerId, ...page }: InvoiceQuery,
  now: number,
): Promise<Listed<InvoiceRecord>> {
  const all = customerId === undefined ? ALL : listOf("customer", customerId);
  return records.list(INVOICES, { ...page, of: indexOf(all, state), where: standing(state, now) });
}

function indexOf(all: string, state: InvoiceQuery["state"]): string {
  if (state === "overpaid") return overpaidOf(all);
  return state !== undefined && OWED.includes(state) ? openOf(all) : all;
}

const standing = (state: InvoiceQuery["state"], now: number) => (invoice: InvoiceRecord) => {
  if (state === undefined) return true;
  if (state === "open") return !isSettled(invoice);
  if (state === "overpaid") return toGiveBack(invoice) > 0;
  return invoiceState(invoice, dateIn(now, invoice.timeZone)) === state;
};
