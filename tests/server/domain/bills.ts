/** Tariffs, periods and energy for the tests of bills: as plain as can be, changed where it matters. */
import { type BillingPeriod, periodOf } from "../../../server/domain/billing-period.ts";
import type { Value } from "../../../server/domain/energy.ts";
import { type Line, sumOf } from "../../../server/domain/lines.ts";
import { parseScaled, type Scaled } from "../../../server/domain/money.ts";
import { rate, type Rating, type ToRate } from "../../../server/domain/rating.ts";
import { always, type Band, type Tariff } from "../../../server/domain/tariff.ts";

export const KWH = 1_000_000;
export const QUARTER = 900;

export function scaled(text: string): Scaled {
  const value = parseScaled(text);
  if (value === undefined) throw new Error(`not a number: ${text}`);
  return value;
}

/** Half a unit of currency a kWh, and nothing else. */
export const plainTariff = (changes: Partial<Tariff> = {}): Tariff => ({
  name: "Plain",
  currency: "EUR",
  decimals: 2,
  rounding: "halfUp",
  energy: { kind: "flat", name: "Energy", price: scaled("0.5") },
  taxes: { kind: "onTop", stages: [] },
  holidays: [],
  ...changes,
});

export const flatAt = (price: string, changes: Partial<Tariff> = {}): Tariff =>
  plainTariff({ energy: { kind: "flat", name: "Energy", price: scaled(price) }, ...changes });

export const instant = (text: string): number =>
  Temporal.Instant.from(text).epochMilliseconds / 1000;

/** July 2026 in a place without surprises. */
export const JULY: BillingPeriod = periodOf("2026-07", { day: 31 }, "UTC");

/** So much every quarter of an hour. */
export function evenly(from: number, to: number, total: number): Value[] {
  const count = (to - from) / QUARTER;
  const upTo = (i: number) => Number(BigInt(total) * BigInt(i) / BigInt(count));
  return Array.from({ length: count }, (_, i) => ({
    start: from + i * QUARTER,
    end: from + (i + 1) * QUARTER,
    milliwattHours: upTo(i + 1) - upTo(i),
    quality: "measured",
  }));
}

/** Of a bill over July in UTC, unless it is said otherwise. */
export const toRate = (tariff: Tariff, changes: Partial<ToRate> = {}): ToRate => ({
  period: JULY,
  timeZone: "UTC",
  tariffs: always(tariff),
  supply: "singlePhase",
  energy: evenly(JULY.from, JULY.to, 100 * KWH),
  ...changes,
});

/** A bill for so many kWh in July. */
export const billFor = (kwh: number, tariff: Tariff, changes: Partial<ToRate> = {}): Rating =>
  rate(toRate(tariff, { energy: evenly(JULY.from, JULY.to, kwh * KWH), ...changes }));

export const brief = (lines: Line[]) =>
  lines.map((line) =>
    "milliwattHours" in line
      ? [line.label, line.milliwattHours / KWH, line.amount]
      : [line.label, line.amount]
  );

export const total = (lines: Line[]): number => sumOf(lines);

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"] as const;

/** Night from 22:00 to 08:00 at 0.10, day at 0.20. */
export const DAY_AND_NIGHT: Band[] = [
  {
    name: "Night",
    price: scaled("0.1"),
    windows: [
      { days: [...DAYS], from: "00:00", to: "08:00" },
      { days: [...DAYS], from: "22:00", to: "24:00" },
    ],
  },
  { name: "Day", price: scaled("0.2"), windows: [{ days: [...DAYS], from: "08:00", to: "22:00" }] },
];

export const dayAndNight = (changes: Partial<Tariff> = {}): Tariff =>
  plainTariff({ energy: { kind: "timeOfUse", bands: DAY_AND_NIGHT }, ...changes });
