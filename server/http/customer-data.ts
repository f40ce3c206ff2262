/**
 * All that is kept of a customer, as one zip to take along. Each producer tells its files one after
 * another, and none of them is ever whole in memory.
 */
import { makeZip } from "client-zip";
import { instantWriter } from "../domain/calendar.ts";
import { isOnlyHeldBy } from "../domain/holding.ts";
import type { Customer } from "../store/customers.ts";
import type { Moment } from "../store/keys.ts";
import { shownAlerts } from "./alert-answers.ts";
import { shownEntry } from "./audit.ts";
import { customerIn, shownCustomer } from "./customers.ts";
import { type DataFile, jsonList, jsonOf, type Producer } from "./data-files.ts";
import { download, fileName } from "./download.ts";
import { invoiceFiles } from "./invoice-data.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { shownPerson } from "./person-answer.ts";
import { pointFiles, pointsFile } from "./point-data.ts";

const ITEMS_A_READ = 100;

export const customerDataOperations = {
  downloadCustomerData: operation("GET /api/v1/customers/:id/data", {
    summary: "All that is kept of a customer, as a zip of JSON and CSV",
    details: "Of their points, what belongs to the time in which they had them.",
    answer: { media: "application/zip" },
  }),
};

export function customerDataHandlers(
  parts: HttpParts,
): HandlersOf<typeof customerDataOperations> {
  return {
    downloadCustomerData: async ({ params, ...asked }) => {
      const customer = await customerIn(parts, params.id);
      const now = parts.now();
      const day = instantWriter(parts.timezone)(now).slice(0, 10);
      const name = fileName(["data", customer.name, day], ".zip");
      const files = makeZip(entriesOf(filesOf(parts, customer), new Date(now * 1000)));
      const of = { kind: "customer", id: customer.id, file: "data.zip" } as const;
      return await download(parts, asked, { name, type: "application/zip", of }, files);
    },
  };
}

async function* entriesOf(files: AsyncIterable<DataFile>, lastModified: Date) {
  for await (const { name, content } of files) yield { name, input: content, lastModified };
}

async function* filesOf(parts: HttpParts, customer: Customer): AsyncGenerator<DataFile> {
  for (const produce of PRODUCERS) yield* produce(parts, customer);
}

async function* customerFile(_: HttpParts, customer: Customer): AsyncGenerator<DataFile> {
  yield { name: "customer.json", content: jsonOf(shownCustomer(customer)) };
}

async function* peopleFile(parts: HttpParts, { id }: Customer): AsyncGenerator<DataFile> {
  yield { name: "people.json", content: jsonList(peopleOf(parts, id)) };
}

async function* peopleOf({ identity: { people } }: HttpParts, customerId: string) {
  for await (const person of people.ofCustomer(customerId)) yield shownPerson(person);
}

async function* alertsFile(parts: HttpParts, { id }: Customer): AsyncGenerator<DataFile> {
  yield { name: "alerts.json", content: jsonList(alertsOf(parts, id)) };
}

async function* alertsOf(parts: HttpParts, customerId: string) {
  let cursor: string | undefined;
  do {
    const { items, next } = await parts.alerts.list({ customerId, cursor, limit: ITEMS_A_READ });
    yield* await shownAlerts(parts, items, { locale: parts.locale, customerId });
    cursor = next;
  } while (cursor !== undefined);
}

async function* auditFile(parts: HttpParts, { id }: Customer): AsyncGenerator<DataFile> {
  yield { name: "audit.json", content: jsonList(entriesAbout(parts, id)) };
}

/** What was done to them, and to the points that nobody else had. */
async function* entriesAbout({ audit, points }: HttpParts, customerId: string) {
  yield* entriesOfObject(audit, "customer", customerId);
  for await (const point of points.heldEver(customerId)) {
    if (isOnlyHeldBy(point, customerId)) yield* entriesOfObject(audit, "point", point.id);
  }
}

async function* entriesOfObject(audit: HttpParts["audit"], kind: string, id: string) {
  let before: Moment | undefined;
  do {
    const { items, next } = await audit.of(kind, id, ITEMS_A_READ, before);
    for (const entry of items) yield shownEntry(entry);
    before = next;
  } while (before !== undefined);
}

/** In the order in which they come in the file. */
const PRODUCERS: Producer[] = [
  customerFile,
  peopleFile,
  pointsFile,
  pointFiles,
  invoiceFiles,
  alertsFile,
  auditFile,
];
