/** A customer's invoices among all that is kept of them: as data and as paper. */
import type { Customer } from "../store/customers.ts";
import { type DataFile, jsonOf } from "./data-files.ts";
import { invoicePdf } from "./invoice-files.ts";
import { wholeInvoice } from "./invoices.ts";
import type { HttpParts } from "./parts.ts";

export async function* invoiceFiles(
  parts: HttpParts,
  { id }: Customer,
): AsyncGenerator<DataFile> {
  for await (const invoice of parts.invoices.ofCustomer(id)) {
    const { bill } = await parts.invoices.document(invoice);
    const name = `invoices/${invoice.number}`;
    yield { name: `${name}.json`, content: jsonOf(wholeInvoice(invoice, bill, parts.now())) };
    yield { name: `${name}.pdf`, content: only(() => invoicePdf(parts, invoice, bill)) };
  }
}

async function* only<Bytes>(make: () => Promise<Bytes>): AsyncGenerator<Bytes> {
  yield await make();
}
