/** Customers and points are kept as they were told. */
import { assert, assertEquals } from "@std/assert";
import { Points } from "../../../server/store/points.ts";
import { inMemory } from "./kv.ts";

const NOW = 1_800_000_000;

const withPoints = (name: string, test: (points: Points) => Promise<void>): void =>
  Deno.test(name, () =>
    inMemory((kv) => {
      let made = 0;
      return test(new Points(kv, () => `id-${++made}`));
    }));

withPoints("Points gives back the customers and points that it was given", async (points) => {
  const customer = await points.addCustomer({ name: "Ana", taxId: "1" }, NOW);
  assertEquals(customer, { id: "id-1", name: "Ana", taxId: "1", createdAt: NOW });
  assertEquals(await points.customer("id-1"), customer);
  const home = { customerId: "id-1", label: "Home", timezone: "Europe/Lisbon" };
  const added = await points.addPoint(home, NOW + 1);
  assert(added.ok);
  assertEquals(added.value, { ...home, id: "id-2", createdAt: NOW + 1, assignments: [] });
  assertEquals(await points.point("id-2"), added.value);
});

withPoints("Points.addPoint() refuses a customer that does not exist", async (points) => {
  const added = await points.addPoint({ customerId: "x", label: "", timezone: "UTC" }, NOW);
  assert(!added.ok);
  assertEquals([added.kind, added.detail], ["notFound", "There is no customer x."]);
});

withPoints("Points knows nothing of ids that it did not give", async (points) => {
  assertEquals([await points.customer("x"), await points.point("x")], [undefined, undefined]);
});
