/** A line of a bill as JSON has all by which its amount can be checked. */
import { assertEquals } from "@std/assert";
import { billLine, shownLine } from "../../../server/http/bill-line-answer.ts";
import { billFor, KWH, plainTariff, scaled } from "../domain/bills.ts";

const shown = (line: Parameters<typeof shownLine>[0]) => billLine.parse(shownLine(line, "EUR"));

Deno.test("a municipal charge shows the terms of its band", () => {
  const bands = [{ upToKwh: 50, fixed: scaled("3") }, { perKwh: scaled("0.1"), cap: scaled("40") }];
  const { lines } = billFor(100, plainTariff({ municipal: { name: "City", bands } }));
  assertEquals(shown(lines[1]), {
    kind: "municipal",
    label: "City",
    amount: { amount: 10_00, currency: "EUR" },
    municipal: {
      aboveKwh: 50,
      perKwh: "0.1",
      cap: "40",
      energyWh: 100_000,
      days: 31,
      perDays: 31,
      base: undefined,
      rate: undefined,
      fixed: undefined,
      upToKwh: undefined,
    },
    rounding: "halfUp",
  });
});

Deno.test("a correction shows what was billed, and what is known now", () => {
  const { billed, known } = shown({
    kind: "correction",
    label: "2026-07",
    month: "2026-07",
    milliwattHours: -15 * KWH,
    amount: -7_50,
    billed: { milliwattHours: 104 * KWH, amount: 52_00 },
    known: { milliwattHours: 89 * KWH, amount: 44_50 },
    rounding: "halfUp",
  });
  const euros = (amount: number) => ({ amount, currency: "EUR" });
  assertEquals([billed, known], [
    { energyWh: 104_000, amount: euros(52_00) },
    { energyWh: 89_000, amount: euros(44_50) },
  ]);
});
