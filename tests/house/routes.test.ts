/** Each route is one operation's alone, and the table of rights has every operation and no other. */
import { assertEquals } from "@std/assert";
import { OPERATIONS } from "../../server/http/api.ts";
import { RIGHTS } from "../../server/http/rights.ts";

/** Two that differ in a parameter's name only would catch the same requests. */
const patternOf = (route: string): string => route.replace(/:\w+/g, ":");

Deno.test("no two operations have one route", () => {
  const named = Object.entries(OPERATIONS).map(([name, { route }]) => [patternOf(route), name]);
  const byPattern = Map.groupBy(named, ([pattern]) => pattern);
  const shared = [...byPattern.values()].filter(({ length }) => length > 1);
  assertEquals(shared, []);
});

Deno.test("every operation has its right, and every right its operation", () => {
  assertEquals(Object.keys(RIGHTS).toSorted(), Object.keys(OPERATIONS).toSorted());
});
