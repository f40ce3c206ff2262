/** Which period comes next: one after the other, whatever happens to the point in between. */
import { assertEquals } from "@std/assert";
import { nextPeriod, type Supplied } from "../../../server/domain/due-period.ts";
import { instant } from "./bills.ts";

const at = (day: string) => instant(`${day}T00:00:00Z`);

const supplied = (changes: Partial<Supplied> = {}): Supplied => ({
  holders: [{ customerId: "ana", from: 0 }],
  timeZone: "UTC",
  reading: { day: 10 },
  supply: { from: at("2026-03-11") },
  ...changes,
});

const days = (supplied: Supplied, now: string) => {
  const period = nextPeriod(supplied);
  return period && period.to <= at(now) &&
    `${period.month}: ${period.firstDay} to ${period.lastDay}, ${period.days}`;
};

Deno.test("the first bill is for the period in which the supply began, once that has ended", () => {
  assertEquals(days(supplied(), "2026-04-10"), false);
  assertEquals(days(supplied(), "2026-04-11"), "2026-04: 2026-03-11 to 2026-04-10, 31");
  assertEquals(days(supplied(), "2026-09-01"), "2026-04: 2026-03-11 to 2026-04-10, 31");
});

Deno.test("the first bill is shorter where the supply began later", () => {
  const begun = supplied({ supply: { from: at("2026-04-21") } });
  assertEquals(days(begun, "2026-05-10"), false);
  assertEquals(days(begun, "2026-05-11"), "2026-05: 2026-04-21 to 2026-05-10, 20");
});

Deno.test("the next bill begins where the last one ended, though the reading day has changed", () => {
  const moved = supplied({ billedTo: at("2026-04-11"), reading: { day: 20 } });
  assertEquals(days(moved, "2026-04-20"), false);
  assertEquals(days(moved, "2026-08-01"), "2026-04: 2026-04-11 to 2026-04-20, 10");
});

Deno.test("a new holder and the end of the supply cut a period", () => {
  const holders = [
    { customerId: "ana", from: 0, to: at("2026-05-01") },
    { customerId: "bia", from: at("2026-05-01") },
  ];
  const given = supplied({ holders, billedTo: at("2026-04-11") });
  assertEquals(days(given, "2026-05-01"), "2026-05: 2026-04-11 to 2026-04-30, 20");
  const after = { ...given, billedTo: at("2026-05-01") };
  assertEquals(days(after, "2026-05-11"), "2026-05: 2026-05-01 to 2026-05-10, 10");
  const ended = supplied({ billedTo: at("2026-05-11"), supply: { from: 0, to: at("2026-05-16") } });
  assertEquals(days(ended, "2026-05-16"), "2026-06: 2026-05-11 to 2026-05-15, 5");
  assertEquals(days({ ...ended, billedTo: at("2026-05-16") }, "2026-09-01"), undefined);
});
