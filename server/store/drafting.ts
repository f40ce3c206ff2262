/** What the bill of a period is computed from, as it is known now, with what it makes up for. */
import { basisOf, type MeterShown, type Snapshot } from "../domain/bill.ts";
import type { BillingPeriod, ReadingDays } from "../domain/billing-period.ts";
import type { Step } from "../domain/calendar.ts";
import type { PastUse } from "../domain/estimate.ts";
import { stretchAt } from "../domain/holding.ts";
import { dateIn } from "../domain/invoice-state.ts";
import type { ToRate } from "../domain/rating.ts";
import { lastInForce } from "../domain/tariff.ts";
import { done, failed, type Failure, type Result } from "../errors.ts";
import { type BilledTo, creditFor } from "./billed-to.ts";
import type { Change } from "./change.ts";
import type { Customer } from "./customers.ts";
import type { InvoiceRecord, Invoices } from "./invoices.ts";
import { ISSUER_ID, type IssuerRecord } from "./issuer.ts";
import { CUSTOMERS, ISSUER } from "./kinds.ts";
import type { PointRecord } from "./points.ts";
import type { By } from "./records.ts";
import { pastUseOf, type Settling, settlingOf } from "./settling.ts";

export interface BillingTerms {
  reading: ReadingDays;
  /** Since when the point has a tariff, in Unix seconds. */
  from: number;
}

/** What is known of a point by which a period of it is billed. */
export interface BilledBy {
  /** How a point is billed, if it is. */
  termsOf: (point: PointRecord) => Promise<BillingTerms | undefined>;
  /** By quarters of an hour, if nothing else is said. */
  toRate: (
    point: PointRecord,
    period: BillingPeriod,
    past: PastUse[],
    step?: Step,
  ) => Promise<Result<ToRate>>;
  /** Why the period must not be billed yet, if so. */
  doubt: (point: PointRecord, period: BillingPeriod) => Promise<Failure | undefined>;
  /** The same for one bill, so that nothing is read twice. */
  forOneBill: () => BilledBy;
  meters: (point: PointRecord, period: BillingPeriod) => Promise<MeterShown[]>;
  /** The day on which the period after this one is read. */
  nextReading: (point: PointRecord, period: BillingPeriod) => string;
}

interface Drafting {
  change: Change;
  point: PointRecord;
  period: BillingPeriod;
  by: By;
  /** Of the invoice. */
  id: string;
  billed?: BilledTo;
}

/** Of which the number is not known yet. */
export type Draft = Snapshot & Pick<Settling, "made">;

const NO_NUMBER = 0;

/** A year that may be put right, and the year before that by which it was estimated. */
const INVOICES_SEEN = 25;

export async function draftOf(
  { invoices, rates: source }: { invoices: Invoices; rates: BilledBy },
  { change, point, period, by, id, billed }: Drafting,
): Promise<Result<Draft>> {
  const rates = source.forOneBill();
  const issuer = await invoices.records.get(ISSUER, ISSUER_ID);
  if (!issuer) return failed("conflict", "Say first who issues the bills: PUT /api/v1/issuer.");
  const customerId = stretchAt(point.holders, period.from)?.customerId ?? point.customerId;
  const held = await change.inUse(CUSTOMERS, customerId);
  if (!held.ok) return held;
  const all = await invoices.ofPoint(point.id, INVOICES_SEEN);
  const earlier = all.filter((invoice) => invoice.customerId === customerId);
  const past = pastUseOf(earlier, period.from);
  const doubt = await rates.doubt(point, period);
  if (doubt) return doubt;
  const toRate = await rates.toRate(point, period, past);
  if (!toRate.ok) return toRate;
  const known = { ...toRate.value, creditBefore: creditFor(billed, customerId) };
  const { credit, ...settling } = await settled({ invoices, rates }, {
    change,
    point,
    earlier,
    known,
    id,
  });
  const issuedOn = dateIn(by.at, point.timezone);
  return done({
    format: 1,
    number: NO_NUMBER,
    ...partiesOf(issuer, held.value, point),
    issuedOn,
    dueOn: dayAfter(issuedOn, issuer.paymentDays),
    nextReadingOn: rates.nextReading(point, period),
    basis: basisOf({ ...known, creditBefore: credit }),
    meters: await rates.meters(point, period),
    past,
    ...settling,
  });
}

/** What the bill of a period makes up for, by which more or less of what was fed in may be left. */
export async function settled(
  { invoices, rates }: { invoices: Invoices; rates: Pick<BilledBy, "toRate" | "doubt"> },
  { change, point, earlier, known, id }: {
    change: Change;
    point: PointRecord;
    /** Of the same customer, the latest first. */
    earlier: InvoiceRecord[];
    known: ToRate;
    /** Of the invoice. */
    id: string;
  },
): Promise<Settling> {
  return await settlingOf(earlier, {
    invoices,
    change,
    energyNow: async (period, ...asked) => {
      if (await rates.doubt(point, period)) return undefined;
      const now = await rates.toRate(point, period, ...asked);
      return now.ok ? basisOf(now.value) : undefined;
    },
    rounding: lastInForce(known).tariff.rounding,
    invoiceId: id,
    credit: known.creditBefore ?? 0,
  });
}

const dayAfter = (day: string, days: number): string =>
  Temporal.PlainDate.from(day).add({ days }).toString();

const partiesOf = (issuer: IssuerRecord, customer: Customer, point: PointRecord) => ({
  issuer: partyOf(issuer),
  customer: partyOf(customer),
  point: { id: point.id, label: point.label, code: point.code, address: point.address },
  ...(issuer.pix && { receiver: issuer.pix }),
});

const partyOf = ({ id, name, taxId, address, phone }: IssuerRecord | Customer) => ({
  id,
  name,
  taxId,
  address,
  phone,
});
