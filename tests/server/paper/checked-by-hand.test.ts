/** From a rated bill to what its paper says of how it came about, and of how sure that is. */
import { assertEquals } from "@std/assert";
import type { Bill, MeterShown } from "../../../server/domain/bill.ts";
import type { Value } from "../../../server/domain/energy.ts";
import { withoutMissingEdges } from "../../../server/domain/estimate.ts";
import { always } from "../../../server/domain/tariff.ts";
import { PRESETS } from "../../../server/domain/tariff-presets.ts";
import { evenly, JULY, KWH, plainTariff, scaled } from "../domain/bills.ts";
import { july, onPaper } from "./july-bill.ts";

const DAY = 86_400;

Deno.test("the municipal charge and the minimum say how they are worked out", () => {
  const municipal = {
    name: "City",
    bands: [{ upToKwh: 20, fixed: scaled("4") }, { upToKwh: 400, fixed: scaled("64.6") }],
  };
  const tariff = { ...PRESETS.brazilConventional, municipal };
  const { working } = onPaper(july(always(tariff), { kwh: 25 }));
  // 0.94793 ÷ ((1 − 0) × (1 − 0.0123 − 0.0567)), as no ICMS is on so little.
  assertEquals(working.sentences.filter((said) => /^(Energia|Custo|City)/.test(said)), [
    "Energia: 0.94793 ÷ (1 × 0.931) = 1.01818.",
    "Custo de disponibilidade: 0.94793 ÷ (1 × 0.931) = 1.01818.",
    "City: band above 20 kWh up to 400 kWh, R$ 64.60.",
  ]);
});

const register = (time: number, kwh: number, quality: "measured" | "estimated" = "measured") => ({
  time,
  milliwattHours: kwh * KWH,
  quality,
});

const billWith = (meter: Partial<MeterShown>, energy: Value[]): Bill => {
  const meters = [{ meterId: "m1", channel: 0, milliwattHours: 0, ...meter }];
  return july(always(plainTariff()), { energy, changes: { meters } });
};

const shown = (bill: Bill) => {
  const { readings: { rows: [row] }, working, lines } = onPaper(bill);
  return {
    reading: [row.previous, row.current, row.quality].join(" | "),
    quantity: lines.rows[0]?.quantity,
    said: working.sentences.filter((said) => /≈|without readings/.test(said)),
  };
};

const TO = JULY.from + 20 * DAY;
const MISSING = { start: TO, end: JULY.to, milliwattHours: 0, quality: "missing" as const };
const UNTIL_THE_20TH = [...evenly(JULY.from, TO, 100 * KWH), MISSING];
const READ = { previous: register(JULY.from, 0), current: register(TO, 100) };

Deno.test("days without readings are said, and that nothing is billed for them", () => {
  assertEquals(shown(billWith({ ...READ, milliwattHours: 100 * KWH }, UNTIL_THE_20TH)), {
    reading: "30 Jun 2026 · 0 | 20 Jul 2026 · 100 | Measured",
    quantity: "100 kWh",
    said: [
      "11 of 31 days without readings, in whole or in part: what is missing is not on this bill.",
    ],
  });
});

Deno.test("what the mean of earlier bills fills up is said, on its line and beside its meter", () => {
  const past = [{ month: "2026-06", days: 30, milliwattHours: 120 * KWH, estimated: false }];
  const energy = withoutMissingEdges(UNTIL_THE_20TH, JULY, past);
  assertEquals(shown(billWith({ ...READ, milliwattHours: 100 * KWH }, energy)), {
    reading: "30 Jun 2026 · 0 | 20 Jul 2026 · 100 | Estimated in part",
    quantity: "≈ 144 kWh",
    said: [
      "44 kWh are estimated (≈): without a reading, the daily mean of earlier bills counts.",
    ],
  });
});

Deno.test("energy between readings far apart is measured, and said to be spread", () => {
  const energy = evenly(JULY.from, JULY.to, 155 * KWH).map((slice, i) =>
    i < 96 ? { ...slice, quality: "estimated" as const } : slice
  );
  const { said, reading } = shown(billWith({ ...READ, milliwattHours: 155 * KWH }, energy));
  assertEquals(said, [
    "5 kWh (≈) lie between readings far apart and are spread evenly over that time.",
  ]);
  assertEquals(reading.split(" | ")[2], "Measured");
});

Deno.test("a meter says which of its registers were read, and the day before the first one", () => {
  const all = evenly(JULY.from, JULY.to, 100 * KWH);
  const readingOf = (meter: Partial<MeterShown>) =>
    shown(billWith({ milliwattHours: 100 * KWH, ...meter }, all)).reading;
  const estimated = [register(JULY.from, 0, "estimated"), register(JULY.to, 100, "estimated")];
  assertEquals([
    readingOf({}),
    readingOf({ current: READ.current }),
    readingOf({ ...READ, previous: estimated[0] }),
    readingOf({ previous: estimated[0], current: estimated[1] }),
  ], [
    "30 Jun 2026 · – | 31 Jul 2026 · – | No reading",
    "30 Jun 2026 · – | 20 Jul 2026 · 100 | Measured in part",
    "30 Jun 2026 · 0 | 20 Jul 2026 · 100 | Estimated in part",
    "30 Jun 2026 · 0 | 31 Jul 2026 · 100 | Estimated",
  ]);
});
