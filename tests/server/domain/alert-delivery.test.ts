/** Who is told by which way, and when. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  afterQuiet,
  deliveriesOf,
  isStillDue,
  type Listener,
  listenerFaults,
  usualKinds,
} from "../../../server/domain/alert-delivery.ts";
import type { Kind } from "../../../server/domain/alert-kinds.ts";
import type { Alert, Change } from "../../../server/domain/alert-life.ts";

const RIO = "America/Sao_Paulo";
const instant = (text: string): number => Temporal.Instant.from(text).epochMilliseconds / 1000;
const NIGHT = instant("2026-11-20T23:30:00-03:00");
const SEVEN = instant("2026-11-21T07:00:00-03:00");
const EIGHT = instant("2026-11-21T08:00:00-03:00");

const MARIA: Listener = {
  id: "maria",
  way: "email",
  timeZone: RIO,
  kinds: ["unusual"],
  quiet: { from: "22:00", to: "07:00" },
};
const RITA: Listener = { ...MARIA, id: "rita", kinds: ["tamper", "silent"] };
const DESK: Listener = { id: "desk", way: "webhook", timeZone: "UTC", kinds: ["unusual"] };

const change = (kind: Kind, event: Change["event"], changes: Partial<Alert> = {}): Change => ({
  event,
  alert: {
    id: `${kind}:x:1`,
    kind,
    subject: "x",
    key: "1",
    severity: kind === "tamper" ? "urgent" : "warning",
    evidence: {},
    openedAt: NIGHT,
    at: NIGHT,
    ...changes,
  },
});

const told = (change: Change, ...listeners: Listener[]): string[] =>
  deliveriesOf(change, listeners, NIGHT).map(({ listenerId, dueAt, isDigest }) =>
    `${listenerId} ${dueAt - NIGHT}${isDigest ? " digest" : ""}`
  );

Deno.test("machines are told at once, a person sleeps", () => {
  assertEquals(told(change("unusual", "opened"), MARIA, RITA, DESK), [
    `maria ${SEVEN - NIGHT}`,
    "desk 0",
  ]);
});

Deno.test("what is urgent wakes people, and no digest holds it back", () => {
  const waiting = { ...RITA, digestAt: "08:00" };
  assertEquals(told(change("tamper", "opened"), waiting), ["rita 0"]);
  assertEquals(told(change("silent", "opened"), waiting), [`rita ${EIGHT - NIGHT} digest`]);
});

Deno.test("kinds that were not asked for, updates and ends come by no e-mail", () => {
  assertEquals(told(change("budgetNear", "opened"), MARIA, DESK), []);
  assertEquals(told(change("unusual", "updated"), MARIA, DESK), []);
  assertEquals(told(change("unusual", "closed"), MARIA, DESK), ["desk 0"]);
});

Deno.test("who has said nothing is told of what matters: customers of warnings, staff of what is urgent", () => {
  assertEquals(usualKinds("customer"), ["budgetPassed", "variation", "unusual"]);
  assertEquals(usualKinds("staff"), ["outage", "tamper"]);
});

Deno.test("a delivery's id fits the convention, whatever its subject", () => {
  const region = "A".repeat(40);
  const alert = { id: `neverSleeps:${region}:2026-11-20T23:30:00Z` };
  const listener: Listener = { ...DESK, id: "8a1f63c0d27be954" };
  const [{ id }] = deliveriesOf(change("unusual", "opened", alert), [listener], NIGHT);
  assertMatch(id, /^[\w.:-]{1,128}$/);
});

Deno.test("an e-mail that waited is dropped when it is over or was seen", () => {
  const opened = change("unusual", "opened");
  const [email, webhook] = deliveriesOf(opened, [MARIA, DESK], NIGHT);
  const over = { ...opened.alert, closedAt: NIGHT + 60 };
  const seen = { ...opened.alert, acknowledged: { at: NIGHT, by: "rita" } };
  const isStill = (delivery: typeof email, alert: Alert) => isStillDue(delivery, alert, "rita");
  assertEquals(isStill(email, opened.alert), true);
  assertEquals([over, seen].map((alert) => isStill(email, alert)), [false, false]);
  // What one has seen another may not know yet.
  assertEquals(isStillDue(email, seen, "olga"), true);
  assertEquals(isStill(webhook, over), true);
  assertEquals(isStill({ ...email, dueAt: email.at }, over), true);
});

Deno.test("quiet hours follow the clock on the wall, also on the night when it is changed", () => {
  const quiet = { from: "22:00", to: "07:00" };
  const santiago = { quiet, timeZone: "America/Santiago" };
  // Clocks go from 24:00 to 01:00 on 6 September 2026.
  assertEquals(
    afterQuiet(santiago, instant("2026-09-05T23:00:00-04:00")),
    instant("2026-09-06T07:00:00-03:00"),
  );
  const noon = instant("2026-11-20T12:00:00-03:00");
  assertEquals(afterQuiet({ quiet, timeZone: RIO }, noon), noon);
  assertEquals(
    afterQuiet({ quiet: { from: "12:00", to: "13:00" }, timeZone: RIO }, noon),
    noon + 3600,
  );
  assertEquals(afterQuiet({ timeZone: RIO }, noon), noon);
});

Deno.test("what is wrong with wishes is said by where", () => {
  const faults = listenerFaults({
    audience: "customer",
    kinds: { email: ["unusual", "tamper"] },
    quiet: { from: "22:00", to: "25:00" },
    digestAt: "8",
  });
  assertEquals(faults.map(({ path }) => path), ["kinds.email.1", "quiet.to", "digestAt"]);
  const fine = { audience: "customer" as const, kinds: { email: ["unusual" as const] } };
  assertEquals(listenerFaults({ ...fine, quiet: MARIA.quiet }), []);
});
