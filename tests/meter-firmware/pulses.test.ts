import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createPulses, type Pulses } from "../../meter-firmware/pulses.ts";

const DEBOUNCE_MS = 50;

interface Counter {
  pulses: Pulses;
  /** All that was added so far. */
  milliwattHours(): bigint;
  added: number[];
}

const createCounter = (pulsesPerKwh: number): Counter => {
  const added: number[] = [];
  let sum = 0n;
  const pulses = createPulses({ pulsesPerKwh, debounceMs: DEBOUNCE_MS }, (milliwattHours) => {
    assert(Number.isSafeInteger(milliwattHours) && milliwattHours > 0, `added ${milliwattHours}`);
    added.push(milliwattHours);
    sum += BigInt(milliwattHours);
  });
  return { pulses, milliwattHours: () => sum, added };
};

const PULSE_MS = 90;

/** A clean pulse. */
const press = (pulses: Pulses, at: number, length = PULSE_MS): void => {
  pulses.edge(at, true);
  pulses.edge(at + length, false);
};

/** How many pulses count, of a line that changes at these moments, down first. */
const counted = (changes: number[]): number => {
  const { pulses } = createCounter(1000);
  changes.forEach((at, i) => pulses.edge(at, i % 2 === 0));
  return pulses.pulses();
};

Deno.test("Pulses.edge() adds the energy of a pulse as it begins", () => {
  const { pulses, added } = createCounter(1000);
  pulses.edge(0, true);
  assertEquals(added, [1000]);
  pulses.edge(PULSE_MS, false);
  press(pulses, 1000);
  assertEquals(added, [1000, 1000]);
  assertEquals(pulses.pulses(), 2);
});

Deno.test("Pulses.edge() counts a pulse once, however its contact bounces at both its ends", () => {
  assertEquals(counted([100, 101, 103, 108, 110, 190, 195, 200, 201, 203]), 1);
  assertEquals(counted([0, 2, 3, 90, 95, 130, 500, 501, 504, 590]), 2);
});

Deno.test("Pulses.edge() counts a long pulse with a late bounce once", () => {
  assertEquals(counted([0, 2000, 2003, 2005, 2049, 2060]), 1);
});

Deno.test("Pulses.edge() counts every pulse of a train whose pauses are as long as the debounce", () => {
  const period = PULSE_MS + DEBOUNCE_MS;
  const train = Array.from({ length: 1000 }, (_, i) => [i * period, i * period + PULSE_MS]);
  assertEquals(counted(train.flat()), 1000);
});

Deno.test("Pulses.edge() takes a line that never rests for noise, and goes on behind it", () => {
  const hum = Array.from({ length: 1000 }, (_, i) => 10 * i);
  assertEquals(counted(hum), 1);
  assertEquals(counted([...hum, 20_000, 20_090]), 2);
});

Deno.test("Pulses.edge() counts nothing twice where the end of a pulse was missed", () => {
  const { pulses } = createCounter(1000);
  pulses.edge(0, true);
  pulses.edge(5000, true);
  assertEquals(pulses.pulses(), 1);
  pulses.edge(5090, false);
  press(pulses, 6000);
  assertEquals(pulses.pulses(), 2);
});

Deno.test("Pulses.edge() counts a steady train, whatever bounces at the ends of each pulse", () => {
  const anyBounce = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
  const anyTrain = fc.record({
    start: fc.nat(100000),
    period: fc.integer({ min: 2 * DEBOUNCE_MS + PULSE_MS + 100, max: 5000 }),
    bounces: fc.array(fc.tuple(anyBounce, anyBounce), {
      minLength: 1,
      maxLength: 50,
      size: "max",
    }),
  });
  /** An odd number of changes, so that the line ends the other way. */
  const changesAt = (at: number, gaps: number[]): number[] => {
    const changes = [at];
    for (const gap of gaps.length % 2 ? gaps.slice(1) : gaps) changes.push(changes.at(-1)! + gap);
    return changes;
  };
  fc.assert(
    fc.property(anyTrain, ({ start, period, bounces }) => {
      const changes = bounces.flatMap(([closing, opening], i) => [
        ...changesAt(start + period * i, closing),
        ...changesAt(start + period * i + PULSE_MS, opening),
      ]);
      assertEquals(counted(changes), bounces.length);
    }),
    { seed: 20260211 },
  );
});

Deno.test("Pulses.edge() carries what is left over of a pulse", () => {
  const { pulses, added } = createCounter(3000000);
  for (let i = 0; i < 7; i++) press(pulses, 1000 * i);
  assertEquals(added, [1, 1]);
  const thirds = createCounter(3000);
  for (let i = 0; i < 6; i++) press(thirds.pulses, 1000 * i);
  assertEquals(thirds.added, [333, 333, 334, 333, 333, 334]);
});

Deno.test("Pulses.count() needs no debouncing and ignores what is not above 0", () => {
  const { pulses, added } = createCounter(800);
  pulses.count(3);
  pulses.count(0);
  pulses.count(-2);
  pulses.count(NaN);
  press(pulses, 0);
  assertEquals(added, [3750, 1250]);
  assertEquals(pulses.pulses(), 4);
});

const TWO_TO_40 = 2 ** 40;

Deno.test("Pulses.count() adds exactly floor(N · 1,000,000 / pulsesPerKwh), up to 2⁴⁰ pulses", () => {
  const anyCount = fc.oneof(
    fc.nat(10),
    fc.nat(100000),
    fc.integer({ min: 2 ** 32 - 3, max: 2 ** 32 + 3 }),
    fc.integer({ min: 0, max: 2 ** 34 }),
  );
  const anyMeter = fc.oneof(
    fc.constantFrom(1, 3, 500, 800, 1000, 1600, 3200, 6400, 10000, 999983),
    fc.integer({ min: 1, max: 3000000 }),
  );
  fc.assert(
    fc.property(anyMeter, fc.array(anyCount, { maxLength: 64, size: "max" }), (meter, counts) => {
      const { pulses, milliwattHours } = createCounter(meter);
      let total = 0;
      for (const count of counts) {
        pulses.count(count);
        total += count;
        assertEquals(milliwattHours(), BigInt(total) * 1000000n / BigInt(meter));
      }
      assertEquals(pulses.pulses(), total);
    }),
    { seed: 20260212 },
  );
});

Deno.test("Pulses.count() takes 2⁴⁰ pulses at once", () => {
  for (const meter of [1, 7, 1000, 999983]) {
    const { pulses, milliwattHours } = createCounter(meter);
    pulses.count(1);
    pulses.count(TWO_TO_40 - 1);
    assertEquals(milliwattHours(), BigInt(TWO_TO_40) * 1000000n / BigInt(meter));
    assertEquals(pulses.pulses(), TWO_TO_40);
  }
});
