/**
 * What a bill comes to before there is one: so far, at its end, under another tariff, and what can
 * be done about it.
 */
import { madeUpLines, type MeterShown } from "../domain/bill.ts";
import type { BillingPeriod } from "../domain/billing-period.ts";
import { within } from "../domain/energy-slices.ts";
import { billForecast, type Forecast, forecast, type Range } from "../domain/forecast.ts";
import { type BillLine, sumOf } from "../domain/lines.ts";
import type { Minor } from "../domain/money.ts";
import { rate, type Rating, ratingFault, type ToRate } from "../domain/rating.ts";
import { type Shift, shifted } from "../domain/shift.ts";
import { lastInForce, type TariffVersion } from "../domain/tariff.ts";
import { QUARTER } from "../domain/time-of-use.ts";
import { type Usual, usualOf } from "../domain/usual.ts";
import { done, failed, type Result } from "../errors.ts";
import { adviceFor, type Advised } from "./advising.ts";
import type { Billing } from "./billing.ts";
import type { Invoices } from "./invoices.ts";
import type { PointRecord } from "./points.ts";
import { pastUseOf } from "./settling.ts";
import { toMakeUp } from "./to-make-up.ts";
import { creditBefore, isWhole, ofHolderAt, ownInvoices, seenPart, type View } from "./view.ts";

export interface SoFar {
  /** The period with what was used by now. */
  known: ToRate;
  rating: Rating;
  /** With what is made up for of earlier bills. */
  lines: BillLine[];
  total: Minor;
  tariffName: string;
  /** Until when it is told. */
  until: number;
  /** Whether a register fell in it and nobody has said what that was: it is not billed before. */
  isDoubted: boolean;
  meters: MeterShown[];
}

export interface Expected extends Forecast {
  bill: Range;
}

/** At as many days of the period before. */
export interface Before {
  month: string;
  milliwattHours: number;
  amount: Minor;
}

export interface Compared {
  period: BillingPeriod;
  /** Whether what is still to come is in it as it is expected. */
  isExpected: boolean;
  current: Rating;
  other: Rating;
  shiftedMilliwattHours: number;
}

const USUAL_DAYS = 56;
const DAY_SECONDS = 86_400;
/** With more than a tenth of it missing, there is nothing to compare with. */
const MOST_MISSING = 10;

/** Enough to show what a year of bills and the one before it had. */
const INVOICES_SEEN = 25;

export class Outlook {
  constructor(
    readonly billing: Billing,
    readonly invoices: Invoices,
  ) {}

  async view(point: PointRecord, since: number, now: number): Promise<View> {
    const [invoices, billed] = await Promise.all([
      this.invoices.ofPoint(point.id, INVOICES_SEEN),
      this.invoices.billedTo(point.id),
    ]);
    return { point, since, now, invoices, billed };
  }

  /** Of whoever has the point now; nothing while less than two weeks are known. */
  async usual(view: View): Promise<Usual | undefined> {
    const { point, since, now } = ofHolderAt(view, view.now);
    const to = now - now % QUARTER;
    const from = Math.max(to - USUAL_DAYS * DAY_SECONDS, Math.ceil(since / QUARTER) * QUARTER);
    if (from >= to) return undefined;
    const period = { from, to, step: "15m" } as const;
    return usualOf(await this.billing.history.consumption(point, 0, period), point.timezone);
  }

  /** The one that runs, or ran last, if no month is said. */
  period(view: View, month?: string): Result<BillingPeriod> {
    const { point: { retiredAt = Infinity }, now } = view;
    return seenPart(this.billing.period(view.point, month ?? Math.min(now, retiredAt - 1)), view);
  }

  async soFar(view: View, period: BillingPeriod): Promise<Result<SoFar>> {
    const until = Math.min(period.to, view.now);
    const known = await this.known(view, period, until);
    if (!known.ok) return known;
    const meters = until > period.from
      ? await this.billing.meters(view.point, { ...period, to: until })
      : [];
    const { credit, ...toMake } = await toMakeUp(this, view, known.value);
    const rating = rate({ ...known.value, creditBefore: credit });
    const { name: tariffName, rounding } = lastInForce(known.value).tariff;
    const lines = [...rating.lines, ...madeUpLines(toMake, rounding)];
    return done({
      known: known.value,
      rating,
      lines,
      total: sumOf(lines),
      tariffName,
      until,
      isDoubted: await this.billing.history.openFall(view.point, period) !== undefined,
      meters,
    });
  }

  /** As a bill would have it, with what was fed in before and has made up for nothing yet. */
  async known(view: View, period: BillingPeriod, until: number): Promise<Result<ToRate>> {
    const past = pastUseOf(ownInvoices(view, period), period.from);
    const known = until < period.to
      ? await this.billing.toRateUntil(view.point, period, until)
      : await this.billing.toRate(view.point, period, past);
    if (!known.ok) return known;
    return done({ ...known.value, creditBefore: creditBefore(view, period) });
  }

  /** Of a period that has not ended, where it is known what is usual, or that is at hand. */
  async expected(
    view: View,
    known: ToRate,
    usualOf = (view: View) => this.usual(view),
  ): Promise<Expected | undefined> {
    const { period: { from, to: until }, timeZone } = known;
    if (until <= view.now) return undefined;
    const usual = await usualOf(view);
    if (!usual) return undefined;
    const expected = forecast(known.energy, usual, { from, until, timeZone });
    return { ...expected, bill: billForecast(known, expected) };
  }

  /** Where both periods are whole and enough is known of the one before. */
  async before(view: View, { known, until }: SoFar): Promise<Before | undefined> {
    const { period } = known;
    const own = ofHolderAt(view, period.from);
    const earlier = this.period(own, this.billing.period(view.point, period.from - 1).month);
    if (!earlier.ok || !isWhole(period) || !isWhole(earlier.value)) return undefined;
    const { from, to, month } = earlier.value;
    const end = until === period.to ? to : Math.min(to, from + until - period.from);
    const rated = await this.known(own, earlier.value, end);
    if (!rated.ok) return undefined;
    const { total, milliwattHours, missingSeconds } = rate(rated.value);
    if (missingSeconds * MOST_MISSING > end - from) return undefined;
    return { month, milliwattHours, amount: total };
  }

  /** The same use under other versions, or at other hours; that to come as it is expected. */
  async compared(
    view: View,
    period: BillingPeriod,
    { tariffs, shift }: { tariffs?: TariffVersion[]; shift?: Shift },
  ): Promise<Result<Compared>> {
    const known = await this.known(view, period, Math.min(period.to, view.now));
    if (!known.ok) return known;
    const expected = await this.expected(view, known.value);
    const whole = expected ? wholeOf(known.value, expected) : known.value;
    const move = shift && shifted(whole.energy, shift, whole.timeZone);
    const other = {
      ...whole,
      ...(tariffs && { tariffs }),
      ...(move && { energy: move.energy }),
    };
    const fault = ratingFault(other);
    if (fault) return failed("conflict", `Under the other tariff, ${fault}.`);
    const [current, changed] = [rate(whole), rate(other)];
    if (current.currency !== changed.currency) {
      const detail = `${changed.currency} cannot be compared with ${current.currency}.`;
      return failed("conflict", detail);
    }
    return done({
      period,
      isExpected: expected !== undefined,
      current,
      other: changed,
      shiftedMilliwattHours: move?.milliwattHours ?? 0,
    });
  }

  advice(view: View): Promise<Result<Advised>> {
    return adviceFor(this, view);
  }
}

const wholeOf = (known: ToRate, { since, rest }: Forecast): ToRate => ({
  ...known,
  energy: [...within(known.energy, known.period.from, since), ...rest],
});
