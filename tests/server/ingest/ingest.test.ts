/** Who gets a place in the queue and in a commit, over a store that notes its batches. */
import { assert, assertEquals } from "@std/assert";
import { encodeReport } from "../../../meter-firmware/protocol/datagram.ts";
import {
  type DatagramOutcome,
  DEFAULT_INGEST_LIMITS,
  Ingest,
  type IngestParts,
} from "../../../server/ingest/ingest.ts";
import type { Reading } from "../../../server/domain/reading.ts";
import { signWith } from "../../../server/ingest/sign.ts";
import type { Append, Conflict, ReadingStore } from "../../../server/store/store.ts";

const METER = "0123456789abcdef";
const NOW = 1_800_000_000;
const KEY = new Uint8Array(32);
const sign = signWith(KEY);

class Bench implements AsyncDisposable {
  readonly batches: Append[][] = [];
  readonly outcomes: DatagramOutcome[] = [];
  readonly refused: DatagramOutcome[] = [];
  readonly ingest: Ingest;

  constructor(
    parts: Partial<IngestParts> = {},
    limits: Partial<typeof DEFAULT_INGEST_LIMITS> = {},
  ) {
    const store = {
      append: (batch: Append[]) => this.#append(batch),
      maintain: () => false,
      reader: { newest: () => Promise.resolve(this.stored) },
    };
    this.ingest = new Ingest({
      store: store as unknown as ReadingStore,
      findKey: () => ({ key: KEY, unconfirmed: false }),
      confirmKey: () => Promise.resolve(),
      recordConflicts: () => Promise.resolve(),
      recordFalls: () => Promise.resolve(),
      now: () => NOW,
      linger: () => Promise.resolve(),
      timed: (commit) => commit(),
      report: () => {},
      refused: (outcome) => this.refused.push(outcome),
      ...parts,
    }, { ...DEFAULT_INGEST_LIMITS, ...limits });
  }

  conflicts: Conflict[] = [];
  /** The last reading of any series. */
  stored: Reading[] = [];

  send(bytes: Uint8Array): void {
    this.ingest.take(bytes, (outcome) => this.outcomes.push(outcome));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ingest.close();
  }

  #append(batch: Append[]) {
    this.batches.push(batch);
    const { conflicts } = this;
    return Promise.resolve(
      batch.map(({ readings }) => ({
        stored: readings.length,
        duplicates: 0,
        conflicts,
        mayFall: false,
      })),
    );
  }
}

const readingsFrom = (n: number, count: number, time = NOW) =>
  Array.from({ length: count }, (_, i) => ({
    n: n + i,
    time,
    milliwattHours: 1,
    quality: 0,
    skew: 0,
  }));

const report = (n: number, count = 1, meter = METER, time = NOW) =>
  encodeReport({
    keyId: 0,
    channel: 0,
    flags: 0,
    meter,
    sentAt: NOW,
    readings: readingsFrom(n, count, time),
  }, sign);

Deno.test("Ingest gives uploads and datagrams their share of one commit", async () => {
  await using bench = new Bench();
  for (let i = 0; i < 20; i++) {
    bench.ingest.takeReadings("f".repeat(16), 0, readingsFrom(1 + 1_000 * i, 1_000));
    bench.send(report(1 + 64 * i, 64));
  }
  await bench.ingest.close();
  const [first] = bench.batches;
  const sizes = first.map(({ readings }) => readings.length);
  assertEquals(sizes.filter((size) => size === 1_000).length, 5);
  assertEquals(sizes.filter((size) => size === 64).length, 16);
});

Deno.test("Ingest.take() refuses junk at once, so that it pushes no report out", async () => {
  await using bench = new Bench({}, { queuedDatagrams: 2 });
  bench.send(report(1));
  for (let i = 0; i < 5; i++) bench.send(new Uint8Array(50));
  assertEquals(bench.outcomes, Array(5).fill("malformed"));
  await bench.ingest.close();
  assertEquals(bench.ingest.counts.acknowledged, 1);
  assertEquals(bench.refused, bench.outcomes.slice(0, 5));
});

Deno.test("Ingest has one look-up for all unknown meters of a batch, and drops the rest", async () => {
  let calls = 0;
  await using bench = new Bench({
    findKey: () => undefined,
    loadKeys: (wanted) => {
      calls++;
      return Promise.resolve(new Set(wanted.slice(0, 3)));
    },
  });
  for (let i = 0; i < 10; i++) bench.send(report(1, 1, i.toString(16).padStart(16, "0")));
  await bench.ingest.close();
  assertEquals(calls, 1);
  const { unknownMeter, dropped } = bench.ingest.counts;
  assertEquals([unknownMeter, dropped], [3, 7]);
});

Deno.test("Ingest does not acknowledge under a key whose use cannot be recorded", async () => {
  await using bench = new Bench({
    findKey: () => ({ key: KEY, unconfirmed: true }),
    confirmKey: () => Promise.reject(new Error("it is gone")),
  });
  bench.send(report(1));
  await bench.ingest.close();
  assertEquals([bench.outcomes, bench.batches], [["failed"], []]);
});

Deno.test("Ingest records the conflicts of all reports at once, before it answers", async () => {
  const recording: Conflict[][] = [];
  const recorded = Promise.withResolvers<void>();
  await using bench = new Bench({
    recordConflicts: (_meter, _channel, conflicts) => {
      if (recording.push(conflicts) === 3) recorded.resolve();
      assert(bench.outcomes.length === 0);
      return recorded.promise;
    },
  });
  const [stored, refused] = readingsFrom(1, 2);
  bench.conflicts = [{ stored, refused }, { stored, refused }];
  for (let i = 1; i <= 3; i++) bench.send(report(i));
  await bench.ingest.close();
  assertEquals(recording.map(({ length }) => length), [2, 2, 2]);
  assertEquals(bench.outcomes, Array(3).fill("conflict"));
});

/** The times, before now, of reports without times, which come in one batch. */
async function secondsBack(stored: Reading[], reports: Uint8Array[]): Promise<number[]> {
  await using bench = new Bench();
  bench.stored = stored;
  for (const bytes of reports) bench.send(bytes);
  await bench.ingest.close();
  assertEquals(bench.batches.length, 1);
  return bench.batches[0].map(({ readings }) => NOW - readings[0].time);
}

const untimed = (n: number, meter = METER) => report(n, 1, meter, 0);

Deno.test("Ingest places reports without times by those of their series in the same batch", async () => {
  assertEquals(await secondsBack([], [untimed(500), untimed(100)]), [0, 2_000]);
  assertEquals(await secondsBack([], [report(500), untimed(100)]), [0, 2_000]);
  assertEquals(await secondsBack([], [untimed(500), untimed(100, "f".repeat(16))]), [0, 0]);
  const stored = readingsFrom(600, 1, NOW - 50);
  assertEquals(await secondsBack(stored, [untimed(500), untimed(100)]), [550, 2_550]);
});

Deno.test("Ingest.take() keeps a report that came among others by itself", async () => {
  await using bench = new Bench();
  const bytes = new Uint8Array(2_000);
  const one = report(1);
  bytes.set(one);
  bench.send(bytes.subarray(0, one.length));
  bytes.fill(1);
  await bench.ingest.close();
  assertEquals(bench.outcomes, ["acknowledged"]);
});
