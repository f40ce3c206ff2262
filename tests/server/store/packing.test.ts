/** Packed readings: nothing is lost, a stream can be continued, a steady meter costs little. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CLOCK_WRONG, type Reading } from "../../../server/domain/reading.ts";
import { BitReader, BitWriter } from "../../../server/store/bits.ts";
import { emptyState, pack, unpack, unpackNext } from "../../../server/store/packing.ts";
import { anyReadings, reading, START, steady } from "./readings.ts";

const SEED = 20260412;

const packed = (readings: Reading[]): BitWriter => {
  const writer = new BitWriter();
  const state = emptyState();
  for (const reading of readings) pack(writer, state, reading);
  return writer;
};

const bitsAReading = (readings: Reading[]): number => packed(readings).bits / readings.length;

Deno.test("unpack() gives back any readings that pack() took", () => {
  fc.assert(
    fc.property(anyReadings(120), (readings) => {
      assertEquals(unpack(packed(readings).written, readings.length), readings);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

Deno.test("pack() continues a stream from its state as if it had never paused", () => {
  fc.assert(
    fc.property(anyReadings(60), fc.nat(60), (readings, cut) => {
      const writer = new BitWriter();
      const state = emptyState();
      for (const reading of readings.slice(0, cut)) pack(writer, state, reading);
      const kept = { ...state };
      for (const reading of readings.slice(cut)) pack(writer, kept, reading);
      assertEquals(writer.written, packed(readings).written);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

Deno.test("unpackNext() leaves the state that pack() had, reading by reading", () => {
  fc.assert(
    fc.property(anyReadings(60), (readings) => {
      const reader = new BitReader(packed(readings).written);
      const [packing, unpacking] = [emptyState(), emptyState()];
      for (const reading of readings) {
        pack(new BitWriter(), packing, reading);
        unpackNext(reader, unpacking);
        assertEquals(unpacking, packing);
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});

const EXTREMES: { what: string; readings: Reading[] }[] = [
  { what: "a first reading at second 0", readings: [reading({ time: 0 })] },
  { what: "a first reading within the jitter", readings: [reading({ time: 7 })] },
  {
    what: "a register that jumps up and down over its whole range",
    readings: [0, Number.MAX_SAFE_INTEGER, 0, 1, Number.MAX_SAFE_INTEGER - 1, 2 ** 52].map((
      milliwattHours,
      i,
    ) => reading({ n: i + 1, milliwattHours })),
  },
  {
    what: "a time that runs backwards",
    readings: [900, 100, 95, 0].map((time, i) => reading({ n: i + 1, time })),
  },
  {
    what: "the largest number",
    readings: [reading({ n: 0xfffffffe }), reading({ n: 0xffffffff })],
  },
  {
    what: "numbers that are seconds now and then",
    readings: [[7, 7], [12, 12], [13, 17], [22, 22], [27, 27], [28, 28], [40, 33], [41, 41]].map((
      [n, time],
    ) => reading({ n, time })),
  },
  {
    what: "a skew that comes and goes",
    readings: [500, 0, -500].map((skew, i) =>
      reading({ n: i + 1, skew, quality: skew ? CLOCK_WRONG : 0 })
    ),
  },
];

for (const { what, readings } of EXTREMES) {
  Deno.test(`unpack() gives back ${what}`, () => {
    assertEquals(unpack(packed(readings).written, readings.length), readings);
  });
}

Deno.test("pack() takes two bits for an idle meter's reading", () => {
  const idle = Array.from({ length: 5_000 }, (_, i) => reading({ n: i + 1, time: START + 5 * i }));
  assert(bitsAReading(idle) < 2.1, `${bitsAReading(idle)} bits`);
});

Deno.test("pack() takes two bits for a reading numbered by its second, whatever the step", () => {
  for (const step of [5, 300, 3_600]) {
    const readings = Array.from({ length: 5_000 }, (_, i) => {
      const time = START + step * i;
      return reading({ n: time, time });
    });
    assert(bitsAReading(readings) < 2.1, `${bitsAReading(readings)} bits at ${step} s`);
    assertEquals(unpack(packed(readings).written, readings.length), readings);
  }
});

Deno.test("pack() takes two bits for a constant load, however large", () => {
  for (const rise of [1, 1_000, 1_000_000]) {
    const readings = Array.from(
      { length: 5_000 },
      (_, i) => reading({ n: i + 1, time: START + 5 * i, milliwattHours: rise * i }),
    );
    assert(bitsAReading(readings) < 2.2, `${bitsAReading(readings)} bits at ${rise} mWh`);
  }
});

Deno.test("pack() takes little more than the entropy of a load that never settles", () => {
  assert(bitsAReading(steady(5_000)) < 15, `${bitsAReading(steady(5_000))} bits`);
});

Deno.test("pack() takes four bits more for a clock that jitters", () => {
  const readings = Array.from(
    { length: 5_000 },
    (_, i) => reading({ n: i + 1, time: START + 5 * i + (i * 7_919) % 4, milliwattHours: 100 * i }),
  );
  assert(bitsAReading(readings) < 7.2, `${bitsAReading(readings)} bits`);
});
