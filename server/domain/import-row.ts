/** One row of an import file by itself: what it says, and what is wrong with that. */
import { instantIn, isTimeZone } from "./calendar.ts";
import { REGION, REGION_FORM } from "./region.ts";
import { SUPPLIES } from "./tariff.ts";
import { parseTaxId } from "./tax-id.ts";

export const IMPORT_COLUMNS = [
  "customer",
  "taxId",
  "email",
  "phone",
  "customerAddress",
  "point",
  "pointCode",
  "address",
  "timezone",
  "tariff",
  "tariffFrom",
  "readingDay",
  "supply",
  "region",
  "meter",
  "meterLabel",
] as const;
export type ImportColumn = typeof IMPORT_COLUMNS[number];

export interface ImportRow {
  line: number;
  cells: Record<ImportColumn, string>;
}

export interface ImportError {
  line: number;
  column: ImportColumn;
  message: string;
}

/** A row without the blanks around its values; what it leaves empty it does not say. */
export interface Said {
  line: number;
  cells: Partial<Record<ImportColumn, string>>;
}

export function saidBy({ line, cells }: ImportRow): Said {
  const said: Said["cells"] = {};
  for (const column of IMPORT_COLUMNS) {
    const value = cells[column].trim();
    if (value !== "") said[column] = value;
  }
  return { line, cells: said };
}

/** What is wrong with a value. */
type Check = (value: string) => string | undefined;

const E_MAIL = /^[^\s@<>()",;:]+@[^\s@<>()",;:]+\.[^\s@<>()",;:.]+$/;
const CODE = /^[A-Za-z0-9._/-]{1,40}$/;

const upTo = (max: number): Check => (value) =>
  value.length > max ? `must have up to ${max} characters` : undefined;

const eMail: Check = (value) =>
  E_MAIL.test(value) && value.length <= 200 ? undefined : "must be an e-mail address";

const code: Check = (value) =>
  CODE.test(value) ? undefined : "must have up to 40 letters, digits or any of . _ / -";

const timeZone: Check = (value) =>
  value.length <= 64 && isTimeZone(value)
    ? undefined
    : "must be the name of a time zone, like America/Sao_Paulo";

const start: Check = (value) =>
  instantIn(value, "UTC") === undefined
    ? "must be a date like 2026-11-20, or a time with an offset like 2026-11-20T08:00:00-03:00"
    : undefined;

const readingDay: Check = (value) =>
  /^\d{1,2}$/.test(value) && 1 <= Number(value) && Number(value) <= 31
    ? undefined
    : "must be a day from 1 to 31";

const supply: Check = (value) =>
  SUPPLIES.some((one) => one === value) ? undefined : `must be one of ${SUPPLIES.join(", ")}`;

const region: Check = (value) => REGION.test(value) ? undefined : REGION_FORM;

const taxId: Check = (value) => {
  const parsed = parseTaxId(value);
  return parsed.ok ? undefined : parsed.fault;
};

const CHECKS: Record<ImportColumn, Check> = {
  customer: upTo(200),
  taxId,
  email: eMail,
  phone: upTo(30),
  customerAddress: upTo(300),
  point: upTo(200),
  pointCode: code,
  address: upTo(300),
  timezone: timeZone,
  tariff: upTo(80),
  tariffFrom: start,
  readingDay,
  supply,
  region,
  meter: code,
  meterLabel: upTo(200),
};

export const faultsOf = (row: Said): ImportError[] => [...wrongValues(row), ...missingValues(row)];

const wrongValues = ({ line, cells }: Said): ImportError[] =>
  IMPORT_COLUMNS.flatMap((column) => {
    const value = cells[column];
    const message = value && CHECKS[column](value);
    return message ? [{ line, column, message }] : [];
  });

const OF_A_POINT = IMPORT_COLUMNS.slice(IMPORT_COLUMNS.indexOf("point"));

function missingValues({ line, cells }: Said): ImportError[] {
  const says = (...columns: ImportColumn[]): boolean => columns.some((column) => cells[column]);
  const needed: ImportColumn[] = ["customer"];
  if (says(...OF_A_POINT)) needed.push("taxId", "point", "pointCode");
  if (says("tariffFrom")) needed.push("tariff");
  if (says("meterLabel")) needed.push("meter");
  return needed.filter((column) => !says(column))
    .map((column) => ({ line, column, message: "is missing" }));
}

/** Only of a row without faults. */
export function withNormalTaxId({ line, cells }: Said): Said {
  const parsed = parseTaxId(cells.taxId ?? "");
  return parsed.ok ? { line, cells: { ...cells, taxId: parsed.digits } } : { line, cells };
}
