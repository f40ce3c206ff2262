/** Meters over a database in memory: tokens with an end, keys that change hands, and their numbers. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Result } from "../../server/errors.ts";
import type { IssuedKey } from "../../server/store/meter-keys.ts";
import { type MeterRecord, Meters } from "../../server/store/meters.ts";
import { type By, Records } from "../../server/store/records.ts";
import { Vault } from "../../server/store/vault.ts";

const START = 1_781_524_800;
const DAY_SECONDS = 86_400;

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

const byAt = (at: number): By => ({ actor: { kind: "server", id: "test" }, at });
const BY = byAt(START);

async function withMeters(run: (meters: Meters, changes: MeterRecord[]) => Promise<void>) {
  const kv = await Deno.openKv(":memory:");
  const changes: MeterRecord[] = [];
  try {
    const vault = new Vault(randomBytes(32), randomBytes);
    const records = new Records(kv, () => randomBytes(8).toHex());
    await run(new Meters(records, vault, (meter) => void changes.push(meter)), changes);
  } finally {
    kv.close();
  }
}

function valueOf<Value>(result: Result<Value>): Value {
  assert(result.ok, JSON.stringify(result));
  return result.value;
}

const kindOf = (result: Result<unknown>): string => result.ok ? "done" : result.kind;

async function provisioned(meters: Meters): Promise<IssuedKey> {
  return valueOf(await meters.provision([{}], BY))[0];
}

const keyIds = async (meters: Meters, id: string) =>
  (await meters.get(id))!.keys.map((key) => key.id);

Deno.test("Meters.enrol() takes a token to its last second and not beyond", async () => {
  await withMeters(async (meters) => {
    const { token } = valueOf(await meters.register({}, BY));
    const late = await meters.enrol(token, "board 1", byAt(START + DAY_SECONDS + 1));
    assertEquals(kindOf(late), "unauthenticated");
    const { meter, token: other } = valueOf(await meters.register({}, BY));
    assertEquals(
      valueOf(await meters.enrol(other, "board 1", byAt(START + DAY_SECONDS))).id,
      meter.id,
    );
  });
});

Deno.test("Meters.enrol() gives the same answer after a day to whom it gave the key", async () => {
  await withMeters(async (meters) => {
    const { token } = valueOf(await meters.register({}, BY));
    const first = valueOf(await meters.enrol(token, "board 1", BY));
    const late = START + DAY_SECONDS + 1;
    const again = valueOf(await meters.enrol(token, "board 1", byAt(late)));
    assertEquals([again.id, again.key.toHex()], [first.id, first.key.toHex()]);
    assertEquals(kindOf(await meters.enrol(token, "board 2", byAt(late))), "conflict");
  });
});

Deno.test("Meters.enrol() keeps no token and no key in the clear", async () => {
  await withMeters(async (meters) => {
    const { meter: { id }, token } = valueOf(await meters.register({}, BY));
    const { key } = valueOf(await meters.enrol(token, "board 1", BY));
    const record = await meters.get(id);
    assert(!JSON.stringify(record).includes(token));
    const sealed = record!.keys[0].sealed.toHex();
    assert(!sealed.includes(key.toHex()));
  });
});

Deno.test("Meters.enrol() of one token from two boards at once serves one of them", async () => {
  await withMeters(async (meters) => {
    const { token } = valueOf(await meters.register({}, BY));
    const boards = ["board 1", "board 2", "board 3"];
    const results = await Promise.all(boards.map((board) => meters.enrol(token, board, BY)));
    assertEquals(results.map(kindOf).sort(), ["conflict", "conflict", "done"]);
  });
});

Deno.test("Meters.rotateKey() replaces a next key that was never used", async () => {
  await withMeters(async (meters) => {
    const { id } = await provisioned(meters);
    valueOf(await meters.rotateKey(id, BY));
    assertEquals(valueOf(await meters.rotateKey(id, BY)).keyId, 2);
    assertEquals(await keyIds(meters, id), [0, 2]);
  });
});

Deno.test("Meters.rotateKey() never gives the next key the number of the current one", async () => {
  await withMeters(async (meters) => {
    const { id } = await provisioned(meters);
    for (let times = 0; times < 600; times++) {
      const { keyId } = valueOf(await meters.rotateKey(id, BY));
      assert(keyId > 0 && keyId < 256, `after ${times} rotations the next key is number ${keyId}`);
    }
  });
});

Deno.test("Meters.confirm() of the current key leaves the next one, of the next retires it", async () => {
  await withMeters(async (meters, changes) => {
    const { id } = await provisioned(meters);
    valueOf(await meters.rotateKey(id, BY));
    await meters.confirm(id, 0, START);
    assertEquals(await keyIds(meters, id), [0, 1]);
    await meters.confirm(id, 1, START);
    assertEquals(await keyIds(meters, id), [1]);
    assertEquals(changes.at(-1)!.keys.map((key) => key.id), [1]);
  });
});

Deno.test("Meters.confirm() throws for a key or a meter that is gone", async () => {
  await withMeters(async (meters) => {
    const { id } = await provisioned(meters);
    await assertRejects(() => meters.confirm(id, 7, START), Error, "no key 7");
    assertEquals(await keyIds(meters, id), [0]);
    valueOf(await meters.retire(id, BY));
    await assertRejects(() => meters.confirm(id, 0, START), Error, id);
  });
});

Deno.test("Meters.rotateKey() refuses a meter that was never enrolled or is retired", async () => {
  await withMeters(async (meters) => {
    const { id } = valueOf(await meters.register({}, BY)).meter;
    assertEquals(kindOf(await meters.rotateKey(id, BY)), "conflict");
    valueOf(await meters.retire(id, BY));
    assertEquals(kindOf(await meters.rotateKey(id, BY)), "conflict");
  });
});

Deno.test("Meters.provision() makes no meter if one of their points is unknown", async () => {
  await withMeters(async (meters, changes) => {
    const asked = [...Array.from({ length: 900 }, () => ({})), { pointId: "nowhere" }];
    assertEquals(kindOf(await meters.provision(asked, BY)), "notFound");
    assertEquals(await Array.fromAsync(meters.all()), []);
    assertEquals(changes, []);
  });
});

Deno.test("Vault.open() refuses a key moved to another meter, another number or another secret", () => {
  const secret = randomBytes(32);
  const vault = new Vault(secret, randomBytes);
  const key = randomBytes(32);
  const sealed = vault.seal("0123456789abcdef", 1, key);
  assertEquals(vault.open("0123456789abcdef", 1, sealed).toHex(), key.toHex());
  const refused = [
    () => vault.open("0123456789abcdee", 1, sealed),
    () => vault.open("0123456789abcdef", 2, sealed),
    () => new Vault(randomBytes(32), randomBytes).open("0123456789abcdef", 1, sealed),
    () => vault.open("0123456789abcdef", 1, sealed.with(20, sealed[20] ^ 1)),
  ];
  for (const open of refused) assertThrows(open, Error, "CONTALUZ_SECRET", `${open}`);
});
