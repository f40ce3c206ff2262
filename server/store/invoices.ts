/**
 * Issued invoices. What an invoice says never changes: its record only gains what happens to it,
 * payments, a credit, what later bills made up for.
 */
import type { BillingPeriod } from "../domain/billing-period.ts";
import type { PastUse } from "../domain/estimate.ts";
import { dateIn, numberText, type Standing } from "../domain/invoice-state.ts";
import { chargedFor, creditOf, type MadeUp } from "../domain/made-up.ts";
import type { Minor } from "../domain/money.ts";
import { done, failed, type Result } from "../errors.ts";
import { type BilledTo, withCredit } from "./billed-to.ts";
import { type InvoiceDocument, textOf, type Verification, verified } from "./invoice-document.ts";
import {
  billedKey,
  billedOf,
  billedToKey,
  creditCounterKey,
  invoiceRowKey,
  pointInvoices,
} from "./keys.ts";
import { type InvoiceQuery, listInvoices } from "./invoice-lists.ts";
import { INVOICES, listOf, openOf, overpaidOf } from "./kinds.ts";
import { type NewPayment, type Paid, pay } from "./paying.ts";
import { undo } from "./settling.ts";
import type { By, Listed, Records } from "./records.ts";

export interface InvoiceRecord extends Standing, MadeUp {
  id: string;
  version?: string;
  /** As people write it, and as it is counted. */
  number: string;
  sequence: number;
  pointId: string;
  customerId: string;
  timeZone: string;
  period: BillingPeriod;
  issuedAt: number;
  dueOn: string;
  currency: string;
  decimals: number;
  /** Of the total, what the municipality charges. */
  municipal: Minor;
  use: PastUse;
  /** Of the document. */
  hash: string;
  rows: number;
  /** Of the energy that the bill is for, to see whether it is known otherwise now. */
  energyHash: string;
  credited?: { on: string; at: number; number: string; reason: string };
  /** The invoices, by id, on which there are entries of this one. */
  made: string[];
}

/** Which invoice a period of a point is billed by, and where that period ends. */
export interface Billed {
  invoiceId: string;
  to: number;
}

const KEYS_A_READ = 10;

export class Invoices {
  constructor(readonly records: Records) {}

  get(id: string): Promise<InvoiceRecord | undefined> {
    return this.records.get(INVOICES, id);
  }

  getAll(ids: string[]): Promise<InvoiceRecord[]> {
    return this.records.getAll(INVOICES, ids);
  }

  /** By what a bank calls them: the digits of their numbers. */
  byTxids(txids: string[]): Promise<(InvoiceRecord | undefined)[]> {
    return this.records.findAll(INVOICES, "txid", txids);
  }

  /** The latest first; those with a number below another. */
  async ofPoint(pointId: string, limit: number, below?: number): Promise<InvoiceRecord[]> {
    const options = { reverse: true, limit };
    const ids: string[] = [];
    const rows = this.records.kv.list<string>(pointInvoices(pointId, below), options);
    for await (const { value } of rows) ids.push(value);
    return await this.records.getAll(INVOICES, ids);
  }

  /** By number. */
  list(query: InvoiceQuery, now: number): Promise<Listed<InvoiceRecord>> {
    return listInvoices(this.records, query, now);
  }

  ofCustomer(customerId: string): AsyncGenerator<InvoiceRecord> {
    return this.records.all(INVOICES, listOf("customer", customerId));
  }

  /** Why a customer cannot be erased yet. */
  async obstacles(customerId: string): Promise<string[]> {
    const own = listOf("customer", customerId);
    const reasons: string[] = [];
    for (
      const [why, of] of [
        ["These invoices are not paid", openOf(own)],
        ["Of these invoices money is to be given back", overpaidOf(own)],
      ]
    ) {
      const { items } = await this.records.list(INVOICES, { of, limit: KEYS_A_READ });
      const numbers = items.map(({ number }) => number).join(", ");
      if (items.length > 0) reasons.push(`${why}: ${numbers}.`);
    }
    return reasons;
  }

  async text({ id, rows }: InvoiceRecord): Promise<string> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (let i = 0; i < rows; i++) {
      const { value } = await this.records.kv.get<Uint8Array<ArrayBuffer>>(invoiceRowKey(id, i));
      if (value) parts.push(value);
    }
    return await textOf(parts);
  }

  async document(invoice: InvoiceRecord): Promise<InvoiceDocument> {
    return JSON.parse(await this.text(invoice));
  }

  async verify(invoice: InvoiceRecord): Promise<Verification> {
    return verified(await this.text(invoice), invoice.hash);
  }

  pay(id: string, payment: NewPayment, by: By): Promise<Result<Paid>> {
    return pay(this.records, id, payment, by);
  }

  /** Takes the whole invoice back; the period can then be billed anew. */
  async credit(id: string, reason: string, by: By): Promise<Result<InvoiceRecord>> {
    return await this.records.update<InvoiceRecord, InvoiceRecord>(
      INVOICES,
      id,
      by,
      async (invoice, change) => {
        if (invoice.credited) {
          const { number } = invoice.credited;
          return failed("conflict", `Invoice ${invoice.number} is credited already, by ${number}.`);
        }
        const on = dateIn(by.at, invoice.timeZone);
        const next = await change.row<number>(creditCounterKey) ?? 1;
        change.setRow(creditCounterKey, next + 1);
        const credit = await undo(invoice, change) - creditOf(chargedFor(invoice));
        const key = billedToKey(invoice.pointId);
        const billed = await change.row<BilledTo>(key);
        if (billed && credit !== 0) change.setRow(key, withCredit(billed, invoice, credit));
        invoice.credited = { on, at: by.at, number: `C${numberText(next, on)}`, reason };
        return done(invoice);
      },
    );
  }

  /** Until when a point is billed, and what is left of what was fed in there. */
  async billedTo(pointId: string): Promise<BilledTo | undefined> {
    return (await this.records.kv.get<BilledTo>(billedToKey(pointId))).value ?? undefined;
  }

  /** The invoice that a point is billed by for the period that begins then. */
  async billing(pointId: string, from: number): Promise<string | undefined> {
    const { value } = await this.records.kv.get<Billed>(billedKey(pointId, from));
    return value?.invoiceId;
  }

  /** The periods of a point that are billed, by where they begin, the latest first. */
  async billed(pointId: string, limit: number): Promise<[from: number, billed: Billed][]> {
    const options = { reverse: true, limit };
    const rows = this.records.kv.list<Billed>({ prefix: billedOf(pointId) }, options);
    return (await Array.fromAsync(rows)).map(({ key, value }) => [key[2] as number, value]);
  }
}
