import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createOutbox, type Outbox, type WaitingReading } from "../../meter-firmware/outbox.ts";

const reading = (n: number, changes: Partial<WaitingReading> = {}): WaitingReading => ({
  n,
  time: 1767225600 + n,
  milliwattHours: 10 * n,
  quality: 0,
  takenAt: 5000 * n,
  sent: false,
  refusals: 0,
  ...changes,
});

const filled = (capacity: number, count: number): Outbox => {
  const outbox = createOutbox(capacity);
  for (let n = 1; n <= count; n++) outbox.add(reading(n));
  return outbox;
};

const numbersAt = (outbox: Outbox, indexes: number[]): number[] =>
  indexes.map((index) => outbox.read(index).n);

const numbers = (outbox: Outbox): number[] =>
  numbersAt(outbox, Array.from({ length: outbox.size() }, (_, index) => index));

Deno.test("createOutbox() gives back readings as they were put in, at the top of every range", () => {
  const outbox = createOutbox(2);
  const extreme = reading(4294967295, {
    time: 4294967295,
    milliwattHours: Number.MAX_SAFE_INTEGER,
    quality: 15,
    takenAt: 2 ** 40 + 0.5,
    sent: true,
    refusals: 255,
  });
  outbox.add(reading(1));
  outbox.add(extreme);
  assertEquals(outbox.read(0), reading(1));
  assertEquals(outbox.read(1), extreme);
});

Deno.test("Outbox.write() replaces one reading and leaves its neighbours", () => {
  const outbox = filled(8, 3);
  const changed = reading(2, { sent: true, quality: 1 });
  outbox.write(1, changed);
  assertEquals([0, 1, 2].map(outbox.read), [reading(1), changed, reading(3)]);
});

Deno.test("Outbox.add() keeps the oldest and the newest of a full outbox", () => {
  const outbox = filled(4, 100);
  assertEquals(outbox.size(), 4);
  assertEquals(numbers(outbox)[0], 1);
  assertEquals(numbers(outbox)[3], 100);
});

Deno.test("Outbox.add() thins evenly: no gap is more than three times another", () => {
  for (const count of [33, 64, 100, 1000, 5000]) {
    const kept = numbers(filled(32, count));
    const gaps = kept.slice(1).map((n, i) => n - kept[i]).slice(0, -1);
    assertEquals(kept.length, 32);
    assert(Math.max(...gaps) <= 3 * Math.min(...gaps), `${count}: gaps ${gaps}`);
  }
});

Deno.test("Outbox.add() goes by when readings were taken, not by their numbers", () => {
  const outbox = createOutbox(4);
  for (const [n, seconds] of [[1, 0], [2, 60], [3, 65], [4, 70], [200, 130]]) {
    outbox.add(reading(n, { takenAt: 1000 * seconds }));
  }
  assertEquals(numbers(outbox), [1, 2, 4, 200]);
});

Deno.test("Outbox.pick() takes the oldest, then the newest", () => {
  const outbox = filled(100, 10);
  assertEquals(numbersAt(outbox, outbox.pick(3, true)), [1, 2, 3, 10]);
  assertEquals(numbersAt(outbox, outbox.pick(0, true)), [10]);
  assertEquals(numbersAt(outbox, outbox.pick(63, true)), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

Deno.test("Outbox.pick() passes over refused readings while others wait", () => {
  const outbox = filled(100, 5);
  outbox.refuse(1);
  outbox.refuse(3);
  assertEquals(numbersAt(outbox, outbox.pick(63, true)), [2, 4, 5]);
});

Deno.test("Outbox.pick() retries the least refused reading when nothing else waits", () => {
  const outbox = filled(100, 3);
  outbox.refuse(1);
  outbox.refuse(1);
  outbox.refuse(2);
  assertEquals(numbersAt(outbox, outbox.pick(63, true)), [2, 3]);
  assertEquals(numbersAt(outbox, outbox.pick(63, false)), [3]);
  assertEquals(numbersAt(outbox, outbox.pick(0, true)), [3]);
});

Deno.test("Outbox.refuse() counts no further than 255 and ignores numbers it does not hold", () => {
  const outbox = filled(4, 2);
  for (let i = 0; i < 300; i++) outbox.refuse(1);
  outbox.refuse(77);
  assertEquals(outbox.read(0).refusals, 255);
  assertEquals(outbox.read(1).refusals, 0);
});

Deno.test("Outbox agrees with a plain list over random additions and removals", () => {
  const operation = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ remove: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 20 }) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const outbox = createOutbox(1000);
      let expected: number[] = [];
      let last = 0;
      for (const step of operations) {
        if ("add" in step) {
          last += step.add;
          outbox.add(reading(last));
          expected.push(last);
        } else {
          outbox.remove(step.remove.toSorted((a, b) => a - b));
          expected = expected.filter((n) => !step.remove.includes(n));
        }
        assertEquals(numbers(outbox), expected);
      }
    }),
    { seed: 20260101 },
  );
});
