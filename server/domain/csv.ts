/**
 * Rows of CSV as RFC 4180 has them. A spreadsheet takes a text that begins like a formula for one,
 * so such a text gets an apostrophe, which reading takes away again.
 */

export type CsvCell = string | number | null;

/** An apostrophe of the text's own is guarded, too, as reading could not tell it from a guard. */
const FORMULA = /^'*[=+\-@\t\r\n]/;
const GUARDED = /^'+[=+\-@\t\r\n]/;
const NEEDS_QUOTES = /[",;\r\n]|^\s|\s$/;

export interface CsvForm {
  separator: "," | ";";
  decimal: "." | ",";
}

export const USUAL_FORM: CsvForm = { separator: ",", decimal: "." };

export const csvRow = (cells: CsvCell[], form = USUAL_FORM): string =>
  `${cells.map((cell) => csvCell(cell, form)).join(form.separator)}\r\n`;

function csvCell(cell: CsvCell, { separator, decimal }: CsvForm): string {
  if (cell === null) return "";
  if (typeof cell === "string") return quoted(guarded(cell));
  const digits = String(cell).replace(".", decimal);
  return decimal === separator ? quoted(digits) : digits;
}

const guarded = (text: string): string => FORMULA.test(text) ? `'${text}` : text;

/** What was written as a text, from what `guarded` made of it. */
export const unguarded = (text: string): string => GUARDED.test(text) ? text.slice(1) : text;

const quoted = (text: string): string =>
  NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
