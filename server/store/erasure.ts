/**
 * Erases a customer: what is personal goes, from the records, from what they are found by and from
 * the audit log; that there was a customer, and what was used at which point, stays.
 *
 * The customer is marked first, so that nothing personal comes in again. All that follows may be
 * done twice: an erasure that was broken off is finished by asking for it again.
 */
import { isOnlyHeldBy } from "../domain/holding.ts";
import { done, failed, noSuch, type Result } from "../errors.ts";
import type { Audit } from "./audit.ts";
import type { Customer } from "./customers.ts";
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
    const marked = await this.#mark(id, by);
    if (!marked.ok) return marked;
    const blanking = { ...by, expected: undefined };
    for await (const point of this.#pointsOf(id)) await this.#blankPoint(point, id, blanking);
    for (const forget of this.parts.forget) await forget(id, blanking);
    await this.parts.audit.blank(CUSTOMERS, id);
    return done(undefined);
  }

  async #mark(id: string, by: By): Promise<Result<void>> {
    const { records } = this.parts;
    const customer = await records.get(CUSTOMERS, id);
    if (!customer) return noSuch("customer", id);
    if (customer.erasedAt !== undefined) return done(undefined);
    const reasons = await this.#reasonsAgainst(id);
    if (reasons.length > 0) {
      return failed("conflict", `The customer cannot be erased yet. ${reasons.join(" ")}`);
    }
    return await records.erase<Customer>(CUSTOMERS, id, by, ({ createdAt }) => ({
      id,
      name: "",
      createdAt,
      erasedAt: by.at,
    }));
  }

  async #reasonsAgainst(id: string): Promise<string[]> {
    const reasons = await this.#activePoints(id);
    for (const obstacles of this.parts.obstacles) reasons.push(...await obstacles(id));
    return reasons;
  }

  async #activePoints(id: string): Promise<string[]> {
    const active: string[] = [];
    for await (const point of this.#pointsOf(id)) {
      if (point.customerId === id && point.retiredAt === undefined) {
        active.push(`${point.label} (${point.id})`);
      }
    }
    if (active.length === 0) return [];
    const more = active.length > MAX_NAMED ? `, and ${active.length - MAX_NAMED} more` : "";
    const named = active.slice(0, MAX_NAMED).join(", ") + more;
    return [`Retire these points or give them to another customer: ${named}.`];
  }

  /** Where someone else came after them, the label is of a place that is not theirs any more. */
  async #blankPoint(point: PointRecord, customerId: string, by: By): Promise<void> {
    const { records, audit } = this.parts;
    if (isOnlyHeldBy(point, customerId)) {
      if (point.label !== "" || point.address !== undefined) {
        const blank = ({ address: _, ...rest }: PointRecord) => ({ ...rest, label: "" });
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
