/** Late is late from the first day that one could have paid, and costs by rule. */
import { assertEquals } from "@std/assert";
import { daysLate, lateLines, workingDay } from "../../../server/domain/late.ts";
import { PRESETS } from "../../../server/domain/tariff-presets.ts";
import { plainTariff } from "./bills.ts";

const RULE = PRESETS.brazilConventional;

Deno.test("two per cent once and one per cent a month by the day, not on street lights", () => {
  // 471.92 − 64.60 = 407.32; 2 % 8.1464 → 8.15; 12 of 30 days of 1 %: 1.62928 → 1.63.
  const payment = {
    invoice: "2026-000007",
    base: 471_92 - 64_60,
    dueOn: "2026-08-20",
    paidOn: "2026-09-01",
  };
  assertEquals(
    lateLines(payment, RULE).map(({ kind, invoice, amount }) => [kind, invoice, amount]),
    [
      ["lateFee", "2026-000007", 8_15],
      ["interest", "2026-000007", 1_63],
    ],
  );
});

Deno.test("a bill that is due on a day without banks is in time on the next with", () => {
  // 5 September 2026 is a Saturday, Monday the 7th a holiday.
  assertEquals(workingDay("2026-09-05", RULE.holidays), "2026-09-08");
  const late = (paidOn: string) => daysLate({ dueOn: "2026-09-05", paidOn }, RULE.holidays);
  assertEquals([late("2026-09-04"), late("2026-09-08"), late("2026-09-09")], [0, 0, 4]);
});

Deno.test("nothing is added in time, without a rule, or where nothing was owed", () => {
  const [dueOn, paidOn] = ["2026-08-20", "2026-08-20"];
  const payment = { invoice: "2026-000007", base: 100_00, dueOn, paidOn };
  const late = { ...payment, paidOn: "2026-08-21" };
  assertEquals(lateLines(payment, RULE), []);
  assertEquals(lateLines(late, plainTariff()), []);
  assertEquals(lateLines({ ...late, base: 0 }, RULE), []);
  assertEquals(lateLines(late, RULE).length, 2);
});
