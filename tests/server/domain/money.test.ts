/** Whole numbers in, one rounding, whole numbers out. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  isLess,
  parseScaled,
  plus,
  ratio,
  rounded,
  type Rounding,
  scaledText,
  shareOf,
  times,
} from "../../../server/domain/money.ts";

const SEED = 20260501;

const ROUNDED: { top: number; bottom: number; halfUp: number; halfEven: number }[] = [
  { top: 5, bottom: 2, halfUp: 3, halfEven: 2 },
  { top: 7, bottom: 2, halfUp: 4, halfEven: 4 },
  { top: -5, bottom: 2, halfUp: -3, halfEven: -2 },
  { top: 1, bottom: 2, halfUp: 1, halfEven: 0 },
  { top: -1, bottom: 3, halfUp: 0, halfEven: 0 },
  { top: 249, bottom: 100, halfUp: 2, halfEven: 2 },
  { top: 251, bottom: 100, halfUp: 3, halfEven: 3 },
  { top: 0, bottom: 7, halfUp: 0, halfEven: 0 },
];

for (const { top, bottom, ...expected } of ROUNDED) {
  for (const rounding of ["halfUp", "halfEven"] as Rounding[]) {
    Deno.test(`rounded() makes ${expected[rounding]} of ${top}/${bottom} by ${rounding}`, () => {
      assertEquals(rounded(ratio(top, bottom), rounding), expected[rounding]);
    });
  }
}

Deno.test("rounded() refuses an amount that a number can not hold", () => {
  assertThrows(() => rounded(times(ratio(2 ** 52, 1), ratio(4, 1)), "halfUp"), RangeError);
});

Deno.test("fractions add and compare exactly where floats would not", () => {
  const sum = plus(ratio(1, 10), ratio(2, 10));
  assertEquals(isLess(sum, ratio(3, 10)), false);
  assertEquals(isLess(ratio(3, 10), sum), false);
});

Deno.test("shareOf() is exact beyond what a float can hold", () => {
  assertEquals(
    shareOf(9_007_199_254_740_991, 9_007_199_254_740_990, 9_007_199_254_740_991),
    9_007_199_254_740_990,
  );
});

Deno.test("parseScaled() reads decimals as people write them and nothing else", () => {
  assertEquals(parseScaled("0.94793"), 94_793_000);
  assertEquals(parseScaled("-12"), -1_200_000_000);
  assertEquals(parseScaled("0.00000001"), 1);
  for (const text of ["", ".5", "1.", "1e3", "0,5", "0.000000001", "12345678", " 1", "NaN"]) {
    assertEquals(parseScaled(text), undefined, text);
  }
});

Deno.test("scaledText() shows no more decimals than needed, and at least those asked for", () => {
  assertEquals(scaledText(94_793_000), "0.94793");
  assertEquals(scaledText(150_000_000), "1.5");
  assertEquals(scaledText(150_000_000, 2), "1.50");
  assertEquals(scaledText(-1), "-0.00000001");
  assertEquals(scaledText(0), "0");
});

Deno.test("a scaled number survives being written and read", () => {
  fc.assert(
    fc.property(fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }), (value) => {
      assertEquals(parseScaled(scaledText(value)), value);
    }),
    { seed: SEED },
  );
});
