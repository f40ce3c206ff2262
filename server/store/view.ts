/** A point as whoever asks may see it, and what of a period there is to tell. */
import { type BillingPeriod, cutPeriod } from "../domain/billing-period.ts";
import { stretchAt } from "../domain/holding.ts";
import { chargedFor, creditOf } from "../domain/made-up.ts";
import { done, failed, type Result } from "../errors.ts";
import { type BilledTo, creditFor } from "./billed-to.ts";
import { noTariff } from "./billing.ts";
import type { InvoiceRecord } from "./invoices.ts";
import type { PointRecord } from "./points.ts";

export interface View {
  point: PointRecord;
  /** Nothing from before is told. */
  since: number;
  /** Unix seconds. */
  now: number;
  /** Of the point, the latest first. */
  invoices: InvoiceRecord[];
  billed?: BilledTo;
}

/** Without what others used before the one who had the point at an instant. */
export const ofHolderAt = (view: View, at: number): View => {
  const held = stretchAt(view.point.holders, at)?.from ?? 0;
  return { ...view, since: Math.max(view.since, held) };
};

/** Until when the point is billed; 0 if it is not. */
export const billedTo = ({ billed }: View): number => billed?.to ?? 0;

const holderIn = ({ point: { holders, customerId } }: View, { from }: BillingPeriod): string =>
  stretchAt(holders, from)?.customerId ?? customerId;

/** Of the customer who had the point when a period began. */
export function ownInvoices(view: View, period: BillingPeriod): InvoiceRecord[] {
  const holder = holderIn(view, period);
  return view.invoices.filter(({ customerId }) => customerId === holder);
}

/** What was fed in and is left for a period; where that is billed, with what it left or took. */
export function creditBefore(view: View, period: BillingPeriod): number {
  const billed = ownInvoices(view, period)
    .find((invoice) => !invoice.credited && invoice.period.from === period.from);
  const left = creditFor(view.billed, holderIn(view, period));
  return billed ? left - creditOf(chargedFor(billed)) : left;
}

/** Of a month's period the part for which one customer is billed: as it was, or as it will be. */
export function seenPart(whole: BillingPeriod, view: View): Result<BillingPeriod> {
  const { point, now, since, invoices } = view;
  const [first] = point.tariffs ?? [];
  if (!first) return noTariff(point);
  const { month } = whole;
  if (whole.from > now) return failed("conflict", `The period of ${month} has not begun yet.`);
  const end = Math.min(whole.to, point.retiredAt ?? Infinity);
  const held = stretchAt(point.holders, Math.min(end - 1, now));
  const seen = Math.max(since, held?.from ?? 0);
  const nothing = failed("conflict", `Of ${month} there is nothing to bill at point ${point.id}.`);
  if (seen >= end) return nothing;
  if (first.from >= end || first.from > now) return beforeTariff(point, first.from, month);
  const open = billedTo(view);
  const isOpen = whole.from < open && open < end;
  const billed = isOpen
    ? undefined
    : invoices.find(({ customerId, period }) =>
      customerId === held?.customerId && period.month === month && period.from >= seen
    );
  if (billed) return done(billed.period);
  const from = Math.max(whole.from, first.from, seen, isOpen ? open : 0);
  const to = Math.min(end, held?.to ?? Infinity);
  return from < to && from <= now ? done(cutPeriod(whole, { from, to }, point.timezone)) : nothing;
}

function beforeTariff({ id, timezone }: PointRecord, from: number, month: string) {
  const begins = Temporal.Instant.fromEpochMilliseconds(from * 1000).toZonedDateTimeISO(timezone)
    .toString({ timeZoneName: "never" });
  const detail =
    `Of ${month} nothing is billed: point ${id} has its first tariff from ${begins} on.`;
  return failed("conflict", detail);
}

export const isWhole = ({ days, fullDays }: BillingPeriod): boolean => days === fullDays;
