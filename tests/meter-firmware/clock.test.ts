import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createClock } from "../../meter-firmware/clock.ts";

Deno.test("createClock() knows no time before the first acknowledgement", () => {
  const clock = createClock();
  assert(!clock.isSet());
  assertEquals(clock.unixSeconds(5000), 0);
});

Deno.test("Clock.unixSeconds() is the server's time and the uptime since", () => {
  const clock = createClock();
  clock.adjust(1000, 4000, 4100);
  assertEquals(clock.unixSeconds(4100), 1000);
  assertEquals(clock.unixSeconds(9100), 1005);
});

Deno.test("Clock.estimate() counts back from the first setting, whatever came later", () => {
  const clock = createClock();
  clock.adjust(1000, 30000, 30000);
  clock.adjust(1500, 40000, 40000);
  assertEquals(clock.estimate(10000), 980);
});

Deno.test("Clock.adjust() leaves the clock alone when the round trip explains the difference", () => {
  const clock = createClock();
  clock.adjust(1000, 0, 0);
  clock.adjust(1010, 10000, 40000);
  assertEquals(clock.unixSeconds(40000), 1040);
});

Deno.test("Clock.adjust() moves the clock forward to what a prompt answer proves", () => {
  const clock = createClock();
  clock.adjust(1000, 0, 20000);
  clock.adjust(1025, 25000, 25100);
  assertEquals(clock.unixSeconds(25100), 1025);
});

Deno.test("Clock.unixSeconds() stands still until a clock that was ahead is caught up", () => {
  const clock = createClock();
  clock.adjust(2000, 0, 0);
  assertEquals(clock.unixSeconds(0), 2000);
  clock.adjust(1000, 10000, 10000);
  assertEquals([20000, 1009000, 1010000].map(clock.unixSeconds), [2000, 2000, 2001]);
});

Deno.test("Clock.unixSeconds() never falls, whatever the server says", () => {
  const step = fc.record({
    serverTime: fc.integer({ min: 1e9, max: 2e9 }),
    elapsed: fc.integer({ min: 0, max: 90000 }),
    roundTrip: fc.integer({ min: 0, max: 90000 }),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const clock = createClock();
      let uptime = 0;
      let latest = 0;
      for (const { serverTime, elapsed, roundTrip } of steps) {
        uptime += elapsed + roundTrip;
        clock.adjust(serverTime, uptime - roundTrip, uptime);
        const time = clock.unixSeconds(uptime);
        assert(time >= latest, `${time} after ${latest}`);
        latest = time;
      }
    }),
    { seed: 20260102 },
  );
});
