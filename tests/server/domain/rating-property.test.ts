/** What must hold of any bill. Seeds are fixed; a failure prints them. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cutPeriod, periodOf } from "../../../server/domain/billing-period.ts";
import type { Value } from "../../../server/domain/energy.ts";
import { energyOf, packed, unpacked, within } from "../../../server/domain/energy-slices.ts";
import { rate, type Rating } from "../../../server/domain/rating.ts";
import { PRESETS } from "../../../server/domain/tariff-presets.ts";
import type { Tariff, TariffVersion } from "../../../server/domain/tariff.ts";
import { dayAndNight, plainTariff, scaled, toRate } from "./bills.ts";

const SEED = 20260503;
const ZONE = "America/Santiago";
/** With a clock change in it. */
const PERIOD = periodOf("2026-09", { day: 12 }, ZONE);

const TIERED: Tariff = plainTariff({
  energy: {
    kind: "tiers",
    tiers: [
      { name: "low", upToKwh: 3, price: scaled("0.333") },
      { name: "middle", upToKwh: 40, price: scaled("0.77777777") },
      { name: "high", price: scaled("1.23456789") },
    ],
  },
  taxes: PRESETS.brazilConventional.taxes,
});

const anyTariff = fc.constantFrom(
  ...Object.values(PRESETS).map((tariff) => ({ ...tariff, currency: "EUR" })),
  TIERED,
  dayAndNight(),
);

const anyInstant = fc.integer({ min: PERIOD.from + 1, max: PERIOD.to - 1 });

const anyVersions: fc.Arbitrary<TariffVersion[]> = fc.tuple(
  anyTariff,
  fc.array(fc.tuple(anyInstant, anyTariff), { maxLength: 3 }),
).map(([first, later]) => [
  { version: 1, effectiveFrom: 0, tariff: first },
  ...later.map(([effectiveFrom, tariff], i) => ({ version: i + 2, effectiveFrom, tariff })),
]);

/** Stretches of any length and quality that fill the period. */
const anyEnergy: fc.Arbitrary<Value[]> = fc.array(
  fc.record({
    quarters: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 8 }) },
      fc.integer({ min: 1, max: 1_000 }),
    ),
    milliwattHours: fc.oneof({ weight: 3, arbitrary: fc.nat(700_000) }, fc.nat(90_000_000)),
    quality: fc.constantFrom("measured" as const, "measured" as const, "estimated" as const),
  }),
  { minLength: 1, maxLength: 60 },
).map((stretches) => {
  let start = PERIOD.from;
  return stretches.flatMap(({ quarters, milliwattHours, quality }) => {
    const end = Math.min(PERIOD.to, start + quarters * 900);
    if (start >= end) return [];
    const value: Value = { start, end, milliwattHours, quality };
    start = end;
    return [value];
  });
});

const billOver = (
  period: typeof PERIOD,
  tariffs: TariffVersion[],
  energy: Value[],
  fedIn: Value[] = [],
) => rate(toRate(plainTariff(), { period, timeZone: ZONE, tariffs, energy, fedIn }));

const energyLines = ({ lines }: Rating): number =>
  lines.reduce((sum, line) => line.kind === "energy" ? sum + line.milliwattHours : sum, 0);

const check = (property: (versions: TariffVersion[], energy: Value[], at: number) => void) =>
  fc.assert(fc.property(anyVersions, anyEnergy, anyInstant, property), {
    seed: SEED,
    numRuns: 200,
  });

Deno.test("the lines that are not inside others come to the total, all in whole cents", () => {
  check((versions, energy) => {
    const { lines, total } = billOver(PERIOD, versions, energy, energy.slice(0, 5));
    const added = lines.filter((line) => line.kind !== "tax" || !line.contained);
    assertEquals(added.reduce((sum, { amount }) => sum + amount, 0), total);
    assert(lines.every(({ amount }) => Number.isSafeInteger(amount)));
  });
});

Deno.test("the energy of the lines is that of the registers, to the milliwatt-hour", () => {
  check((versions, energy) => {
    const bill = billOver(PERIOD, versions, energy);
    assertEquals(energyLines(bill), energyOf(energy));
    assertEquals(bill.milliwattHours, energyOf(energy));
  });
});

Deno.test("a period that is cut at any instant bills the same energy in two parts", () => {
  check((versions, energy, at) => {
    const parts = [{ from: PERIOD.from, to: at }, { from: at, to: PERIOD.to }];
    const bills = parts.map((part) => billOver(cutPeriod(PERIOD, part, ZONE), versions, energy));
    assertEquals(energyLines(bills[0]) + energyLines(bills[1]), energyOf(energy));
  });
});

Deno.test("parts of any length, also of less than a day, can be rated and have each day once", () => {
  const length = fc.oneof(fc.integer({ min: 1, max: 90_000 }), fc.integer({ min: 1, max: 900 }));
  fc.assert(
    fc.property(anyVersions, anyEnergy, anyInstant, length, (versions, energy, at, seconds) => {
      const edges = [PERIOD.from, at, Math.min(at + seconds, PERIOD.to - 1), PERIOD.to];
      const parts = edges.slice(1).map((to, i) => ({ from: edges[i], to }))
        .filter(({ from, to }) => from < to).map((part) => cutPeriod(PERIOD, part, ZONE));
      const bills = parts.map((part) => billOver(part, versions, energy, energy.slice(0, 5)));
      const sum = (of: (bill: Rating) => number) => bills.reduce((sum, bill) => sum + of(bill), 0);
      assertEquals(sum(energyLines), energyOf(energy));
      assertEquals(sum(daysCharged), daysCharged(billOver(PERIOD, versions, energy)));
    }),
    { seed: SEED, numRuns: 200 },
  );
});

const daysCharged = ({ lines }: Rating): number =>
  lines.reduce((sum, line) => line.kind === "fixed" ? sum + line.days : sum, 0);

Deno.test("the order of energy and tariffs changes nothing", () => {
  check((versions, energy, at) => {
    const turn = <Of>(list: Of[]) =>
      [...list.slice(at % list.length), ...list.slice(0, at % list.length)].reverse();
    assertEquals(
      billOver(PERIOD, turn(versions), turn(energy)),
      billOver(PERIOD, versions, energy),
    );
  });
});

Deno.test("energy that is cut into pieces is billed like the whole under one flat price", () => {
  check((_versions, energy, at) => {
    const pieces = [...within(energy, PERIOD.from, at), ...within(energy, at, PERIOD.to)];
    const tariffs = [{ version: 1, effectiveFrom: 0, tariff: plainTariff() }];
    assertEquals(billOver(PERIOD, tariffs, pieces).total, billOver(PERIOD, tariffs, energy).total);
  });
});

Deno.test("energy survives being packed", () => {
  check((_versions, energy) => assertEquals(unpacked(packed(energy)), energy));
});
