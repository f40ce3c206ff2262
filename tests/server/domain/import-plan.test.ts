/** Import files: what they ask for, and everything that is wrong with them, before anything is done. */
import { assert, assertEquals } from "@std/assert";
import {
  IMPORT_COLUMNS,
  type ImportColumn,
  type ImportRow,
  planImport,
} from "../../../server/domain/import-plan.ts";
import { readCsv } from "../../../server/http/csv-body.ts";

const ANA = "123.456.789-09";
const BIA = "11144477735";

type Some = Partial<Record<ImportColumn, string>>;

/** Rows from line 2 on, as below a header. */
const rowsOf = (...some: Some[]): ImportRow[] =>
  some.map((cells, i) => ({
    line: i + 2,
    cells: {
      ...Object.fromEntries(IMPORT_COLUMNS.map((column) => [column, ""])) as ImportRow["cells"],
      ...cells,
    },
  }));

const ana: Some = { customer: "Ana", taxId: ANA };
const house: Some = { ...ana, point: "Casa", pointCode: "RJ-1" };
const meter: Some = { ...house, meter: "M/1" };

/** `line column message` of each error. */
function errorsOf(...some: Some[]): string[] {
  const planning = planImport(rowsOf(...some));
  return planning.ok
    ? []
    : planning.errors.map(({ line, column, message }) => `${line} ${column} ${message}`);
}

Deno.test("planImport() plans customers alone, with points, and with meters", () => {
  const planning = planImport(rowsOf(
    { customer: " Condomínio Sol ", phone: "+55 21 99999-1234" },
    { ...ana, email: "ana@example.com", customerAddress: "Rua A, 1", ...meter, meterLabel: "Hall" },
    { ...meter, meter: "M/2", timezone: "America/Manaus", address: "Rua B, 2" },
    { ...house, pointCode: "RJ-2", point: "Loja" },
    { customer: "Bia", taxId: BIA },
  ));
  assertEquals(planning, {
    ok: true,
    plan: {
      customers: [
        { line: 2, name: "Condomínio Sol", phone: "+55 21 99999-1234" },
        {
          line: 3,
          name: "Ana",
          taxId: "12345678909",
          email: "ana@example.com",
          address: "Rua A, 1",
        },
        { line: 6, name: "Bia", taxId: BIA },
      ],
      points: [
        {
          line: 3,
          code: "RJ-1",
          label: "Casa",
          customerTaxId: "12345678909",
          address: "Rua B, 2",
          timezone: "America/Manaus",
        },
        { line: 5, code: "RJ-2", label: "Loja", customerTaxId: "12345678909" },
      ],
      meters: [
        { line: 3, serial: "M/1", pointCode: "RJ-1", label: "Hall" },
        { line: 4, serial: "M/2", pointCode: "RJ-1" },
      ],
    },
  });
});

Deno.test("planImport() plans nothing for no rows", () => {
  const plan = { customers: [], points: [], meters: [] };
  assertEquals(planImport([]), { ok: true, plan });
});

const long = (length: number): string => "a".repeat(length);
const CODE = "must have up to 40 letters, digits or any of . _ / -";

const WRONG: { what: string; row: Some; error: string }[] = [
  { what: "no customer", row: { taxId: ANA }, error: "customer is missing" },
  {
    what: "a long name",
    row: { customer: long(201) },
    error: "customer must have up to 200 characters",
  },
  {
    what: "a wrong tax id",
    row: { ...ana, taxId: "12345678908" },
    error: "taxId has a wrong check digit",
  },
  {
    what: "what is no tax id",
    row: { ...ana, taxId: "1" },
    error: "taxId must be a CPF with 11 digits or a CNPJ with 14 characters",
  },
  ...["ana", "ana@", "ana@example", "a b@example.com", "a@b@c.com", `${long(250)}@b.co`].map((
    email,
  ) => ({
    what: `the address ${email.slice(0, 20)}`,
    row: { ...ana, email },
    error: "email must be an e-mail address",
  })),
  {
    what: "a long telephone",
    row: { ...ana, phone: long(31) },
    error: "phone must have up to 30 characters",
  },
  {
    what: "a long address",
    row: { ...ana, customerAddress: long(301) },
    error: "customerAddress must have up to 300 characters",
  },
  {
    what: "a long label",
    row: { ...house, point: long(201) },
    error: "point must have up to 200 characters",
  },
  { what: "a point without a code", row: { ...ana, point: "Casa" }, error: "pointCode is missing" },
  { what: "a code without a point", row: { ...ana, pointCode: "1" }, error: "point is missing" },
  { what: "a point without a tax id", row: { ...house, taxId: "" }, error: "taxId is missing" },
  { what: "an odd code", row: { ...house, pointCode: "RJ 1" }, error: `pointCode ${CODE}` },
  { what: "a long code", row: { ...house, pointCode: long(41) }, error: `pointCode ${CODE}` },
  {
    what: "a long place",
    row: { ...house, address: long(301) },
    error: "address must have up to 300 characters",
  },
  {
    what: "an unknown time zone",
    row: { ...house, timezone: "Brasilia" },
    error: "timezone must be the name of a time zone, like America/Sao_Paulo",
  },
  { what: "an odd serial number", row: { ...house, meter: "Nº1" }, error: `meter ${CODE}` },
  {
    what: "a label without a meter",
    row: { ...house, meterLabel: "Hall" },
    error: "meter is missing",
  },
  {
    what: "a long label of a meter",
    row: { ...meter, meterLabel: long(201) },
    error: "meterLabel must have up to 200 characters",
  },
];

for (const { what, row, error } of WRONG) {
  Deno.test(`planImport() refuses ${what}`, () => {
    assertEquals(errorsOf({ customer: "Bia", taxId: BIA }, row), [`3 ${error}`]);
  });
}

Deno.test("planImport() names everything that a meter without all else lacks", () => {
  assertEquals(errorsOf({ meter: "1" }), [
    "2 customer is missing",
    "2 taxId is missing",
    "2 point is missing",
    "2 pointCode is missing",
  ]);
});

const TOGETHER: { what: string; rows: Some[]; errors: string[] }[] = [
  {
    what: "two names of one customer",
    rows: [house, { ...house, customer: "Anna", taxId: "12345678909", pointCode: "RJ-2" }],
    errors: ['3 customer is "Anna", but "Ana" on line 2'],
  },
  {
    what: "two addresses of one customer",
    rows: [{ ...house, email: "a@b.co" }, house, { ...meter, email: "b@b.co" }],
    errors: ["3 pointCode is on line 2, too", '4 email is "b@b.co", but "a@b.co" on line 2'],
  },
  {
    what: "two labels of one point",
    rows: [house, { ...meter, point: "Loja" }],
    errors: ['3 point is "Loja", but "Casa" on line 2'],
  },
  {
    what: "two owners of one point",
    rows: [house, { ...meter, customer: "Bia", taxId: BIA }],
    errors: [`3 taxId is "${BIA}", but "12345678909" on line 2`],
  },
  {
    what: "one meter twice",
    rows: [meter, { ...meter, pointCode: "RJ-2" }],
    errors: ["3 meter is on line 2, too", '3 pointCode is "RJ-2", but "RJ-1" on line 2'],
  },
  { what: "one customer twice", rows: [ana, ana], errors: ["3 taxId is on line 2, too"] },
  {
    what: "one name twice without a tax id",
    rows: [{ customer: "Ana" }, { customer: "ANÁ" }],
    errors: [
      "2 taxId is missing, as line 3 has a customer of the same name",
      "3 taxId is missing, as line 2 has a customer of the same name",
    ],
  },
  {
    what: "one name with a tax id and without",
    rows: [{ customer: "Ana" }, house],
    errors: ["2 taxId is missing, as line 3 has a customer of the same name"],
  },
];

for (const { what, rows, errors } of TOGETHER) {
  Deno.test(`planImport() refuses ${what}`, () => assertEquals(errorsOf(...rows), errors));
}

Deno.test("planImport() accepts two customers of one name with two tax ids", () => {
  assertEquals(errorsOf(ana, { customer: "Ana", taxId: BIA }), []);
});

Deno.test("planImport() accepts a customer that has rows of its own, of its points and its meters", () => {
  assertEquals(errorsOf(ana, house, meter, { ...meter, meter: "M/2" }), []);
});

Deno.test("planImport() shows the first hundred errors in order of lines, and counts all", () => {
  const planning = planImport(
    rowsOf(...Array<Some>(150).fill({ customer: "Ana", phone: long(31) })),
  );
  assert(!planning.ok);
  assertEquals([planning.errors.length, planning.errorCount], [100, 150]);
  assertEquals([planning.errors[0].line, planning.errors[99].line], [2, 101]);
});

Deno.test("planImport() takes the rows of a file of a spreadsheet", () => {
  const file = "\uFEFFcustomer;taxId;phone;point;pointCode;meter\r\n" +
    `"Ana ""A"" Souza";${ANA};'+55 21;Casa;RJ-1;M1\r\n;;;;;\r\n`;
  const read = readCsv(file, IMPORT_COLUMNS);
  assert(read.ok);
  const planning = planImport(read.rows);
  assert(planning.ok);
  const [customer] = planning.plan.customers;
  assertEquals([customer.name, customer.phone], ['Ana "A" Souza', "+55 21"]);
});

Deno.test("planImport() checks a file of twenty thousand meters in a moment", () => {
  const rows = rowsOf(...Array.from({ length: 20_000 }, (_, i): Some => ({
    ...house,
    pointCode: `RJ-${i >> 1}`,
    meter: `M${i}`,
    timezone: "America/Sao_Paulo",
  })));
  const planning = planImport(rows);
  assert(planning.ok);
  const { customers, points, meters } = planning.plan;
  assertEquals([customers.length, points.length, meters.length], [1, 10_000, 20_000]);
});
