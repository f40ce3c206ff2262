/** Bills over what time and registers do to them; the numbers are worked out by hand. */
import { assertEquals } from "@std/assert";
import { edgesOf } from "../../../server/domain/calendar.ts";
import { type BillingPeriod, periodOf } from "../../../server/domain/billing-period.ts";
import { type Amendments, lineOf } from "../../../server/domain/corrections.ts";
import { addTo, emptyTotal, profile, type Value, valuesOf } from "../../../server/domain/energy.ts";
import { withoutMissingEdges } from "../../../server/domain/estimate.ts";
import { chargedBy, correctionLines } from "../../../server/domain/made-up.ts";
import { rate } from "../../../server/domain/rating.ts";
import { always, versionsOver } from "../../../server/domain/tariff.ts";
import type { Reading } from "../../../server/domain/reading.ts";
import {
  brief,
  dayAndNight,
  flatAt,
  instant,
  JULY,
  KWH,
  plainTariff,
  scaled,
  toRate,
} from "./bills.ts";

/** One kWh every hour, by quarters. */
function anHourly({ from, to }: { from: number; to: number }): Value[] {
  const slices: Value[] = [];
  for (let start = from; start < to; start += 900) {
    slices.push({ start, end: start + 900, milliwattHours: 250_000, quality: "measured" });
  }
  return slices;
}

const CLOCKS: { zone: string; month: string; night: number; day: number; because: string }[] = [
  // 31 days: 310 h of night less the hour from 01:00 to 02:00 on the 29th; 434 h of day.
  { zone: "Europe/Lisbon", month: "2026-03", night: 309, day: 434, because: "an hour is skipped" },
  // 31 days: 310 h of night and the hour from 01:00 to 02:00 on the 25th a second time.
  { zone: "Europe/Lisbon", month: "2026-10", night: 311, day: 434, because: "an hour comes twice" },
  // 30 days: 300 h of night and the hour from 23:00 to 24:00 on the 4th a second time.
  {
    zone: "America/Santiago",
    month: "2026-04",
    night: 301,
    day: 420,
    because: "23:00 comes twice",
  },
  // 30 days: 300 h of night less the hour from 00:00 to 01:00 on the 6th.
  {
    zone: "America/Santiago",
    month: "2026-09",
    night: 299,
    day: 420,
    because: "there is no midnight",
  },
];

for (const { zone, month, night, day, because } of CLOCKS) {
  Deno.test(`hours in ${zone} are those on the wall in ${month}, when ${because}`, () => {
    const period = periodOf(month, { day: 31 }, zone);
    const input = toRate(dayAndNight(), { period, timeZone: zone, energy: anHourly(period) });
    // 0.10 a kWh at night, 0.20 by day.
    assertEquals(brief(rate(input).lines), [
      ["Night", night, night * 10],
      ["Day", day, day * 20],
    ]);
  });
}

for (const date of ["2026-03-29", "2026-10-25"]) {
  Deno.test(`night begins at 22:00 in Lisbon on ${date}, too, when the clock is changed`, () => {
    // 1 kWh until then and 2 kWh behind.
    const at = Temporal.ZonedDateTime.from(`${date}T22:00[Europe/Lisbon]`).epochMilliseconds / 1000;
    const energy = [at - 900, at].map((start, i): Value => ({
      start,
      end: start + 900,
      milliwattHours: (i + 1) * KWH,
      quality: "measured",
    }));
    const period = periodOf(date.slice(0, 7), { day: 31 }, "Europe/Lisbon");
    const input = toRate(dayAndNight(), { period, timeZone: "Europe/Lisbon", energy });
    assertEquals(brief(rate(input).lines), [["Night", 2, 20], ["Day", 1, 20]]);
  });
}

Deno.test("a leap day is a day more to pay for", () => {
  // February at 0.10 a day and 24 kWh at 0.50 a day: 2.80 + 336.00, and 2.90 + 348.00.
  const tariff = plainTariff({ fixed: { name: "Standing", price: scaled("0.1"), per: "day" } });
  const totalOf = (month: string) => {
    const period = periodOf(month, { day: 31 }, "UTC");
    return rate(toRate(tariff, { period, energy: anHourly(period) })).total;
  };
  assertEquals([totalOf("2026-02"), totalOf("2028-02")], [338_80, 350_90]);
});

Deno.test("a tariff that changes at 14:37 in mid-period prices what was used before and after", () => {
  const change = instant("2026-07-15T14:37:00Z");
  const tariffs = [
    { version: 2, effectiveFrom: change, tariff: flatAt("0.6") },
    ...always(flatAt("0.5")),
  ];
  // 3.6 kW, a Wh a second. Before: 14 days, 14 h and 37 min are 1,262,220 s, so 1,262.22 kWh at
  // 0.50: 631.11. After: 2,678,400 − 1,262,220 = 1,416,180 s at 0.60: 849.708, rounded 849.71.
  const even = anHourly(JULY).map((slice) => ({ ...slice, milliwattHours: 900_000 }));
  assertEquals(brief(rate(toRate(plainTariff(), { tariffs, energy: even })).lines), [
    ["Energy", 1262.22, 631_11],
    ["Energy", 1416.18, 849_71],
  ]);
  // Where the quarter was read at 14:37, it is not spread: 700 Wh before, 200 Wh after.
  const quarter = instant("2026-07-15T14:30:00Z");
  const read = even.flatMap((slice): Value[] =>
    slice.start !== quarter ? [slice] : [
      { ...slice, end: change, milliwattHours: 700_000 },
      { ...slice, start: change, milliwattHours: 200_000 },
    ]
  );
  // 280 Wh more before: 1,262.50 kWh at 0.50 are 631.25; 1,415.90 at 0.60 are 849.54.
  assertEquals(brief(rate(toRate(plainTariff(), { tariffs, energy: read })).lines), [
    ["Energy", 1262.5, 631_25],
    ["Energy", 1415.9, 849_54],
  ]);
});

Deno.test("tiers go on over a change of the tariff", () => {
  // 1 kWh an hour, limit 300 kWh; the change after 240 h: 240 × 0.1, then 60 × 0.2, 444 × 0.4.
  const tiers = (low: string, high: string) =>
    plainTariff({
      energy: {
        kind: "tiers",
        tiers: [
          { name: "low", upToKwh: 300, price: scaled(low) },
          { name: "high", price: scaled(high) },
        ],
      },
    });
  const tariffs = [
    ...always(tiers("0.1", "0.3")),
    { version: 2, effectiveFrom: instant("2026-07-11T00:00:00Z"), tariff: tiers("0.2", "0.4") },
  ];
  assertEquals(brief(rate(toRate(plainTariff(), { tariffs, energy: anHourly(JULY) })).lines), [
    ["low", 240, 24_00],
    ["low", 60, 12_00],
    ["high", 444, 177_60],
  ]);
});

/** Registers in kWh by time, as a meter would send them. */
const readings = (...registers: [time: string, kwh: number][]): Reading[] =>
  registers.map(([time, kwh], i) => ({
    n: i + 1,
    time: instant(`2026-${time}:00Z`),
    milliwattHours: kwh * KWH,
    quality: 0,
    skew: 0,
  }));

interface Series {
  readings: Reading[];
  amendments?: Partial<Amendments>;
  /** When it counts at the point. */
  from?: number;
  to?: number;
}

/** The energy of a period, as it comes from the registers. */
function energyOver({ from, to }: BillingPeriod, ...series: Series[]): Value[] {
  const total = emptyTotal(edgesOf(from, to, "15m", "UTC"));
  for (const { readings, amendments, from: since = from, to: until = to } of series) {
    const inner = total.edges.filter((edge) => edge > since && edge < until);
    const line = lineOf(readings, { corrections: [], ...amendments }).readings;
    addTo(total, profile(line, [since, ...inner, until], 900));
  }
  return valuesOf(total);
}

const billOver = (period: BillingPeriod, ...series: Series[]) =>
  rate(toRate(plainTariff(), { period, energy: energyOver(period, ...series) }));

Deno.test("a meter exchange bills what both meters counted", () => {
  // The old one from 1,400 to 1,500 kWh, the new one from 5 to 60: 155 kWh at 0.50 are 77.50.
  const exchanged = instant("2026-07-20T09:12:00Z");
  const { milliwattHours, total, missingSeconds } = billOver(
    JULY,
    {
      readings: readings(["07-01T00:00", 1400], ["07-20T09:00", 1499]),
      amendments: { final: { time: exchanged, milliwattHours: 1500 * KWH } },
      to: exchanged,
    },
    {
      readings: readings(["07-20T09:30", 6], ["08-01T00:00", 60]),
      amendments: { start: { time: exchanged, milliwattHours: 5 * KWH } },
      from: exchanged,
    },
  );
  assertEquals([milliwattHours, total, missingSeconds], [155 * KWH, 77_50, 0]);
});

Deno.test("a register that began anew bills what it counted before and after", () => {
  // 900 to 980 kWh, then from 0 to 40: 120 kWh at 0.50 are 60.00.
  const fallen = readings(["07-01T00:00", 900], ["07-18T00:00", 980], ["07-18T00:15", 0], [
    "08-01T00:00",
    40,
  ]);
  const corrections = [{ afterN: 2, byN: 3, resolution: { kind: "reset" as const } }];
  const { milliwattHours, total } = billOver(JULY, {
    readings: fallen,
    amendments: { corrections },
  });
  assertEquals([milliwattHours, total], [120 * KWH, 60_00]);
});

Deno.test("a gap over the edge is shared by the two bills, which mark their parts of it", () => {
  // 100 kWh by 30 July 00:00, nothing until 3 August 00:00 with 148: 12 kWh a day, so 24 kWh of
  // July and 24 of August are estimated; then 52 measured.
  const series = {
    readings: readings(["07-01T00:00", 0], ["07-30T00:00", 100], ["08-03T00:00", 148], [
      "09-01T00:00",
      200,
    ]),
  };
  const august = periodOf("2026-08", { day: 31 }, "UTC");
  const [first, second] = [billOver(JULY, series), billOver(august, series)];
  assertEquals([first.milliwattHours, first.total], [124 * KWH, 62_00]);
  assertEquals([second.milliwattHours, second.total], [76 * KWH, 38_00]);
  assertEquals(first.milliwattHours + second.milliwattHours, 200 * KWH);
});

Deno.test("what is missing at the end is estimated, and put right on the next bill by a late batch", () => {
  const tariffs = [
    ...always(flatAt("0.5")),
    { version: 2, effectiveFrom: instant("2026-08-01T00:00:00Z"), tariff: flatAt("0.9") },
  ];
  const past = [
    { month: "2026-05", days: 31, milliwattHours: 124 * KWH, estimated: false },
    { month: "2026-06", days: 30, milliwattHours: 120 * KWH, estimated: false },
  ];
  const known = energyOver(JULY, { readings: readings(["07-01T00:00", 0], ["07-20T23:59", 60]) });
  const filled = withoutMissingEdges(known, JULY, past);
  const issued = rate(toRate(plainTariff(), { tariffs, energy: filled }));
  // 244 kWh in 61 days are 4 a day; eleven days are missing: 60 + 44 = 104 kWh at 0.50, 52.00.
  assertEquals([issued.milliwattHours, issued.total], [104 * KWH, 52_00]);
  assertEquals(issued.missingSeconds, 0);
  // The batch brings 89 kWh by 1 August: 15 less, at the price of July: −7.50.
  const late = energyOver(JULY, {
    readings: readings(["07-01T00:00", 0], ["07-20T23:59", 60], ["08-01T00:00", 89]),
  });
  const now = rate(toRate(plainTariff(), { tariffs, energy: late }));
  const [before, after] = [chargedBy(issued), chargedBy(now)];
  assertEquals(correctionLines("2026-07", after, before, "halfUp"), [
    {
      kind: "correction",
      label: "2026-07",
      month: "2026-07",
      milliwattHours: -15 * KWH,
      amount: -7_50,
      billed: { milliwattHours: 104 * KWH, amount: 52_00 },
      known: { milliwattHours: 89 * KWH, amount: 44_50 },
      rounding: "halfUp",
    },
  ]);
});

Deno.test("a point that changes to another tariff has that one's prices from then on", () => {
  // 240 h at 0.50 and 504 h at 0.30, whose first version counted long before; the next one of the
  // first tariff counts no more.
  const versions = versionsOver([
    { from: instant("2026-07-11T00:00:00Z"), versions: always(flatAt("0.3")) },
    {
      from: 0,
      versions: [
        ...always(flatAt("0.5")),
        { version: 2, effectiveFrom: instant("2026-07-20T00:00:00Z"), tariff: flatAt("9") },
      ],
    },
  ]);
  const input = toRate(plainTariff(), { tariffs: versions, energy: anHourly(JULY) });
  assertEquals(brief(rate(input).lines), [["Energy", 240, 120_00], ["Energy", 504, 151_20]]);
});

Deno.test("of two versions that count from one instant the later one has the word", () => {
  const tariffs = [
    { version: 2, effectiveFrom: 0, tariff: flatAt("0.3") },
    ...always(flatAt("0.5")),
  ];
  const input = toRate(plainTariff(), { tariffs, energy: anHourly(JULY) });
  assertEquals(brief(rate(input).lines), [["Energy", 744, 223_20]]);
});
