/** Limits: quiet by default, in layers, and within their bounds. */
import { assert, assertEquals } from "@std/assert";
import {
  BOUNDS,
  defaultLimits,
  limitsOf,
  powerLimit,
} from "../../../server/domain/alert-limits.ts";

Deno.test("the defaults are in order", () => {
  for (const limits of [defaultLimits(0), defaultLimits(3)]) {
    assertEquals(Object.keys(limits).length, Object.keys(BOUNDS).length + 1);
    for (const [name, { least, most, isOptional }] of Object.entries(BOUNDS)) {
      const value = limits[name as keyof typeof BOUNDS];
      if (value === null) assert(isOptional, name);
      else assert(least <= value && value <= most, name);
    }
  }
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
