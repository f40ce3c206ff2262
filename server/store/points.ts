/** Customers and the places of supply that they have: as much of them as history needs. */
import { done, failed, type Result } from "../errors.ts";
import { customerKey, pointKey } from "./keys.ts";

export interface CustomerRecord {
  id: string;
  name: string;
  taxId?: string;
  email?: string;
  createdAt: number;
}

/** A meter counts at a point from one instant to another, in Unix seconds. */
export interface Assignment {
  meterId: string;
  from: number;
  to?: number;
  /** The register at `from`, in milliwatt-hours, where someone read it; else it is interpolated. */
  start?: number;
  /** The register at `to`, likewise. */
  final?: number;
}

export interface PointRecord {
  id: string;
  customerId: string;
  label: string;
  address?: string;
  timezone: string;
  createdAt: number;
  assignments: Assignment[];
}

export class Points {
  constructor(readonly kv: Deno.Kv, readonly newId: () => string) {}

  async addCustomer(
    customer: Omit<CustomerRecord, "id" | "createdAt">,
    now: number,
  ): Promise<CustomerRecord> {
    const record = { ...customer, id: this.newId(), createdAt: now };
    await this.kv.set(customerKey(record.id), record);
    return record;
  }

  async customer(id: string): Promise<CustomerRecord | undefined> {
    return (await this.kv.get<CustomerRecord>(customerKey(id))).value ?? undefined;
  }

  async addPoint(
    point: Omit<PointRecord, "id" | "createdAt" | "assignments">,
    now: number,
  ): Promise<Result<PointRecord>> {
    if (!await this.customer(point.customerId)) {
      return failed("notFound", `There is no customer ${point.customerId}.`);
    }
    const record = { ...point, id: this.newId(), createdAt: now, assignments: [] };
    await this.kv.set(pointKey(record.id), record);
    return done(record);
  }

  async point(id: string): Promise<PointRecord | undefined> {
    return (await this.kv.get<PointRecord>(pointKey(id))).value ?? undefined;
  }
}
