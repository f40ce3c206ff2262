/** Places of supply: who holds each of them, and which meters counted there. */
import { type Limits, withoutCustomers } from "../domain/alert-limits.ts";
import type { Holding } from "../domain/holding.ts";
import type { Supply } from "../domain/tariff.ts";
import { done, type Result } from "../errors.ts";
import { leave } from "./assignments.ts";
import { billedTo } from "./billed-to.ts";
import { handOver } from "./hand-over.ts";
import { ALL, CUSTOMERS, listOf, METERS, POINTS } from "./kinds.ts";
import { misclocked, misread } from "./point-periods.ts";
import { type ChosenTariff, type TariffWish, wishedTariff } from "./point-tariffs.ts";
import { type By, type Listed, type ListQuery, type Records } from "./records.ts";

/** A meter counts at a point from one instant to another, in Unix seconds. */
export interface Assignment {
  meterId: string;
  from: number;
  to?: number;
  /** What was drawn by `from`, in milliwatt-hours, where someone read it; else it is interpolated. */
  start?: number;
  /** The register at `to`, likewise. */
  final?: number;
}

export interface PointRecord {
  id: string;
  version?: string;
  /** Who holds it now. */
  customerId: string;
  holders: Holding[];
  label: string;
  /** The number that the utility gave to the installation. */
  code?: string;
  address?: string;
  timezone: string;
  createdAt: number;
  retiredAt?: number;
  assignments: Assignment[];
  /** In the order of time; a point that has none is not billed. */
  tariffs?: ChosenTariff[];
  /** The day of the month on which a period ends; the last one, if it is not said. */
  readingDay?: number;
  /** Other days of single months, by `2026-12`. */
  readingDays?: Record<string, number>;
  /** With one phase, if it is not said. */
  supply?: Supply;
  /** The utility's code of a street, a transformer or a feeder: what may fail as one. */
  region?: string;
  /** From where on something is told, where it is not as in the tariff group. */
  limits?: Partial<Limits>;
}

export type NewPoint = Pick<
  PointRecord,
  | "customerId"
  | "label"
  | "code"
  | "address"
  | "timezone"
  | "readingDay"
  | "readingDays"
  | "supply"
  | "region"
>;

/** What a change may give anew; a new holder from an instant on. */
export type PointChange = Partial<NewPoint> & TariffWish & { heldFrom?: number };

/** With the point, below the ten checks of an atomic. */
const METERS_AN_ATOMIC = 8;

export class Points {
  constructor(readonly records: Records) {}

  get(id: string): Promise<PointRecord | undefined> {
    return this.records.get(POINTS, id);
  }

  /** In any order; those that there are. */
  getAll(ids: string[]): Promise<PointRecord[]> {
    return this.records.getAll(POINTS, ids);
  }

  list(
    { customerId, ...query }: ListQuery & { customerId?: string },
  ): Promise<Listed<PointRecord>> {
    const of = customerId === undefined ? undefined : listOf("customer", customerId);
    return this.records.list(POINTS, { ...query, of });
  }

  async hasSeveral(customerId: string): Promise<boolean> {
    const { items } = await this.list({ customerId, list: ALL, limit: 2 });
    return items.length > 1;
  }

  /** All that a customer has or had. */
  heldEver(customerId: string): AsyncGenerator<PointRecord> {
    return this.records.all(POINTS, listOf("holder", customerId));
  }

  /** Whether a tariff counts at one of a customer's points, or is to. */
  async hasTariff(customerId: string, tariffId: string, now: number): Promise<boolean> {
    for await (const { tariffs = [] } of this.records.all(POINTS, listOf("customer", customerId))) {
      const counts = (_: ChosenTariff, i: number) => (tariffs[i + 1]?.from ?? Infinity) > now;
      if (tariffs.filter(counts).some((chosen) => chosen.tariffId === tariffId)) return true;
    }
    return false;
  }

  async add(
    { tariffId, tariffFrom, ...point }: NewPoint & TariffWish,
    by: By,
  ): Promise<Result<PointRecord>> {
    return await this.records.transact<PointRecord>(by, async (change) => {
      const holder = await change.inUse(CUSTOMERS, point.customerId);
      if (!holder.ok) return holder;
      const record = pointOf(point, this.records.newId(), by.at);
      const refused = misread(record) ??
        await wishedTariff(change, record, { tariffId, tariffFrom }, by);
      if (refused) return refused;
      change.put(POINTS, record);
      return done(record);
    });
  }

  async update(
    id: string,
    { heldFrom, tariffId, tariffFrom, ...given }: PointChange,
    by: By,
  ): Promise<Result<PointRecord>> {
    return await this.records.updateInUse<PointRecord, PointRecord>(
      POINTS,
      id,
      by,
      async (point, change) => {
        const billed = await billedTo(change, point);
        const { customerId = point.customerId, timezone = point.timezone } = given;
        if (customerId !== point.customerId) {
          const holder = await change.inUse(CUSTOMERS, customerId);
          if (!holder.ok) return holder;
          const refused = handOver(point, customerId, heldFrom ?? by.at, billed);
          if (refused) return refused;
        }
        const refused = misclocked(point, timezone, billed) ??
          await wishedTariff(change, point, { tariffId, tariffFrom }, by);
        if (refused) return refused;
        const changed = Object.assign(point, given);
        const isReadOtherwise = "readingDay" in given || "readingDays" in given;
        return (isReadOtherwise ? misread(changed) : undefined) ?? done(changed);
      },
    );
  }

  /** In place of all its own. */
  setLimits(id: string, limits: Partial<Limits>, by: By): Promise<Result<PointRecord>> {
    return this.#limit(id, by, () => limits);
  }

  /** In place of those that its holder sets. */
  setCustomersLimits(id: string, limits: Partial<Limits>, by: By): Promise<Result<PointRecord>> {
    return this.#limit(id, by, (current) => ({ ...withoutCustomers(current), ...limits }));
  }

  async #limit(
    id: string,
    by: By,
    change: (limits: Partial<Limits>) => Partial<Limits>,
  ): Promise<Result<PointRecord>> {
    type Limited = PointRecord;
    return await this.records.updateInUse<Limited, Limited>(POINTS, id, by, (point) => {
      point.limits = change(point.limits ?? {});
      return done(point);
    });
  }

  /** The supply ends: first the meters leave, some at a time, then the point is retired. */
  async retire(id: string, by: By): Promise<Result<void>> {
    for (let expected = by.expected;; expected = undefined) {
      const own = { ...by, expected };
      const retired = await this.records.update<PointRecord, boolean>(
        POINTS,
        id,
        own,
        async (point, change) => {
          const counting = point.assignments.filter(({ to }) => to === undefined);
          for (const assignment of counting.slice(0, METERS_AN_ATOMIC)) {
            assignment.to = Math.max(assignment.from, by.at);
            const meter = await change.get(METERS, assignment.meterId);
            if (meter?.pointId !== id) continue;
            await leave(change, meter, by.at);
            change.put(METERS, meter);
          }
          if (counting.length > METERS_AN_ATOMIC) return done(false);
          point.retiredAt ??= by.at;
          return done(true);
        },
      );
      if (!retired.ok) return retired;
      if (retired.value) return done(undefined);
    }
  }
}

export const pointOf = (point: NewPoint, id: string, at: number): PointRecord => ({
  ...point,
  id,
  createdAt: at,
  holders: [{ customerId: point.customerId, from: 0 }],
  assignments: [],
});
