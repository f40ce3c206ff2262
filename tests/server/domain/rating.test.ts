/** What each rule of a tariff makes of a month's energy, by numbers that are worked out by hand. */
import { assertEquals, assertThrows } from "@std/assert";
import { cutPeriod, periodOf } from "../../../server/domain/billing-period.ts";
import type { EnergyLine } from "../../../server/domain/lines.ts";
import { rate, ratingFault } from "../../../server/domain/rating.ts";
import { BRAZILIAN_FLAGS, PRESETS } from "../../../server/domain/tariff-presets.ts";
import { always, type Tariff, type Taxes } from "../../../server/domain/tariff.ts";
import {
  billFor,
  brief,
  evenly,
  flatAt,
  instant,
  JULY,
  KWH,
  plainTariff,
  scaled,
  toRate,
} from "./bills.ts";

const RIO = "America/Sao_Paulo";

const VAT: Taxes = {
  kind: "onTop",
  stages: [[{ name: "VAT", bands: [{ rate: scaled("0.2") }] }]],
};

Deno.test("a real bill of Rio, line by line: 304 kWh, read on 3 July and 5 August", () => {
  const period = periodOf("2026-08", { day: 5, moved: { "2026-07": 3 } }, RIO);
  const { lines, total, averagePrice, surcharges } = rate({
    period,
    timeZone: RIO,
    tariffs: always(PRESETS.brazilConventional),
    supply: "twoPhase",
    energy: evenly(period.from, period.to, 304 * KWH),
  });
  const amountOf = (label: string) => lines.find((line) => line.label === label)?.amount ?? NaN;
  // The bill shows energy and flag in one: 304 × (0.94793 + 0.01885) ÷ (0.76 × 0.931) = 415.37.
  assertEquals(Math.round(averagePrice! / 1_000), 136_636);
  assertEquals(amountOf("Energia"), 407_27);
  assertEquals(amountOf("Bandeira amarela"), 8_10);
  assertEquals(amountOf("Energia") + amountOf("Bandeira amarela"), 415_37);
  assertEquals(amountOf("ICMS"), 99_69);
  assertEquals(amountOf("PIS"), 3_88);
  assertEquals(amountOf("COFINS"), 17_90);
  assertEquals(amountOf("Iluminação pública (COSIP)"), 64_60);
  assertEquals(total + 2_08 - 10_13, 471_92);
  assertEquals(surcharges.map(({ month, colour, days }) => [month, colour, days]), [
    ["2026-07", "yellow", 28],
    ["2026-08", "yellow", 5],
  ]);
});

for (
  const [kwh, price] of [[50, "1.00833"], [51, "1.22967"], [300, "1.22967"], [
    301,
    "1.32675",
  ]] as const
) {
  Deno.test(`a kWh costs ${price} with the taxes of ${kwh} kWh`, () => {
    const tax = (text: string) => [{ rate: scaled(text) }];
    const { taxes } = PRESETS.brazilConventional;
    const federal = [{ name: "PIS", bands: tax("0.0108") }, {
      name: "COFINS",
      bands: tax("0.0491"),
    }];
    const tariff = flatAt("0.94793", { taxes: { ...taxes, stages: [taxes.stages[0], federal] } });
    const { averagePrice } = billFor(kwh, tariff);
    assertEquals(Math.round(averagePrice! / 1_000), scaled(price) / 1_000);
  });
}

Deno.test("taxes of one stage are inside together: 1 ÷ (1 − ICMS − PIS)", () => {
  // 100 kWh × 0.6 ÷ (1 − 0.18 − 0.02) = 75.00; of that 13.50 and 1.50.
  const stage = [
    { name: "ICMS", bands: [{ rate: scaled("0.18") }] },
    { name: "PIS", bands: [{ rate: scaled("0.02") }] },
  ];
  const bill = billFor(100, flatAt("0.6", { taxes: { kind: "inside", stages: [stage] } }));
  assertEquals(brief(bill.lines), [["Energy", 100, 75_00], ["ICMS", 13_50], ["PIS", 1_50]]);
  assertEquals(bill.total, 75_00);
});

Deno.test("tax on top is added once to the sum, and a second one to that", () => {
  // 100 × 0.5 + 31 × 0.1 = 53.10; 5 % of it 2.655 → 2.66; 10 % of 55.76 = 5.576 → 5.58.
  const stages = [
    [{ name: "GST", bands: [{ rate: scaled("0.05") }] }],
    [{ name: "QST", bands: [{ rate: scaled("0.1") }] }],
  ];
  const bill = billFor(
    100,
    plainTariff({
      fixed: { name: "Standing", price: scaled("0.1"), per: "day" },
      taxes: { kind: "onTop", stages },
    }),
  );
  assertEquals(brief(bill.lines), [
    ["Energy", 100, 50_00],
    ["Standing", 3_10],
    ["GST", 2_66],
    ["QST", 5_58],
  ]);
  assertEquals(bill.total, 61_34);
});

Deno.test("halves go to the even cent where the tariff says so, and the line tells", () => {
  // 1 kWh × 0.125 = 12.5 cents.
  for (const [rounding, amount] of [["halfUp", 13], ["halfEven", 12]] as const) {
    const [line] = billFor(1, flatAt("0.125", { rounding })).lines;
    assertEquals([line.amount, line.rounding], [amount, rounding]);
  }
  // 100.47 cents are 100, though 100.5 would be 101.
  assertEquals(billFor(1, flatAt("1.0047")).total, 100);
});

const TIERED: Tariff = plainTariff({
  energy: {
    kind: "tiers",
    tiers: [
      { name: "to 80", upToKwh: 80, price: 0 },
      { name: "to 200", upToKwh: 200, price: scaled("0.4") },
      { name: "beyond", price: scaled("0.7") },
    ],
  },
});

Deno.test("tiers fill up one after another", () => {
  // 80 free, 120 × 0.4 = 48.00, 50 × 0.7 = 35.00.
  assertEquals(brief(billFor(250, TIERED).lines), [
    ["to 80", 80, 0],
    ["to 200", 120, 48_00],
    ["beyond", 50, 35_00],
  ]);
  assertEquals(billFor(80, TIERED).total, 0);
});

Deno.test("in a shorter first period limits, fixed charge, minimum and municipal charge are pro rata", () => {
  // 15 of 30 days: limits at 40 and 100 kWh, half of 6.00, half of 4.00; 50 kWh: 40 free, 10 × 0.4.
  const june = periodOf("2026-06", { day: 31 }, "UTC");
  const period = { ...june, from: instant("2026-06-16T00:00:00Z"), days: 15 };
  const tariff: Tariff = {
    ...TIERED,
    fixed: { name: "Fixed", price: scaled("6"), per: "period" },
    municipal: { name: "City", bands: [{ fixed: scaled("4") }] },
  };
  const energy = evenly(period.from, period.to, 50 * KWH);
  assertEquals(brief(rate(toRate(tariff, { period, energy })).lines), [
    ["to 80", 40, 0],
    ["to 200", 10, 4_00],
    ["Fixed", 3_00],
    ["City", 2_00],
  ]);
});

Deno.test("less than the minimum is billed as the minimum, flag included", () => {
  // 20 of 30 kWh: 20 × 0.5 + 10 × 0.5 + 30 × 0.02 = 15.60.
  const tariff = plainTariff({
    minimum: { name: "Minimum", kwh: { singlePhase: 30, twoPhase: 50, threePhase: 100 } },
    surcharge: {
      daysFrom: "dayAfterReading",
      months: { "2026-07": { name: "Flag", price: scaled("0.02") } },
    },
  });
  assertEquals(brief(billFor(20, tariff).lines), [
    ["Energy", 20, 10_00],
    ["Minimum", 10, 5_00],
    ["Flag", 30, 60],
  ]);
  assertEquals(billFor(20, tariff, { supply: "threePhase" }).billedMilliwattHours, 100 * KWH);
  assertEquals(billFor(0, tariff).total, 15_60);
  assertEquals(brief(billFor(31, tariff).lines)[0], ["Energy", 31, 15_50]);
});

const FLAGGED: Tariff = flatAt("0.5", {
  surcharge: {
    daysFrom: "dayAfterReading",
    months: {
      "2026-07": { name: "Yellow", price: scaled("0.02") },
      "2026-08": { name: "Red", price: scaled("0.05") },
    },
  },
});

Deno.test("a flag counts for the days of its month, whenever the energy was used", () => {
  // 4 July to 5 August: 28 days of July and 5 of August, of 330 kWh all used on the first day.
  const period = periodOf("2026-08", { day: 5, moved: { "2026-07": 3 } }, "UTC");
  const energy = evenly(period.from, period.from + 86_400, 330 * KWH);
  const flags = (daysFrom: "readingDay" | "dayAfterReading") => {
    const surcharge = { ...FLAGGED.surcharge!, daysFrom };
    return brief(rate(toRate({ ...FLAGGED, surcharge }, { period, energy })).lines).slice(1);
  };
  // 280 × 0.02 = 5.60; 50 × 0.05 = 2.50.
  assertEquals(flags("dayAfterReading"), [["Yellow", 280, 5_60], ["Red", 50, 2_50]]);
  // 3 July to 4 August: 29 and 4 days; 290 × 0.02 = 5.80; 40 × 0.05 = 2.00.
  assertEquals(flags("readingDay"), [["Yellow", 290, 5_80], ["Red", 40, 2_00]]);
});

Deno.test("a month that has no flag yet has the last one, and says so", () => {
  const period = periodOf("2026-09", { day: 30 }, "UTC");
  const energy = evenly(period.from, period.to, 100 * KWH);
  const { surcharges } = rate(toRate(FLAGGED, { period, energy }));
  assertEquals(surcharges.map(({ month, name, days, assumed }) => [month, name, days, assumed]), [
    ["2026-08", "Red", 1, false],
    ["2026-09", "Red", 30, true],
  ]);
});

Deno.test("days whose month has no flag yet are not charged with that of the next", () => {
  // 6 June to 5 July: 25 days without, 5 of 30 with a flag: 5/30 of 300 kWh are 50; 50 × 0.05.
  const period = periodOf("2026-07", { day: 5 }, "UTC");
  const energy = evenly(period.from, period.to, 300 * KWH);
  const months = { "2026-07": { name: "Red", price: scaled("0.05") } };
  const tariff = flatAt("0.5", { surcharge: { daysFrom: "dayAfterReading", months } });
  const { lines, surcharges } = rate(toRate(tariff, { period, energy }));
  assertEquals(brief(lines), [["Energy", 300, 150_00], ["Red", 50, 2_50]]);
  assertEquals(surcharges.map(({ month, days }) => [month, days]), [["2026-07", 5]]);
});

Deno.test("days of a version without surcharge are not charged with that of the next", () => {
  // From 22 July on 10 of 31 days: 100 of 310 kWh × 0.05.
  const months = { "2026-07": { name: "Red", price: scaled("0.05") } };
  const tariffs = [...always(flatAt("0.5")), {
    version: 2,
    effectiveFrom: instant("2026-07-22T00:00:00Z"),
    tariff: flatAt("0.5", { surcharge: { daysFrom: "dayAfterReading", months } }),
  }];
  const { lines } = billFor(310, plainTariff(), { tariffs });
  assertEquals(brief(lines), [["Energy", 310, 155_00], ["Red", 100, 5_00]]);
});

/** All that goes by days. */
const DAILY: Tariff = {
  ...FLAGGED,
  energy: {
    kind: "tiers",
    tiers: [
      { name: "to 62", upToKwh: 62, price: scaled("0.5") },
      { name: "beyond", price: scaled("0.9") },
    ],
  },
  fixed: { name: "Fixed", price: scaled("31"), per: "period" },
  municipal: { name: "City", bands: [{ fixed: scaled("62") }] },
  minimum: { name: "Minimum", kwh: { singlePhase: 31, twoPhase: 50, threePhase: 100 } },
};

Deno.test("a hand-over in the middle of a day charges what goes by days once", () => {
  // Ten of 31 days and 21: of 31 kWh, 31.00 and 62.00.
  const at = instant("2026-07-10T14:37:00Z");
  const bills = [{ from: 0, to: at }, { from: at }].map((part) =>
    rate(toRate(DAILY, { period: cutPeriod(JULY, part, "UTC"), energy: [] })).lines
  );
  assertEquals(bills.map((lines) => brief(lines)), [
    [["Minimum", 10, 5_00], ["Yellow", 10, 20], ["Fixed", 10_00], ["City", 20_00]],
    [["Minimum", 21, 10_50], ["Yellow", 21, 42], ["Fixed", 21_00], ["City", 42_00]],
  ]);
});

Deno.test("a part of one day is charged for its energy, by the limits of a day, and no day", () => {
  // 3 kWh: 2 within the day's part of 62 in 31 days, 1 beyond; the flag on all three, 0.06.
  const within = { from: instant("2026-07-10T14:37:00Z"), to: instant("2026-07-10T18:00:00Z") };
  const period = cutPeriod(JULY, within, "UTC");
  const energy = [{
    start: within.from,
    end: within.to,
    milliwattHours: 3 * KWH,
    quality: "measured" as const,
  }];
  const { lines, surcharges } = rate(toRate(DAILY, { period, energy }));
  assertEquals(brief(lines), [["to 62", 2, 1_00], ["beyond", 1, 90], ["Yellow", 3, 6]]);
  assertEquals(surcharges.map(({ month }) => month), ["2026-07"]);
});

Deno.test("a flag that costs nothing has no line but is told", () => {
  const months = { "2026-07": BRAZILIAN_FLAGS.GREEN };
  const bill = billFor(100, plainTariff({ surcharge: { daysFrom: "dayAfterReading", months } }));
  assertEquals(brief(bill.lines), [["Energy", 100, 50_00]]);
  assertEquals(bill.surcharges, [
    { ...BRAZILIAN_FLAGS.GREEN, month: "2026-07", days: 31, assumed: false },
  ]);
});

Deno.test("the municipal charge is part of a base, or so much and per kWh up to a cap, untaxed", () => {
  const municipal = {
    name: "City",
    base: scaled("400"),
    bands: [
      { upToKwh: 100, rate: scaled("0.015") },
      { fixed: scaled("3"), perKwh: scaled("0.1"), cap: scaled("40") },
    ],
  };
  const cityLine = (kwh: number) =>
    billFor(kwh, plainTariff({ municipal, taxes: VAT })).lines
      .find((line) => line.kind === "municipal");
  const cityAt = (kwh: number) => cityLine(kwh)?.amount;
  assertEquals([cityAt(100), cityAt(101), cityAt(370), cityAt(371)], [6_00, 13_10, 40_00, 40_00]);
  const month = { days: 31, perDays: 31 };
  const [low, high] = municipal.bands;
  assertEquals([100, 101].map((kwh) => cityLine(kwh)?.terms), [
    { ...low, base: municipal.base, milliwattHours: 100 * KWH, ...month },
    { ...high, aboveKwh: 100, milliwattHours: 101 * KWH, ...month },
  ]);
});

Deno.test("energy fed in is paid for, untaxed", () => {
  // 100 × 0.5 = 50.00, 20 % of it 10.00, less 40 × 0.06 = 2.40.
  const bill = billFor(
    100,
    plainTariff({
      taxes: VAT,
      fedIn: { kind: "price", name: "Fed in", price: scaled("0.06") },
    }),
    { fedIn: evenly(JULY.from, JULY.to, 40 * KWH) },
  );
  assertEquals(brief(bill.lines), [["Energy", 100, 50_00], ["VAT", 10_00], ["Fed in", -40, -2_40]]);
  assertEquals(bill.total, 57_60);
});

Deno.test("energy fed in makes up for energy drawn down to the minimum, and the rest is kept", () => {
  // 100 drawn, 30 at least: 70 of 60 + 25 are taken back, 15 are kept.
  const tariff = plainTariff({
    minimum: { name: "Minimum", kwh: { singlePhase: 30, twoPhase: 50, threePhase: 100 } },
    fedIn: { kind: "credit", name: "Made up" },
  });
  const fedIn = evenly(JULY.from, JULY.to, 60 * KWH);
  const bill = billFor(100, tariff, { fedIn, creditBefore: 25 * KWH });
  assertEquals(brief(bill.lines), [["Energy", 100, 50_00], ["Made up", -70, -35_00]]);
  assertEquals([bill.total, bill.creditLeft], [15_00, 15 * KWH]);
});

Deno.test("a version that changes nothing of the price leaves one line", () => {
  const middle = instant("2026-07-15T00:00:00Z");
  const tariffs = [...always(plainTariff()), {
    version: 2,
    effectiveFrom: middle,
    tariff: plainTariff(),
  }];
  assertEquals(brief(billFor(100, plainTariff(), { tariffs }).lines), [["Energy", 100, 50_00]]);
});

Deno.test("a fixed charge by the day has the price that counted when the day began", () => {
  // From 11 July 14:37 on 0.20: eleven days at 0.10, twenty at 0.20.
  const fixed = (price: string) => ({
    name: "Standing",
    price: scaled(price),
    per: "day" as const,
  });
  const tariffs = [
    ...always(flatAt("0", { fixed: fixed("0.1") })),
    {
      version: 2,
      effectiveFrom: instant("2026-07-11T14:37:00Z"),
      tariff: flatAt("0", { fixed: fixed("0.2") }),
    },
  ];
  const lines = billFor(100, plainTariff(), { tariffs }).lines.filter(({ kind }) =>
    kind === "fixed"
  );
  assertEquals(brief(lines), [["Standing", 1_10], ["Standing", 4_00]]);
});

Deno.test("weekends and holidays have no peak: Tarifa Branca in the week of 7 September", () => {
  // 1 kWh an hour from Friday 4 to Tuesday 8 September 2026; Monday is a holiday. On the two
  // workdays 3 h peak and 2 h beside it each; 5 × 24 − 10 = 110 h off the peak.
  const from = instant("2026-09-04T00:00:00-03:00");
  const energy = evenly(from, from + 5 * 86_400, 120 * KWH);
  const period = periodOf("2026-09", { day: 30 }, RIO);
  const { lines } = rate(toRate(PRESETS.brazilWhite, { period, timeZone: RIO, energy }));
  const energies = lines.filter((line): line is EnergyLine => line.kind === "energy");
  assertEquals(energies.map(({ label, milliwattHours }) => [label, milliwattHours / KWH]), [
    ["Energia, fora de ponta", 110],
    ["Energia, intermediário", 4],
    ["Energia, ponta", 6],
  ]);
});

Deno.test("estimated energy is marked on its line", () => {
  const energy = evenly(JULY.from, JULY.to, 100 * KWH);
  const half = JULY.from + (JULY.to - JULY.from) / 2;
  const guessed = energy.map((slice) =>
    slice.start >= half ? { ...slice, quality: "estimated" as const } : slice
  );
  const months = { "2026-07": BRAZILIAN_FLAGS.YELLOW };
  const tariff = plainTariff({ surcharge: { daysFrom: "dayAfterReading", months } });
  const { lines, estimatedMilliwattHours } = rate(toRate(tariff, { energy: guessed }));
  assertEquals(
    lines.map((line) => [line.label, (line as EnergyLine).estimatedMilliwattHours]),
    [["Energy", 50 * KWH], ["Bandeira amarela", 50 * KWH]],
  );
  assertEquals(estimatedMilliwattHours, 50 * KWH);
});

Deno.test("a period that begins before any tariff, or changes its currency, is not rated", () => {
  const late = [{ version: 1, effectiveFrom: JULY.from + 1, tariff: plainTariff() }];
  assertEquals(
    ratingFault({ period: JULY, tariffs: late }),
    "no tariff is in force when the period begins",
  );
  const changing = [...always(plainTariff()), {
    ...late[0],
    tariff: plainTariff({ currency: "BRL" }),
  }];
  assertEquals(
    ratingFault({ period: JULY, tariffs: changing }),
    "the currency changes within the period",
  );
  assertThrows(() => rate(toRate(plainTariff(), { tariffs: late })), RangeError);
});

Deno.test("a rating tells which limit picked the rate, and what it would be below", () => {
  const { taxes: [{ kind, stages: [[icms], federal] }] } = billFor(304, PRESETS.brazilConventional);
  assertEquals(kind, "inside");
  assertEquals(icms, {
    name: "ICMS",
    rate: scaled("0.24"),
    aboveKwh: 300,
    rateBelow: scaled("0.18"),
  });
  assertEquals(federal, [
    { name: "PIS", rate: scaled("0.0123") },
    { name: "COFINS", rate: scaled("0.0567") },
  ]);
});
