/**
 * What an import file asks for, checked as a whole before anything is written. Things are known by
 * what people call them: a customer by the tax id, a point by its installation number, a meter by
 * its serial number. So the same file a second time asks for nothing new.
 */
import {
  faultsOf,
  type ImportColumn,
  type ImportError,
  type ImportRow,
  type Said,
  saidBy,
  withNormalTaxId,
} from "./import-row.ts";
import { sortName } from "./search-words.ts";
import { SUPPLIES, type Supply } from "./tariff.ts";

export { IMPORT_COLUMNS } from "./import-row.ts";
export type { ImportColumn, ImportError, ImportRow } from "./import-row.ts";

export interface PlannedCustomer {
  /** The first that names it, here as below. */
  line: number;
  name: string;
  /** In its normal form. */
  taxId?: string;
  email?: string;
  phone?: string;
  address?: string;
}

export interface PlannedPoint {
  line: number;
  code: string;
  label: string;
  customerTaxId: string;
  address?: string;
  timezone?: string;
  /** By id or name. */
  tariff?: string;
  /** A date in the point's time zone, or an instant. */
  tariffFrom?: string;
  readingDay?: number;
  supply?: Supply;
  region?: string;
}

export interface PlannedMeter {
  line: number;
  serial: string;
  pointCode: string;
  label?: string;
}

export interface ImportPlan {
  customers: PlannedCustomer[];
  points: PlannedPoint[];
  meters: PlannedMeter[];
}

export type Planning =
  | { ok: true; plan: ImportPlan }
  | { ok: false; errors: ImportError[]; errorCount: number };

const MAX_ERRORS_SHOWN = 100;

export function planImport(rows: ImportRow[]): Planning {
  const said = rows.map(saidBy);
  const faults = said.map(faultsOf);
  const sound = said.filter((_, i) => faults[i].length === 0).map(withNormalTaxId);
  const customers = gathered(sound, customerKey, CUSTOMER);
  const points = gathered(sound, ({ cells }) => cells.pointCode, POINT);
  const meters = gathered(sound, ({ cells }) => cells.meter, METER);
  const errors = [
    ...faults.flat(),
    ...withoutTaxIdTwice(sound),
    ...repetitions(sound),
    ...[customers, points, meters].flatMap(({ contradictions }) => contradictions),
  ];
  if (errors.length > 0) return refused(errors);
  return {
    ok: true,
    plan: {
      customers: customers.things.map(customerOf),
      points: points.things.map(pointOf),
      meters: meters.things.map(meterOf),
    },
  };
}

const refused = (errors: ImportError[]): Planning => ({
  ok: false,
  errors: errors.sort((a, b) => a.line - b.line).slice(0, MAX_ERRORS_SHOWN),
  errorCount: errors.length,
});

const CUSTOMER: ImportColumn[] = ["customer", "taxId", "email", "phone", "customerAddress"];
const POINT: ImportColumn[] = [
  ...["point", "pointCode", "taxId", "address", "timezone"] as const,
  ...["tariff", "tariffFrom", "readingDay", "supply", "region"] as const,
];
const METER: ImportColumn[] = ["meter", "meterLabel", "pointCode"];

const nameOf = ({ cells }: Said): string => sortName(cells.customer ?? "");
const customerKey = ({ line, cells }: Said): string => cells.taxId ?? `line ${line}`;

/** Everything that is said of one thing, each with the line that said it first. */
interface Thing {
  line: number;
  facts: Partial<Record<ImportColumn, { value: string; line: number }>>;
}

interface Gathered {
  things: Thing[];
  contradictions: ImportError[];
}

function gathered(
  rows: Said[],
  keyOf: (row: Said) => string | undefined,
  columns: ImportColumn[],
): Gathered {
  const things = new Map<string, Thing>();
  const contradictions: ImportError[] = [];
  for (const row of rows) {
    const key = keyOf(row);
    if (key === undefined) continue;
    const thing = things.get(key) ?? { line: row.line, facts: {} };
    things.set(key, thing);
    contradictions.push(...added(row, thing, columns));
  }
  return { things: [...things.values()], contradictions };
}

function added({ line, cells }: Said, { facts }: Thing, columns: ImportColumn[]): ImportError[] {
  const contradictions: ImportError[] = [];
  for (const column of columns) {
    const value = cells[column];
    if (value === undefined) continue;
    const first = facts[column] ??= { value, line };
    if (first.value === value) continue;
    const message = `is "${value}", but "${first.value}" on line ${first.line}`;
    contradictions.push({ line, column, message });
  }
  return contradictions;
}

/** Names are not enough to tell whether two rows mean one customer. */
function withoutTaxIdTwice(rows: Said[]): ImportError[] {
  const byName = Map.groupBy(rows, nameOf);
  return rows.filter(({ cells }) => cells.taxId === undefined).flatMap((row) => {
    const other = byName.get(nameOf(row))?.find(({ line }) => line !== row.line);
    if (!other) return [];
    const message = `is missing, as line ${other.line} has a customer of the same name`;
    return [{ line: row.line, column: "taxId", message }];
  });
}

/** Rows whose last thing another row has as its last thing. */
function repetitions(rows: Said[]): ImportError[] {
  const lines = new Map<string, number>();
  return rows.flatMap(({ line, cells }) => {
    const column = (["meter", "pointCode", "taxId"] as const).find((column) => cells[column]);
    if (!column) return [];
    const key = `${column} ${cells[column]}`;
    const first = lines.get(key);
    if (first !== undefined) return [{ line, column, message: `is on line ${first}, too` }];
    lines.set(key, line);
    return [];
  });
}

const customerOf = ({ line, facts }: Thing): PlannedCustomer => ({
  line,
  name: facts.customer?.value ?? "",
  ...given("taxId", facts.taxId),
  ...given("email", facts.email),
  ...given("phone", facts.phone),
  ...given("address", facts.customerAddress),
});

const pointOf = ({ line, facts }: Thing): PlannedPoint => ({
  line,
  code: facts.pointCode?.value ?? "",
  label: facts.point?.value ?? "",
  customerTaxId: facts.taxId?.value ?? "",
  ...given("address", facts.address),
  ...given("timezone", facts.timezone),
  ...given("tariff", facts.tariff),
  ...given("tariffFrom", facts.tariffFrom),
  ...(facts.readingDay && { readingDay: Number(facts.readingDay.value) }),
  ...(facts.supply && { supply: SUPPLIES.find((supply) => supply === facts.supply?.value) }),
  ...given("region", facts.region),
});

const meterOf = ({ line, facts }: Thing): PlannedMeter => ({
  line,
  serial: facts.meter?.value ?? "",
  pointCode: facts.pointCode?.value ?? "",
  ...given("label", facts.meterLabel),
});

const given = <Name extends string>(
  name: Name,
  fact: { value: string } | undefined,
): { [name in Name]?: string } =>
  (fact ? { [name]: fact.value } : {}) as { [name in Name]?: string };
