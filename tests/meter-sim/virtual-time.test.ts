import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { createVirtualTime } from "../../meter-sim/virtual-time.ts";

Deno.test("VirtualTime.runNext() moves to the next event and runs it", () => {
  const time = createVirtualTime(1000);
  const ran: number[] = [];
  time.schedule(500, () => ran.push(time.now()));
  time.schedule(20, () => ran.push(time.now()));
  assertEquals(time.now(), 1000);
  assert(time.runNext());
  assert(time.runNext());
  assertFalse(time.runNext());
  assertEquals(ran, [1020, 1500]);
  assertEquals(time.now(), 1500);
});

Deno.test("VirtualTime.schedule() gives a cancellation, harmless afterwards and twice", () => {
  const time = createVirtualTime(0);
  const ran: string[] = [];
  const cancelFirst = time.schedule(1, () => ran.push("first"));
  const cancelSecond = time.schedule(2, () => ran.push("second"));
  cancelFirst();
  cancelFirst();
  assert(time.runNext());
  cancelSecond();
  assertFalse(time.runNext());
  assertEquals(ran, ["second"]);
  assertEquals(time.now(), 2);
});

Deno.test("VirtualTime.schedule() never runs an event in the past or before those due", () => {
  const time = createVirtualTime(100);
  const ran: string[] = [];
  time.schedule(0, () => {
    ran.push("first");
    time.schedule(-50, () => ran.push("third"));
  });
  time.schedule(0, () => ran.push("second"));
  while (time.runNext()) assertEquals(time.now(), 100);
  assertEquals(ran, ["first", "second", "third"]);
});

Deno.test("VirtualTime runs events by time, then as scheduled", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ delayMs: fc.nat(20), isCancelled: fc.boolean() }), { maxLength: 200 }),
      (events) => {
        const time = createVirtualTime(0);
        const ran: number[] = [];
        const cancels = events.map(({ delayMs }, i) => time.schedule(delayMs, () => ran.push(i)));
        events.forEach(({ isCancelled }, i) => isCancelled && cancels[i]());
        while (time.runNext()) assertEquals(time.now(), events[ran[ran.length - 1]].delayMs);
        const expected = events.flatMap(({ isCancelled }, i) => isCancelled ? [] : [i])
          .sort((a, b) => events[a].delayMs - events[b].delayMs || a - b);
        assertEquals(ran, expected);
      },
    ),
    { seed: 20260105 },
  );
});
