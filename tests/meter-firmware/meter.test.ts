import { assert, assertEquals } from "@std/assert";
import {
  FLAG_BACKLOG,
  FLAG_CLOCK_SET,
  FLAG_TAMPER,
  QUALITY_FIRST_AFTER_BOOT,
  QUALITY_OLDER_CHECKPOINT,
  QUALITY_TAMPER,
  QUALITY_TIME_ESTIMATED,
  tagIsValid,
} from "../../meter-firmware/protocol/datagram.ts";
import { createBench, createFlash, KEY, METER, POWER_UP_TIME } from "./bench.ts";
import { serverSign } from "./signers.ts";

Deno.test("createMeter() sends a signed reading of what was counted, every interval", () => {
  const bench = createBench();
  bench.meter.add(1200);
  bench.run(1000);
  assert(tagIsValid(bench.sent[0].bytes, serverSign(KEY)));
  assertEquals(bench.lastReport(), {
    keyId: 3,
    channel: 0,
    flags: 0,
    meter: METER,
    sentAt: 0,
    readings: [{ n: 1, time: 0, milliwattHours: 1200, quality: QUALITY_FIRST_AFTER_BOOT }],
  });
  bench.answer();
  bench.meter.add(34);
  bench.run(5000);
  assertEquals(bench.sent.length, 2);
  assertEquals(bench.lastReport().readings, [
    { n: 2, time: POWER_UP_TIME + 6, milliwattHours: 1234, quality: 0 },
  ]);
});

Deno.test("createMeter() takes its first reading at a random moment of the first interval", () => {
  const bench = createBench({}, createFlash(), () => 0.7);
  bench.run(3000);
  assertEquals(bench.sent.length, 0);
  bench.run(1000);
  assertEquals(bench.sent.length, 1);
});

Deno.test("createMeter() goes on from flash after a boot and says that pulses may be missing", () => {
  const before = createBench();
  before.meter.add(500);
  before.run(1000);
  before.meter.add(40);
  before.run(30000);
  const after = createBench({}, before.flash);
  after.run(1000);
  assertEquals(after.lastReport().readings, [{
    n: 129,
    time: 0,
    milliwattHours: 500,
    quality: QUALITY_FIRST_AFTER_BOOT | QUALITY_OLDER_CHECKPOINT,
  }]);
  after.answer();
  after.turns(1);
  assertEquals(after.lastReport().readings[0].quality, 0);
});

Deno.test("Meter.tick() takes no reading until a number can be reserved", () => {
  const bench = createBench();
  bench.flash.next = "failed";
  bench.meter.add(900);
  bench.run(60000);
  assertEquals(bench.sent.length, 0);
  assertEquals(bench.meter.status().waiting, 0);
  bench.flash.next = "stored";
  bench.run(5000);
  assertEquals(bench.lastReport().readings[0].n, 1);
  assertEquals(bench.lastReport().readings[0].milliwattHours, 900);
});

Deno.test("Meter.tick() skips what it slept through instead of making up for it", () => {
  const bench = createBench();
  bench.run(1000);
  bench.sleep(60000);
  bench.run(4000);
  assertEquals(bench.meter.status().lastNumber, 2);
});

Deno.test("createMeter() sends the oldest that wait, 64 readings at most, and says that more do", () => {
  const bench = createBench();
  bench.run(1001000);
  bench.answer();
  const waiting = bench.meter.status().waiting;
  assert(waiting > 70, `${waiting} wait`);
  bench.run(5000);
  const report = bench.lastReport();
  assertEquals(report.readings.length, 64);
  assertEquals(report.flags, FLAG_CLOCK_SET | FLAG_BACKLOG);
  assertEquals(report.readings[63].n, bench.meter.status().lastNumber);
  bench.answer();
  bench.turns(3);
  assertEquals(bench.meter.status().waiting, 0);
  assertEquals(bench.lastReport().flags, FLAG_CLOCK_SET);
});

Deno.test("createMeter() stays with the way that was answered", () => {
  const bench = createBench({ intervalSeconds: 60 });
  bench.run(360000);
  assertEquals(bench.sent.map(({ way }) => way), ["udp", "udp", "udp", "udp", "udp", "http"]);
  bench.answer();
  bench.run(60000);
  assertEquals(bench.sent[6].way, "http");
  bench.answer({}, bench.sent[4]);
  bench.run(60000);
  assertEquals(bench.sent[7].way, "udp");
});

Deno.test("createMeter() keeps within its outbox through any outage", () => {
  const bench = createBench({ outboxCapacity: 10 });
  bench.run(3600000);
  assertEquals(bench.meter.status().waiting, 10);
  assertEquals(bench.meter.status().lastNumber, 720);
});

Deno.test("createMeter() estimates times from before the clock was set, unless already sent", () => {
  const bench = createBench();
  bench.run(16000);
  assertEquals(bench.reports().map(({ readings }) => readings.length), [1, 2, 4]);
  bench.run(5000);
  bench.answer({}, bench.sent[0]);
  bench.run(5000);
  const times = bench.lastReport().readings.map(({ n, time, quality }) => [n, time, quality]);
  assertEquals(times, [
    [2, 0, 0],
    [3, 0, 0],
    [4, 0, 0],
    [5, POWER_UP_TIME + 21, QUALITY_TIME_ESTIMATED],
    [6, POWER_UP_TIME + 26, 0],
  ]);
});

Deno.test("Meter.tamper() marks reports while open and the reading after, even if closed again", () => {
  const bench = createBench();
  bench.run(1000);
  bench.meter.tamper(true);
  bench.meter.tamper(false);
  bench.run(5000);
  assertEquals(bench.lastReport().readings.at(-1)?.quality, QUALITY_TAMPER);
  assertEquals(bench.lastReport().flags & FLAG_TAMPER, 0);
  bench.answer();
  bench.run(5000);
  assertEquals(bench.lastReport().readings.at(-1)?.quality, 0);
  bench.answer();
  bench.meter.tamper(true);
  bench.run(5000);
  bench.answer();
  bench.run(5000);
  assertEquals(bench.lastReport().readings.at(-1)?.quality, QUALITY_TAMPER);
  assertEquals(bench.lastReport().flags & FLAG_TAMPER, FLAG_TAMPER);
});
