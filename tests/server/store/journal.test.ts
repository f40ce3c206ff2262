/** The journal's values: what they bring back, how large they become, that damage is refused. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Reading } from "../../../server/domain/reading.ts";
import { JournalWriter, Replay, replay, setJournal } from "../../../server/store/journal.ts";
import { journalKey } from "../../../server/store/keys.ts";
import { OpenParts } from "../../../server/store/open-parts.ts";
import { anyReadings, reading, SERIES, seriesNamed, steady } from "./readings.ts";

const SEED = 20260414;
const MAX_VALUE_BYTES = 65_536;

const valuesOf = (write: (journal: JournalWriter) => void): Uint8Array[] => {
  const journal = new JournalWriter();
  write(journal);
  return journal.finish();
};

const replayed = (values: Uint8Array[]): OpenParts => {
  const open = new OpenParts();
  const journal = new Replay(open);
  for (const value of values) journal.take(value);
  journal.finish();
  return open;
};

const everything = (open: OpenParts): Record<string, [number, Reading[]]> =>
  Object.fromEntries(
    [...open.series()].map((
      series,
    ) => [series, [open.sealedThrough(series), open.readings(series)]]),
  );

/** Readings of which each is as unlike the one before as it can be. */
const unlike = (count: number): Reading[] =>
  Array.from({ length: count }, (_, i) =>
    reading({
      n: 1 + 4_000_000 * i,
      time: i % 2 ? Number.MAX_SAFE_INTEGER : 1,
      milliwattHours: i % 2 ? Number.MAX_SAFE_INTEGER : 2 ** 52,
      quality: i % 2 ? 0x3ff : 0x200,
      skew: i % 2 ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER,
    }));

Deno.test("Replay brings back what was written, whatever the order of records", () => {
  const anyRecord = fc.record({
    series: fc.nat(3).map(seriesNamed),
    readings: anyReadings(25),
    kind: fc.constantFrom("readings", "readings", "sealed", "snapshot"),
  });
  fc.assert(
    fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 20 }), (records) => {
      const direct = new OpenParts();
      const values = valuesOf((journal) => {
        for (const { series, readings, kind } of records) {
          const { n } = readings[readings.length >> 1];
          if (kind === "sealed") direct.seal(series, 2 * n, n);
          else direct.add(series, readings);
          if (kind === "readings") journal.readings(series, readings);
          else if (kind === "sealed") journal.sealed(series, 2 * n, n);
          else journal.snapshot(series, direct);
        }
      });
      assertEquals(everything(replayed(values)), everything(direct));
    }),
    { seed: SEED, numRuns: 200 },
  );
});

const LARGE: { what: string; write: (journal: JournalWriter) => void }[] = [
  { what: "100,000 readings of one series", write: (to) => to.readings(SERIES, steady(100_000)) },
  { what: "readings that do not pack", write: (to) => to.readings(SERIES, unlike(1_000)) },
  {
    what: "many small records",
    write: (to) => steady(20_000).forEach((one, i) => to.readings(seriesNamed(i), [one])),
  },
  {
    what: "records just below the limit",
    write: (to) => {
      for (let i = 0; i < 30; i++) to.readings(seriesNamed(i), unlike(950 + i));
    },
  },
];

for (const { what, write } of LARGE) {
  Deno.test(`JournalWriter keeps each value below the database's limit with ${what}`, () => {
    const sizes = valuesOf(write).map((value) => value.length);
    assert(sizes.length > 0);
    assert(sizes.every((size) => size <= MAX_VALUE_BYTES), `${sizes}`);
  });
}

Deno.test("JournalWriter writes nothing where there is nothing to write", () => {
  assertEquals(valuesOf(() => {}), []);
  assertEquals(valuesOf((journal) => journal.readings(SERIES, [])), []);
});

Deno.test("Replay.take() refuses a value with any single bit turned", () => {
  const [value] = valuesOf((journal) => journal.readings(SERIES, steady(20)));
  for (let bit = 0; bit < value.length * 8; bit++) {
    const damaged = value.slice();
    damaged[bit >> 3] ^= 1 << (bit & 7);
    assertThrows(() => new Replay(new OpenParts()).take(damaged), Error, "checksum");
  }
});

Deno.test("Replay.take() refuses a value that was cut short", () => {
  const [value] = valuesOf((journal) => journal.readings(SERIES, steady(20)));
  for (let length = 0; length < value.length; length++) {
    assertThrows(() => new Replay(new OpenParts()).take(value.slice(0, length)), Error);
  }
});

const inMemory = async (test: (kv: Deno.Kv) => Promise<void>): Promise<void> => {
  const kv = await Deno.openKv(":memory:");
  try {
    await test(kv);
  } finally {
    kv.close();
  }
};

Deno.test("replay() tells where the journal begins, ends, and how much it holds", () =>
  inMemory(async (kv) => {
    assertEquals(await replay(kv, new OpenParts()), { first: 1, next: 1, bytes: 0 });
    const [value] = valuesOf((journal) => journal.readings(SERIES, steady(3)));
    const atomic = kv.atomic();
    for (const sequence of [41, 42, 255, 256, 70_000]) setJournal(atomic, sequence, value);
    await atomic.commit();
    const open = new OpenParts();
    const length = await replay(kv, open);
    assertEquals(length, { first: 41, next: 70_001, bytes: 5 * value.length });
    assertEquals(open.readings(SERIES), steady(3));
  }));

Deno.test("replay() names the value that it cannot read", () =>
  inMemory(async (kv) => {
    await kv.set(journalKey(12), new Uint8Array(30));
    await assertRejects(
      () => replay(kv, new OpenParts()),
      Error,
      "Cannot read journal value 12: its checksum does not match",
    );
  }));
