/** What an invoice says, in the terminal. */
import type { InferResponseType } from "hono/client";
import { linesTable } from "./bill-lines.ts";
import type { ApiClient } from "./connection.ts";
import { money } from "./money.ts";
import { type Column, details, table } from "./table.ts";
import { plain } from "./text.ts";
import { instant, register } from "./units.ts";
import type { Terminal } from "./world.ts";

export type Invoice = InferResponseType<ApiClient["invoices"][":id"]["$get"]>;
export type Listed = InferResponseType<ApiClient["invoices"]["$get"]>["items"][number];
type Payment = Invoice["payments"][number];

export const standing = (invoice: Listed): Record<string, string> => ({
  number: invoice.number,
  state: stateText(invoice),
  due: invoice.dueOn,
  total: money(invoice.total),
  paid: money(invoice.paid),
  ...invoice.overpaid.amount > 0 ? { "paid too much": money(invoice.overpaid) } : {},
});

function stateText({ state, credit, paidOn }: Listed): string {
  if (credit) return `credited by ${credit.number} on ${credit.on}: ${credit.reason}`;
  return state === "paid" ? `paid on ${paidOn}` : state;
}

const PAYMENTS: Column<Payment>[] = [
  { title: "paid on", of: ({ on }) => on, whole: true },
  { title: "amount", of: ({ amount }) => money(amount), align: "right" },
  { title: "reference", of: ({ reference }) => reference },
  { title: "told by", of: ({ by }) => by },
  { title: "at", of: ({ recordedAt }) => instant(recordedAt) },
];

export function shown(invoice: Invoice, terminal: Terminal): string {
  const { bill, payments, pix } = invoice;
  return [
    details({
      id: invoice.id,
      ...standing(invoice),
      customer: `${bill.customer.name} (${invoice.customerId})`,
      point: invoice.pointId,
      tariff: bill.tariff,
      period: `${bill.firstDay} to ${bill.lastDay}, ${bill.days} days`,
      energy: `${register(bill.energyWh)}${invoice.estimated ? " ≈ estimated" : ""}`,
      issued: invoice.issuedOn,
      hash: invoice.hash,
    }),
    linesTable(bill.lines, invoice.total, terminal),
    ...payments.length > 0 ? [table(PAYMENTS, payments, terminal)] : [],
    ...pix ? [`Pix, to copy:\n${plain(pix)}`] : [],
  ].join("\n\n");
}
