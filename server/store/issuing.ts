/**
 * Issues invoices. An invoice's number, its document, its record, what it is found by, and that the
 * period of the point is billed, are written in one atomic: whoever comes second, after a crash or
 * from another server, finds the period billed, and no number is ever left out.
 */
import { type Bill, billOf } from "../domain/bill.ts";
import type { BillingPeriod } from "../domain/billing-period.ts";
import { dateIn, numberText } from "../domain/invoice-state.ts";
import { workingDay } from "../domain/late.ts";
import { sumOf } from "../domain/lines.ts";
import { chargedBy } from "../domain/made-up.ts";
import { lastInForce } from "../domain/tariff.ts";
import { done, failed, type Result } from "../errors.ts";
import { type BilledTo, creditFor, withCredit } from "./billed-to.ts";
import { Change } from "./change.ts";
import {
  documentText,
  hashOf,
  type InvoiceDocument,
  numbered,
  rowsOf,
} from "./invoice-document.ts";
import type { Billed, InvoiceRecord, Invoices } from "./invoices.ts";
import {
  billedKey,
  billedToKey,
  invoiceCounterKey,
  invoiceRowKey,
  pointInvoiceKey,
} from "./keys.ts";
import { INVOICES, POINTS } from "./kinds.ts";
import type { PointRecord } from "./points.ts";
import { type By } from "./records.ts";
import { energyHashOf } from "./settling.ts";
import { type BilledBy, draftOf } from "./drafting.ts";

export interface Issued {
  invoice: InvoiceRecord;
  bill: Bill;
  /** Not if it had been before. */
  isNew: boolean;
}

export interface Options {
  /** Also when nothing at all is known of what was used. */
  evenIfUnknown?: boolean;
}

interface Turn {
  end: () => void;
}

interface Turns {
  /** Called before the next number is read. */
  numbered?: () => Promise<void>;
}

export class Issuing {
  #last: Promise<void> = Promise.resolve();

  constructor(readonly invoices: Invoices, readonly rates: BilledBy) {}

  /** What would be issued; nothing is written. */
  async preview(point: PointRecord, period: BillingPeriod, by: By): Promise<Result<Issued>> {
    return await this.#staged(new Change(this.invoices.records.kv), point, period, by, {});
  }

  async issue(
    point: PointRecord,
    period: BillingPeriod,
    by: By,
    options: Options = {},
  ): Promise<Result<Issued>> {
    let turn: Turn | undefined;
    const numbered = async () => {
      turn?.end();
      turn = await this.#turn();
    };
    try {
      return await this.invoices.records.transact<Issued>(
        by,
        (change) => this.#staged(change, point, period, by, { ...options, numbered }),
      );
    } finally {
      turn?.end();
    }
  }

  /** From reading the next number to writing it: here one at a time, or all would begin anew. */
  async #turn(): Promise<Turn> {
    const before = this.#last;
    const { promise, resolve: end } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    return { end };
  }

  async #staged(
    change: Change,
    point: PointRecord,
    period: BillingPeriod,
    by: By,
    options: Options & Turns,
  ): Promise<Result<Issued>> {
    const current = await change.get(POINTS, point.id);
    if (current?.version !== point.version) {
      const detail = `Point ${point.id} was changed at the same time. Try again.`;
      return failed("conflict", detail);
    }
    const claim = await this.#claim(change, point, period);
    if (!claim.ok) return claim;
    const { before, billed } = claim.value;
    if (before && !before.credited) {
      const { bill } = await this.invoices.document(before);
      return done({ invoice: before, bill, isNew: false });
    }
    const id = this.invoices.records.newId();
    const drafted = await draftOf(this, { change, point, period, by, id, billed });
    if (!drafted.ok) return drafted;
    const { made, ...snapshot } = drafted.value;
    const bill = billOf(snapshot);
    if (!options.evenIfUnknown && isUnknown(bill)) {
      const detail = `Nothing is known of what was used at ${point.id} in ${period.month}. ` +
        "What is due anyway is billed by hand, with unread=true.";
      return failed("conflict", detail);
    }
    await options.numbered?.();
    const sequence = await change.row<number>(invoiceCounterKey) ?? 1;
    const rest = { id, pointId: point.id, issuedAt: by.at, made, sequence };
    const document = numbered({ snapshot, bill }, sequence);
    const invoice = put(change, document, rest);
    const more = bill.creditLeft - creditFor(billed, invoice.customerId);
    const to = Math.max(period.to, billed?.to ?? 0);
    const billedTo = withCredit({ to, credits: billed?.credits ?? {} }, invoice, more);
    change.setRow(billedToKey(point.id), billedTo);
    return done({ invoice, bill: document.bill, isNew: true });
  }

  /** Whether the period may be billed: it is the next one, or was billed by what was taken back. */
  async #claim(change: Change, point: PointRecord, { from }: BillingPeriod) {
    const billed = await change.row<BilledTo>(billedToKey(point.id));
    if (!billed || billed.to === from) return done({ before: undefined, billed });
    const claimed = await change.row<Billed>(billedKey(point.id, from));
    if (!claimed) {
      const day = dateIn(billed.to, point.timezone);
      return failed("conflict", `The next period to be billed of this point begins on ${day}.`);
    }
    // Once it is credited it stays so, and nobody else bills the period without the row above.
    const before = await this.invoices.get(claimed.invoiceId);
    return done({ before, billed });
  }
}

const isUnknown = ({ period, missingSeconds, milliwattHours }: Bill): boolean =>
  milliwattHours === 0 && missingSeconds >= period.to - period.from;

type Rest = Pick<InvoiceRecord, "id" | "pointId" | "issuedAt" | "made" | "sequence">;

/** All of an invoice but until when its point is billed. */
function put(change: Change, document: InvoiceDocument, rest: Rest): InvoiceRecord {
  const { id, pointId, sequence } = rest;
  const text = documentText(document);
  const rows = rowsOf(text);
  const invoice = recordOf(document, { ...rest, hash: hashOf(text), rows: rows.length });
  const { bill } = document;
  const billed: Billed = { invoiceId: id, to: bill.period.to };
  change.put(INVOICES, invoice);
  change.setRow(invoiceCounterKey, sequence + 1);
  rows.forEach((row, i) => change.setRow(invoiceRowKey(id, i), row));
  change.setRow(billedKey(pointId, bill.period.from), billed);
  change.setRow(pointInvoiceKey(pointId, sequence), id);
  return invoice;
}

const NOT_OF_THE_PERIOD = ["correction", "lateFee", "interest", "other"];

function recordOf(
  { snapshot: { basis, issuedOn, dueOn }, bill }: InvoiceDocument,
  rest: Rest & Pick<InvoiceRecord, "hash" | "rows">,
): InvoiceRecord {
  const { tariff } = lastInForce(basis);
  const { period, currency, decimals, total, lines } = bill;
  const own = lines.filter(({ kind }) => !NOT_OF_THE_PERIOD.includes(kind));
  return {
    ...rest,
    number: numberText(rest.sequence, issuedOn),
    customerId: bill.customer.id,
    timeZone: bill.timeZone,
    period,
    issuedOn,
    dueOn,
    payBy: workingDay(dueOn, tariff.holidays),
    currency,
    decimals,
    total,
    municipal: sumOf(lines.filter(({ kind }) => kind === "municipal")),
    use: bill.months[bill.months.length - 1],
    energyHash: energyHashOf(basis),
    own: chargedBy({ ...bill, total: sumOf(own) }),
    entries: [],
    payments: [],
  };
}
