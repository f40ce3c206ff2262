/** One record a stored reading, however often the same forgery comes again. */
import { assertEquals } from "@std/assert";
import { CLOCK_WRONG } from "../../../server/domain/reading.ts";
import { Conflicts } from "../../../server/store/conflicts.ts";
import { inMemory, watched } from "./kv.ts";
import { METER, reading } from "./readings.ts";

const conflictAt = (n: number, milliwattHours: number) => ({
  stored: reading({ n }),
  refused: reading({ n, milliwattHours }),
});

const withConflicts = (name: string, test: (conflicts: Conflicts) => Promise<void>): void =>
  Deno.test(name, () => inMemory((kv) => test(new Conflicts(kv))));

withConflicts(
  "Conflicts.record() keeps the first time of a repeated conflict",
  async (conflicts) => {
    const conflict = conflictAt(5, 7);
    await conflicts.record(METER, 0, [conflict], 100);
    const marked = { ...conflict.refused, quality: CLOCK_WRONG, skew: 9 };
    await conflicts.record(METER, 0, [{ ...conflict, refused: marked }], 200);
    assertEquals(await conflicts.of(METER, 10), [{ ...conflict, channel: 0, seenAt: 100 }]);
  },
);

withConflicts(
  "Conflicts.record() shows the latest content under the first time",
  async (conflicts) => {
    await conflicts.record(METER, 0, [conflictAt(5, 7)], 100);
    await conflicts.record(METER, 0, [conflictAt(5, 8)], 200);
    assertEquals(await conflicts.of(METER, 10), [{ ...conflictAt(5, 8), channel: 0, seenAt: 100 }]);
  },
);

withConflicts(
  "Conflicts.of() lists one meter's, by channel and number, up to a limit",
  async (conflicts) => {
    await conflicts.record("f123456789abcdef", 0, [conflictAt(1, 1)], 1);
    for (const [channel, n] of [[1, 3], [0, 300], [0, 4]]) {
      await conflicts.record(METER, channel, [conflictAt(n, 1)], 1);
    }
    const places = async (limit: number, ...from: number[]) =>
      (await conflicts.of(METER, limit, ...from)).map(({ channel, stored }) => [channel, stored.n]);
    assertEquals(await places(10), [[0, 4], [0, 300], [1, 3]]);
    assertEquals(await places(2), [[0, 4], [0, 300]]);
    assertEquals(await places(2, 0, 5), [[0, 300], [1, 3]]);
    assertEquals(await places(2, 1, 0), [[1, 3]]);
    assertEquals(await conflicts.of("0000000000000000", 10), []);
  },
);

Deno.test("Conflicts.record() writes those of a whole upload in two atomics", async () => {
  await inMemory(async (kv) => {
    const changes: number[] = [];
    const conflicts = new Conflicts(watched(kv, (seen) => {
      changes.push(seen.changes);
      return "commits";
    }));
    const found = Array.from({ length: 1_000 }, (_, i) => conflictAt(i + 1, 7));
    for (let times = 0; times < 2; times++) await conflicts.record(METER, 0, found, 100);
    assertEquals(changes, [500, 500]);
    assertEquals((await conflicts.of(METER, 2_000)).length, 1_000);
  });
});
