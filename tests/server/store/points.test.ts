/** Points as they are given from customer to customer, and come to their end. */
import { assert, assertEquals } from "@std/assert";
import type { Result } from "../../../server/errors.ts";
import { Customers } from "../../../server/store/customers.ts";
import { Meters } from "../../../server/store/meters.ts";
import { Points } from "../../../server/store/points.ts";
import { type By, Records } from "../../../server/store/records.ts";
import { Vault } from "../../../server/store/vault.ts";
import { inMemory, type Seen, watched } from "./kv.ts";

const NOW = 1_800_000_000;
const byAt = (at: number): By => ({ actor: { kind: "server", id: "test" }, at });
const BY = byAt(NOW);
const bytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

interface Office {
  customers: Customers;
  points: Points;
  meters: Meters;
  seen: Seen[];
}

function officeOver(kv: Deno.Kv): Office {
  const seen: Seen[] = [];
  const looked = watched(kv, (one) => (seen.push(one), "commits"));
  const records = new Records(looked, () => bytes(8).toHex());
  return {
    customers: new Customers(records),
    points: new Points(records),
    meters: new Meters(records, new Vault(new Uint8Array(32), bytes), () => {}),
    seen,
  };
}

const inOffice = (name: string, test: (office: Office) => Promise<void>): void =>
  Deno.test(name, () => inMemory((kv) => test(officeOver(kv))));

function value<T>(result: Result<T>): T {
  assert(result.ok, JSON.stringify(result));
  return result.value;
}

const newCustomer = async ({ customers }: Office, name: string) =>
  value(await customers.add({ name }, BY)).id;

async function newPoint(office: Office): Promise<string> {
  const customerId = await newCustomer(office, "Ana");
  return value(await office.points.add({ customerId, label: "Home", timezone: "UTC" }, BY)).id;
}

inOffice("Points and Customers give back what they were given", async ({ customers, points }) => {
  const customer = value(await customers.add({ name: "Ana", taxId: "1" }, BY));
  const { id, version } = customer;
  assertEquals(customer, { id, name: "Ana", taxId: "1", createdAt: NOW, version });
  assertEquals([await customers.get(id), typeof version], [customer, "string"]);
  const home = { customerId: customer.id, label: "Home", timezone: "Europe/Lisbon" };
  const added = value(await points.add(home, byAt(NOW + 1)));
  const holders = [{ customerId: customer.id, from: 0 }];
  const { version: _, ...point } = added;
  assertEquals(point, { ...home, id: added.id, createdAt: NOW + 1, holders, assignments: [] });
  assertEquals(await points.get(added.id), added);
});

inOffice("Points.add() refuses a customer that does not exist", async ({ points }) => {
  const added = await points.add({ customerId: "x", label: "", timezone: "UTC" }, BY);
  assert(!added.ok);
  assertEquals([added.kind, added.detail], ["notFound", "There is no customer x."]);
});

inOffice("Points knows nothing of ids that it did not give", async ({ customers, points }) => {
  const long = "x".repeat(5_000);
  for (const id of ["x", long]) {
    assertEquals([await customers.get(id), await points.get(id)], [undefined, undefined]);
  }
});

inOffice(
  "Points.update() hands a point over, and refuses to do so before the last time",
  async (office) => {
    const { points } = office;
    const id = await newPoint(office);
    const ana = (await points.get(id))!.customerId;
    const [bia, caio] = [await newCustomer(office, "Bia"), await newCustomer(office, "Caio")];
    value(await points.update(id, { customerId: bia, heldFrom: NOW - 50 }, BY));
    value(await points.update(id, { customerId: caio }, byAt(NOW + 9)));
    assertEquals((await points.get(id))!.holders, [
      { customerId: ana, from: 0, to: NOW - 50 },
      { customerId: bia, from: NOW - 50, to: NOW + 9 },
      { customerId: caio, from: NOW + 9 },
    ]);
    for (const heldFrom of [NOW - 50, NOW + 9]) {
      const refused = await points.update(id, { customerId: ana, heldFrom }, byAt(NOW + 20));
      assert(!refused.ok && refused.kind === "conflict", `from ${heldFrom}`);
    }
    const nobody = await points.update(id, { customerId: "nobody" }, BY);
    assert(!nobody.ok && nobody.kind === "notFound");
    assertEquals((await points.get(id))!.customerId, caio);
  },
);

inOffice(
  "Points.retire() takes off every meter that counts there, within what an atomic takes",
  async (office) => {
    const { points, meters, seen } = office;
    const id = await newPoint(office);
    const issued = value(
      await meters.provision(Array.from({ length: 500 }, () => ({ pointId: id })), BY),
    );
    const { version } = (await points.get(id))!;
    value(await points.retire(id, { ...byAt(NOW + 5), expected: version }));
    const point = (await points.get(id))!;
    assertEquals(point.retiredAt, NOW + 5);
    assertEquals(new Set(point.assignments.map(({ to }) => to)), new Set([NOW + 5]));
    assertEquals(point.assignments.length, 500);
    for (const meter of issued) {
      const { pointId, formerPointIds } = (await meters.get(meter.id))!;
      assertEquals([pointId, formerPointIds], [undefined, [id]]);
    }
    assert(Math.max(...seen.map(({ checks }) => checks)) <= 10);
    value(await points.retire(id, byAt(NOW + 99)));
    assertEquals((await points.get(id))!.retiredAt, NOW + 5, "retired a second time");
  },
);

inOffice(
  "Points.retire() ends a meter that would only have begun later where it would have begun",
  async (office) => {
    const { points, meters } = office;
    const id = await newPoint(office);
    const [meter] = value(await meters.provision([{}], BY));
    value(await meters.assign(meter.id, { pointId: id, from: NOW + 100 }, BY));
    value(await points.retire(id, byAt(NOW + 5)));
    assertEquals((await points.get(id))!.assignments, [
      { meterId: meter.id, from: NOW + 100, to: NOW + 100 },
    ]);
  },
);
