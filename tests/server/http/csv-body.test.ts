/** CSV as people make it: which files are read, and which line is at fault in the others. */
import { assert, assertEquals } from "@std/assert";
import { readCsv } from "../../../server/http/csv-body.ts";

const COLUMNS = ["customer", "taxId", "email"] as const;

/** `line customer|taxId|email` of each row, or `line message` of each fault. */
function shown(text: string): string[] {
  const read = readCsv(text, COLUMNS);
  if (!read.ok) return read.faults.map(({ line, message }) => `${line} ${message}`);
  return read.rows.map(({ line, cells }) => `${line} ${COLUMNS.map((c) => cells[c]).join("|")}`);
}

const READ: { what: string; text: string; rows: string[] }[] = [
  { what: "commas", text: "customer,taxId\nAna,1\nBia,2\n", rows: ["2 Ana|1|", "3 Bia|2|"] },
  { what: "semicolons", text: "customer;taxId\nAna, jr.;1", rows: ["2 Ana, jr.|1|"] },
  { what: "a byte order mark", text: "\uFEFFcustomer;email\nAna;a@b", rows: ["2 Ana||a@b"] },
  { what: "any order of columns", text: "taxId,customer\n1,Ana", rows: ["2 Ana|1|"] },
  { what: "one column", text: "customer\nAna\n", rows: ["2 Ana||"] },
  { what: "a quoted header", text: '"customer","taxId"\n', rows: [] },
  {
    what: "Windows' lines",
    text: "customer,taxId\r\nAna,1\r\nBia,2\r\n",
    rows: ["2 Ana|1|", "3 Bia|2|"],
  },
  { what: "old lines", text: "customer\rAna\rBia", rows: ["2 Ana||", "3 Bia||"] },
  {
    what: "mixed lines",
    text: "customer\nAna\r\nBia\rCai",
    rows: ["2 Ana||", "3 Bia||", "4 Cai||"],
  },
  { what: "empty lines", text: "customer,email\n\n,\n ,\nAna,\n\n", rows: ["5 Ana||"] },
  { what: "empty lines before", text: "\n\ncustomer;email\nAna;\n", rows: ["4 Ana||"] },
  {
    what: "quoted cells over lines",
    text: 'customer,taxId\n"A\r\nn\r\na",1\n"B ""b""",2\n',
    rows: ["2 A\nn\na|1|", '5 B "b"|2|'],
  },
  { what: "a guarded formula", text: "customer\n'=Ana\n", rows: ["2 =Ana||"] },
  { what: "no rows", text: "customer", rows: [] },
];

for (const { what, text, rows } of READ) {
  Deno.test(`readCsv() reads ${what}`, () => assertEquals(shown(text), rows));
}

const THERE_ARE = "there are customer, taxId, email";

const REFUSED: { what: string; text: string; faults: string[] }[] = [
  { what: "nothing", text: "", faults: ["1 the file is empty"] },
  { what: "blank lines", text: "\n \n", faults: ["1 the file is empty"] },
  {
    what: "columns that it does not know",
    text: "customer,cpf,Email\n",
    faults: [`1 "cpf" is not a column: ${THERE_ARE}`, `1 "Email" is not a column: ${THERE_ARE}`],
  },
  { what: "no header", text: "Ana\n", faults: [`1 "Ana" is not a column: ${THERE_ARE}`] },
  { what: "a column twice", text: "taxId,taxId\n", faults: ["1 has the column taxId twice"] },
  {
    what: "rows of another length",
    text: "customer,taxId\nAna\nBia,1\nCai,2,3\n",
    faults: ["2 has 1 cells where the header has 2", "4 has 3 cells where the header has 2"],
  },
  {
    what: "a quote that is never closed",
    text: 'customer,taxId\nAna,1\n"Bia,2\nCai,3\n',
    faults: ["3 begins, here or below, a quoted cell that has no end"],
  },
  {
    what: "a quote inside a cell",
    text: 'customer\nAna\nthe "Sol"\n',
    faults: ["3 has a quote inside a cell; such a cell must be quoted"],
  },
  {
    what: "text behind a quoted cell",
    text: 'customer\n"Ana" B\n',
    faults: ["2 has text after a quoted cell; a quote inside of one is written twice"],
  },
  {
    what: "a long cell",
    text: `customer,taxId\nAna,1\n${"a".repeat(1_001)},1\n`,
    faults: ["3 has more than 1,000 characters in customer"],
  },
  { what: "a huge cell", text: `customer\n${"a".repeat(70_000)}\n`, faults: ["2 is too long"] },
];

for (const { what, text, faults } of REFUSED) {
  Deno.test(`readCsv() refuses ${what}`, () => assertEquals(shown(text), faults));
}

Deno.test("readCsv() reads a hundred thousand rows and refuses one more", () => {
  const most = `customer\n${"Ana\n".repeat(100_000)}`;
  const read = readCsv(most, COLUMNS);
  assert(read.ok);
  assertEquals(read.rows.length, 100_000);
  assertEquals(read.rows[99_999].line, 100_001);
  assertEquals(shown(most + "Bia\n"), ["100002 is one more than the 100,000 allowed"]);
});

Deno.test("readCsv() shows a hundred faults and counts all", () => {
  const read = readCsv(`customer,taxId\n${"Ana\n".repeat(250)}`, COLUMNS);
  assert(!read.ok);
  assertEquals([read.faults.length, read.faultCount], [100, 250]);
});
