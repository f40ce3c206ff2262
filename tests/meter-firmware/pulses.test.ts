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

/** How many of these edges count. */
const counted = (edges: number[]): number => {
  const { pulses } = createCounter(1000);
  edges.forEach(pulses.edge);
  return pulses.pulses();
};

Deno.test("Pulses.edge() adds the energy of a pulse at once", () => {
  const { pulses, added } = createCounter(1000);
  pulses.edge(0);
  pulses.edge(1000);
  assertEquals(added, [1000, 1000]);
  assertEquals(pulses.pulses(), 2);
});

Deno.test("Pulses.edge() counts a pulse once, however its contact bounces", () => {
  assertEquals(counted([100, 101, 103, 108, 130, 131]), 1);
  assertEquals(counted([100, 101, 149, 900, 901, 903]), 2);
});

Deno.test("Pulses.edge() counts every pulse of a train that is as slow as the debounce", () => {
  assertEquals(counted(Array.from({ length: 1000 }, (_, i) => DEBOUNCE_MS * i)), 1000);
});

Deno.test("Pulses.edge() does not let late bounce or noise put off the next pulse", () => {
  assertEquals(counted([0, 45, 60, 105, 120]), 3);
  const hum = Array.from({ length: 1001 }, (_, i) => 10 * i);
  assertEquals(counted(hum), 10000 / DEBOUNCE_MS + 1);
});

Deno.test("Pulses.edge() counts a steady train, whatever bounces after each edge", () => {
  const anyTrain = fc.record({
    start: fc.nat(100000),
    period: fc.integer({ min: DEBOUNCE_MS, max: 5000 }),
    bounces: fc.array(fc.array(fc.integer({ min: 0, max: DEBOUNCE_MS - 1 }), { maxLength: 6 }), {
      minLength: 1,
      maxLength: 50,
      size: "max",
    }),
  });
  fc.assert(
    fc.property(anyTrain, ({ start, period, bounces }) => {
      const edges = bounces.flatMap((bounce, i) =>
        [0, ...bounce.toSorted((a, b) => a - b)].map((ms) => start + period * i + ms)
      );
      assertEquals(counted(edges), bounces.length);
    }),
    { seed: 20260211 },
  );
});

Deno.test("Pulses.edge() carries what is left over of a pulse", () => {
  const { pulses, added } = createCounter(3000000);
  for (let i = 0; i < 7; i++) pulses.edge(1000 * i);
  assertEquals(added, [1, 1]);
  const thirds = createCounter(3000);
  for (let i = 0; i < 6; i++) thirds.pulses.edge(1000 * i);
  assertEquals(thirds.added, [333, 333, 334, 333, 333, 334]);
});

Deno.test("Pulses.count() needs no debouncing and ignores what is not above 0", () => {
  const { pulses, added } = createCounter(800);
  pulses.count(3);
  pulses.count(0);
  pulses.count(-2);
  pulses.count(NaN);
  pulses.edge(0);
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
