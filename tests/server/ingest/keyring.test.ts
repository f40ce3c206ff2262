/** The keys in memory follow the meters' records. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Keyring } from "../../../server/ingest/keyring.ts";
import type { MeterRecord } from "../../../server/store/meters.ts";

const meterOf = (id: string, keyIds: number[], over: Partial<MeterRecord> = {}): MeterRecord => ({
  id,
  createdAt: 0,
  keys: keyIds.map((keyId) => ({ id: keyId, sealed: new Uint8Array([keyId]) })),
  ...over,
});

const A = "00000000000000aa";

/** "Opens" a key into one that tells its meter and number. */
const opened = (meter: string, keyId: number): Uint8Array => {
  const key = new Uint8Array(32).fill(keyId);
  new TextEncoder().encodeInto(meter, key);
  return key;
};

const keyring = () => new Keyring((meter, keyId) => opened(meter, keyId));

Deno.test("Keyring.find() knows the current key as confirmed, the next one not yet", () => {
  const keys = keyring();
  keys.put(meterOf(A, [3, 4]));
  assertEquals(keys.find(A, 3), { key: opened(A, 3), unconfirmed: false });
  assertEquals(keys.find(A, 4), { key: opened(A, 4), unconfirmed: true });
  assertEquals(keys.find(A, 5), undefined);
  assertEquals(keys.find("00000000000000bb", 3), undefined);
});

Deno.test("Keyring.find() has the only key unconfirmed while enrolment lasts", () => {
  const keys = keyring();
  keys.put(meterOf(A, [0], { tokenHash: "hash", enrolmentEndsAt: 9 }));
  assertEquals(keys.find(A, 0), { key: opened(A, 0), unconfirmed: true });
  keys.put(meterOf(A, [0], { tokenHash: "hash" }));
  assertEquals(keys.find(A, 0), { key: opened(A, 0), unconfirmed: false });
});

Deno.test("Keyring.put() retires the key before once the next one is current", () => {
  const keys = keyring();
  keys.put(meterOf(A, [3, 4]));
  keys.put(meterOf(A, [4]));
  assertEquals(keys.find(A, 3), undefined);
  assertEquals(keys.find(A, 4), { key: opened(A, 4), unconfirmed: false });
  assertEquals(keys.size, 1);
});

Deno.test("Keyring.put() forgets a meter without keys and gives its place to another", () => {
  const keys = keyring();
  keys.put(meterOf(A, [3, 4]));
  keys.put(meterOf(A, []));
  assertEquals([keys.size, keys.find(A, 3), keys.find(A, 4)], [0, undefined, undefined]);
  keys.put(meterOf("00000000000000bb", [9]));
  keys.put(meterOf(A, []));
  assertEquals(keys.find("00000000000000bb", 9)?.key, opened("00000000000000bb", 9));
});

Deno.test("Keyring keeps thousands of keys apart through coming and going", () => {
  const keys = keyring();
  const id = (i: number) => i.toString(16).padStart(16, "0");
  for (let i = 0; i < 4_000; i++) keys.put(meterOf(id(i), [i & 0xff]));
  for (let i = 0; i < 4_000; i += 3) keys.put(meterOf(id(i), []));
  for (let i = 0; i < 6_000; i += 6) keys.put(meterOf(id(i), [7]));
  for (let i = 0; i < 6_000; i++) {
    const keyId = i % 6 === 0 ? 7 : i % 3 === 0 || i >= 4_000 ? undefined : i & 0xff;
    assertEquals(keys.find(id(i), keyId ?? 0) !== undefined, keyId !== undefined);
    if (keyId !== undefined) assertEquals(keys.find(id(i), keyId)?.key, opened(id(i), keyId));
  }
});

Deno.test("Keyring.put() has no key at all for a meter whose key does not open", () => {
  const keys = new Keyring(() => {
    throw new Error("another secret");
  });
  assertThrows(() => keys.put(meterOf(A, [1])), Error, "another secret");
  assertEquals([keys.size, keys.find(A, 1), keys.find(A, 0)], [0, undefined, undefined]);
});

async function* meters(...keyIds: number[]) {
  for (const keyId of keyIds) yield meterOf(keyId.toString(16).padStart(16, "0"), [keyId]);
}

const openingBut = (damaged: number[]) =>
  new Keyring((meter, keyId) => {
    if (damaged.includes(keyId)) throw new Error(`damaged ${keyId}`);
    return opened(meter, keyId);
  });

Deno.test("Keyring.putAll() reports the meters that do not open and takes the others", async () => {
  const keys = openingBut([1, 3]);
  const reported: string[] = [];
  await keys.putAll(meters(1, 2, 3, 4), (_, error) => reported.push((error as Error).message));
  assertEquals([keys.size, reported], [2, ["damaged 1", "damaged 3"]]);
});

Deno.test("Keyring.putAll() throws when no meter opens, and takes none for all", async () => {
  const report = () => assert(false, "it was reported");
  await assertRejects(() => openingBut([1, 2]).putAll(meters(1, 2), report), Error, "damaged 1");
  await openingBut([]).putAll(meters(), report);
});
