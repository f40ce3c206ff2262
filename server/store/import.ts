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
import { NamedTariffs, startOf } from "./import-tariffs.ts";
import { idOf, inAtomics, nameOf, type Unit, unitsOf } from "./import-units.ts";
import { CUSTOMERS, METERS, POINTS, type Row } from "./kinds.ts";
import type { MeterRecord } from "./meters.ts";
import { chooseTariff } from "./point-tariffs.ts";
import { pointOf, type PointRecord } from "./points.ts";
import type { By, Records } from "./records.ts";

/** What is there of a plan: ids by the names that the plan has for it. */
export interface Known {
  customers: Map<string, string>;
  points: Map<string, string>;
  meters: Map<string, string>;
}

/** What is written in the atomic that is under way, and what was there before. */
interface Knowing {
  now: Known;
  before: Known;
  tariffs: NamedTariffs;
}

export interface Examined {
  /** What stands against the plan. */
  faults: ImportError[];
  known: Known;
  tariffs: NamedTariffs;
}

export class Import {
  constructor(
    readonly records: Records,
    readonly timezone: string,
    /** How many the database takes in one atomic. */
    readonly maxChecks: number,
  ) {}

  /** Holds the plan against what is there: what stands against it, and what of it is new. */
  async examine(plan: ImportPlan, now: number): Promise<Examined> {
    const { records, timezone } = this;
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
    const tariffs = await NamedTariffs.of(records, plan.points);
    const tariffFaults = plan.points.map((planned, i) =>
      found.points[i] ? undefined : tariffs.faultOf(planned, timezone, now)
    );
    const faults = [...pointFaults, ...tariffFaults, ...meterFaults];
    return {
      faults: faults.flatMap((fault) => fault ?? []).sort((a, b) => a.line - b.line),
      tariffs,
      known: {
        customers: idsBy(found.customers, ({ taxId, id }) => taxId ?? id),
        points: idsBy(found.points, ({ code }) => code!),
        meters: idsBy(found.meters, ({ serial }) => serial!),
      },
    };
  }

  /** Writes what is new. */
  async run(plan: ImportPlan, { known, tariffs }: Examined, by: By): Promise<Result<void>> {
    const units = unitsOf(plan).filter((unit) => !isThere(unit, known));
    for (const some of inAtomics(units, this.maxChecks)) {
      const written = await this.records.transact<Known>(by, async (change) => {
        const now: Known = { customers: new Map(), points: new Map(), meters: new Map() };
        for (const unit of some) {
          const begun = await this.#write(change, unit, { now, before: known, tariffs }, by);
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
    known: Knowing,
    by: By,
  ): Promise<Result<void>> {
    const customerId = this.#customer(change, customer, known, by);
    if (!point) return done(undefined);
    const written = await this.#point(change, point, customerId, known, by);
    if (!written.ok) return written;
    const pointId = written.value;
    for (const { serial, label } of meters) {
      if (known.before.meters.has(serial)) continue;
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
    { now, before }: Knowing,
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

  async #point(
    change: Change,
    planned: PlannedPoint,
    customerId: string,
    { now, before, tariffs }: Knowing,
    by: By,
  ): Promise<Result<string>> {
    const there = now.points.get(planned.code) ?? before.points.get(planned.code);
    if (there) return done(there);
    const { line: _, customerTaxId: __, tariff, tariffFrom: ___, ...details } = planned;
    const { timezone = this.timezone } = details;
    const point = pointOf({ ...details, timezone, customerId }, this.records.newId(), by.at);
    const tariffId = tariff && tariffs.idOf(tariff);
    if (tariffId) {
      const from = startOf(planned, this.timezone, by.at);
      const refused = await chooseTariff(change, point, { tariffId, from });
      if (refused) return refused;
    }
    change.put(POINTS, point);
    now.points.set(point.code!, point.id);
    return done(point.id);
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
