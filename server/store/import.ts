/**
 * Brings in what an import file asks for. First it is held against what is there, without writing;
 * then each point is written with its customer and its meters in one atomic. What is there already
 * stays as it is, so a run that was cut off is simply begun again.
 */
import type {
  ImportColumn,
  ImportError,
  ImportPlan,
  PlannedCustomer,
  PlannedMeter,
  PlannedPoint,
} from "../domain/import-plan.ts";
import { done, type Result } from "../errors.ts";
import { beginAt } from "./assignments.ts";
import type { Change } from "./change.ts";
import { idOf, inAtomics, nameOf, type Unit, unitsOf } from "./import-units.ts";
import { CUSTOMERS, METERS, POINTS, type Row } from "./kinds.ts";
import type { MeterRecord } from "./meters.ts";
import { pointOf, type PointRecord } from "./points.ts";
import type { By, Records } from "./records.ts";

/** What is there of a plan: ids by the names that the plan has for it. */
export interface Known {
  customers: Map<string, string>;
  points: Map<string, string>;
  meters: Map<string, string>;
}

export interface Examined {
  /** What stands against the plan. */
  faults: ImportError[];
  known: Known;
}

export class Import {
  constructor(
    readonly records: Records,
    readonly timezone: string,
    /** How many the database takes in one atomic. */
    readonly maxChecks: number,
  ) {}

  /** Holds the plan against what is there: what stands against it, and what of it is new. */
  async examine(plan: ImportPlan): Promise<Examined> {
    const { records } = this;
    const withTaxId = plan.customers.flatMap(({ taxId }) => taxId ?? []);
    const without = plan.customers.filter(({ taxId }) => taxId === undefined);
    const found = {
      customers: [
        ...await records.findAll(CUSTOMERS, "taxId", withTaxId),
        ...await records.getAll(CUSTOMERS, without.map(idOf)),
      ],
      points: await records.findAll(POINTS, "code", plan.points.map(({ code }) => code)),
      meters: await records.findAll(METERS, "serial", plan.meters.map(({ serial }) => serial)),
    };
    const pointFaults = await Promise.all(
      plan.points.map((planned, i) => this.#pointFault(planned, found.points[i])),
    );
    const meterFaults = await Promise.all(
      plan.meters.map((planned, i) => this.#meterFault(planned, found.meters[i])),
    );
    return {
      faults: [...pointFaults, ...meterFaults].flatMap((fault) => fault ?? []),
      known: {
        customers: idsBy(found.customers, ({ taxId, id }) => taxId ?? id),
        points: idsBy(found.points, ({ code }) => code!),
        meters: idsBy(found.meters, ({ serial }) => serial!),
      },
    };
  }

  /** Writes what is new. */
  async run(plan: ImportPlan, known: Known, by: By): Promise<Result<void>> {
    const units = unitsOf(plan).filter((unit) => !isThere(unit, known));
    for (const some of inAtomics(units, this.maxChecks)) {
      const written = await this.records.transact<Known>(by, async (change) => {
        const now: Known = { customers: new Map(), points: new Map(), meters: new Map() };
        for (const unit of some) {
          const begun = await this.#write(change, unit, [now, known], by);
          if (!begun.ok) return begun;
        }
        return done(now);
      });
      if (!written.ok) return written;
      for (const [name, id] of written.value.customers) known.customers.set(name, id);
      for (const [code, id] of written.value.points) known.points.set(code, id);
    }
    return done(undefined);
  }

  async #write(
    change: Change,
    { customer, point, meters }: Unit,
    known: [now: Known, before: Known],
    by: By,
  ): Promise<Result<void>> {
    const customerId = this.#customer(change, customer, known, by);
    if (!point) return done(undefined);
    const pointId = this.#point(change, point, customerId, known, by);
    for (const { serial, label } of meters) {
      if (known[1].meters.has(serial)) continue;
      const meter = { id: this.records.newId(), serial, label, createdAt: by.at, keys: [] };
      const begun = await beginAt(change, meter, { pointId }, by.at);
      if (!begun.ok) return begun;
      change.put(METERS, meter);
    }
    return done(undefined);
  }

  #customer(
    change: Change,
    customer: PlannedCustomer,
    [now, before]: [Known, Known],
    by: By,
  ): string {
    const name = nameOf(customer);
    const there = now.customers.get(name) ?? before.customers.get(name);
    if (there) return there;
    const { line: _, ...details } = customer;
    const id = customer.taxId ? this.records.newId() : idOf(customer);
    change.put(CUSTOMERS, { ...details, id, createdAt: by.at });
    now.customers.set(name, id);
    return id;
  }

  #point(
    change: Change,
    { line: _, customerTaxId: __, timezone = this.timezone, ...point }: PlannedPoint,
    customerId: string,
    [now, before]: [Known, Known],
    by: By,
  ): string {
    const there = now.points.get(point.code) ?? before.points.get(point.code);
    if (there) return there;
    const id = this.records.newId();
    change.put(POINTS, pointOf({ ...point, timezone, customerId }, id, by.at));
    now.points.set(point.code, id);
    return id;
  }

  async #pointFault(
    { line, customerTaxId }: PlannedPoint,
    point: PointRecord | undefined,
  ): Promise<ImportError | undefined> {
    if (!point) return undefined;
    const holder = await this.records.get(CUSTOMERS, point.customerId);
    if (holder?.taxId === customerTaxId) return undefined;
    return fault(line, "pointCode", `is of a point that ${holder?.name ?? "another"} has`);
  }

  async #meterFault(
    { line, pointCode }: PlannedMeter,
    meter: MeterRecord | undefined,
  ): Promise<ImportError | undefined> {
    if (!meter) return undefined;
    const point = meter.pointId ? await this.records.get(POINTS, meter.pointId) : undefined;
    if (point?.code === pointCode) return undefined;
    return fault(line, "meter", point ? `counts at ${point.label}` : "counts nowhere: assign it");
  }
}

const fault = (line: number, column: ImportColumn, message: string): ImportError => ({
  line,
  column,
  message,
});

function idsBy<R extends Row>(
  found: (R | undefined)[],
  name: (record: R) => string,
): Map<string, string> {
  const records = found.flatMap((record) => record ?? []);
  return new Map(records.map((record) => [name(record), record.id]));
}

const isThere = ({ customer, point, meters }: Unit, known: Known): boolean =>
  known.customers.has(nameOf(customer)) && (!point || known.points.has(point.code)) &&
  meters.every(({ serial }) => known.meters.has(serial));
