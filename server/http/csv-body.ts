/** Reads CSV that people made, in a spreadsheet or by hand; what does not fit names its line. */
import { CsvError, parse } from "csv-parse/sync";
import { unguarded } from "../domain/csv.ts";

const MAX_ROWS = 100_000;
const MAX_CELL_LENGTH = 1_000;
const MAX_FAULTS = 100;
/** Of a column that there is not, so that a file of something else is not repeated in the answer. */
const MAX_NAME_LENGTH = 40;
const MAX_LINE_BYTES = 64 * 1024;

export interface CsvRow<Column extends string> {
  /** Where it begins; the header is on line 1. */
  line: number;
  /** Empty where the file has no such column. */
  cells: Record<Column, string>;
}

export interface CsvFault {
  line: number;
  message: string;
}

export type CsvBody<Column extends string> =
  | { ok: true; rows: CsvRow<Column>[] }
  | { ok: false; faults: CsvFault[]; faultCount: number };

interface Line {
  line: number;
  cells: string[];
}

/** The rows under a header of some of these columns, in any order, parted by commas or semicolons. */
export function readCsv<Column extends string>(
  text: string,
  columns: readonly Column[],
): CsvBody<Column> {
  const lines = linesOf(text);
  if (!Array.isArray(lines)) return refused([lines]);
  const [header, ...rest] = lines;
  if (!header) return refused([{ line: 1, message: "the file is empty" }]);
  const names = header.cells.map((name) => name.trim());
  const faults = headerFaults(header.line, names, columns);
  if (faults.length > 0) return refused(faults);
  if (rest.length > MAX_ROWS) {
    return refused([{
      line: rest[MAX_ROWS].line,
      message: "is one more than the 100,000 allowed",
    }]);
  }
  const rowFaults = rest.flatMap((line) => faultsOfRow(line, names));
  if (rowFaults.length > 0) return refused(rowFaults);
  return { ok: true, rows: rest.map((line) => rowOf(line, names, columns)) };
}

const refused = (faults: CsvFault[]): { ok: false; faults: CsvFault[]; faultCount: number } => ({
  ok: false,
  faults: faults.slice(0, MAX_FAULTS),
  faultCount: faults.length,
});

function linesOf(text: string): Line[] | CsvFault {
  const lines: Line[] = [];
  let ended = 0;
  try {
    parse(text.replace(/\r\n?/g, "\n"), {
      bom: true,
      delimiter: delimiterOf(text),
      record_delimiter: "\n",
      relax_column_count: true,
      skip_records_with_empty_values: true,
      max_record_size: MAX_LINE_BYTES,
      to: 1 + MAX_ROWS + 1,
      on_record: (cells, { lines: end }) => {
        lines.push({ line: end - breaksIn(cells), cells });
        ended = end;
        return null;
      },
    });
    return lines;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The parser tells where it gave up: with an open quote, at the end of the file.
    const line = error.code === "CSV_QUOTE_NOT_CLOSED" ? ended + 1 : Number(error.lines);
    return { line, message: FAULTS[error.code] ?? "is not CSV" };
  }
}

const FAULTS: Partial<Record<CsvError["code"], string>> = {
  CSV_QUOTE_NOT_CLOSED: "begins, here or below, a quoted cell that has no end",
  CSV_INVALID_CLOSING_QUOTE: "has text after a quoted cell; a quote inside of one is written twice",
  INVALID_OPENING_QUOTE: "has a quote inside a cell; such a cell must be quoted",
  CSV_MAX_RECORD_SIZE: "is too long",
};

/** Names of columns hold neither, so the one that the header has more of parts its cells. */
function delimiterOf(text: string): string {
  const [header] = text.trimStart().split(/[\r\n]/, 1);
  const count = (delimiter: string): number => header.split(delimiter).length;
  return count(";") > count(",") ? ";" : ",";
}

const breaksIn = (cells: string[]): number =>
  cells.reduce((sum, cell) => sum + cell.split("\n").length - 1, 0);

function headerFaults(line: number, names: string[], columns: readonly string[]): CsvFault[] {
  return names.flatMap((name, i) => {
    if (!columns.includes(name)) {
      const named = name.slice(0, MAX_NAME_LENGTH);
      return [{ line, message: `"${named}" is not a column: there are ${columns.join(", ")}` }];
    }
    return names.indexOf(name) < i ? [{ line, message: `has the column ${name} twice` }] : [];
  });
}

function faultsOfRow({ line, cells }: Line, names: string[]): CsvFault[] {
  if (cells.length !== names.length) {
    return [{ line, message: `has ${cells.length} cells where the header has ${names.length}` }];
  }
  return names.filter((_, i) => cells[i].length > MAX_CELL_LENGTH).map((name) => ({
    line,
    message: `has more than 1,000 characters in ${name}`,
  }));
}

function rowOf<Column extends string>(
  { line, cells }: Line,
  names: string[],
  columns: readonly Column[],
): CsvRow<Column> {
  const entries = columns.map((column) => [column, unguarded(cells[names.indexOf(column)] ?? "")]);
  return { line, cells: Object.fromEntries(entries) };
}
