/** Money as it is shown and as it is typed, to the last digit. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { minorUnits, money, percent, price, priceWithTaxes } from "../../../server/admin/money.ts";
import { wattHours } from "../../../server/admin/units.ts";

const SHOWN: [amount: number, currency: string, shown: string][] = [
  [47_192, "BRL", "R$ 471,92"],
  [5, "BRL", "R$ 0,05"],
  [-5, "BRL", "-R$ 0,05"],
  [0, "BRL", "R$ 0,00"],
  [99_999_999_999, "BRL", "R$ 999.999.999,99"],
  [9_007_199_254_740_991, "BRL", "R$ 90.071.992.547.409,91"],
  [1_234, "EUR", "€12.34"],
  [-123_456, "EUR", "-€1,234.56"],
  [1_234, "JPY", "¥1,234"],
  [1_234_567, "KWD", "KWD 1,234.567"],
];

for (const [amount, currency, shown] of SHOWN) {
  Deno.test(`${amount} of ${currency} is ${shown}`, () => {
    assertEquals(money({ amount, currency }), shown);
  });
}

Deno.test("a price has the decimals that it has, one with taxes those of a bill", () => {
  assertEquals(price("0.94793", "BRL"), "R$ 0,94793");
  assertEquals(price("0.9", "BRL"), "R$ 0,90");
  assertEquals(price("9999999.12345678", "EUR"), "€9,999,999.12345678");
  assertEquals(priceWithTaxes("1.243065", "BRL"), "R$ 1,24307");
});

Deno.test("a rate is a percentage", () => {
  assertEquals(["0.18", "0.0123", "0", "1"].map(percent), ["18 %", "1.23 %", "0 %", "100 %"]);
});

const TYPED: [text: string, currency: string, minor: number][] = [
  ["471.92", "BRL", 47_192],
  ["10.5", "BRL", 1_050],
  ["471", "BRL", 47_100],
  ["0.29", "EUR", 29],
  ["1.15", "EUR", 115],
  ["8.2", "EUR", 820],
  ["471", "JPY", 471],
  ["1.234", "KWD", 1_234],
  ["999999999.99", "BRL", 99_999_999_999],
  ["-43.99", "BRL", -4_399],
  ["-0.5", "EUR", -50],
];

for (const [text, currency, minor] of TYPED) {
  Deno.test(`${text} of ${currency} is ${minor} of its smallest unit`, () => {
    assertEquals(minorUnits("--amount", text, currency), minor);
  });
}

Deno.test("every amount of cents is read as it is written", () => {
  const cents = fc.integer({ min: 0, max: 99_999_999_999 });
  fc.assert(fc.property(cents, (amount) => {
    const digits = `${amount}`.padStart(3, "0");
    const text = `${digits.slice(0, -2)}.${digits.slice(-2)}`;
    assertEquals(minorUnits("--amount", text, "EUR"), amount);
  }));
});

for (
  const text of [
    "10,5",
    "1.234",
    "--1",
    "+1",
    "- 1",
    "",
    "1e3",
    "R$ 5",
    "1 000",
    ".5",
    "5.",
    "9999999999",
  ]
) {
  Deno.test(`"${text}" is no amount of reais`, () => {
    assertThrows(
      () => minorUnits("--amount", text, "BRL"),
      Error,
      `--amount must be an amount in BRL like 471.92, not ${text}.`,
    );
  });
}

Deno.test("what an example looks like is as the currency is", () => {
  assertThrows(() => minorUnits("A", "x", "JPY"), Error, "in JPY like 471, not x");
  assertThrows(() => minorUnits("A", "x", "KWD"), Error, "in KWD like 471.920, not x");
});

Deno.test("kilowatt-hours are read to the milliwatt-hour", () => {
  const read = (text: string) => wattHours("--shift", text);
  assertEquals(["1.2", "1.2kWh", "1.2 kWh", "0.000001", "7"].map(read), [
    1_200,
    1_200,
    1_200,
    0.001,
    7_000,
  ]);
  for (const text of ["1,2", "1.2 Wh", "0.0000001", "-1", ""]) {
    assertThrows(() => read(text), Error, `--shift must be in kWh like 1.2, not ${text}.`);
  }
});
