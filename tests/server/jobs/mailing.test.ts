/** E-mail about alerts: to whom, when, and no more of it than anybody reads. */
import { assertEquals } from "@std/assert";
import { MAX_LETTERS } from "../../../server/store/dead-letters.ts";
import { PEOPLE } from "../../../server/store/kinds.ts";
import { inMemory as inKv } from "../store/kv.ts";
import { DOWN, NOON, OK, ToldPeople } from "./told-people.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** 22:30 in São Paulo. */
const NIGHT = NOON + 13 * HOUR + 1_800;

const inMemory = (test: (world: ToldPeople) => Promise<void>) =>
  inKv((kv) => test(new ToldPeople(kv)));

const textsOf = ({ letters }: ToldPeople): string[] =>
  letters.map(({ subject, text }) => `${subject}: ${text}`);

Deno.test("customers are told of warnings and the staff of what is urgent, unless they say otherwise", () =>
  inMemory(async (world) => {
    const maria = await world.person("customer");
    const rita = await world.person("operator");
    const otto = await world.person("operator", { email: { kinds: ["silent"] } });
    const server = world.server();
    await server.open("unusual", "point1");
    await server.open("dayLimit", "point1");
    await server.open("outage", "north");
    await server.open("silent", "meter1", "1", { pointId: "point1" });
    await server.open("unusual", "point2", "1", { customerId: "somebody else" });
    await server.deliver();
    assertEquals(world.letters.map(({ to, text }) => [to, text]).toSorted(), [
      [`p${maria}@example.com`, "unusual:point1:1"],
      [`p${rita}@example.com`, "outage:north:1"],
      [`p${otto}@example.com`, "silent:meter1:1"],
    ]);
  }));

Deno.test("an end comes by no e-mail, and none is made where e-mail is not set up", () =>
  inMemory(async (world) => {
    await world.person("customer");
    const server = world.server(undefined, { hasMail: false });
    await server.open("unusual", "point1");
    await server.deliver();
    assertEquals(await server.outbox.size(), { waiting: 0, dead: 0 });
    const withMail = world.server();
    const alert = await withMail.open("unusual", "point2");
    await withMail.tell("closed", alert);
    await withMail.deliver();
    assertEquals(textsOf(world), ["alert: unusual:point2:1"]);
  }));

Deno.test("someone who never followed the invitation, or is disabled, is sent nothing", () =>
  inMemory(async (world) => {
    const never = await world.person("customer");
    const disabled = await world.person("customer");
    const late = await world.person("customer", { quiet: { from: "22:00", to: "07:00" } });
    const change = (id: string, fields: { passwordHash?: undefined; disabledAt?: number }) =>
      world.records.transact<void>(world.by, async (change) => {
        change.put(PEOPLE, { ...(await change.get(PEOPLE, id))!, ...fields });
        return { ok: true, value: undefined };
      });
    await change(never, { passwordHash: undefined });
    await change(disabled, { disabledAt: NOON });
    world.clock.now = NIGHT;
    const server = world.server();
    await server.open("unusual", "point1");
    await server.deliver();
    await change(late, { disabledAt: NIGHT });
    await server.pass(DAY, 600);
    assertEquals(world.letters, []);
    assertEquals(await server.outbox.size(), { waiting: 0, dead: 0 });
  }));

Deno.test("what comes in quiet hours waits for the morning, and is dropped if it was seen or is over", () =>
  inMemory(async (world) => {
    const maria = await world.person("customer", { quiet: { from: "22:00", to: "07:00" } });
    world.clock.now = NIGHT;
    const server = world.server();
    const others = await server.open("unusual", "point1");
    const over = await server.open("unusual", "point2");
    const seen = await server.open("unusual", "point3");
    await server.pass(HOUR, 600);
    await server.tell("closed", over);
    await world.alerts.acknowledge(seen.id, maria, world.by);
    await world.alerts.acknowledge(others.id, "somebody else", world.by);
    await server.pass(10 * HOUR, 600);
    assertEquals(textsOf(world), ["alert: unusual:point1:1"]);
    assertEquals(world.letters[0].at, NIGHT + 8.5 * HOUR);
    assertEquals(server.delivering.counts, { "email delivered": 1, "email dropped": 2 });
  }));

Deno.test("a later try keeps to quiet hours, and what is urgent does not", () =>
  inMemory(async (world) => {
    const quiet = { from: "22:00", to: "07:00" };
    await world.person("operator", { email: { kinds: ["silent", "conflict", "outage"] }, quiet });
    world.clock.now = NIGHT - 1_860;
    world.mailAnswer = () => world.clock.now < NIGHT ? DOWN : OK;
    const server = world.server();
    await server.open("outage", "north");
    await server.open("silent", "meter1");
    const over = await server.open("conflict", "meter2");
    await server.deliver();
    await server.pass(HOUR + 1_860);
    assertEquals(new Set(world.letters.map(({ text }) => text)).size, 3);
    assertEquals(world.letters.filter(({ told }) => told.ok).length, 1);
    await server.tell("closed", over);
    await server.pass(9 * HOUR, 600);
    const got = world.letters.filter(({ told }) => told.ok);
    assertEquals(got.map(({ text, at }) => [text, at > NIGHT + 8 * HOUR]), [
      ["outage:north:1", false],
      ["silent:meter1:1", true],
    ]);
    assertEquals(await server.outbox.size(), { waiting: 0, dead: 0 });
  }));

Deno.test("what the pace has held up keeps to quiet hours", () =>
  inMemory(async (world) => {
    const quiet = { from: "22:00", to: "07:00" };
    await world.person("operator", { email: { kinds: ["silent"] }, quiet });
    world.clock.now = NIGHT - 1_860;
    const server = world.server();
    for (let i = 0; i < 6; i++) {
      await server.open("silent", `meter${i}`);
      await server.deliver();
    }
    assertEquals(world.letters.length, 5);
    await server.pass(12 * HOUR);
    assertEquals(world.letters.slice(5).map(({ text, at }) => [text, at]), [
      ["silent:meter5:1", NIGHT + 8.5 * HOUR],
    ]);
  }));

Deno.test("a digest comes at an hour that was chosen in quiet hours", () =>
  inMemory(async (world) => {
    const quiet = { from: "22:00", to: "07:00" };
    await world.person("operator", { email: { kinds: ["silent"], digestAt: "23:00" }, quiet });
    const server = world.server();
    await server.open("silent", "meter1");
    await server.pass(DAY, 300);
    assertEquals(world.letters.map(({ at }) => at), [NOON + 14 * HOUR]);
  }));

Deno.test("someone who cannot be told is reported, and holds up no other", () =>
  inMemory(async (world) => {
    const quiet = { from: "22:00", to: "07:00" };
    const lost = await world.person("customer", { quiet, timezone: "Mars/Base" });
    const maria = await world.person("customer");
    const server = world.server();
    await server.open("unusual", "point1");
    await server.deliver();
    assertEquals(world.letters.map(({ to }) => to), [`p${maria}@example.com`]);
    assertEquals(server.reported, [`Cannot tell ${lost} of unusual:point1:1`]);
  }));

Deno.test("what is wrong with one e-mail or its address holds up no other", () =>
  inMemory(async (world) => {
    const full = await Promise.all([1, 2, 3, 4].map(() => world.person("operator")));
    const isFull = (to: string) => full.some((id) => to.includes(id));
    world.mailAnswer = (to) =>
      isFull(to) ? { ok: false, reason: "mailbox is full", status: 452, isOfThisOne: true } : OK;
    const server = world.server();
    await server.open("outage", "north");
    await server.pass(10, 5);
    await world.person("operator");
    await server.open("outage", "south");
    await server.deliver();
    assertEquals(world.letters.filter(({ told }) => told.ok).length, 1);
  }));

Deno.test("a digest comes once a day with all that there was; what is urgent does not wait for it", () =>
  inMemory(async (world) => {
    await world.person("operator", {
      email: { kinds: ["silent", "conflict", "outage"], digestAt: "18:00" },
    });
    const server = world.server();
    await server.open("silent", "meter1");
    await server.pass(HOUR, 600);
    await server.open("conflict", "meter2");
    await server.open("outage", "north");
    await server.deliver();
    assertEquals(textsOf(world), ["alert: outage:north:1"]);
    await server.pass(DAY, 600);
    assertEquals(textsOf(world).slice(1), ["digest: silent:meter1:1 conflict:meter2:1"]);
    assertEquals(world.letters[1].at, NOON + 9 * HOUR);
  }));

Deno.test("what waits is not sent to someone who has chosen not to be told of it since", () =>
  inMemory(async (world) => {
    const email = { kinds: ["silent" as const, "conflict" as const], digestAt: "18:00" };
    const rita = await world.person("operator", { email });
    const server = world.server();
    await server.open("silent", "meter1");
    await server.open("conflict", "meter2");
    await server.deliver();
    await world.people.setAlerts(rita, { email: { ...email, kinds: ["conflict"] } }, world.by);
    await server.pass(DAY, 600);
    assertEquals(textsOf(world), ["digest: conflict:meter2:1"]);
    assertEquals(server.delivering.counts, { "email delivered": 1, "email dropped": 1 });
  }));

Deno.test("of e-mail that was given up only the latest is kept", () =>
  inMemory(async (world) => {
    await world.person("operator");
    world.mailAnswer = () => ({ ok: false, reason: "no", isFinal: true });
    const server = world.server();
    for (let i = 0; i < MAX_LETTERS + 5; i++) await server.open("outage", `north${i}`);
    await server.deliver();
    assertEquals(await server.outbox.size(), { waiting: 0, dead: MAX_LETTERS });
  }));

Deno.test("of what comes at once, or faster than five in ten minutes, one e-mail is made", () =>
  inMemory(async (world) => {
    await world.person("operator");
    const server = world.server();
    for (let i = 0; i < 8; i++) await server.open("outage", `north${i}`);
    await server.deliver();
    assertEquals(world.letters.length, 1);
    for (let i = 0; i < 60; i++) {
      await server.open("outage", `south${i}`);
      await server.pass(10, 10);
    }
    await server.pass(1_200);
    const told = world.letters.flatMap(({ text }) => text.split(" "));
    assertEquals([told.length, new Set(told).size], [68, 68]);
    const first = world.letters.filter(({ at }) => at < NOON + 600);
    assertEquals([first.length, world.letters.length], [5, 6]);
  }));

Deno.test("a mail server that is down for an hour gets all, once it is back, under the same ids", () =>
  inMemory(async (world) => {
    for (let i = 0; i < 20; i++) await world.person("operator");
    world.mailAnswer = () => world.clock.now < NOON + HOUR ? DOWN : OK;
    const server = world.server();
    await server.open("outage", "north");
    await server.pass(3 * HOUR, 5);
    const got = world.letters.filter(({ told }) => told.ok);
    assertEquals(new Set(got.map(({ to }) => to)).size, 20);
    for (const same of Map.groupBy(world.letters, ({ to }) => to).values()) {
      assertEquals(new Set(same.map(({ id }) => id)).size, 1);
    }
    const tries = world.letters.length - got.length;
    assertEquals(tries < 100, true, `${tries} tries while it was down`);
  }));

Deno.test("an address that the mail server refuses for good is given up, and others are told", () =>
  inMemory(async (world) => {
    const refused = await world.person("operator");
    await world.person("operator");
    world.mailAnswer = (to) =>
      to.includes(refused) ? { ok: false, reason: "no such mailbox", isFinal: true } : OK;
    const server = world.server();
    await server.open("outage", "north");
    await server.pass(HOUR);
    assertEquals(server.delivering.counts, { "email delivered": 1, "email abandoned": 1 });
    const { items } = await server.deadLetters.list(refused, 10);
    assertEquals(items.map(({ reason }) => reason), ["no such mailbox"]);
  }));
