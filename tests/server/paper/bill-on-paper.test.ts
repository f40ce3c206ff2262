/** From a rated bill to its paper: what stands there can be checked by hand. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cutPeriod } from "../../../server/domain/billing-period.ts";
import { PRESETS } from "../../../server/domain/tariff-presets.ts";
import { always, type Tariff, type TariffVersion } from "../../../server/domain/tariff.ts";
import type { Paper } from "../../../server/paper/paper.ts";
import { instant, JULY, KWH, plainTariff, scaled } from "../domain/bills.ts";
import { july, onPaper } from "./july-bill.ts";

const SEED = 20260504;

const numberIn = (text: string): number => Number(text.replaceAll(",", "").replace("−", "-"));

/** Each amount is what stands beside it, multiplied, as far as that is shown; their sum is the total. */
function assertAddsUp({ lines: { rows, total } }: Paper): void {
  for (const { label, quantity, rate, price, amount } of rows) {
    if (rate === "") continue;
    const [, count, all = "1"] = quantity.match(/^([−\d.,]+)(?: of (\d+))? (?:kWh|days?)$/) ?? [];
    const [counted, each] = [numberIn(count) / Number(all), numberIn(price || rate)];
    const unseen = Math.abs(counted) * 0.000_005 + each * 0.000_5;
    const distance = Math.abs(counted * each - numberIn(amount));
    assert(distance <= 0.005 + unseen, `${label}: ${quantity} × ${price || rate} is not ${amount}`);
  }
  const sum = rows.reduce((sum, { amount }) => sum + Math.round(numberIn(amount) * 100), 0);
  assertEquals(sum, Math.round(numberIn(total.amount) * 100));
}

const FIXED = { name: "Subscription", price: scaled("13.09895"), per: "period" as const };
const TARIFFS: Tariff[] = Object.values<Tariff>(PRESETS)
  .flatMap((tariff) => [tariff, { ...tariff, fixed: FIXED }]);

Deno.test("on any bill, what stands on a line multiplies to its amount, and lines to the total", () => {
  const anyCut = fc.integer({ min: JULY.from + 1, max: JULY.to - 1 });
  fc.assert(
    fc.property(
      fc.constantFrom(...TARIFFS),
      fc.nat(900),
      anyCut,
      fc.boolean(),
      (tariff, kwh, at, isFirst) => {
        const period = cutPeriod(JULY, isFirst ? { from: 0, to: at } : { from: at }, "UTC");
        assertAddsUp(onPaper(july(always(tariff), { kwh, fedInKwh: 40, period })));
      },
    ),
    { seed: SEED, numRuns: 60 },
  );
});

const brief = ({ lines: { rows } }: Paper) =>
  rows.map(({ label, quantity, rate, price, amount }) =>
    [label, quantity, rate, price, amount].join(" | ")
  );

Deno.test("a price for the whole period says how many of its days are charged", () => {
  // 11 of 31 days of 13.10 are 4.648.
  const at = instant("2026-07-12T00:00:00Z");
  const tariff = plainTariff({ fixed: { ...FIXED, price: scaled("13.1") } });
  const period = cutPeriod(JULY, { from: 0, to: at }, "UTC");
  assertEquals(brief(onPaper(july(always(tariff), { kwh: 0, period }))), [
    "Subscription | 11 of 31 days | 13.10000 |  | 4.65",
  ]);
});

Deno.test("with taxes on top, no price is shown but the one that makes the amount", () => {
  const paper = onPaper(july(always(PRESETS.europeDayNight), { fedInKwh: 100 }));
  assertEquals(paper.lines.titles.price, undefined);
  // 310 kWh even over the day: 10 of 24 hours at night, 129.167 × 0.1124; 31 × 0.3142.
  assertEquals(brief(paper).slice(0, 3), [
    "Night | 129.167 kWh | 0.11240 |  | 14.52",
    "Day | 180.833 kWh | 0.19830 |  | 35.86",
    "Standing charge | 31 days | 0.31420 |  | 9.74",
  ]);
  assertEquals(paper.working.sentences.slice(1, 3), [
    "Amount = quantity × rate.",
    "Taxes are added afterwards.",
  ]);
});

/** ICMS 20 % instead of 24 % from a day on. */
const { taxes } = PRESETS.brazilConventional;
const OTHER_TAXES: Tariff = {
  ...PRESETS.brazilConventional,
  taxes: {
    ...taxes,
    stages: [[{ name: "ICMS", bands: [{ rate: scaled("0.2") }] }], taxes.stages[1]],
  },
};

const changing = (...tariffs: [from: string, tariff: Tariff][]): TariffVersion[] => [
  ...always(PRESETS.brazilConventional),
  ...tariffs.map(([from, tariff], i) => ({
    version: i + 2,
    effectiveFrom: instant(from),
    tariff,
  })),
];

Deno.test("taxes that change within the period are told apart by when they count", () => {
  const paper = onPaper(july(changing(["2026-07-11T14:37:00Z", OTHER_TAXES]), { kwh: 310 }));
  assertAddsUp(paper);
  assertEquals(paper.taxes?.rows.map(({ tax, rate }) => `${tax}: ${rate}`), [
    "ICMS (from 1 Jul): 24%",
    "PIS (from 1 Jul): 1.23%",
    "COFINS (from 1 Jul): 5.67%",
    "ICMS (from 11 Jul): 20%",
    "PIS (from 11 Jul): 1.23%",
    "COFINS (from 11 Jul): 5.67%",
  ]);
  assertEquals(brief(paper).map((line) => line.split(" | ")[0]).slice(0, 4), [
    "Energia (from 1 Jul)",
    "Energia (from 11 Jul)",
    "Flag, yellow (from 1 Jul)",
    "Flag, yellow (from 11 Jul)",
  ]);
  // 0.94793 ÷ (0.76 × 0.931) and ÷ (0.8 × 0.931).
  assertEquals(paper.working.sentences.slice(1, 5), [
    "Price = rate ÷ ((1 − ICMS) × (1 − PIS − COFINS)).",
    "Energia (from 1 Jul): 0.94793 ÷ (0.76 × 0.931) = 1.33972.",
    "Energia (from 11 Jul): 0.94793 ÷ (0.8 × 0.931) = 1.27273.",
    "ICMS (from 1 Jul) is 24% because consumption passed 300 kWh; up to there it is 18%.",
  ]);
});

Deno.test("taxes that come back say both days; those that never changed say none", () => {
  const back = changing(
    ["2026-07-05T00:00:00Z", { ...PRESETS.brazilConventional, minimum: undefined }],
    ["2026-07-11T00:00:00Z", OTHER_TAXES],
    ["2026-07-21T00:00:00Z", PRESETS.brazilConventional],
  );
  assertEquals(onPaper(july(back)).taxes?.rows[0].tax, "ICMS (from 1 Jul and 21 Jul)");
  const same = changing(["2026-07-11T00:00:00Z", {
    ...PRESETS.brazilConventional,
    energy: { kind: "flat", name: "Energia", price: scaled("1") },
  }]);
  assertEquals(onPaper(july(same)).taxes?.rows.map(({ tax }) => tax), ["ICMS", "PIS", "COFINS"]);
});

Deno.test("where taxes in the price are followed by taxes on top, each line has its own way", () => {
  const net: Tariff = { ...PRESETS.europeDayNight, currency: "BRL" };
  const paper = onPaper(july(changing(["2026-07-11T00:00:00Z", net])));
  assertAddsUp(paper);
  const prices = paper.lines.rows.map(({ label, price }) => [label.split(" (")[0], price !== ""]);
  assertEquals(prices.slice(0, 3), [["Energia", true], ["Night", false], ["Day", false]]);
  assertEquals(paper.taxes?.titles.tax, "Tax");
});

Deno.test("in a shorter period the limit that was passed is that of its days", () => {
  // 150 kWh in 15 of 31 days; 300 × 15 ÷ 31 = 145.161.
  const period = cutPeriod(JULY, { from: 0, to: instant("2026-07-16T00:00:00Z") }, "UTC");
  const { working } = onPaper(july(always(PRESETS.brazilConventional), { kwh: 320, period }));
  const said = working.sentences.find((sentence) => sentence.startsWith("ICMS"));
  assertEquals(
    said,
    "ICMS is 24% because consumption passed 145.161 kWh; up to there it is 18%.",
  );
});

Deno.test("a meter's two registers are told apart", () => {
  const meter = { meterId: "m1", label: "CL-1", milliwattHours: 0 };
  const meters = [0, 1].map((channel) => ({ ...meter, channel }));
  const { readings } = onPaper(july(always(plainTariff()), { changes: { meters } }));
  assertEquals(readings.rows.map(({ meter }) => meter), ["CL-1", "Fed in: CL-1"]);
});

Deno.test("what makes up for earlier invoices says for which", () => {
  const rounding = "halfUp" as const;
  const month = "2026-06";
  const milliwattHours = 100 * KWH;
  const use = { milliwattHours, amount: 50_00 };
  const [billed, known] = [{ milliwattHours: 0, amount: 0 }, use];
  const correction = { kind: "correction" as const, month, label: month, rounding, billed, known };
  const { lines, ...bill } = july(always(plainTariff()), {
    kwh: 0,
    changes: {
      others: [
        { kind: "lateFee", label: "Fee", invoice: "2026-000007", amount: 100, rounding },
        { kind: "interest", label: "Interest", invoice: "2026-000007", amount: 25, rounding },
        { kind: "other", label: "2026-000008", invoice: "2026-000008", amount: -500, rounding },
        { kind: "other", label: "2026-000009", invoice: "2026-000009", amount: 500, rounding },
      ],
    },
  });
  const paper = onPaper({
    ...bill,
    lines: [{ ...correction, ...use }, ...lines],
  });
  assertEquals(paper.lines.rows.map(({ label, amount }) => `${label}: ${amount}`), [
    "Correction of June 2026: 50.00",
    "Invoice 2026-000007: Fee: 1.00",
    "Invoice 2026-000007: Interest: 0.25",
    "Credit from invoice 2026-000008: −5.00",
    "Credit from invoice 2026-000009, taken back: 5.00",
  ]);
});

Deno.test("a flag that is assumed is marked, and said to be", () => {
  const months = {
    "2026-06": { name: "Yellow flag", price: scaled("0.02"), colour: "yellow" as const },
  };
  const tariff = plainTariff({ surcharge: { daysFrom: "dayAfterReading", months } });
  const { flag, notices } = onPaper(july(always(tariff)));
  assertEquals(flag?.title, "Flag: yellow in July (assumed).");
  const said = "Yellow flag: the price for July 2026 is not announced yet; " +
    "the last one that was counts.";
  assert(notices.includes(said), String(notices));
  const known = {
    ...tariff,
    surcharge: { ...tariff.surcharge!, months: { "2026-07": months["2026-06"] } },
  };
  assertEquals(onPaper(july(always(known))).flag?.title, "Flag: yellow in July.");
});
