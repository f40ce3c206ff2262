/** A bank's file of payments: what it says, and everything that is wrong with it, by line. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  amountOf,
  PAYMENT_COLUMNS,
  type PaymentColumn,
  type PaymentPlanning,
  planPayments,
} from "../../../server/domain/payment-file.ts";
import { pixCode } from "../../../server/domain/pix.ts";
import { readCsv } from "../../../server/http/csv-body.ts";

const TODAY = "2026-11-25";
const LUZ = { key: "pix@exemplo.com.br", name: "Luz Exemplo", city: "Rio de Janeiro" };
const CODE = pixCode(LUZ, { amount: 47_305, number: "000.418.207" });

type Some = Partial<Record<PaymentColumn, string>>;
const paid: Some = { date: "2026-11-20", amount: "473,05", invoice: "000.418.207" };

const planOf = (...some: Some[]): PaymentPlanning =>
  planPayments(
    some.map((cells, i) => ({
      line: i + 2,
      cells: {
        ...Object.fromEntries(PAYMENT_COLUMNS.map((column) => [column, ""])) as Record<
          PaymentColumn,
          string
        >,
        ...cells,
      },
    })),
    TODAY,
  );

function errorsOf(...some: Some[]): string[] {
  const planning = planOf(...some);
  return planning.ok
    ? []
    : planning.errors.map(({ line, column, message }) => `${line} ${column} ${message}`);
}

const PAYMENT = {
  line: 2,
  date: "2026-11-20",
  amount: { whole: "473", decimals: "05" },
  txid: "000418207",
};

for (
  const [said, cells] of Object.entries({
    "the invoice's number": { invoice: "000.418.207" },
    "the invoice's number as digits": { invoice: "000418207" },
    "the txid": { invoice: "", txid: "000418207" },
    "the whole Pix code": { invoice: "", pix: ` ${CODE} ` },
    "all three": { txid: "000418207", pix: CODE },
  })
) {
  Deno.test(`planPayments() finds the invoice by ${said}`, () => {
    assertEquals(planOf({ ...paid, ...cells }), { ok: true, payments: [PAYMENT] });
  });
}

Deno.test("planPayments() reads the file that a bank's spreadsheet wrote", () => {
  const csv = readCsv(
    "date;amount;txid;reference\r\n" +
      '20/11/2026;"R$ 1.473,05";000418207;E123\r\n\r\n21/11/2026;12;A1;\r\n',
    PAYMENT_COLUMNS,
  );
  assert(csv.ok);
  assertEquals(planPayments(csv.rows, TODAY), {
    ok: true,
    payments: [
      {
        line: 2,
        date: "2026-11-20",
        amount: { whole: "1473", decimals: "05", currency: "BRL" },
        txid: "000418207",
        reference: "E123",
      },
      { line: 4, date: "2026-11-21", amount: { whole: "12", decimals: "" }, txid: "A1" },
    ],
  });
});

const inCurrency = (written: string, currency: string, decimals: number) => {
  const planning = planOf({ ...paid, amount: written });
  assert(planning.ok);
  return amountOf(planning.payments[0].amount, { currency, decimals });
};

for (
  const [written, amount] of [
    ["473,05", 47_305],
    ["473.05", 47_305],
    ["R$ 473,05", 47_305],
    ["1.234.567,89", 123_456_789],
    ["1,234,567.89", 123_456_789],
    ["1234567,89", 123_456_789],
    ["0,01", 1],
    ["12", 1_200],
  ] as const
) {
  Deno.test(`planPayments() takes ${written} for ${amount} centavos`, () => {
    assertEquals(inCurrency(written, "BRL", 2), amount);
  });
}

for (
  const [written, currency, decimals, amount] of [
    ["1000", "JPY", 0, 1_000],
    ["1,000.00", "JPY", 0, "must have up to 0 decimals, as JPY has"],
    ["1000,000", "KWD", 3, 1_000_000],
    ["1.25", "KWD", 3, 1_250],
    ["1.234", "BRL", 2, "must have up to 2 decimals, as BRL has"],
    ["R$ 10,00", "EUR", 2, "must be in EUR"],
    ["1000000000,00", "BRL", 2, "must be up to 99999999999 of the smallest unit"],
    ["9".repeat(400), "BRL", 2, "must be up to 99999999999 of the smallest unit"],
  ] as const
) {
  Deno.test(`amountOf() takes ${written.slice(0, 20)} in ${currency} for ${amount}`, () => {
    assertEquals(inCurrency(written, currency, decimals), amount);
  });
}

const WRONG: [Some, string][] = [
  [{ date: "" }, "2 date is missing"],
  [{ date: "2026-02-29" }, "2 date must be a day, like 24/11/2026 or 2026-11-24"],
  [{ date: "11/24/2026" }, "2 date must be a day, like 24/11/2026 or 2026-11-24"],
  [{ date: "2026-11-26" }, "2 date must not be after today"],
  [{ amount: "" }, "2 amount is missing"],
  [{ amount: "0,00" }, "2 amount must be above zero"],
  ...["-1,00", "1,5", "1.23,45", "12.34,56", "1e3", "abc", "1,234,56"].map((
    amount,
  ): [Some, string] => [{ amount }, "2 amount must be an amount above zero, like 473,05"]),
  [{ invoice: "" }, "2 invoice is missing: give the invoice's number, txid or pix code"],
  [{ invoice: "–" }, "2 invoice must be an invoice's number"],
  [{ txid: "000-1" }, "2 txid must have up to 25 letters and digits"],
  [{ txid: "7" }, "2 invoice says 000418207 where another column says 7"],
  [{ pix: `${CODE}0` }, "2 pix is cut off: a Pix code ends with 6304 and four more"],
  [
    { pix: CODE.replace("473.05", "473.06") },
    "2 pix has a wrong checksum: a character was changed",
  ],
  [{ pix: pixCode(LUZ) }, "2 pix has no invoice's number in it"],
  [{ reference: "x".repeat(101) }, "2 reference must have up to 100 characters"],
];
for (const [cells, error] of WRONG) {
  Deno.test(`planPayments() says of ${JSON.stringify(cells).slice(0, 60)}: ${error}`, () => {
    assertEquals(errorsOf({ ...paid, ...cells }), [error]);
  });
}

Deno.test("planPayments() lets an invoice be paid twice, but takes no payment twice", () => {
  assertEquals(errorsOf({ ...paid, reference: "E1" }, { ...paid, reference: "E2" }), []);
  assertEquals(errorsOf(paid, { ...paid, date: "2026-11-21" }), []);
  assertEquals(errorsOf({ ...paid, reference: "E1" }, { ...paid, amount: "1", reference: "E1" }), [
    "3 reference is on line 2, too",
  ]);
  assertEquals(errorsOf(paid, paid, paid), [
    "3 reference is missing, as line 2 has the same payment",
    "4 reference is missing, as line 2 has the same payment",
  ]);
});

Deno.test("planPayments() tells all errors of a file, shows the first hundred, in order", () => {
  const planning = planOf(...Array.from({ length: 150 }, () => ({ amount: "x" })));
  assert(!planning.ok);
  assertEquals(planning.errorCount, 450);
  assertEquals(planning.errors.length, 100);
  assertEquals(planning.errors.map(({ line }) => line).toSorted((a, b) => a - b)[99], 35);
});

Deno.test("planPayments() never throws, whatever the cells hold", () => {
  const cell = fc.string({ unit: "grapheme" });
  const row = fc.record(
    Object.fromEntries(PAYMENT_COLUMNS.map((column) => [column, cell])) as Record<
      PaymentColumn,
      typeof cell
    >,
  );
  fc.assert(fc.property(fc.array(row), (rows) => {
    assertEquals(typeof planOf(...rows).ok, "boolean");
  }));
});
