import { assertEquals } from "@std/assert";
import { acknowledge, createBench, POWER_UP_TIME } from "./bench.ts";

Deno.test("Meter.receive() forgets what the server stored", () => {
  const bench = createBench();
  bench.turns(1);
  assertEquals(bench.meter.status().waiting, 0);
});

Deno.test("Meter.receive() takes no notice of what is not the answer to its own report", () => {
  const bench = createBench();
  bench.run(1000);
  const before = bench.meter.status();
  const answer = acknowledge(bench.lastReport());
  for (let bit = 0; bit < 8 * answer.length; bit++) {
    const damaged = answer.slice();
    damaged[bit >> 3] ^= 1 << (bit & 7);
    bench.meter.receive(damaged);
  }
  bench.answer({ meter: "0123456789abcdee" });
  bench.answer({ keyId: 4 });
  bench.answer({ echo: 2 });
  bench.meter.receive(bench.sent[0].bytes);
  bench.meter.receive(new Uint8Array(0));
  assertEquals(bench.meter.status(), before);
  bench.meter.receive(answer);
  assertEquals(bench.meter.status().waiting, 0);
});

Deno.test("Meter.receive() takes an answer once: repeated, it cannot turn back the clock", () => {
  const bench = createBench();
  bench.turns(1);
  const first = acknowledge(bench.lastReport(), { serverTime: POWER_UP_TIME + 1 });
  bench.turns(100);
  bench.meter.receive(first);
  bench.turns(1);
  assertEquals(bench.lastReport().sentAt, POWER_UP_TIME + 506);
});

Deno.test("Meter.receive() lets a late answer settle its own report only", () => {
  const bench = createBench();
  bench.run(1000);
  bench.run(5000);
  assertEquals(bench.lastReport().readings.map(({ n }) => n), [1, 2]);
  bench.answer({}, bench.sent[0]);
  assertEquals(bench.meter.status().waiting, 1);
  bench.answer();
  assertEquals(bench.meter.status().waiting, 0);
});

Deno.test("Meter.receive() remembers the last eight reports and none before", () => {
  const bench = createBench({ intervalSeconds: 60 });
  bench.run(540000);
  assertEquals(bench.sent.length, 9);
  bench.answer({}, bench.sent[0]);
  assertEquals(bench.meter.status().waiting, 9);
  bench.answer({}, bench.sent[1]);
  assertEquals(bench.meter.status().waiting, 7);
});

Deno.test("Meter.receive() takes over the interval that the server wants, within 1 s to 1 h", () => {
  const bench = createBench({ intervalSeconds: 3600 });
  const answered = (intervalSeconds: number): number => {
    bench.run(1000 * bench.meter.status().intervalSeconds);
    bench.answer({ intervalSeconds });
    return bench.meter.status().intervalSeconds;
  };
  assertEquals(answered(10), 10);
  assertEquals(answered(0), 10);
  assertEquals(answered(65535), 3600);
  assertEquals(answered(1), 1);
});
