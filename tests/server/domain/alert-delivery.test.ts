/** Who is told by which way, and when. */
import { assertEquals } from "@std/assert";
import {
  afterQuiet,
  deliveriesOf,
  isStillDue,
  type Listener,
  listenerFaults,
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
  audience: "customer",
  timeZone: RIO,
  kinds: { email: ["unusual"], webhook: ["unusual"] },
  quiet: { from: "22:00", to: "07:00" },
};
const RITA: Listener = {
  ...MARIA,
  id: "rita",
  audience: "staff",
  kinds: { email: ["tamper", "silent"] },
};

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
  deliveriesOf([change], listeners, NIGHT).map(({ listenerId, way, dueAt, isDigest }) =>
    `${listenerId} ${way} ${dueAt - NIGHT}${isDigest ? " digest" : ""}`
  );

Deno.test("the page and machines are told at once, a person sleeps", () => {
  assertEquals(told(change("unusual", "opened"), MARIA, RITA), [
    "maria page 0",
    `maria email ${SEVEN - NIGHT}`,
    "maria webhook 0",
  ]);
});

Deno.test("what is urgent wakes people, and no digest holds it back", () => {
  const waiting = { ...RITA, digestAt: "08:00" };
  assertEquals(told(change("tamper", "opened"), waiting), ["rita page 0", "rita email 0"]);
  assertEquals(told(change("silent", "opened"), waiting), [
    "rita page 0",
    `rita email ${EIGHT - NIGHT} digest`,
  ]);
});

Deno.test("kinds that were not asked for, updates and ends come by no e-mail", () => {
  assertEquals(told(change("budgetNear", "opened"), MARIA), ["maria page 0"]);
  assertEquals(told(change("unusual", "updated"), MARIA), ["maria page 0"]);
  assertEquals(told(change("unusual", "closed"), MARIA), ["maria page 0", "maria webhook 0"]);
});

Deno.test("an e-mail that waited is dropped when it is over or was seen", () => {
  const opened = change("unusual", "opened");
  const [, email, webhook] = deliveriesOf([opened], [MARIA], NIGHT);
  const over = { ...opened.alert, closedAt: NIGHT + 60 };
  assertEquals(isStillDue(email, opened.alert), true);
  assertEquals(isStillDue(email, over), false);
  assertEquals(isStillDue(webhook, over), true);
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
  assertEquals(listenerFaults(MARIA), []);
});
