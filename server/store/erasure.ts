/**
 * Erases a customer: what is personal goes, from the records, from what they are found by and from
 * the audit log; that there was a customer, and what was used at which point, stays.
 *
 * The customer is marked first, so that nothing new begins with them, neither a bill nor a point; only
 * then it is seen for certain whether something stands against it. All that follows may be done
 * twice: an erasure that was broken off is finished by asking for it again.
 */
import { withoutCustomers } from "../domain/alert-limits.ts";
import { heldBy, isOnlyHeldBy } from "../domain/holding.ts";
import { done, failed, type Failure, noSuch, type Result } from "../errors.ts";
import type { Audit } from "./audit.ts";
import type { BilledTo } from "./billed-to.ts";
import type { Customer } from "./customers.ts";
import { billedToKey } from "./keys.ts";
import { CUSTOMERS, listOf, POINTS, SENSORS } from "./kinds.ts";
import type { By, Records } from "./records.ts";
import type { PointRecord } from "./points.ts";
import type { SensorRecord } from "./sensors.ts";

export interface ErasureParts {
  records: Records;
  audit: Audit;
  /** Why a customer cannot be erased yet, each in a sentence. */
  obstacles: ((customerId: string) => Promise<string[]>)[];
  /** What else is personal, to be taken away; may be called twice. */
  forget: ((customerId: string, by: By) => Promise<void>)[];
}

const MAX_NAMED = 3;

export class Erasure {
  constructor(readonly parts: ErasureParts) {}

  async erase(id: string, by: By): Promise<Result<void>> {
    const blanking = { ...by, expected: undefined };
    const customer = await this.parts.records.get(CUSTOMERS, id);
    if (!customer) return noSuch("customer", id);
    if (customer.erasedAt === undefined) {
      const erased = await this.#refusal(id) ?? await this.#blankCustomer(id, by, blanking);
      if (!erased.ok) return erased;
    }
    for await (const point of this.#pointsOf(id)) await this.#blankPoint(point, id, blanking);
    for (const forget of this.parts.forget) await forget(id, blanking);
    await this.parts.audit.blank(CUSTOMERS, id);
    return done(undefined);
  }

  async #blankCustomer(id: string, by: By, blanking: By): Promise<Result<void>> {
    const marked = await this.#mark(id, by, true);
    if (!marked.ok) return marked;
    const refusal = await this.#refusal(id);
    if (refusal) {
      await this.#mark(id, blanking, false);
      return refusal;
    }
    return await this.parts.records.erase<Customer>(CUSTOMERS, id, blanking, ({ createdAt }) => ({
      id,
      name: "",
      createdAt,
      erasedAt: by.at,
    }));
  }

  #mark(id: string, by: By, erasing: boolean): Promise<Result<void>> {
    return this.parts.records.update<Customer, void>(CUSTOMERS, id, by, (customer) => {
      if (erasing) customer.erasing = true;
      else delete customer.erasing;
      return done(undefined);
    });
  }

  async #refusal(id: string): Promise<Failure | undefined> {
    const reasons = await this.#reasonsAgainst(id);
    if (reasons.length === 0) return undefined;
    return failed("conflict", `The customer cannot be erased yet. ${reasons.join(" ")}`);
  }

  async #reasonsAgainst(id: string): Promise<string[]> {
    const reasons = await this.#pointsAgainst(id);
    for (const obstacles of this.parts.obstacles) reasons.push(...await obstacles(id));
    return reasons;
  }

  async #pointsAgainst(id: string): Promise<string[]> {
    const active: PointRecord[] = [];
    const unbilled: PointRecord[] = [];
    for await (const point of this.#pointsOf(id)) {
      if (point.customerId === id && point.retiredAt === undefined) active.push(point);
      else if (await this.#isUnbilled(point, id)) unbilled.push(point);
    }
    return [
      ...named("Retire these points or give them to another customer", active),
      ...named("Bill these points first for the time in which they were theirs", unbilled),
    ];
  }

  /** Whether some of the time is not billed in which a customer had a point that they have left. */
  async #isUnbilled(point: PointRecord, customerId: string): Promise<boolean> {
    const [first] = point.tariffs ?? [];
    const end = heldBy(point, customerId).at(-1)?.to ?? point.retiredAt;
    if (!first || end === undefined || end <= first.from) return false;
    const { value } = await this.parts.records.kv.get<BilledTo>(billedToKey(point.id));
    return (value?.to ?? 0) < end;
  }

  /** Where someone else came after them, the label is of a place that is not theirs any more. */
  async #blankPoint(point: PointRecord, customerId: string, by: By): Promise<void> {
    const { records, audit } = this.parts;
    if (isOnlyHeldBy(point, customerId)) {
      if (point.label !== "" || point.address !== undefined) {
        const blank = ({ address: _, limits, ...rest }: PointRecord) => ({
          ...rest,
          label: "",
          ...limits && { limits: withoutCustomers(limits) },
        });
        await records.erase<PointRecord>(POINTS, point.id, by, blank);
      }
      for await (const sensor of records.all(SENSORS, listOf("point", point.id))) {
        const blank = ({ label: _, ...rest }: SensorRecord) => rest;
        if (sensor.label !== undefined) await records.erase(SENSORS, sensor.id, by, blank);
        await audit.blank(SENSORS, sensor.id);
      }
    }
    await audit.blank(POINTS, point.id);
  }

  #pointsOf(id: string): AsyncGenerator<PointRecord> {
    return this.parts.records.all(POINTS, listOf("holder", id));
  }
}

function named(what: string, points: PointRecord[]): string[] {
  if (points.length === 0) return [];
  const names = points.slice(0, MAX_NAMED).map(({ label, id }) => `${label} (${id})`).join(", ");
  const more = points.length > MAX_NAMED ? `, and ${points.length - MAX_NAMED} more` : "";
  return [`${what}: ${names}${more}.`];
}
