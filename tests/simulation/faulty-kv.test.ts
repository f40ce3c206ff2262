/** The failing database itself: what it lets through, and what a dead server can still do. */
import { assertEquals, assertRejects } from "@std/assert";
import { FaultyKv, InjectedError, type KvFaults, NO_FAULTS } from "./faulty-kv.ts";
import { EMBEDDED_LIMITS, type KvLimits, SHARED_LIMITS } from "./kv-limits.ts";
import { Turns } from "./turns.ts";

const KEY = ["a"];

interface Bench {
  kv: FaultyKv;
  turns: Turns;
  /** What the real database holds under `KEY`. */
  stored(): Promise<unknown>;
}

function testWith(
  name: string,
  { faults, limits = EMBEDDED_LIMITS }: { faults?: Partial<KvFaults>; limits?: KvLimits },
  check: (bench: Bench) => Promise<void>,
): void {
  Deno.test(name, async () => {
    using real = await Deno.openKv(":memory:");
    const random = () => 0.5;
    const turns = new Turns(random);
    const parts = { real, turns, random, limits, faults: { ...NO_FAULTS, pageSize: 2, ...faults } };
    const stored = async () => (await real.get(KEY)).value;
    await check({ kv: new FaultyKv(parts), turns, stored });
  });
}

testWith("FaultyKv passes on what is set and lists it page by page", {}, async ({ kv, turns }) => {
  for (let i = 0; i < 5; i++) await turns.finish(kv.set(["list", i], i));
  const listed = await turns.finish(Array.fromAsync(kv.list({ prefix: ["list"] }, { limit: 4 })));
  assertEquals(listed.map(({ value }) => value), [0, 1, 2, 3]);
});

testWith("FaultyKv fails without writing", { faults: { failsUnwritten: 1 } }, async (bench) => {
  await assertRejects(() => bench.turns.finish(bench.kv.set(KEY, 1)), InjectedError);
  assertEquals(await bench.stored(), null);
});

testWith("FaultyKv fails after writing", { faults: { failsWritten: 1 } }, async (bench) => {
  await assertRejects(() => bench.turns.finish(bench.kv.set(KEY, 1)), InjectedError);
  assertEquals(await bench.stored(), 1);
});

testWith("FaultyKv denies what it wrote", { faults: { deniesWritten: 1 } }, async (bench) => {
  assertEquals(await bench.turns.finish(bench.kv.set(KEY, 1)), { ok: false });
  assertEquals(await bench.stored(), 1);
});

testWith("FaultyKv lets a dead server do nothing", {}, async ({ kv, turns, stored }) => {
  kv.diesAt = "after a commit";
  await assertRejects(() => turns.finish(kv.set(KEY, 1)), InjectedError);
  await assertRejects(() => turns.finish(kv.set(KEY, 2)), InjectedError);
  await assertRejects(() => turns.finish(kv.get(KEY)), InjectedError);
  assertEquals(await stored(), 1);
});

const checks = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ key: ["check", i], versionstamp: null }));

testWith("FaultyKv allows ten checks to share", { limits: SHARED_LIMITS }, async (bench) => {
  const { kv, turns } = bench;
  await turns.finish(kv.atomic().check(...checks(10)).set(KEY, 1).commit());
  const tooMany = () => turns.finish(kv.atomic().check(...checks(11)).set(KEY, 2).commit());
  await assertRejects(tooMany, TypeError, "checks: 11 of 10");
  assertEquals(await bench.stored(), 1);
});

testWith("FaultyKv refuses a value that is too long", {}, async ({ kv, turns }) => {
  const tooLong = () => turns.finish(kv.set(KEY, new Uint8Array(65_537)));
  await assertRejects(tooLong, TypeError, "valueBytes: 65537 of 65536");
});
