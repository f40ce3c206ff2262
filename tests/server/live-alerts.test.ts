/** What the live feed tells of alerts, and whom. */
import { assertEquals } from "@std/assert";
import type { AlertNews, AlertRecord } from "../../server/store/alerts.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { ANA, BIA, type Live, onLive, Reader } from "./live-readers.ts";
import { staged } from "./staged-alert.ts";

const HOLDER = "c".repeat(16);

const alert = (more: Partial<AlertRecord> = {}): AlertRecord => ({
  id: `dayLimit:${ANA}:2026-06-14`,
  kind: "dayLimit",
  subject: ANA,
  key: "2026-06-14",
  severity: "notice",
  evidence: {},
  openedAt: 1,
  at: 1,
  pointId: ANA,
  customerId: HOLDER,
  region: "",
  ...more,
});

const opened = (more: Partial<AlertRecord> = {}): AlertNews => ({
  event: "opened",
  alert: alert(more),
});

function reader({ feed }: Live, more: { customerId?: string; locale?: string } = {}): Reader {
  const connection = new Reader();
  feed.subscribe({ points: [ANA], connection, ...more });
  return connection;
}

const told = (reader: Reader) => reader.taken().map(({ alert }) => `${alert.event} ${alert.id}`);

onLive("what becomes of an alert is told to those who watch its point", async (live) => {
  const [ana, bia] = [await live.reader(ANA), await live.reader(BIA)];
  for (const event of ["opened", "updated", "closed", "acknowledged"] as const) {
    await live.feed.tellAlert({ event, alert: alert() });
    assertEquals([told(ana), told(bia)], [[`${event} ${alert().id}`], []]);
  }
});

onLive(
  "customers are told of customers' alerts that are theirs, the staff of all",
  async (live) => {
    const [staff, holder] = [reader(live), reader(live, { customerId: HOLDER })];
    const other = reader(live, { customerId: "d".repeat(16) });
    await live.feed.tellAlert(opened());
    assertEquals([staff, holder, other].map((one) => told(one).length), [1, 1, 0]);
    await live.feed.tellAlert(opened({ kind: "tamper", subject: "1".repeat(16) }));
    assertEquals([staff, holder, other].map((one) => told(one).length), [1, 0, 0]);
  },
);

onLive("each reader is told in the language of their connection", async (live) => {
  const [english, portuguese] = [reader(live, { locale: "en" }), reader(live, { locale: "pt" })];
  await live.feed.tellAlert(opened());
  assertEquals([english, portuguese].map(({ messages: [{ locale }] }) => locale), ["en", "pt"]);
});

onLive("an outage is of no point, so nobody who watches one is told of it", async (live) => {
  const staff = reader(live);
  await live.feed.tellAlert(opened({ kind: "outage", subject: "T-1", pointId: undefined }));
  assertEquals(staff.texts, []);
});

const reported: string[] = [];

onLive("an alert that cannot be put into words is reported, and the feed goes on", async (live) => {
  const staff = reader(live);
  await live.feed.tellAlert(opened());
  assertEquals([staff.texts.length, staff.closed, reported.length], [0, undefined, 1]);
}, {
  over: {
    alertText: () => Promise.reject(new Error("no words")),
    report: (problem) => void reported.push(problem),
  },
});

Deno.test("the message is the alert as it is listed, and does not name who has seen it", async () => {
  await using app = await AppInMemory.open();
  const customerId = (await app.ask("POST", "/customers", { name: "Ana" })).id;
  const address = "Rua das Flores 12";
  const pointId = (await app.ask("POST", "/points", { customerId, label: "Casa", address })).id;
  const about = { kind: "dayLimit", subject: pointId, pointId, customerId } as const;
  const { id: by } = await app.ask("POST", "/api-keys", { label: "Eva", scopes: ["read"] });
  const seen = { at: app.clock.seconds, by };
  const record = await staged(app, { ...about, acknowledged: seen });
  const [staff, connection] = [new Reader(), new Reader()];
  app.parts.live.subscribe({ points: [pointId], connection: staff });
  app.parts.live.subscribe({ points: [pointId], connection, customerId });
  await app.parts.live.tellAlert({ event: "acknowledged", alert: record });
  const listed = await app.ask("GET", `/alerts/${record.id}`);
  const { acknowledged } = listed;
  assertEquals(acknowledged.by, { id: by, name: "Eva" });
  const nameless = { ...acknowledged, by: { id: by, name: null } };
  const alert = { ...listed, acknowledged: nameless, event: "acknowledged" };
  assertEquals(alert.subject.name, "Casa, Rua das Flores 12");
  assertEquals(staff.messages, [{ alert, point: pointId }]);
  const subject = { ...alert.subject, name: "Casa" };
  assertEquals(connection.messages, [{ alert: { ...alert, subject }, point: pointId }]);
});
