/** The files of a customer's whole data, and JSON that is written bit by bit. */
import type { Customer } from "../store/customers.ts";
import type { HttpParts } from "./parts.ts";

export interface DataFile {
  name: string;
  content: AsyncIterable<string | Uint8Array<ArrayBuffer>>;
}

export type Producer = (parts: HttpParts, customer: Customer) => AsyncIterable<DataFile>;

export async function* jsonOf(value: unknown): AsyncGenerator<string> {
  yield `${JSON.stringify(value, null, 2)}\n`;
}

export async function* jsonList(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let separator = "[\n";
  for await (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ",\n";
  }
  yield separator === ",\n" ? "\n]\n" : "[]\n";
}
