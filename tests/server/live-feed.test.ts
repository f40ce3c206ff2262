/** What a reader of the live feed is told, in which order, and what not. */
import { assertEquals, assertRejects } from "@std/assert";
import { EmbeddedStore } from "../../server/store/embedded.ts";
import {
  ANA,
  at720W,
  BIA,
  Live,
  METER_A,
  METER_B,
  METER_C,
  onLive,
  type Reader,
} from "./live-readers.ts";
import { failTest, type Fate, inMemory, watched } from "./store/kv.ts";
import { START } from "./store/readings.ts";

const ns = (messages: { energyWh: number }[]) => messages.map(({ energyWh }) => energyWh);

onLive("a reading is told once it is stored, with the power since the one before", async (live) => {
  const reader = await live.reader(ANA);
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  await live.stored(METER_A, [at720W(2)]);
  live.timers.turn();
  const message = { point: ANA, meter: METER_A };
  assertEquals(reader.messages, [
    { ...message, time: "2026-06-01T00:00:05Z", energyWh: 1, powerW: null },
    { ...message, time: "2026-06-01T00:00:10Z", energyWh: 2, powerW: 720 },
  ]);
});

onLive("the register is told exactly, however large", async (live) => {
  const reader = await live.reader(ANA);
  await live.stored(METER_A, [{ n: 1, milliwattHours: 9_007_199_254_740_991 }]);
  live.timers.turn();
  assertEquals(reader.texts[0].includes('"energyWh":9007199254740.991,'), true, reader.texts[0]);
});

onLive("the second register of a meter says that it is", async (live) => {
  const reader = await live.reader(ANA);
  await live.stored(METER_A, [at720W(7)], 1);
  live.timers.turn();
  assertEquals(reader.messages.map(({ channel, energyWh }) => [channel, energyWh]), [[1, 7]]);
});

onLive("what counts elsewhere is not told", async (live) => {
  const reader = await live.reader(ANA);
  await live.stored(METER_B, [at720W(1)]);
  live.timers.turn();
  assertEquals(reader.messages, []);
});

onLive("readings that come late are not told", async (live) => {
  const reader = await live.reader(ANA);
  for (const n of [5, 3, 4, 9, 1, 8]) {
    await live.stored(METER_A, [at720W(n)]);
    live.timers.turn();
  }
  assertEquals(ns(reader.messages), [5, 9]);
});

onLive("a reading that came late still tells what power there is", async (live) => {
  const reader = await live.reader(ANA);
  await live.stored(METER_A, [{ ...at720W(1), milliwattHours: 0 }]);
  await live.stored(METER_A, [at720W(4)]);
  await live.stored(METER_A, [at720W(3)]);
  live.timers.turn();
  assertEquals(reader.messages.map(({ powerW }) => powerW), [720]);
});

onLive("of a report with 64 readings the newest is told", async (live) => {
  const reader = await live.reader(ANA);
  await live.stored(METER_A, Array.from({ length: 64 }, (_, i) => at720W(i + 1)));
  live.timers.turn();
  assertEquals(ns(reader.messages), [64]);
  assertEquals(reader.messages[0].powerW, 720);
});

onLive("of readings that come faster than they can be told the newest is told", async (live) => {
  const reader = await live.reader(ANA);
  for (let n = 1; n <= 20; n++) await live.stored(METER_A, [at720W(n)]);
  live.timers.turn();
  assertEquals(ns(reader.messages), [20]);
});

onLive("readings that are sent again are not told again", async (live) => {
  const reader = await live.reader(ANA);
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  assertEquals(ns(reader.messages), [1]);
});

Deno.test("a commit that fails is not told", () =>
  inMemory(async (kv) => {
    let fate: Fate = "fails unwritten";
    const store = await EmbeddedStore.open(watched(kv, () => fate), failTest);
    const live = new Live(store, store);
    const reader = await live.reader(ANA);
    await assertRejects(() => live.stored(METER_A, [at720W(1)]));
    live.timers.turn();
    assertEquals(reader.messages, []);
    fate = "commits";
    await live.stored(METER_A, [at720W(1)]);
    live.timers.turn();
    assertEquals(ns(reader.messages), [1]);
    live.feed.close();
  }));

onLive("nothing is told before the commit, nor while it acknowledges", async (live) => {
  const reader = await live.reader(ANA);
  await live.stored(METER_A, [at720W(1)]);
  assertEquals(reader.messages, []);
  live.timers.turn();
  assertEquals(ns(reader.messages), [1]);
});

onLive("who comes is told how it stands, with the power only while it is fresh", async (live) => {
  await live.stored(METER_A, [at720W(1), at720W(2)]);
  const early = await live.reader(ANA);
  assertEquals(early.messages.map(({ energyWh, powerW }) => [energyWh, powerW]), [[2, 720]]);
  live.now += 3600;
  const late = await live.reader(ANA);
  assertEquals(late.messages.map(({ energyWh, powerW }) => [energyWh, powerW]), [[2, null]]);
  assertEquals(early.messages.length, 1);
});

onLive("who comes between a reading and its telling is told once", async (live) => {
  await live.reader(ANA);
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  await live.stored(METER_A, [at720W(2)]);
  const reader = await live.reader(ANA);
  assertEquals(ns(reader.messages), [2]);
});

onLive(
  "a fall of the register tells no power, nor does climbing all of it at once",
  async (live) => {
    const reader = await live.reader(ANA);
    const registers = [7_000, 8_000, 2_000, 3_000, 9_000, 10_000];
    for (const [i, milliwattHours] of registers.entries()) {
      await live.stored(METER_A, [{ ...at720W(i + 1), milliwattHours }]);
      live.timers.turn();
    }
    const watts = reader.messages.map(({ powerW }) => powerW);
    assertEquals(watts, [null, 720, null, 720, null, 720]);
  },
);

onLive("an exchange of the meter is followed as soon as it is known", async (live) => {
  const reader = await live.reader(ANA);
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  live.assignments.set(ANA, { meterId: METER_C, from: START + 10 });
  live.feed.changed(ANA);
  await live.settle();
  await live.stored(METER_A, [at720W(2)]);
  await live.stored(METER_C, [{ n: 1, time: START + 10, milliwattHours: 5 }]);
  live.timers.turn();
  assertEquals(reader.messages.map(({ meter }) => meter), [METER_A, METER_C]);
});

onLive("an exchange that another server made is followed before long", async (live, store) => {
  const reader = await live.reader(ANA);
  live.assignments.set(ANA, { meterId: METER_C, from: 0 });
  live.timers.elapse(30_000);
  await live.settle();
  await live.stored(METER_C, [at720W(1)]);
  live.timers.turn();
  assertEquals(reader.messages.map(({ meter }) => meter), [METER_C]);
  assertEquals(store.followers.seriesCount, 2);
});

onLive("a reading that waits to be told when its meter goes is not told", async (live) => {
  const reader = await live.reader(ANA);
  await live.stored(METER_A, [at720W(1)]);
  live.assignments.delete(ANA);
  live.feed.changed(ANA);
  await live.settle();
  assertEquals(reader.messages, []);
});

onLive("what a meter read before it came to the point is not told", async (live) => {
  await live.stored(METER_C, [at720W(1)]);
  live.assignments.set(ANA, { meterId: METER_C, from: START + 20 });
  const reader = await live.reader(ANA);
  assertEquals(reader.messages, []);
  await live.stored(METER_C, [at720W(4)]);
  live.timers.turn();
  assertEquals(ns(reader.messages), [4]);
});

onLive("whatever else happens at a point is told to those who watch it", async (live) => {
  const [ana, both] = [await live.reader(ANA), await live.reader(ANA, BIA)];
  const message = { point: BIA, sensor: "s1", time: "2026-06-01T00:00:00Z", temperature: 21.5 };
  live.feed.publish(BIA, message);
  live.feed.publish("c".repeat(16), message);
  assertEquals([ana.messages, both.messages], [[], [message]]);
});

onLive("more series than one turn tells are told in the next", async (live) => {
  const meters = Array.from({ length: 501 }, (_, i) => `${i}`.padStart(16, "0"));
  const points = meters.map((id) => `f${id.slice(1)}`);
  points.forEach((id, i) => live.assignments.set(id, { meterId: meters[i], from: 0 }));
  const readers: Reader[] = [];
  for (let at = 0; at < 501; at += 100) {
    readers.push(await live.reader(...points.slice(at, at + 100)));
  }
  for (const meter of meters) await live.stored(meter, [at720W(1)]);
  const told = () => readers.reduce((sum, { texts }) => sum + texts.length, 0);
  live.timers.turn();
  assertEquals(told(), 500);
  live.timers.turn();
  assertEquals(told(), 501);
});

onLive("a text is made once for all who watch a point", async (live) => {
  const readers = [await live.reader(ANA), await live.reader(ANA)];
  made = 0;
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  assertEquals([made, readers.map(({ texts }) => texts)], [1, [["1"], ["1"]]]);
}, { over: { readingText: () => `${++made}` } });

let made = 0;
