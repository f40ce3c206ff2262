/** Which period of a point can be billed: the next one, or one that was taken back. */
import type { BillingPeriod } from "../domain/billing-period.ts";
import { nextPeriod, type Supplied } from "../domain/due-period.ts";
import { done, failed, type Result } from "../errors.ts";
import type { BilledBy, BillingTerms } from "./drafting.ts";
import type { InvoiceRecord, Invoices } from "./invoices.ts";
import type { PointRecord } from "./points.ts";

const PERIODS_SEEN = 40;

export class Billable {
  constructor(
    readonly invoices: Invoices,
    readonly rates: Pick<BilledBy, "termsOf">,
  ) {}

  /** The period that is next, if it has ended by an instant; it may be known what is billed. */
  async due(
    point: PointRecord,
    at: number,
    billedTo?: number,
  ): Promise<BillingPeriod | undefined> {
    const terms = await this.rates.termsOf(point);
    if (!terms) return undefined;
    const period = nextPeriod(await this.#supplied(point, terms, billedTo));
    return period && period.to <= at ? period : undefined;
  }

  /** Of a month the first period that is not billed, or no more; if all are, the last one. */
  async named(point: PointRecord, month: string, at: number): Promise<Result<BillingPeriod>> {
    const terms = await this.rates.termsOf(point);
    if (!terms) return failed("conflict", "The point has no tariff.");
    const billed = await this.#billed(point, month);
    const takenBack = billed.findLast(({ credited }) => credited);
    if (takenBack) return done(takenBack.period);
    const next = nextPeriod(await this.#supplied(point, terms));
    if (next?.month === month) {
      if (next.to <= at) return done(next);
      return failed("conflict", `The period of ${month} has not ended yet.`);
    }
    if (billed.length > 0) return done(billed[0].period);
    return failed(
      "conflict",
      next
        ? `The next period to be billed is ${next.month}, from ${next.firstDay}.`
        : `Nothing of ${month} is left to be billed.`,
    );
  }

  /** The invoices that a month is billed by, or was, the latest first: it may have several parts. */
  async #billed(point: PointRecord, month: string): Promise<InvoiceRecord[]> {
    const billed = await this.invoices.billed(point.id, PERIODS_SEEN);
    const found = await this.invoices.getAll(billed.map(([, { invoiceId }]) => invoiceId));
    return found.filter(({ period }) => period.month === month);
  }

  async #supplied(
    point: PointRecord,
    { reading, from }: BillingTerms,
    billedTo?: number,
  ): Promise<Supplied> {
    return {
      holders: point.holders,
      timeZone: point.timezone,
      reading,
      supply: { from, to: point.retiredAt },
      billedTo: billedTo ?? (await this.invoices.billedTo(point.id))?.to,
    };
  }
}
