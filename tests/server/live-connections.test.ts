/** Readers of the live feed that are slow, gone, too many or no longer allowed; heartbeats, the end. */
import { assert, assertEquals } from "@std/assert";
import { Admission } from "../../server/live/admission.ts";
import { InjectedError } from "../simulation/faulty-kv.ts";
import { ANA, at720W, BIA, METER_A, METER_B, onLive, Reader } from "./live-readers.ts";

const TOO_SLOW: [number, string] = [1013, "too slow"];

onLive("a reader that is too slow is disconnected, and no other one notices", async (live) => {
  const slow = await live.reader(ANA, BIA);
  const fast = await live.reader(ANA);
  slow.bufferedBytes = 256 * 1024 + 1;
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  assertEquals([slow.closed, slow.texts.length], [TOO_SLOW, 0]);
  assertEquals([fast.closed, fast.texts.length], [undefined, 1]);
  assertEquals(live.feed.stats(), { connections: 1, points: 1 });
});

onLive("a reader within the limit stays", async (live) => {
  const reader = await live.reader(ANA);
  reader.bufferedBytes = 256 * 1024;
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  assertEquals([reader.closed, reader.texts.length], [undefined, 1]);
});

onLive("a reader of a silent point that reads nothing is found by the heartbeat", async (live) => {
  const slow = await live.reader(ANA);
  slow.bufferedBytes = 300_000;
  live.timers.elapse(20_000);
  assertEquals(slow.closed, TOO_SLOW);
});

onLive("a connection that is over takes nobody else along", async (live) => {
  const [broken, other] = [await live.reader(ANA), await live.reader(ANA)];
  broken.isBroken = true;
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  assertEquals(other.texts.length, 1);
  assertEquals(live.feed.stats().connections, 1);
});

onLive("every 20 s all are told that the feed is alive", async (live) => {
  const readers = [await live.reader(ANA), await live.reader(BIA)];
  assertEquals(live.timers.repeated.map(({ ms }) => ms), [20_000, 30_000]);
  live.timers.elapse(20_000);
  live.now += 20;
  live.timers.elapse(20_000);
  for (const reader of readers) {
    assertEquals(reader.messages, [
      { heartbeat: "2026-06-01T00:01:00Z" },
      { heartbeat: "2026-06-01T00:01:20Z" },
    ]);
  }
});

onLive("who has left is told nothing more, and leaves no trace", async (live, store) => {
  const [ana, both] = [await live.reader(ANA), await live.reader(ANA, BIA)];
  assertEquals([store.followers.seriesCount, live.feed.stats().points], [4, 2]);
  both.leave();
  both.leave();
  assertEquals([store.followers.seriesCount, live.feed.stats().points], [2, 1]);
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  assertEquals([ana.texts.length, both.texts.length], [1, 0]);
  ana.leave();
  assertEquals(store.followers.seriesCount, 0);
  assertEquals(live.feed.stats(), { connections: 0, points: 0 });
});

onLive("who leaves before the meter is known leaves no trace", async (live, store) => {
  const subscribed = live.feed.subscribe({ points: [ANA], connection: new Reader() });
  assert(subscribed.ok);
  subscribed.value();
  await live.settle();
  assertEquals(store.followers.seriesCount, 0);
});

onLive("a connection takes up to 100 points, each once", async (live) => {
  const points = Array.from({ length: 101 }, (_, i) => `${i}`);
  const refused = live.feed.subscribe({ points, connection: new Reader() });
  assert(!refused.ok);
  assertEquals(refused.kind, "invalid");
  const twice = await live.reader(ANA, ANA);
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  assertEquals(twice.texts.length, 1);
});

onLive("the feed follows no more points than it may", async (live) => {
  await live.reader(ANA, BIA);
  const refused = live.feed.subscribe({ points: ["c"], connection: new Reader() });
  assert(!refused.ok);
  assertEquals(refused.kind, "unavailable");
  await live.reader(BIA);
}, { limits: { pointsAConnection: 100, points: 2 } });

onLive("who is no longer allowed is disconnected, who cannot be checked is not", async (live) => {
  const answers = [() => Promise.resolve(true), () => Promise.resolve(false), fail];
  const connections = answers.map((mayStay) => {
    const connection = new Reader();
    assert(live.feed.subscribe({ points: [ANA], connection, mayStay }).ok);
    return connection;
  });
  live.timers.elapse(30_000);
  await live.settle();
  assertEquals(connections.map(({ closed }) => closed?.[0]), [undefined, 1008, undefined]);
  assertEquals(live.feed.stats().connections, 2);
}, { over: { report: () => {} } });

const fail = () => Promise.reject(new InjectedError("the read failed"));

onLive("a point whose meter cannot be looked up is looked up again", async (live) => {
  answer = fail;
  const reader = await live.reader(BIA);
  answer = () => Promise.resolve({ meterId: METER_B, from: 0 });
  live.timers.elapse(30_000);
  await live.settle();
  await live.stored(METER_B, [at720W(1)]);
  live.timers.turn();
  assertEquals(reader.texts.length, 1);
}, { over: { assignmentOf: () => answer(), report: () => {} } });

let answer: () => Promise<{ meterId: string; from: number }> = fail;

onLive("an answer that was overtaken by a later one counts no more", async (live, store) => {
  const answers: ((meterId: string) => void)[] = [];
  answer = () => new Promise((resolve) => answers.push((meterId) => resolve({ meterId, from: 0 })));
  const reader = new Reader();
  assert(live.feed.subscribe({ points: [ANA], connection: reader }).ok);
  live.feed.changed(ANA);
  answers[1](METER_B);
  answers[0](METER_A);
  await live.settle();
  await live.stored(METER_A, [at720W(1)]);
  await live.stored(METER_B, [at720W(2)]);
  live.timers.turn();
  assertEquals(reader.messages.map(({ meter }) => meter), [METER_B]);
  assertEquals(store.followers.seriesCount, 2);
}, { over: { assignmentOf: () => answer() } });

onLive("when the server stops all are told to go, and nobody comes", async (live, store) => {
  const readers = [await live.reader(ANA), await live.reader(ANA, BIA)];
  await live.stored(METER_A, [at720W(1)]);
  live.feed.close();
  live.timers.turn();
  assertEquals(readers.map(({ closed, texts }) => [closed?.[0], texts.length]), [[1001, 0], [
    1001,
    0,
  ]]);
  assertEquals(live.timers.repeated, []);
  assertEquals(store.followers.seriesCount, 0);
  const refused = live.feed.subscribe({ points: [ANA], connection: new Reader() });
  assert(!refused.ok);
  assertEquals(refused.kind, "unavailable");
});

Deno.test("Admission.admit() takes so many connections of an owner, again once one is over", () => {
  const admission = new Admission("live connections", 5_000);
  const admitted = [1, 2].map(() => admission.admit("key", 2));
  const refused = admission.admit("key", 2);
  assert(!refused.ok);
  assertEquals(refused.kind, "tooMany");
  assert(admission.admit("other key", 2).ok);
  const [first] = admitted;
  assert(first.ok);
  first.value();
  first.value();
  assertEquals(admission.total, 2);
  assert(admission.admit("key", 2).ok);
  assert(!admission.admit("key", 2).ok);
});

Deno.test("Admission.admit() takes so many connections altogether, and forgets who is gone", () => {
  const admission = new Admission("live connections", 3);
  const admitted = ["a", "b", "c"].map((owner) => admission.admit(owner, 5));
  const refused = admission.admit("d", 5);
  assert(!refused.ok);
  assertEquals([refused.kind, refused.retryAfterSeconds], ["unavailable", 30]);
  for (const one of admitted) if (one.ok) one.value();
  assertEquals([admission.total, admission.owners], [0, 0]);
});
