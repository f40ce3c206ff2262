/** Meters and their keys as they are registered, enrolled, rotated, assigned and retired. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { FailureKind, Result } from "../../../server/errors.ts";
import { type MeterRecord, Meters } from "../../../server/store/meters.ts";
import { type PointRecord, Points } from "../../../server/store/points.ts";
import { Customers } from "../../../server/store/customers.ts";
import { type By, Records } from "../../../server/store/records.ts";
import { Vault } from "../../../server/store/vault.ts";
import { type Fate, inMemory, type Seen, watched } from "./kv.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const byAt = (at: number): By => ({ actor: { kind: "server", id: "test" }, at });
const BY = byAt(NOW);
const HARDWARE = "esp32-1";

/** Meters over a database, with points to put them on. */
class Office {
  readonly told: MeterRecord[] = [];
  readonly meters: Meters;
  readonly points: Points;
  readonly customers: Customers;
  fateOf: (seen: Seen) => Fate | Promise<Fate> = () => "commits";
  #drawn = 0;

  constructor(readonly kv: Deno.Kv) {
    const bytes = (length: number) => {
      const drawn = new Uint8Array(length);
      new DataView(drawn.buffer).setUint32(length - 4, ++this.#drawn);
      return drawn;
    };
    const vault = new Vault(new Uint8Array(32), bytes);
    const looked = watched(kv, (seen) => this.fateOf(seen));
    const records = new Records(looked, () => bytes(8).toHex());
    this.meters = new Meters(records, vault, (meter) => this.told.push(structuredClone(meter)));
    this.points = new Points(records);
    this.customers = new Customers(records);
  }

  async newPoint(): Promise<string> {
    const { id: customerId } = value(await this.customers.add({ name: "Ana" }, BY));
    const point = { customerId, label: "Home", timezone: "UTC" };
    return value(await this.points.add(point, BY)).id;
  }

  async assignments(point: string): Promise<PointRecord["assignments"] | undefined> {
    return (await this.points.get(point))?.assignments;
  }
}

function value<T>(result: Result<T>): T {
  assert(result.ok, JSON.stringify(result));
  return result.value;
}

function kind(result: Result<unknown>): FailureKind {
  assert(!result.ok, "it was not refused");
  return result.kind;
}

const inOffice = (name: string, test: (office: Office) => Promise<void>): void =>
  Deno.test(name, () => inMemory((kv) => test(new Office(kv))));

inOffice(
  "Meters.enrol() gives the same key again to the same hardware only",
  async ({ meters }) => {
    const { meter: { id }, token } = value(await meters.register({ label: "A" }, BY));
    const first = value(await meters.enrol(token, HARDWARE, byAt(NOW + 5)));
    assertEquals([first.id, first.keyId, first.key.length], [id, 0, 32]);
    const again = value(await meters.enrol(token, HARDWARE, byAt(NOW + 9)));
    assertEquals([again.id, again.keyId, again.key.toHex()], [id, 0, first.key.toHex()]);
    assertEquals(kind(await meters.enrol(token, "esp32-2", byAt(NOW + 9))), "conflict");
    await meters.confirm(id, 0, NOW);
    assertEquals(kind(await meters.enrol(token, HARDWARE, byAt(NOW + 10))), "conflict");
  },
);

inOffice("Meters.enrol() refuses a token unknown, or a day old", async ({ meters }) => {
  const { token } = value(await meters.register({}, BY));
  assertEquals(kind(await meters.enrol("0".repeat(32), HARDWARE, BY)), "unauthenticated");
  assertEquals(kind(await meters.enrol(token, HARDWARE, byAt(NOW + DAY + 1))), "unauthenticated");
  assert((await meters.enrol(token, HARDWARE, byAt(NOW + DAY))).ok);
});

inOffice("Meters.register() keeps the token as a hash and keys sealed", async ({ meters, kv }) => {
  const { meter: { id }, token } = value(await meters.register({}, BY));
  const { key } = value(await meters.enrol(token, HARDWARE, BY));
  const rows = await Array.fromAsync(kv.list({ prefix: [] }));
  const text = Deno.inspect(rows, { depth: 9, iterableLimit: Infinity });
  assert(!text.includes(token));
  const [sealed] = (await meters.get(id))!.keys;
  assertNotEquals(sealed.sealed.slice(12, 44), key);
});

inOffice(
  "Meters.provision() registers hundreds on many points, each with a key",
  async (office) => {
    const { meters } = office;
    const points: string[] = [];
    for (let i = 0; i < 25; i++) points.push(await office.newPoint());
    const seen: Seen[] = [];
    office.fateOf = (atomic) => (seen.push(atomic), "commits");
    const wanted = Array.from({ length: 900 }, (_, i) => ({ pointId: points[i % 25] }));
    const issued = value(await meters.provision(wanted, BY));
    assertEquals(new Set(issued.map(({ id }) => id)).size, 900);
    assertEquals(office.told.length, 900);
    assert(Math.max(...seen.map(({ checks }) => checks)) <= 10);
    for (const [i, point] of points.entries()) {
      const ids = issued.filter((_, at) => at % 25 === i).map(({ id }) => id);
      assertEquals((await office.assignments(point))?.map(({ meterId }) => meterId), ids);
    }
    assertEquals((await Array.fromAsync(meters.all())).length, 900);
  },
);

inOffice("Meters.provision() writes nothing when one point does not exist", async (office) => {
  const pointId = await office.newPoint();
  const wanted = [{ pointId }, { pointId: "nowhere" }];
  assertEquals(kind(await office.meters.provision(wanted, BY)), "notFound");
  assertEquals(await Array.fromAsync(office.meters.all()), []);
  assertEquals(await office.assignments(pointId), []);
});

inOffice(
  "Meters.rotateKey() keeps the current key until the next one is used",
  async ({ meters }) => {
    const [{ id }] = value(await meters.provision([{}], BY));
    const keyIds = async () => (await meters.get(id))!.keys.map((key) => key.id);
    assertEquals(value(await meters.rotateKey(id, BY)).keyId, 1);
    assertEquals(await keyIds(), [0, 1]);
    assertEquals(value(await meters.rotateKey(id, BY)).keyId, 2);
    assertEquals(await keyIds(), [0, 2]);
    await meters.confirm(id, 0, NOW);
    assertEquals(await keyIds(), [0, 2]);
    await meters.confirm(id, 2, NOW);
    assertEquals(await keyIds(), [2]);
  },
);

inOffice(
  "Meters.rotateKey() comes round after 256 keys and spares the current one",
  async (office) => {
    const { meters } = office;
    const [{ id }] = value(await meters.provision([{}], BY));
    const numbers: number[] = [];
    for (let i = 0; i < 256; i++) numbers.push(value(await meters.rotateKey(id, BY)).keyId);
    assertEquals(numbers, [...Array.from({ length: 255 }, (_, i) => i + 1), 1]);
  },
);

inOffice("Meters.rotateKey() refuses a meter that has no key yet", async ({ meters }) => {
  const { meter: { id } } = value(await meters.register({}, BY));
  assertEquals(kind(await meters.rotateKey(id, BY)), "conflict");
});

inOffice(
  "Meters.assign() counts from the beginning at first, then from the change on",
  async (office) => {
    const { meters } = office;
    const [a, b] = [await office.newPoint(), await office.newPoint()];
    const [{ id }] = value(await meters.provision([{}], BY));
    value(await meters.assign(id, { pointId: a }, BY));
    assertEquals(await office.assignments(a), [{ meterId: id, from: 0 }]);
    value(await meters.assign(id, { pointId: b }, byAt(NOW + 60)));
    assertEquals(await office.assignments(a), [{ meterId: id, from: 0, to: NOW + 60 }]);
    assertEquals(await office.assignments(b), [{ meterId: id, from: NOW + 60 }]);
    value(await meters.assign(id, { pointId: b, from: NOW + 99 }, byAt(NOW + 90)));
    assertEquals(await office.assignments(b), [
      { meterId: id, from: NOW + 60, to: NOW + 99 },
      { meterId: id, from: NOW + 99 },
    ]);
    assertEquals((await meters.get(id))?.pointId, b);
    assertEquals(kind(await meters.assign(id, { pointId: "nowhere" }, BY)), "notFound");
  },
);

inOffice("Meters.assign() refuses to begin before the assignment that it ends", async (office) => {
  const { meters } = office;
  const [a, b] = [await office.newPoint(), await office.newPoint()];
  const [{ id }] = value(await meters.provision([{}], BY));
  value(await meters.assign(id, { pointId: a, from: NOW }, BY));
  for (const point of [a, b]) {
    assertEquals(kind(await meters.assign(id, { pointId: point, from: NOW - 1 }, BY)), "conflict");
  }
  assertEquals(await office.assignments(a), [{ meterId: id, from: NOW }]);
  assertEquals(await office.assignments(b), []);
});

inOffice(
  "Meters.provision() and assign() refuse more meters than a point takes",
  async (office) => {
    const { meters } = office;
    const [a, b] = [await office.newPoint(), await office.newPoint()];
    const full = Array.from({ length: 500 }, () => ({ pointId: a }));
    value(await meters.provision(full, BY));
    const refused = await meters.provision(
      [...Array(450).fill({ pointId: b }), { pointId: a }],
      BY,
    );
    assert(!refused.ok && refused.kind === "conflict" && refused.detail.includes(a));
    assertEquals(await office.assignments(b), []);
    const [{ id }] = value(await meters.provision([{}], BY));
    assertEquals(kind(await meters.assign(id, { pointId: a }, BY)), "conflict");
    assertEquals((await office.assignments(a))?.length, 500);
  },
);

inOffice("Meters.retire() ends the assignment", async (office) => {
  const pointId = await office.newPoint();
  const [{ id }] = value(await office.meters.provision([{ pointId }], BY));
  value(await office.meters.retire(id, byAt(NOW + 7)));
  assertEquals(await office.assignments(pointId), [{ meterId: id, from: 0, to: NOW + 7 }]);
});

inOffice("Meters.retire() takes the keys, and nothing else can be done then", async (office) => {
  const { meters } = office;
  const [{ id }] = value(await meters.provision([{}], BY));
  value(await meters.retire(id, byAt(NOW + 1)));
  assertEquals(office.told.at(-1)?.keys, []);
  assertEquals((await meters.get(id))?.retiredAt, NOW + 1);
  const refused = [
    await meters.rotateKey(id, BY),
    await meters.assign(id, { pointId: await office.newPoint() }, BY),
  ];
  assertEquals(refused.map((result) => kind(result)), ["conflict", "conflict"]);
  value(await meters.retire(id, byAt(NOW + 2)));
  assertEquals((await meters.get(id))?.retiredAt, NOW + 1, "retired a second time");
  assertEquals(await meters.get("unknown"), undefined);
});

inOffice("Meters loses no change made by two at the same time", async (office) => {
  const point = await office.newPoint();
  const added = await Promise.all(
    Array.from({ length: 8 }, () => office.meters.provision([{ pointId: point }], BY)),
  );
  const ids = added.map((result) => value(result)[0].id).sort();
  const assigned = (await office.assignments(point))!.map(({ meterId }) => meterId);
  assertEquals(assigned.sort(), ids);
});

inOffice("Meters gives up on a meter that others change each time", async (office) => {
  const [{ id }] = value(await office.meters.provision([{}], BY));
  const other = new Office(office.kv);
  office.fateOf = async (): Promise<Fate> => {
    value(await other.meters.rotateKey(id, BY));
    return "commits";
  };
  assertEquals(kind(await office.meters.retire(id, BY)), "conflict");
});
