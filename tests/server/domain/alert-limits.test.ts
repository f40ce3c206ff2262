/** Limits: quiet by default, in layers, and checked field by field. */
import { assertEquals } from "@std/assert";
import {
  BOUNDS,
  defaultLimits,
  limitFaults,
  limitsOf,
  powerLimit,
} from "../../../server/domain/alert-limits.ts";

Deno.test("the defaults are in order", () => {
  assertEquals(limitFaults({ ...defaultLimits(0) }), []);
  assertEquals(limitFaults({ ...defaultLimits(3) }), []);
  assertEquals(Object.keys(defaultLimits(2)).length, Object.keys(BOUNDS).length + 1);
});

Deno.test("what is set nearer to the point counts, and null turns off", () => {
  const limits = limitsOf(2, { variationPercent: 50, silentMinutes: 90 }, {
    variationPercent: null,
    silentMinutes: undefined,
    budget: { amount: 45_000 },
  });
  assertEquals(limits, {
    ...defaultLimits(2),
    variationPercent: null,
    silentMinutes: 90,
    budget: { amount: 45_000 },
  });
});

Deno.test("power is limited by the supply unless the point says otherwise", () => {
  assertEquals(powerLimit(defaultLimits(2), "singlePhase"), 20_000);
  assertEquals(powerLimit({ ...defaultLimits(2), powerWatts: 5_000 }, "threePhase"), 5_000);
});

const WRONG: [Record<string, unknown>, string][] = [
  [{ variationPercent: 4 }, "variationPercent"],
  [{ variationPercent: "30" }, "variationPercent"],
  [{ variationFloor: null }, "variationFloor"],
  [{ neverSleepsDays: 2.5 }, "neverSleepsDays"],
  [{ dayMilliwattHours: Infinity }, "dayMilliwattHours"],
  [{ budget: {} }, "budget"],
  [{ budget: 450 }, "budget"],
  [{ budget: { amount: 1, milliwattHours: 1 } }, "budget"],
  [{ budget: { amount: 0 } }, "budget.amount"],
  [{ budget: { milliwattHours: "1" } }, "budget.milliwattHours"],
  [{ toString: 1 }, "toString"],
];

for (const [limits, path] of WRONG) {
  Deno.test(`limitFaults() names ${path} in ${JSON.stringify(limits)}`, () => {
    assertEquals(limitFaults(limits).map((fault) => fault.path), [path]);
  });
}
