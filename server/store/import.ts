/**
 * Brings in what an import file asks for. First it is held against what is there, without writing;
 * then each point is written with its customer and its meters in one atomic. What is there already
 * stays as it is, so a run that was cut off is simply begun again.
 */
import { createHash } from "node:crypto";
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
import { CUSTOMERS, type Kind, METERS, POINTS, type Row } from "./kinds.ts";
import { pointOf } from "./points.ts";
import type { By, Records } from "./records.ts";

export interface Imported {
  created: number;
  existing: number;
}

export interface ImportOutcome {
  customers: Imported;
  points: Imported;
  meters: Imported;
}

/** One atomic's worth: a customer, perhaps a point of theirs, perhaps meters there. */
interface Unit {
  customer: PlannedCustomer;
  point?: PlannedPoint;
  meters: PlannedMeter[];
}

/** What is there of a plan, by the names that the plan has for it: its ids. */
interface Known {
  customers: Map<string, string>;
  points: Map<string, string>;
  meters: Map<string, string>;
}

/** With those of a customer and a point, below the ten checks of an atomic. */
const METERS_A_UNIT = 5;
const AT_ONCE = 50;

export class Import {
  constructor(readonly records: Records, readonly timezone: string) {}

  /** What stands against the plan in what is there already. */
  async faults(plan: ImportPlan): Promise<ImportError[]> {
    const points = await inBatches(plan.points, (point) => this.#pointFault(point));
    const meters = await inBatches(plan.meters, (meter) => this.#meterFault(meter));
    return [...points, ...meters].flatMap((fault) => fault ?? []);
  }

  /** How much of the plan is new. */
  async outcome(plan: ImportPlan): Promise<ImportOutcome> {
    const known = await this.#known(plan);
    const count = (all: unknown[], { size }: Map<string, string>): Imported => ({
      created: all.length - size,
      existing: size,
    });
    return {
      customers: count(plan.customers, known.customers),
      points: count(plan.points, known.points),
      meters: count(plan.meters, known.meters),
    };
  }

  async run(plan: ImportPlan, by: By): Promise<Result<ImportOutcome>> {
    const outcome = await this.outcome(plan);
    const known = await this.#known(plan);
    for (const unit of unitsOf(plan)) {
      if (isThere(unit, known)) continue;
      const written = await this.records.transact<void>(
        by,
        (change) => this.#write(change, unit, known, by),
      );
      if (!written.ok) return written;
    }
    return done(outcome);
  }

  async #write(change: Change, unit: Unit, known: Known, by: By): Promise<Result<void>> {
    const customerId = this.#customer(change, unit.customer, known, by);
    const { point } = unit;
    if (!point) return done(undefined);
    const pointId = this.#point(change, point, customerId, known, by);
    for (const { serial, label } of unit.meters) {
      if (known.meters.has(serial)) continue;
      const meter = { id: this.records.newId(), serial, label, createdAt: by.at, keys: [] };
      const begun = await beginAt(change, meter, { pointId }, by.at);
      if (!begun.ok) return begun;
      change.put(METERS, meter);
    }
    return done(undefined);
  }

  #customer(change: Change, customer: PlannedCustomer, { customers }: Known, by: By): string {
    const name = nameOf(customer);
    const there = customers.get(name);
    if (there) return there;
    const { line: _, ...details } = customer;
    const id = customer.taxId ? this.records.newId() : idOf(customer);
    change.put(CUSTOMERS, { ...details, id, createdAt: by.at });
    customers.set(name, id);
    return id;
  }

  #point(
    change: Change,
    { line: _, customerTaxId: __, timezone = this.timezone, ...point }: PlannedPoint,
    customerId: string,
    { points }: Known,
    by: By,
  ): string {
    const there = points.get(point.code);
    if (there) return there;
    const id = this.records.newId();
    change.put(POINTS, pointOf({ ...point, timezone, customerId }, id, by.at));
    points.set(point.code, id);
    return id;
  }

  async #known({ customers, points, meters }: ImportPlan): Promise<Known> {
    const ids = async <Planned, R extends Row>(
      planned: Planned[],
      name: (one: Planned) => string,
      find: (one: Planned) => Promise<R | undefined>,
    ) => {
      const found = await inBatches(planned, find);
      return new Map(planned.flatMap((one, i) => found[i] ? [[name(one), found[i].id]] : []));
    };
    return {
      customers: await ids(customers, nameOf, (customer) => this.#findCustomer(customer)),
      points: await ids(points, ({ code }) => code, ({ code }) => this.#find(POINTS, "code", code)),
      meters: await ids(
        meters,
        ({ serial }) => serial,
        ({ serial }) => this.#find(METERS, "serial", serial),
      ),
    };
  }

  #find<R extends Row>(kind: Kind<R>, field: string, value: string): Promise<R | undefined> {
    return this.records.find(kind, field, value);
  }

  #findCustomer(customer: PlannedCustomer) {
    return customer.taxId
      ? this.#find(CUSTOMERS, "taxId", customer.taxId)
      : this.records.get(CUSTOMERS, idOf(customer));
  }

  async #pointFault({ line, code, customerTaxId }: PlannedPoint): Promise<ImportError | undefined> {
    const point = await this.#find(POINTS, "code", code);
    if (!point) return undefined;
    if (point.retiredAt !== undefined) return fault(line, "pointCode", "is of a retired point");
    const holder = await this.records.get(CUSTOMERS, point.customerId);
    if (holder?.taxId === customerTaxId) return undefined;
    return fault(line, "pointCode", `is of a point that ${holder?.name ?? "another"} has`);
  }

  async #meterFault({ line, serial, pointCode }: PlannedMeter): Promise<ImportError | undefined> {
    const meter = await this.#find(METERS, "serial", serial);
    if (!meter) return undefined;
    if (meter.retiredAt !== undefined) return fault(line, "meter", "is retired");
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

const nameOf = (customer: PlannedCustomer): string => customer.taxId ?? idOf(customer);

/** A customer without a tax id is known by all that is said of it. */
function idOf({ name, email, phone, address }: PlannedCustomer): string {
  const said = JSON.stringify([name, email, phone, address]);
  return createHash("sha256").update(said).digest("hex").slice(0, 16);
}

function unitsOf({ customers, points, meters }: ImportPlan): Unit[] {
  const pointsOf = Map.groupBy(points, ({ customerTaxId }) => customerTaxId);
  const metersAt = Map.groupBy(meters, ({ pointCode }) => pointCode);
  return customers.flatMap((customer): Unit[] => {
    const own = pointsOf.get(customer.taxId ?? "") ?? [];
    if (own.length === 0) return [{ customer, meters: [] }];
    return own.flatMap((point) =>
      slices(metersAt.get(point.code) ?? [], METERS_A_UNIT)
        .map((meters) => ({ customer, point, meters }))
    );
  });
}

/** At least one, which may be empty. */
function slices<Item>(items: Item[], length: number): Item[][] {
  const parts: Item[][] = [];
  for (let at = 0; at < items.length || at === 0; at += length) {
    parts.push(items.slice(at, at + length));
  }
  return parts;
}

const isThere = ({ customer, point, meters }: Unit, known: Known): boolean =>
  known.customers.has(nameOf(customer)) && (!point || known.points.has(point.code)) &&
  meters.every(({ serial }) => known.meters.has(serial));

/** Looks up a few at once, in their order. */
async function inBatches<Item, Found>(
  items: Item[],
  look: (item: Item) => Promise<Found>,
): Promise<Found[]> {
  const found: Found[] = [];
  for (const some of slices(items, AT_ONCE)) found.push(...await Promise.all(some.map(look)));
  return found;
}
