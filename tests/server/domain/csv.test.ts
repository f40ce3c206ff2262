/** Rows of CSV: what a spreadsheet may not take for a formula, and what comes back from reading. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type CsvCell, csvRow, unguarded } from "../../../server/domain/csv.ts";
import { readCsv } from "../../../server/http/csv-body.ts";

const SEED = 20260803;

const CASES: { what: string; cells: CsvCell[]; row: string }[] = [
  { what: "texts and numbers", cells: ["Casa", 12.5, -3, 0], row: "Casa,12.5,-3,0" },
  { what: "nothing", cells: [null, "", null], row: ",," },
  { what: "commas and semicolons", cells: ["a,b", "a;b"], row: '"a,b","a;b"' },
  { what: "quotes", cells: ['the "Sol"'], row: '"the ""Sol"""' },
  { what: "lines", cells: ["a\r\nb", "a\nb"], row: '"a\r\nb","a\nb"' },
  { what: "blanks at an end", cells: [" a", "a "], row: '" a","a "' },
  { what: "a formula", cells: ["=1+1", "@a", "+55 21", "-5"], row: "'=1+1,'@a,'+55 21,'-5" },
  { what: "a formula behind a blank", cells: ["\t=1", "\r=1"], row: `'\t=1,"'\r=1"` },
  { what: "apostrophes", cells: ["'=1", "'tis", "d'Ávila"], row: "''=1,'tis,d'Ávila" },
];

for (const { what, cells, row } of CASES) {
  Deno.test(`csvRow() writes ${what}`, () => assertEquals(csvRow(cells), `${row}\r\n`));
}

Deno.test("csvRow() writes other separators and decimals, and quotes a number only if it must", () => {
  const cells = ["a;b", 12.5, 3, "x,y", null];
  const row = (separator: "," | ";", decimal: "." | ",") => csvRow(cells, { separator, decimal });
  assertEquals(row(";", ","), '"a;b";12,5;3;"x,y";\r\n');
  assertEquals(row(";", "."), '"a;b";12.5;3;"x,y";\r\n');
  assertEquals(row(",", ","), '"a;b","12,5",3,"x,y",\r\n');
});

Deno.test("unguarded() takes away the apostrophe of a formula and no other", () => {
  const texts = ["'=1", "''=1", "'tis", "=1", "'", ""].map(unguarded);
  assertEquals(texts, ["=1", "'=1", "'tis", "=1", "'", ""]);
});

Deno.test("csvRow() begins no text as a formula begins, and reading gives back each text", () => {
  const anyCell = fc.string({ unit: fc.constantFrom(...`ab=+-@'",;\t\r\n `), maxLength: 8 });
  fc.assert(
    fc.property(anyCell, anyCell, (a, b) => {
      const read = readCsv(csvRow(["a", "b"]) + csvRow([`x${a}`, b]), ["a", "b"]);
      const [row] = read.ok ? read.rows : [];
      const lines = (text: string): string => text.replace(/\r\n?/g, "\n");
      assertEquals(row?.cells, { a: lines(`x${a}`), b: lines(b) });
      assertEquals(/^"?[=+\-@\t\r\n]/.test(csvRow([a, "b"])) && a !== "", false);
    }),
    { seed: SEED, numRuns: 1_000 },
  );
});
