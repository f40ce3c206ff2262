/** Advice has its gain from the rating, and is kept back where it is small or little is known. */
import { assertEquals } from "@std/assert";
import { always } from "../../../server/domain/tariff.ts";
import { adviceOn, type ForAdvice } from "../../../server/domain/advice.ts";
import type { Value } from "../../../server/domain/energy.ts";
import type { Forecast } from "../../../server/domain/forecast.ts";
import { rate } from "../../../server/domain/rating.ts";
import { PRESETS } from "../../../server/domain/tariff-presets.ts";
import { dayAndNight, evenly, flatAt, JULY, KWH, toRate } from "./bills.ts";

const { taxes } = PRESETS.brazilConventional;
const RIO = flatAt("0.94793", { taxes });
const MIDDLE = JULY.from + 15 * 86_400;

/** So many kWh in the first fifteen days, and so many to come. */
function expecting(soFar: number, more: number): { energy: Value[]; forecast: Forecast } {
  const expected = (soFar + more) * KWH;
  const rest = evenly(MIDDLE, JULY.to, more * KWH)
    .map((slice) => ({ ...slice, quality: "estimated" as const }));
  return {
    energy: evenly(JULY.from, MIDDLE, soFar * KWH),
    forecast: {
      since: MIDDLE,
      soFar: soFar * KWH,
      rest,
      total: { low: expected, expected, high: expected },
    },
  };
}

const asking = (changes: Partial<ForAdvice>): ForAdvice => ({
  now: toRate(RIO, { energy: [] }),
  appliances: [],
  past: [],
  others: [],
  leastGain: 5_00,
  ...changes,
});

Deno.test("to stay within 300 kWh is worth the tax on all of them", () => {
  // 310 kWh × 0.94793 ÷ (0.76 × 0.931) = 415.31; 300 × 0.94793 ÷ (0.82 × 0.931) = 372.51.
  const { energy, forecast } = expecting(150, 160);
  assertEquals(adviceOn(asking({ now: toRate(RIO, { energy }), forecast })), [
    { kind: "stayWithin", upToKwh: 300, cutMilliwattHours: 10 * KWH, gain: 415_31 - 372_51 },
  ]);
});

Deno.test("a limit that is passed already, or can hardly be kept, is not spoken of", () => {
  for (const [soFar, more] of [[301, 50], [150, 250], [150, 140]]) {
    const { energy, forecast } = expecting(soFar, more);
    assertEquals(adviceOn(asking({ now: toRate(RIO, { energy }), forecast })), []);
  }
});

const MACHINE = { name: "Washing machine", milliwattHoursAUse: 2 * KWH, usesAPeriod: 30 };

Deno.test("a machine that runs at night instead saves the difference", () => {
  // 60 kWh at 0.10 instead of 0.20 are 6.00.
  const { energy, forecast } = expecting(150, 160);
  const now = toRate(dayAndNight(), { energy });
  assertEquals(adviceOn(asking({ now, forecast, appliances: [MACHINE] })), [
    {
      kind: "shift",
      appliance: "Washing machine",
      from: "Day",
      to: "Night",
      milliwattHours: 60 * KWH,
      gain: 6_00,
    },
  ]);
  assertEquals(adviceOn(asking({ now, forecast, appliances: [MACHINE], leastGain: 6_01 })), []);
  const flat = toRate(flatAt("0.5"), { energy });
  assertEquals(adviceOn(asking({ now: flat, forecast, appliances: [MACHINE] })), []);
});

Deno.test("what is not used by day can not be moved to the night", () => {
  // 14 of 24 hours of 20 kWh are 11.67 kWh by day; 12 would save 1.20.
  const { energy, forecast } = expecting(10, 10);
  const now = toRate(dayAndNight(), { energy });
  const dryer = { ...MACHINE, milliwattHoursAUse: 0.4 * KWH };
  assertEquals(adviceOn(asking({ now, forecast, appliances: [dryer], leastGain: 1_00 })), []);
});

Deno.test("another tariff is advised by what it would have cost, the cheapest one", () => {
  const past = [toRate(flatAt("0.5")), toRate(flatAt("0.5"))];
  const others = [
    { tariffId: "a", versions: always(flatAt("0.45")) },
    { tariffId: "b", versions: always(flatAt("0.4")) },
    { tariffId: "dear", versions: always(flatAt("0.6")) },
    { tariffId: "foreign", versions: always(flatAt("0.1", { currency: "USD" })) },
    {
      tariffId: "not yet",
      versions: [{ version: 1, effectiveFrom: JULY.to, tariff: flatAt("0.1") }],
    },
  ];
  // 2 × 100 kWh × 0.10.
  assertEquals(adviceOn(asking({ past, others })), [
    { kind: "otherTariff", tariffId: "b", periods: 2, gain: 20_00 },
  ]);
  assertEquals(
    rate(past[0]).total - rate({ ...past[0], tariffs: others[1].versions }).total,
    10_00,
  );
  assertEquals(adviceOn(asking({ past, others, leastGain: 10_01 })), []);
});

Deno.test("periods that are estimated for the most part say nothing of another tariff", () => {
  const energy = evenly(JULY.from, JULY.to, 100 * KWH)
    .map((slice) => ({ ...slice, quality: "estimated" as const }));
  const others = [{ tariffId: "b", versions: always(flatAt("0.4")) }];
  assertEquals(adviceOn(asking({ past: [toRate(flatAt("0.5"), { energy })], others })), []);
});
