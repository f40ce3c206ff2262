/** What is usual, as it is kept for the rule on what is more. */
import { assertEquals } from "@std/assert";
import { usualWeek } from "../../../server/domain/alert-excess.ts";
import { usualOf } from "../../../server/domain/usual.ts";

const QUARTER = 900;
const KWH = 1_000_000;

Deno.test("what a large consumer usually draws is kept in full", () => {
  const values = Array.from({ length: 14 * 96 }, (_, i) => ({
    start: i * QUARTER,
    end: (i + 1) * QUARTER,
    milliwattHours: 25 * KWH,
    quality: "measured" as const,
  }));
  const [hour, day] = [0, 24].map((at) => usualWeek(usualOf(values, "UTC")!)[at]);
  assertEquals([hour, day], [100_000, 2_400_000]);
});
