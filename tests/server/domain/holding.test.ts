/** Who had a point when. */
import { assertEquals } from "@std/assert";
import { heldBy, isOnlyHeldBy, overlapOf, type Stretch } from "../../../server/domain/holding.ts";

const HOLDERS = [
  { customerId: "a", from: 0, to: 10 },
  { customerId: "b", from: 10, to: 20 },
  { customerId: "a", from: 20 },
];

Deno.test("heldBy() gives each time in which a customer had the point", () => {
  assertEquals(heldBy({ holders: HOLDERS }, "a"), [HOLDERS[0], HOLDERS[2]]);
  assertEquals(heldBy({ holders: HOLDERS }, "c"), []);
});

Deno.test("isOnlyHeldBy() is about everyone who ever had it", () => {
  assertEquals(isOnlyHeldBy({ holders: HOLDERS }, "a"), false);
  assertEquals(isOnlyHeldBy({ holders: [HOLDERS[0], HOLDERS[2]] }, "a"), true);
});

const OVERLAPS: { one: Stretch; other: Stretch; common: Stretch | undefined }[] = [
  { one: { from: 0, to: 10 }, other: { from: 5, to: 20 }, common: { from: 5, to: 10 } },
  { one: { from: 0 }, other: { from: 5, to: 20 }, common: { from: 5, to: 20 } },
  { one: { from: 3 }, other: { from: 5 }, common: { from: 5, to: Infinity } },
  { one: { from: 0, to: 10 }, other: { from: 10 }, common: undefined },
];

Deno.test("overlapOf() is what two stretches share, and nothing where they only touch", () => {
  for (const { one, other, common } of OVERLAPS) {
    assertEquals(overlapOf(one, other), common);
    assertEquals(overlapOf(other, one), common);
  }
});
