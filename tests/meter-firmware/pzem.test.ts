/**
 * A PZEM-004T as its data sheet has it, on a line that may lose, garble and split what it says. On a
 * failure fast-check prints its seed and the shortest course that fails.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { crc16, createPzem, type Pzem } from "../../meter-firmware/pzem.ts";

interface Values {
  volts: number;
  amps: number;
  watts: number;
  energyWh: number;
  hertz: number;
  powerFactor: number;
}

const QUIET: Values = {
  volts: 127,
  amps: 0,
  watts: 0,
  energyWh: 0,
  hertz: 60,
  powerFactor: 0,
};

const withChecksum = (bytes: number[]): Uint8Array => {
  const crc = crc16(Uint8Array.from(bytes), bytes.length);
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
};

const word = (value: number): number[] => [value >> 8 & 0xff, value & 0xff];
const long = (value: number): number[] => [...word(value % 65536), ...word(value / 65536)];

const answerOf = (changes: Partial<Values> = {}, address = 1): Uint8Array => {
  const values = { ...QUIET, ...changes };
  return withChecksum([
    ...[address, 4, 20],
    ...word(Math.round(values.volts * 10)),
    ...long(Math.round(values.amps * 1000)),
    ...long(Math.round(values.watts * 10)),
    ...long(values.energyWh),
    ...word(Math.round(values.hertz * 10)),
    ...word(Math.round(values.powerFactor * 100)),
    ...word(0),
  ]);
};

interface Bench {
  pzem: Pzem;
  written: Uint8Array[];
  added: number[];
  /** All that was added so far. */
  register(): number;
  time: number;
  /** A poll and its answer, so many milliseconds after what was before. */
  ask(ms: number, values: Partial<Values>): void;
  /** Lets the meter see a step of the counter, to this. */
  settle(energyWh: number): void;
}

const createBench = (): Bench => {
  const written: Uint8Array[] = [];
  const added: number[] = [];
  let register = 0;
  const bench: Bench = {
    pzem: createPzem({
      write: (bytes) => written.push(bytes.slice()),
      add: (milliwattHours) => {
        assert(Number.isInteger(milliwattHours) && milliwattHours > 0, `added ${milliwattHours}`);
        added.push(milliwattHours);
        register += milliwattHours;
      },
      uptime: () => bench.time,
    }),
    written,
    added,
    register: () => register,
    time: 0,
    settle: (energyWh) => {
      bench.ask(0, { energyWh: energyWh - 1 });
      bench.ask(0, { energyWh });
    },
    ask: (ms, values) => {
      bench.time += ms;
      bench.pzem.poll();
      bench.pzem.receive(answerOf(values));
    },
  };
  return bench;
};

Deno.test("crc16() is CRC-16/MODBUS", () => {
  assertEquals(crc16(new TextEncoder().encode("123456789"), 9), 0x4b37);
});

Deno.test("Pzem.poll() asks any address for the ten input registers", () => {
  const { pzem, written } = createBench();
  pzem.poll();
  assertEquals(written.map((bytes) => bytes.toHex()), ["f8040000000a6464"]);
});

Deno.test("Pzem.status() gives what the sensor measured", () => {
  const { pzem } = createBench();
  assertEquals(pzem.status(), undefined);
  pzem.receive(withChecksum(
    [0x42, 4, 20, 0x08, 0x98, 0x86, 0xa0, 0, 1, 0x2e, 0xe0, 0, 3, 0x96, 0x7f, 0, 0x98, 2, 0x57]
      .concat([0, 99, 0xff, 0xff]),
  ));
  assertEquals(pzem.status(), {
    volts: 220,
    amps: 100,
    watts: 20860.8,
    energyWh: 9999999,
    hertz: 59.9,
    powerFactor: 0.99,
    lastAnswerAt: 0,
    errors: 0,
  });
});

Deno.test("Pzem.receive() takes an answer in pieces, after rubbish, from any address", () => {
  const bench = createBench();
  for (let address = 0; address < 256; address++) {
    const bytes = [9, 4, 4, 20, ...answerOf({ energyWh: address }, address)];
    for (const byte of bytes) bench.pzem.receive(Uint8Array.of(byte));
    assertEquals(bench.pzem.status()?.energyWh, address);
  }
});

Deno.test("Pzem.receive() counts an answer with a wrong checksum and takes nothing from it", () => {
  const bench = createBench();
  bench.ask(0, { energyWh: 5 });
  for (let bit = 8 * 3; bit < 8 * 25; bit++) {
    const bytes = answerOf({ energyWh: 7 });
    bytes[bit >> 3] ^= 1 << (bit & 7);
    bench.pzem.poll();
    bench.pzem.receive(bytes);
  }
  assertEquals(bench.pzem.status(), { ...QUIET, energyWh: 5, lastAnswerAt: 0, errors: 8 * 22 });
  assertEquals(bench.added, []);
});

Deno.test("Pzem.poll() drops an answer that did not come to its end", () => {
  const bench = createBench();
  bench.ask(0, { energyWh: 5 });
  bench.pzem.receive(answerOf({ energyWh: 6 }).subarray(0, 24));
  bench.ask(1000, { energyWh: 7 });
  assertEquals(bench.pzem.status(), { ...QUIET, energyWh: 7, lastAnswerAt: 1000, errors: 0 });
});

Deno.test("Pzem.receive() ignores the request's echo, a refusal and what answers another request", () => {
  const bench = createBench();
  bench.pzem.poll();
  bench.pzem.receive(bench.written[0]);
  bench.pzem.receive(withChecksum([1, 0x84, 2]));
  bench.pzem.receive(withChecksum([1, 3, 20, ...Array(20).fill(9)]));
  assertEquals(bench.pzem.status(), undefined);
  bench.pzem.receive(answerOf({ energyWh: 3 }));
  assertEquals(bench.pzem.status()?.energyWh, 3);
  assertEquals(bench.pzem.status()?.errors, 0);
});

Deno.test("Pzem.receive() finds the answer behind any rubbish, in any pieces", () => {
  const header = fc.constantFrom([4], [4, 20], [1, 4, 20], [1, 4, 20, 8, 152]);
  const anyRubbish = fc.array(fc.oneof(fc.array(fc.nat(255), { maxLength: 9 }), header), {
    maxLength: 12,
    size: "max",
  });
  const anyPieces = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
  fc.assert(
    fc.property(anyRubbish, anyPieces, fc.nat(), (rubbish, pieces, energyWh) => {
      const { pzem } = createBench();
      const bytes = Uint8Array.of(...rubbish.flat(), ...answerOf({ energyWh }));
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const end = at + pieces[i % pieces.length];
        pzem.receive(bytes.subarray(at, end));
        at = end;
      }
      assertEquals(pzem.status()?.energyWh, energyWh);
    }),
    { seed: 20260221, numRuns: 1000 },
  );
});

Deno.test("Pzem adds nothing of what the sensor counted before power-up", () => {
  const bench = createBench();
  bench.ask(0, { energyWh: 123456 });
  assertEquals(bench.added, []);
  bench.ask(1000, { energyWh: 123457 });
  assertEquals(bench.added, []);
  bench.ask(1000, { energyWh: 123458 });
  assertEquals(bench.added, [1000]);
});

Deno.test("Pzem counts no energy twice, however often it is started anew", () => {
  let exactWh = 0.5;
  let register = 0;
  for (let start = 0; start < 100; start++) {
    const bench = createBench();
    for (let second = 0; second < 100; second++) {
      exactWh += 360 / 3600;
      bench.ask(1000, { watts: 360, energyWh: Math.floor(exactWh) });
    }
    register += bench.register();
  }
  const trueMilliwattHours = Math.round((exactWh - 0.5) * 1000);
  assert(register <= trueMilliwattHours, `${register} of ${trueMilliwattHours}`);
  assert(register >= 0.98 * trueMilliwattHours, `${register} of ${trueMilliwattHours}`);
});

Deno.test("Pzem moves the register by the measured power between two steps", () => {
  const bench = createBench();
  bench.settle(8);
  for (let i = 0; i < 10; i++) bench.ask(i === 0 ? 0 : 1000, { watts: 360, energyWh: 8 });
  assertEquals(bench.added, Array(9).fill(100));
  bench.ask(1000, { watts: 360, energyWh: 9 });
  assertEquals(bench.added, Array(10).fill(100));
});

Deno.test("Pzem takes the mean of the power at both ends", () => {
  const bench = createBench();
  bench.ask(0, { watts: 0 });
  bench.ask(1000, { watts: 720 });
  bench.ask(1000, { watts: 0 });
  assertEquals(bench.added, [100, 100]);
});

Deno.test("Pzem carries fractions of a milliwatt-hour on to the next answer", () => {
  const bench = createBench();
  for (let i = 0; i <= 36; i++) bench.ask(1000, { watts: 0.9 });
  assertEquals(bench.added, Array(9).fill(1));
});

Deno.test("Pzem waits for the counter once the next step is all but reached", () => {
  const bench = createBench();
  bench.settle(8);
  for (let i = 0; i < 30; i++) bench.ask(1000, { watts: 3600, energyWh: 8 });
  assertEquals(bench.register(), 999);
  bench.ask(1000, { watts: 3600, energyWh: 9 });
  assertEquals(bench.register(), 1000);
});

Deno.test("Pzem adds what the counter rose while no answer came", () => {
  const bench = createBench();
  bench.settle(10);
  bench.ask(0, { watts: 2000, energyWh: 10 });
  bench.pzem.poll();
  bench.ask(3600000, { watts: 2000, energyWh: 2010 });
  assertEquals(bench.added, [2000000]);
});

Deno.test("Pzem goes on from where the counter is after it fell, and adds nothing for that", () => {
  const bench = createBench();
  bench.ask(0, { watts: 360, energyWh: 9999989 });
  bench.ask(5000, { watts: 360, energyWh: 9999989 });
  assertEquals(bench.register(), 500);
  bench.ask(5000, { watts: 360, energyWh: 0 });
  assertEquals(bench.register(), 500);
  bench.ask(10000, { watts: 360, energyWh: 1 });
  // As far as it was measured: whether the counter stood at the beginning of a step is not known.
  assertEquals(bench.register(), 1499);
  bench.ask(10000, { watts: 360, energyWh: 2 });
  assertEquals(bench.register(), 2499);
});

Deno.test("Pzem takes no jump for energy that the sensor cannot measure in the time", () => {
  const bench = createBench();
  bench.ask(0, { energyWh: 5000000 });
  bench.ask(1000, { energyWh: 0 });
  bench.ask(1000, { energyWh: 5000000 });
  assertEquals(bench.added, []);
  bench.ask(1000, { energyWh: 5000001 });
  bench.ask(1000, { energyWh: 5000002 });
  assertEquals(bench.added, [1000]);
});

interface Household {
  /** What the sensor's counter holds beyond its whole watt-hours at power-up. */
  startWh: number;
  /** How far the power that the sensor shows is from what its counter is moved by. */
  gain: number;
  turns: { ms: number; watts: number; line: "clear" | "dead" | "garbled" | "reset" }[];
}

const anyHousehold: fc.Arbitrary<Household> = fc.record({
  startWh: fc.double({ min: 1, max: 100000, noNaN: true }),
  gain: fc.double({ min: 0.5, max: 2, noNaN: true }),
  turns: fc.array(
    fc.record({
      ms: fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 20000 })),
      watts: fc.oneof(fc.constant(0), fc.nat(500), fc.nat(26000)),
      line: fc.constantFrom("clear", "clear", "clear", "clear", "dead", "garbled", "reset"),
    }),
    { maxLength: 200, size: "max" },
  ),
});

Deno.test("Pzem never falls, is at most 999 mWh ahead of the counter and meets it at every step", () => {
  fc.assert(
    fc.property(anyHousehold, ({ startWh, gain, turns }) => {
      const bench = createBench();
      let exactWh = startWh;
      let seen = Math.floor(exactWh);
      /** What the register is at the counter's last step that was seen. */
      let confirmed = 0;
      let knowsStep = true;
      bench.settle(seen);
      for (const { ms, watts, line } of turns) {
        exactWh = line === "reset" ? 0 : exactWh + watts * ms / 3600000;
        const energyWh = Math.floor(exactWh);
        bench.time += ms;
        bench.pzem.poll();
        if (line === "dead") continue;
        const answer = answerOf({ watts: watts * gain, energyWh });
        if (line === "garbled") answer[ms % 22 + 3] ^= 1;
        bench.pzem.receive(answer);
        if (line === "garbled") continue;
        if (energyWh < seen) {
          confirmed = bench.register();
          knowsStep = false;
        } else confirmed += 1000 * (energyWh - seen);
        const ahead = bench.register() - confirmed;
        if (energyWh > seen && !knowsStep) {
          assert(ahead >= -1000 && ahead < 0, `${ahead} mWh ahead`);
          confirmed = bench.register();
          knowsStep = true;
        } else if (energyWh > seen) assertEquals(ahead, 0);
        else assert(ahead >= 0 && ahead <= 999, `${ahead} mWh ahead`);
        seen = energyWh;
      }
    }),
    { seed: 20260222 },
  );
});
