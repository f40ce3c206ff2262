/** What people call what an alert is about, and whom that is told. */
import { assertEquals } from "@std/assert";
import { meterOf, nameOf } from "../../../server/domain/alert-subject.ts";

const HOME = { label: "Casa", address: "Rua das Flores 12", code: "UC-7", customerId: "ana" };
const DAY_LIMIT = { kind: "dayLimit", subject: "point" } as const;
const SILENT = { kind: "silent", subject: "meter" } as const;
const ANA = { customerId: "ana", hasSeveralPoints: false };

Deno.test("the staff are told where a point is, as many have the same label", () => {
  const { address: _, ...unplaced } = HOME;
  assertEquals(nameOf(DAY_LIMIT, { point: HOME }), "Casa, Rua das Flores 12");
  assertEquals(nameOf(DAY_LIMIT, { point: unplaced }), "Casa, UC-7");
  assertEquals(nameOf(DAY_LIMIT, { point: { label: "Casa" } }), "Casa");
  assertEquals(nameOf(DAY_LIMIT, { point: { label: "UC-7", code: "UC-7" } }), "UC-7");
});

Deno.test("customers are told their own label, and where it is if they have several points", () => {
  assertEquals(nameOf(DAY_LIMIT, { point: HOME }, ANA), "Casa");
  const several = { ...ANA, hasSeveralPoints: true };
  assertEquals(nameOf(DAY_LIMIT, { point: HOME }, several), "Casa, Rua das Flores 12");
});

Deno.test("customers are not told what a point is called that is somebody else's now", () => {
  for (const hasSeveralPoints of [false, true]) {
    const bia = { customerId: "bia", hasSeveralPoints };
    assertEquals(nameOf(DAY_LIMIT, { point: HOME }, bia), undefined);
  }
  assertEquals(nameOf(DAY_LIMIT, {}, ANA), undefined);
});

Deno.test("a meter without a name of its own is that of its point, and a region is its name", () => {
  assertEquals(nameOf(SILENT, { meter: "CL-42", point: HOME }), "CL-42");
  assertEquals(nameOf(SILENT, { point: HOME }), "Casa, Rua das Flores 12");
  assertEquals(nameOf(SILENT, {}), undefined);
  assertEquals(nameOf({ kind: "outage", subject: "T-1" }, { point: HOME }), "T-1");
  assertEquals([meterOf(SILENT), meterOf(DAY_LIMIT)], ["meter", undefined]);
});
