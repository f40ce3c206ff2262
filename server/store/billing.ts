/** What a point is billed by: its tariffs, its periods, and the energy that was used in one. */
import type { MeterShown } from "../domain/bill.ts";
import { type BillingPeriod, periodContaining, periodOf } from "../domain/billing-period.ts";
import type { Step } from "../domain/calendar.ts";
import type { Value } from "../domain/energy.ts";
import { energyOf } from "../domain/energy-slices.ts";
import { type PastUse, withoutMissingEdges } from "../domain/estimate.ts";
import { dateIn } from "../domain/invoice-state.ts";
import { bestTime } from "../domain/reading.ts";
import { ratingFault, type ToRate } from "../domain/rating.ts";
import { inForce, type TariffVersion, versionsOver } from "../domain/tariff.ts";
import { done, failed, type Failure, type Result } from "../errors.ts";
import type { BilledBy, BillingTerms } from "./drafting.ts";
import { caseId } from "./cases.ts";
import type { History, Period } from "./history.ts";
import { type LabelOf, metersShown } from "./meters-shown.ts";
import { readingOf } from "./point-periods.ts";
import type { PointRecord } from "./points.ts";
import { remembering } from "./remembering.ts";
import type { Tariffs } from "./tariffs.ts";

const DRAWN = 0;
const FED_IN = 1;

export class Billing implements BilledBy {
  constructor(
    readonly history: History,
    readonly tariffs: Tariffs,
    readonly labelOf: LabelOf,
    readonly versionsOfTariff = (id: string) => tariffs.versions(id),
  ) {}

  forOneBill(): Billing {
    return new Billing(
      this.history.remembering(),
      this.tariffs,
      this.labelOf,
      remembering(this.versionsOfTariff),
    );
  }

  termsOf(point: PointRecord): Promise<BillingTerms | undefined> {
    const first = point.tariffs?.at(0);
    return Promise.resolve(first && { reading: readingOf(point), from: first.from });
  }

  /** The whole period that is read in a month, or that holds an instant. */
  period(point: PointRecord, at: string | number): BillingPeriod {
    const reading = readingOf(point);
    return typeof at === "string"
      ? periodOf(at, reading, point.timezone)
      : periodContaining(at, reading, point.timezone);
  }

  nextReading(point: PointRecord, { to }: BillingPeriod): string {
    return this.period(point, to).lastDay;
  }

  /** All versions that count at a point between two instants, as if they were of one tariff. */
  async versionsOf(
    { tariffs = [] }: PointRecord,
    { from, to }: Pick<BillingPeriod, "from" | "to">,
  ): Promise<TariffVersion[]> {
    const counting = tariffs.filter((chosen, i) =>
      chosen.from < to && (tariffs[i + 1]?.from ?? Infinity) > from
    );
    const choices = counting.map(async ({ tariffId, from }) => ({
      from,
      versions: await this.versionsOfTariff(tariffId),
    }));
    return versionsOver(await Promise.all(choices));
  }

  async doubt(point: PointRecord, period: BillingPeriod): Promise<Failure | undefined> {
    const fall = await this.history.openFall(point, period);
    return fall && failed(
      "conflict",
      `The register of meter ${fall.meterId} fell on ${
        dateIn(bestTime(fall.after), point.timezone)
      }: ` +
        `say first what that was, in case ${caseId(fall)}.`,
    );
  }

  /** With what is missing at the edges estimated by the bills of the past. */
  async toRate(
    point: PointRecord,
    period: BillingPeriod,
    past: PastUse[],
    step?: Step,
  ): Promise<Result<ToRate>> {
    const known = await this.toRateUntil(point, period, period.to, step);
    if (!known.ok) return known;
    return done({ ...known.value, energy: withoutMissingEdges(known.value.energy, period, past) });
  }

  /** As if nothing were used from an instant on. */
  async toRateUntil(
    point: PointRecord,
    period: BillingPeriod,
    until: number,
    step: Step = "15m",
  ): Promise<Result<ToRate>> {
    const tariffs = await this.versionsOf(point, period);
    if (tariffs.length === 0) return noTariff(point);
    const fault = ratingFault({ period, tariffs });
    if (fault) return failed("conflict", `Point ${point.id}, ${period.month}: ${fault}.`);
    const stretches = inForce(tariffs, period.from, Math.min(period.to, until))
      .map(({ from, to }) => ({ from, to, step }));
    return done({
      period,
      timeZone: point.timezone,
      tariffs,
      supply: point.supply ?? "singlePhase",
      energy: await this.#energy(point, DRAWN, stretches),
      fedIn: await this.#fedIn(point, stretches),
    });
  }

  async #fedIn(point: PointRecord, stretches: Period[]): Promise<Value[]> {
    for (const { meterId } of point.assignments) {
      if (!await this.history.knows(meterId, FED_IN)) continue;
      const fedIn = await this.#energy(point, FED_IN, stretches);
      return energyOf(fedIn) === 0 ? [] : fedIn;
    }
    return [];
  }

  /** Cut where the tariff changes, by the register at that very instant. */
  async #energy(
    point: PointRecord,
    channel: number,
    stretches: Period[],
  ): Promise<Value[]> {
    const values: Value[] = [];
    for (const stretch of stretches) {
      values.push(...await this.history.consumption(point, channel, stretch));
    }
    return values;
  }

  meters(point: PointRecord, period: BillingPeriod): Promise<MeterShown[]> {
    return metersShown(this.history, point, period, this.labelOf);
  }
}

export const noTariff = ({ id }: PointRecord) =>
  failed("conflict", `Point ${id} has no tariff: give it one with PATCH /api/v1/points/${id}.`);
