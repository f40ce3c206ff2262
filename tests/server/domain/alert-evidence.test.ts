/** The numbers behind alerts as they leave the server. */
import { assertEquals } from "@std/assert";
import { shownEvidence } from "../../../server/domain/alert-evidence.ts";

Deno.test("energy leaves in Wh, times as RFC 3339, all else as it is", () => {
  assertEquals(
    shownEvidence("unusual", {
      since: 1_781_524_800,
      until: 1_781_528_400,
      milliwattHours: 4_000_500,
      usualMilliwattHours: 1_000_000,
    }, "BRL"),
    {
      since: "2026-06-15T12:00:00Z",
      until: "2026-06-15T13:00:00Z",
      energyWh: 4_000.5,
      usualWh: 1_000,
    },
  );
  assertEquals(shownEvidence("neverSleeps", { days: 7, watts: 300, beforeWatts: 90 }, "BRL"), {
    days: 7,
    watts: 300,
    beforeWatts: 90,
  });
});

Deno.test("a budget is of energy or of money, and says so", () => {
  const until = 1_781_524_800;
  const evidence = { used: 80_000, limit: 100_000, until, expected: 120_000 };
  assertEquals(shownEvidence("budgetNear", { ...evidence, isMoney: 0 }, "BRL"), {
    usedWh: 80,
    limitWh: 100,
    until: "2026-06-15T12:00:00Z",
    expectedWh: 120,
  });
  assertEquals(shownEvidence("budgetNear", { ...evidence, isMoney: 1 }, "BRL"), {
    used: { amount: 80_000, currency: "BRL" },
    limit: { amount: 100_000, currency: "BRL" },
    until: "2026-06-15T12:00:00Z",
    expected: { amount: 120_000, currency: "BRL" },
  });
});

Deno.test("what a bill varies from is money, and a peak says of what", () => {
  const varied = { amount: 9_000, seconds: 86_400, expected: 30_000, usual: 15_000, bills: 3 };
  assertEquals(shownEvidence("variation", varied, "EUR"), {
    amount: { amount: 9_000, currency: "EUR" },
    seconds: 86_400,
    expected: { amount: 30_000, currency: "EUR" },
    usual: { amount: 15_000, currency: "EUR" },
    bills: 3,
  });
  const sign = { since: 1_781_524_800, last: 1_781_524_800, times: 2, peak: 40_000 };
  const at = "2026-06-15T12:00:00Z";
  assertEquals(shownEvidence("impossiblePower", { ...sign, limitWatts: 30_000 }, "BRL"), {
    since: at,
    last: at,
    times: 2,
    peakWatts: 40_000,
    limitWatts: 30_000,
  });
});
