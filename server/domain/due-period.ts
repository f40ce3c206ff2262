/** Which period of a point is billed next: one follows the other, each for whoever had the point. */
import {
  type BillingPeriod,
  cutPeriod,
  periodContaining,
  type ReadingDays,
} from "./billing-period.ts";
import { type Holding, type Stretch, stretchAt } from "./holding.ts";

export interface Supplied {
  holders: Holding[];
  timeZone: string;
  reading: ReadingDays;
  /** From when on it can be billed, and until when. */
  supply: Stretch;
  /** Until when it is billed. */
  billedTo?: number;
}

/** The period that begins where the last bill ended, or the supply began. */
export const nextPeriod = (supplied: Supplied): BillingPeriod | undefined =>
  periodFrom(supplied, supplied.billedTo ?? supplied.supply.from);

/** To the end of the period, of the supply or of the time in which one customer had the point. */
function periodFrom(
  { reading, timeZone, supply, holders }: Supplied,
  from: number,
): BillingPeriod | undefined {
  const whole = periodContaining(from, reading, timeZone);
  const to = Math.min(supply.to ?? Infinity, stretchAt(holders, from)?.to ?? Infinity);
  return from < Math.min(whole.to, to) ? cutPeriod(whole, { from, to }, timeZone) : undefined;
}
