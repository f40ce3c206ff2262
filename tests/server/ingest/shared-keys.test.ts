/** Keys where other servers change the meters too: asked for again in time, but not for ever. */
import { assert, assertEquals } from "@std/assert";
import { Keyring } from "../../../server/ingest/keyring.ts";
import { SharedKeys } from "../../../server/ingest/shared-keys.ts";
import type { MeterRecord } from "../../../server/store/meters.ts";

const METER = "0123456789abcdef";

/** A database that counts how often it is asked, and a clock to turn. */
class Desk {
  readonly records = new Map<string, MeterRecord>();
  readonly reported: string[] = [];
  readonly failing = new Set<string>();
  answering = Promise.resolve();
  asked = 0;
  now = 1_000;
  readonly keys = new SharedKeys(
    new Keyring((_, keyId) => new Uint8Array(32).fill(keyId)),
    async (meter) => {
      this.asked++;
      const record = this.records.get(meter);
      await this.answering;
      if (this.failing.has(meter)) throw new Error("the database is away");
      return record;
    },
    () => this.now,
    (problem) => this.reported.push(problem),
  );

  put(meter: string, keyIds: number[]): MeterRecord {
    const keys = keyIds.map((id) => ({ id, sealed: new Uint8Array() }));
    const record = { id: meter, createdAt: 0, keys };
    this.records.set(meter, record);
    return record;
  }

  /** As ingest does: from memory if it can, else after a look into the database. */
  async knows(meter: string, keyId: number): Promise<boolean> {
    if (this.keys.find(meter, keyId)) return true;
    await this.keys.load([{ meter, keyId }]);
    return this.keys.find(meter, keyId) !== undefined;
  }
}

Deno.test("SharedKeys asks for a meter once and keeps it for a minute", async () => {
  const desk = new Desk();
  desk.put(METER, [0]);
  for (let i = 0; i < 5; i++) assert(await desk.knows(METER, 0));
  desk.now += 59;
  assert(await desk.knows(METER, 0));
  assertEquals(desk.asked, 1);
  desk.now += 1;
  assert(await desk.knows(METER, 0));
  assertEquals(desk.asked, 2);
});

Deno.test("SharedKeys notices within a minute that a meter was retired elsewhere", async () => {
  const desk = new Desk();
  desk.put(METER, [0]);
  assert(await desk.knows(METER, 0));
  desk.put(METER, []);
  desk.now += 60;
  assert(!await desk.knows(METER, 0));
});

Deno.test("SharedKeys finds a key rotated elsewhere as soon as a meter uses it", async () => {
  const desk = new Desk();
  desk.put(METER, [0]);
  assert(await desk.knows(METER, 0));
  desk.put(METER, [0, 1]);
  assert(await desk.knows(METER, 1));
  assert(await desk.knows(METER, 0));
});

Deno.test("SharedKeys asks for an unknown meter once in ten seconds", async () => {
  const desk = new Desk();
  for (let i = 0; i < 5; i++) assert(!await desk.knows(METER, 0));
  assertEquals(desk.asked, 1);
  desk.now += 10;
  desk.put(METER, [0]);
  assert(await desk.knows(METER, 0));
  assertEquals(desk.asked, 2);
});

Deno.test("SharedKeys remembers a bounded number of unknown ids, and then still knows meters", async () => {
  const desk = new Desk();
  desk.put(METER, [0]);
  for (let i = 0; i < 200_001; i++) await desk.keys.load([{ meter: i.toString(16), keyId: 0 }]);
  assert(await desk.knows(METER, 0));
  const { asked } = desk;
  await desk.keys.load([{ meter: "0", keyId: 0 }]);
  assertEquals(desk.asked, asked + 1, "the first of so many is forgotten");
});

Deno.test("SharedKeys.load() asks for a bounded number at once and tells which", async () => {
  const desk = new Desk();
  const wanted = Array.from({ length: 2_000 }, (_, i) => ({ meter: i.toString(16), keyId: 0 }));
  const first = await desk.keys.load(wanted);
  assertEquals([first.size, desk.asked], [512, 512]);
  const second = await desk.keys.load(wanted);
  assertEquals([second.size, desk.asked], [1_024, 1_024]);
});

Deno.test("SharedKeys.load() still finds the others where one look-up fails", async () => {
  const desk = new Desk();
  desk.put(METER, [0]);
  desk.failing.add("bad");
  const wanted = [{ meter: "bad", keyId: 0 }, { meter: METER, keyId: 0 }];
  assertEquals(await desk.keys.load(wanted), new Set([wanted[1]]));
  assert(desk.keys.find(METER, 0));
  assertEquals(desk.reported, ["Cannot look up a meter"]);
});

Deno.test("SharedKeys.load() gives up soon where every look-up fails", async () => {
  const desk = new Desk();
  const wanted = Array.from({ length: 512 }, (_, i) => ({ meter: i.toString(16), keyId: 0 }));
  for (const { meter } of wanted) desk.failing.add(meter);
  assertEquals((await desk.keys.load(wanted)).size, 0);
  assertEquals([desk.asked, desk.reported.length], [64, 1]);
});

Deno.test("SharedKeys lets no look-up under way undo a change of this server", async () => {
  const desk = new Desk();
  desk.put(METER, [0]);
  const { promise, resolve } = Promise.withResolvers<void>();
  desk.answering = promise;
  const loading = desk.keys.load([{ meter: METER, keyId: 0 }, { meter: METER, keyId: 1 }]);
  desk.keys.put(desk.put(METER, [1]));
  resolve();
  await loading;
  assertEquals(desk.keys.find(METER, 0), undefined);
  assert(desk.keys.find(METER, 1));
});
