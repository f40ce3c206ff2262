/** Numbers, days and times as people write them: exact up to the last digit, in the way of each language. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decimalText, formatsOf } from "../../../server/domain/format.ts";

const pt = formatsOf("pt-BR", "BRL");
const en = formatsOf("en", "EUR");
const us = formatsOf("en-US", "USD");
const KWH = 1_000_000;

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");

const CASES: [string, string][] = [
  [pt.money(47_305), "R$ 473,05"],
  [pt.money(1), "R$ 0,01"],
  [pt.money(-1_013), "−R$ 10,13"],
  [pt.money(123_456_789), "R$ 1.234.567,89"],
  [pt.money(9_007_199_254_740_991), "R$ 90.071.992.547.409,91"],
  [pt.money(123_456_789_012_345_678_901n), "R$ 1.234.567.890.123.456.789,01"],
  [pt.amount(6_460), "64,60"],
  [pt.price({ value: 136_636, digits: 5 }), "1,36636"],
  [pt.price({ value: 136_636_500, digits: 8 }), "1,36637"],
  [pt.price({ value: 7, digits: 0 }), "7,00000"],
  [pt.rate({ value: 79_120_000, digits: 8 }), "0,79120"],
  [pt.rate({ value: 12_345_678, digits: 8 }), "0,12345678"],
  [pt.shortDecimal({ value: 76_000, digits: 5 }), "0,76"],
  [pt.moneyOf({ value: 1_885, digits: 3 }), "R$ 1,885"],
  [pt.percent({ value: 24, digits: 2 }), "24%"],
  [pt.percent({ value: 599, digits: 4 }), "5,99%"],
  [pt.percent({ value: 5_670_000, digits: 8 }), "5,67%"],
  [pt.energy(314 * KWH), "314 kWh"],
  [pt.energy(10_149_999, 1), "10,1 kWh"],
  [pt.energy(10_150_000, 1), "10,2 kWh"],
  [pt.kilowattHours(17_746_318_000, 3), "17.746,318"],
  [en.money(47_305), "€ 473.05"],
  [en.energy(1_234 * KWH), "1,234 kWh"],
  [formatsOf("en", "JPY").money(1_500), "JP¥ 1,500"],
  [formatsOf("pt-BR", "BHD").money(1_500), "BHD 1,500"],
  [pt.day("2026-11-24"), "24 de novembro de 2026"],
  [pt.shortDay("2026-11-05"), "5 nov"],
  [pt.shortDayOfYear("2028-02-29"), "29 fev 2028"],
  [pt.month("2026-03"), "março de 2026"],
  [pt.monthName("2026-03"), "março"],
  [pt.shortMonth("2026-01", true), "jan 26"],
  [pt.list(["outubro", "novembro"]), "outubro e novembro"],
  [en.day("2026-11-24"), "24 November 2026"],
  [en.shortDay("2026-09-05"), "5 Sep"],
  [en.month("2026-03"), "March 2026"],
  [pt.dayOfWeek("2026-11-17"), "terça, 17 de novembro"],
  [pt.dayOfWeek("2026-11-21"), "sábado, 21 de novembro"],
  [pt.time("00:05"), "00:05"],
  [pt.lasting(1, "hour"), "1 hora"],
  [pt.lasting(1_234, "day"), "1.234 dias"],
  [en.dayOfWeek("2026-11-17"), "Tuesday 17 November"],
  [en.time("14:15"), "14:15"],
  [en.lasting(2, "minute"), "2 minutes"],
  [us.dayOfWeek("2026-11-17"), "Tuesday, November 17"],
  [us.time("14:15"), "2:15 PM"],
  [us.money(18_240), "$ 182.40"],
  [formatsOf("pt-PT", "EUR").energy(1_234_500_000, 1), "1234,5 kWh"],
  [formatsOf("de-DE", "EUR").energy(1_234_500_000, 1), "1,234.5 kWh"],
  [en.list(["October", "November"]), "October and November"],
];
for (const [written, expected] of CASES) {
  Deno.test(`formatsOf() writes ${expected}`, () => assertEquals(plain(written), expected));
}

Deno.test("formatsOf().amount() writes every integer so that its digits are the integer's", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (minor) => {
    const digits = pt.amount(minor).replace(/[.,]/g, "").replace("−", "-");
    assertEquals(BigInt(digits), BigInt(minor));
  }));
});

Deno.test("decimalText() takes no number that is not an exact integer", () => {
  for (const value of [0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => decimalText({ value, digits: 2 }), RangeError);
  }
});
