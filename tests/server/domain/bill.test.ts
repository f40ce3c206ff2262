/** A bill is the same bytes whenever it is computed from its snapshot. */
import { assertEquals, assertThrows } from "@std/assert";
import { always } from "../../../server/domain/tariff.ts";
import { basisOf, type Bill, billOf, type Snapshot } from "../../../server/domain/bill.ts";
import { canonicalText } from "../../../server/domain/canonical.ts";
import { withoutMissingEdges } from "../../../server/domain/estimate.ts";
import { type BillingPeriod, periodOf } from "../../../server/domain/billing-period.ts";
import { PRESETS } from "../../../server/domain/tariff-presets.ts";
import type { Value } from "../../../server/domain/energy.ts";
import { evenly, JULY, KWH, plainTariff, toRate } from "./bills.ts";

const past = Array.from({ length: 14 }, (_, i) => ({
  month: `${2025 + Math.floor((i + 4) / 12)}-${`${(i + 4) % 12 + 1}`.padStart(2, "0")}`,
  days: 30,
  milliwattHours: (100 + i) * KWH,
  estimated: false,
}));

const snapshot = (changes: Partial<Snapshot> = {}): Snapshot => ({
  format: 1,
  number: 418_207,
  issuer: { id: "i", name: "Luz", taxId: "12.ABC.345/01DE-35" },
  customer: { id: "c", name: "Marina" },
  point: { id: "p", label: "Casa" },
  issuedOn: "2026-08-02",
  dueOn: "2026-08-20",
  basis: basisOf(toRate(plainTariff())),
  meters: [],
  past,
  corrections: [],
  others: [],
  ...changes,
});

Deno.test("a snapshot that was kept as text gives the same bill to the byte", () => {
  const kept = snapshot({ basis: basisOf(toRate(PRESETS.brazilWhite)) });
  const again: Snapshot = JSON.parse(canonicalText(kept));
  assertEquals(canonicalText(billOf(again)), canonicalText(billOf(kept)));
});

Deno.test("a month of quarters is kept in less than 30 KB", () => {
  const text = canonicalText(snapshot({ basis: basisOf(toRate(PRESETS.brazilWhite)) }));
  assertEquals(text.length < 30_000, true);
});

Deno.test("a bill shows thirteen months, its own at the end", () => {
  const { months } = billOf(snapshot());
  assertEquals(months.length, 13);
  assertEquals(months.at(-1), {
    month: "2026-07",
    days: 31,
    milliwattHours: 100 * KWH,
    estimated: false,
  });
  assertEquals(months.at(-2)?.month, "2026-06");
});

Deno.test("only versions that count in the period are kept", () => {
  const tariffs = [
    ...always(plainTariff()),
    { version: 2, effectiveFrom: JULY.to, tariff: plainTariff() },
    { version: 3, effectiveFrom: 1, tariff: plainTariff() },
  ];
  assertEquals(basisOf(toRate(plainTariff(), { tariffs })).tariffs.map(({ version }) => version), [
    3,
  ]);
});

Deno.test("corrections and other amounts are lines of the bill, and once put right all is settled", () => {
  // June was billed with 90 kWh for 45.00, and had 100: 5.00 more.
  const june = periodOf("2026-06", { day: 31 }, "UTC");
  const energy = evenly(june.from, june.to, 100 * KWH);
  const basis = basisOf(toRate(plainTariff(), { period: june, energy }));
  const charged = { amount: 45_00, milliwattHours: 90 * KWH, earned: 0, used: 0 };
  const others = [{ kind: "lateFee", label: "Late fee", amount: 90, rounding: "halfUp" }] as const;
  const { lines, total } = billOf(
    snapshot({ corrections: [{ charged, basis }], others: [...others] }),
  );
  assertEquals(lines.map(({ kind, amount }) => [kind, amount]), [
    ["energy", 50_00],
    ["correction", 5_00],
    ["lateFee", 90],
  ]);
  assertEquals(total, 55_90);
  const now = { ...charged, amount: 50_00, milliwattHours: 100 * KWH };
  assertEquals(billOf(snapshot({ corrections: [{ charged: now, basis }] })).lines.length, 1);
});

Deno.test("canonicalText() does not depend on the order of keys, and knows whole numbers only", () => {
  assertEquals(
    canonicalText({ b: [1, "ü", null], a: { d: true, c: undefined } }),
    '{"a":{"d":true},"b":[1,"ü",null]}',
  );
  assertEquals(canonicalText({ a: 1, b: 2 }), canonicalText({ b: 2, a: 1 }));
  for (const value of [0.5, NaN, Infinity, 1n, undefined, new Date(0), 2 ** 53]) {
    assertThrows(() => canonicalText({ value: [value] }), TypeError);
  }
});

Deno.test("what is missing between two readings is not made up, nor where no bill was before", () => {
  const [first, second, third] = [0, 10, 20].map((day) => JULY.from + day * 86_400);
  const missing = { start: second, end: third, milliwattHours: 0, quality: "missing" as const };
  const known = [...evenly(first, second, KWH), missing, ...evenly(third, JULY.to, KWH)];
  assertEquals(withoutMissingEdges(known, JULY, past), known);
  assertEquals(withoutMissingEdges([missing], JULY, []), [missing]);
});

Deno.test("a period without any reading is estimated whole, by the last twelve bills", () => {
  // Of fourteen bills of 30 days the last twelve have 102 to 113 kWh, 1,290 in 360 days: 31 days
  // are 111.083333 kWh.
  const [estimate, ...others] = withoutMissingEdges([], JULY, past);
  assertEquals(others, []);
  assertEquals(estimate, {
    start: JULY.from,
    end: JULY.to,
    milliwattHours: 111_083_333,
    quality: "estimated",
  });
});

Deno.test("a mean counts what was known of earlier bills, and no day without readings", () => {
  // 151 kWh in 20 known of 30 days, 7.55 a day: 31 days are 234.05 kWh.
  const june = { month: "2026-06", days: 30, milliwattHours: 151 * KWH, estimated: false };
  const known = [{ ...june, missingSeconds: 10 * 86_400 }];
  assertEquals(withoutMissingEdges([], JULY, known)[0].milliwattHours, 234_050_000);
  assertEquals(withoutMissingEdges([], JULY, [{ ...june, missingSeconds: 30 * 86_400 }]), []);
});

Deno.test("a bill keeps for how long nothing was known", () => {
  const energy = [...evenly(JULY.from, JULY.to - 86_400, 60 * KWH), {
    ...missingIn(JULY)[0],
    start: JULY.to - 86_400,
  }];
  const { months } = billOf(snapshot({ basis: basisOf(toRate(plainTariff(), { energy })) }));
  assertEquals(months.at(-1)?.missingSeconds, 86_400);
});

const missingIn = ({ from, to }: BillingPeriod): Value[] => [
  { start: from, end: to, milliwattHours: 0, quality: "missing" },
];

/** Of 2026, month by month, without any reading after those of the past. */
function billsWithoutReading(count: number): Bill[] {
  const bills: Bill[] = [];
  for (let i = 0; i < count; i++) {
    const known = bills.at(-1)?.months ?? past.slice(0, 3);
    const period = periodOf(`2026-0${i + 1}`, { day: 31 }, "UTC");
    const energy = withoutMissingEdges(missingIn(period), period, known);
    const basis = basisOf(toRate(plainTariff(), { period, energy }));
    bills.push(billOf(snapshot({ basis, past: known })));
  }
  return bills;
}

Deno.test("three periods in a row without any reading are estimated, and no more", () => {
  // Three bills of 30 days with 100, 101 and 102 kWh: 31 days are 104.366666 kWh.
  const bills = billsWithoutReading(5);
  assertEquals(bills[0].months.at(-1), {
    month: "2026-01",
    days: 31,
    milliwattHours: 104_366_666,
    estimated: true,
    unread: true,
  });
  const day = 86_400;
  assertEquals(bills.map(({ missingSeconds }) => missingSeconds / day), [0, 0, 0, 30, 31]);
  assertEquals(bills.map(({ milliwattHours }) => milliwattHours > 0), [
    ...[true, true, true],
    ...[false, false],
  ]);
});

Deno.test("a reading after long makes up for what is missing beside it", () => {
  const unread = past.map((use, i) => i < 11 ? use : { ...use, unread: true as const });
  const middle = JULY.from + 15 * 86_400;
  const read = evenly(JULY.from, middle, 50 * KWH);
  const missing = {
    start: JULY.from,
    end: JULY.to,
    milliwattHours: 0,
    quality: "missing" as const,
  };
  assertEquals(withoutMissingEdges([missing], JULY, unread), [missing]);
  const [estimate, ...others] = withoutMissingEdges(read, JULY, unread).slice(read.length);
  assertEquals([estimate.start, estimate.end, estimate.quality, others.length], [
    middle,
    JULY.to,
    "estimated",
    0,
  ]);
  assertEquals(withoutMissingEdges([], JULY, unread.toSpliced(12, 1, past[12])).length, 1);
});

Deno.test("energy between two readings is read, however its hours are estimated", () => {
  const energy = evenly(JULY.from, JULY.to, 100 * KWH)
    .map((slice) => ({ ...slice, quality: "estimated" as const }));
  const { months } = billOf(snapshot({ basis: basisOf(toRate(plainTariff(), { energy })) }));
  assertEquals([months.at(-1)?.estimated, months.at(-1)?.unread], [true, undefined]);
});

Deno.test("a bill shows each day, with the worst that is known of it", () => {
  // Ten kWh a day; an hour of the 2nd is estimated, the 3rd is missing from noon on.
  const hour = 3600;
  const day = 24 * hour;
  const energy = evenly(JULY.from, JULY.from + 3 * day, 30 * KWH).flatMap((slice) => {
    const at = slice.start - JULY.from;
    if (day <= at && at < day + hour) return [{ ...slice, quality: "estimated" as const }];
    if (at >= 2.5 * day) return [{ ...slice, milliwattHours: 0, quality: "missing" as const }];
    return [slice];
  });
  const { days } = billOf(snapshot({ basis: basisOf(toRate(plainTariff(), { energy })) }));
  assertEquals(days.length, 31);
  assertEquals(days.slice(0, 4), [
    { date: "2026-07-01", milliwattHours: 10 * KWH, quality: "measured" },
    { date: "2026-07-02", milliwattHours: 10 * KWH, quality: "estimated" },
    { date: "2026-07-03", milliwattHours: 5 * KWH, quality: "missing" },
    { date: "2026-07-04", milliwattHours: 0, quality: "missing" },
  ]);
});
