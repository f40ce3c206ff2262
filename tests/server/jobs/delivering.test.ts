/** Messages to webhooks: each once or more, in order, under the same id, whatever breaks. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { seededRandom } from "../../../meter-sim/random.ts";
import type { AlertRecord } from "../../../server/store/alerts.ts";
import { Customers } from "../../../server/store/customers.ts";
import { type Fate, inMemory as inKv } from "../store/kv.ts";
import { within } from "../within.ts";
import {
  alertOf,
  DOWN,
  type Message,
  NOON,
  OK,
  type Server,
  ToldPeople,
  valueOf,
} from "./told-people.ts";

const SEED = 20_261_125;
const HOUR = 3_600;
const DAY = 24 * HOUR;

const inMemory = (test: (world: ToldPeople) => Promise<void>) =>
  inKv((kv) => test(new ToldPeople(kv)));

const typesOf = (messages: Message[]): string[] =>
  messages.map(({ body }) => `${body.type} ${body.data.id}`);

/** What comes again has the same id and the same bytes; nothing comes after what follows it. */
function checkOrder(
  messages: Message[],
  lane: (message: Message) => string,
  order: string[],
): void {
  for (const same of Map.groupBy(messages, ({ url, id }) => url + id).values()) {
    assertEquals(new Set(same.map(({ text }) => text)).size, 1);
  }
  for (const some of Map.groupBy(messages, lane).values()) {
    const places = typesOf(some).map((type) => order.indexOf(type));
    assertEquals(places, places.toSorted((a, b) => a - b), typesOf(some).join("\n"));
  }
}

Deno.test("a receiver that is down for an hour gets each message once or more, in order per point, under the same id", () =>
  inMemory(async (world) => {
    console.log(`seed ${SEED}`);
    const random = seededRandom(SEED);
    await world.webhook();
    let tries = 0;
    world.answer = ({ at }) => {
      const isDown = at >= NOON + 600 && at < NOON + 600 + HOUR;
      if (isDown) tries++;
      return isDown || random() < 0.1 ? DOWN : OK;
    };
    const server = world.server();
    const order: string[] = [];
    const open = new Map<string, AlertRecord>();
    for (let step = 0; step < 150; step++) {
      const point = `point${Math.floor(random() * 20)}`;
      const alert = open.get(point);
      if (alert) {
        await server.tell("closed", alert);
        open.delete(point);
        order.push(`alert.closed ${alert.id}`);
      } else {
        const opened = await server.open("unusual", point, `${step}`);
        open.set(point, opened);
        order.push(`alert.opened ${opened.id}`);
      }
      await server.pass(30, 5);
    }
    await server.pass(DAY);
    checkOrder(world.messages, ({ body }) => body.data.pointId, order);
    assertEquals(new Set(typesOf(world.got())), new Set(order));
    assert(tries < 150, `${tries} tries while it was down`);
    assertEquals(server.reported, []);
  }));

/** Fails at one commit, and is dead from then on. */
function crashAt(n: number, fate: Fate): { fateOf: () => Fate; hasCrashed: () => boolean } {
  let commits = 0;
  const fateOf = () => ++commits < n ? "commits" : commits === n ? fate : "fails unwritten";
  return { fateOf, hasCrashed: () => commits >= n };
}

/** Two alerts on one point and one of a region, of which the first message fails once. */
async function course(server: Server): Promise<string[]> {
  const { clock } = server.world;
  const first = await server.open("unusual", "point1", "1");
  await server.open("outage", "north", "1");
  await server.deliver();
  await server.tell("closed", first);
  await server.open("unusual", "point1", "2");
  await server.deliver();
  clock.now += 10;
  await server.deliver();
  return [
    "alert.opened unusual:point1:1",
    "alert.opened outage:north:1",
    "alert.closed unusual:point1:1",
    "alert.opened unusual:point1:2",
  ];
}

for (const fate of ["fails unwritten", "fails written"] as const) {
  Deno.test(`a server that dies at any commit, which ${fate}, loses no message and no order`, async () => {
    let crashes = 0;
    for (let n = 1, hasCrashed = true; hasCrashed; n++) {
      await inMemory(async (world) => {
        await world.webhook();
        await world.person("operator");
        let posts = 0;
        world.answer = () => ++posts === 1 ? DOWN : OK;
        const crash = crashAt(n, fate);
        const dying = world.server(crash.fateOf);
        await course(dying).catch(() => {});
        hasCrashed = crash.hasCrashed();
        if (hasCrashed) crashes++;
        const server = world.server();
        const order = await course(server);
        await server.pass(HOUR);
        assertEquals(new Set(typesOf(world.got())), new Set(order), `commit ${n}`);
        checkOrder(world.messages, ({ body }) => body.data.pointId, order);
        assertEquals(new Set(world.letters.map(({ text }) => text)), new Set(["outage:north:1"]));
        assertEquals(await server.outbox.size(), { waiting: 0, dead: 0 });
        assertEquals(server.reported, []);
      });
    }
    assert(crashes > 15, `${crashes} crashes`);
  });
}

Deno.test("a webhook that answers 410 is disabled, and what waits for it is given up", () =>
  inMemory(async (world) => {
    const id = await world.webhook();
    world.answer = () => ({ ok: false, reason: "it answered with 410", status: 410, isGone: true });
    const server = world.server();
    for (const point of ["point1", "point2", "point3"]) await server.open("unusual", point);
    await server.deliver();
    assertEquals(world.messages.length, 1);
    const webhook = (await world.webhooks.get(id))!;
    assertEquals([webhook.disabledAt, webhook.disabledReason], [NOON, "it answered with 410"]);
    const { items } = await server.deadLetters.list(id, 10);
    assertEquals(items.map(({ reason }) => reason).toSorted(), [
      "The webhook is disabled",
      "The webhook is disabled",
      "it answered with 410",
    ]);
    await server.open("unusual", "point4");
    await server.pass(DAY);
    assertEquals(world.messages.length, 1);
    assertEquals(server.delivering.counts, { "webhook abandoned": 3 });
  }));

Deno.test("what fails for a day is given up, and goes again under the same id when it is put back", () =>
  inMemory(async (world) => {
    const id = await world.webhook();
    world.answer = () => DOWN;
    const server = world.server();
    const alert = await server.open("unusual", "point1");
    await server.deliver();
    await server.tell("closed", alert);
    await server.pass(DAY + 600);
    const opened = world.messages.filter(({ body }) => body.type === "alert.opened");
    const { items: [letter] } = await server.deadLetters.list(id, 10);
    assertEquals([letter.id, letter.attempts, letter.reason], [
      `unusual:point1:1:opened:webhook:${id}`,
      opened.length,
      "it refused the connection",
    ]);
    world.answer = () => OK;
    await server.pass(HOUR);
    assertEquals(typesOf(world.got()), ["alert.closed unusual:point1:1"]);
    assertEquals(await server.deadLetters.retry(id, undefined, world.clock.now), 1);
    await server.deliver();
    assertEquals(world.got().at(-1)!.id, letter.id);
    assertEquals(await server.outbox.size(), { waiting: 0, dead: 0 });
  }));

Deno.test("tries are counted over all that a message went through, and one that was not tried again keeps its reason", () =>
  inMemory(async (world) => {
    const id = await world.webhook();
    const server = world.server();
    const letters = async () =>
      (await server.deadLetters.list(id, 10)).items
        .map(({ lane, attempts, reason, firstTriedAt }) => [lane, attempts, reason, firstTriedAt])
        .toSorted();
    world.answer = () => ({ ok: false, reason: "it answered with 422", isFinal: true });
    for (const point of ["a", "b"]) await server.open("unusual", point);
    await server.deliver();
    world.clock.now += HOUR;
    world.answer = () => ({ ok: false, reason: "it answered with 410", isGone: true });
    await server.open("unusual", "c");
    await server.deliver();
    const before = await letters();
    assertEquals(before, [
      ["a", 1, "it answered with 422", NOON],
      ["b", 1, "it answered with 422", NOON],
      ["c", 1, "it answered with 410", NOON + HOUR],
    ]);
    valueOf(await world.webhooks.update(id, { enabled: true }, world.by));
    world.clock.now += HOUR;
    await server.deadLetters.retry(id, undefined, world.clock.now);
    await server.deliver();
    const [, ...untried] = before;
    assertEquals(await letters(), [["a", 2, "it answered with 410", NOON], ...untried]);
  }));

Deno.test("what waits as its webhook is disabled is given up with the tries that it had", () =>
  inMemory(async (world) => {
    const id = await world.webhook();
    world.answer = () => DOWN;
    const server = world.server();
    const alert = await server.open("unusual", "a");
    await server.deliver();
    await server.tell("closed", alert);
    await server.deliver();
    world.clock.now += HOUR;
    valueOf(await world.webhooks.update(id, { enabled: false }, world.by));
    await server.deliver();
    const { items } = await server.deadLetters.list(id, 10);
    const shown = items.map((
      { event, attempts, firstTriedAt, reason },
    ) => [event, attempts, firstTriedAt, reason]);
    assertEquals(shown.toSorted(), [
      ["closed", 0, undefined, "The webhook is disabled"],
      ["opened", 1, NOON, "The webhook is disabled"],
    ]);
  }));

Deno.test("the log says once that a webhook fails, and once that it works again, without its path", () =>
  inMemory(async (world) => {
    const id = await world.webhook({ url: "https://told.example:8443/path?token=secret" });
    world.answer = () => DOWN;
    const server = world.server();
    for (let point = 0; point < 40; point++) await server.open("unusual", `point${point}`);
    await server.deliver();
    const name = `The webhook ${id} at told.example:8443`;
    const fails = `warn: ${name} fails and is left alone for a while: it refused the connection`;
    assertEquals(server.logged, [fails]);
    await server.pass(HOUR);
    assertEquals(server.logged, [fails]);
    world.answer = () => OK;
    await server.pass(HOUR);
    const works = `info: ${name} works again`;
    assertEquals(server.logged, [fails, works]);
    world.answer = () => DOWN;
    for (const point of ["a", "b", "c"]) await server.open("unusual", point);
    await server.deliver();
    assertEquals(server.logged, [fails, works, fails]);
  }));

Deno.test("what waits for a webhook, why, and until when, is told while it fails and no longer", () =>
  inMemory(async (world) => {
    const id = await world.webhook();
    const other = await world.webhook({ kinds: ["silent"] });
    world.answer = () => DOWN;
    const server = world.server();
    const { delivering } = server;
    const none = { waiting: 0, nextTryAt: undefined, lastFault: undefined };
    assertEquals(await delivering.backlog(id), none);
    await server.open("unusual", "a");
    await server.deliver();
    const { nextAt } =
      (await Array.fromAsync(server.outbox.due(id, NOON + HOUR, new Set())))[0].row;
    const lastFault = { at: NOON, reason: "it refused the connection" };
    assertEquals(await delivering.backlog(id), { waiting: 1, nextTryAt: nextAt, lastFault });
    world.clock.now = nextAt;
    world.answer = () => ({ ok: false, reason: "it answered with 500" });
    for (let point = 0; point < 40; point++) await server.open("unusual", `point${point}`);
    await server.deliver();
    // Of its own it would be tried sooner, but three in a row are followed by a rest.
    assertEquals(await delivering.backlog(id), {
      waiting: 41,
      nextTryAt: nextAt + 10,
      lastFault: { at: nextAt, reason: "it answered with 500" },
    });
    assertEquals(await delivering.backlog(other), none);
    world.answer = () => OK;
    await server.pass(HOUR);
    assertEquals(await delivering.backlog(id), none);
  }));

Deno.test("what no receiver ever takes holds up its own point and no other", () =>
  inMemory(async (world) => {
    await world.webhook();
    const isPoison = ({ body }: Pick<Message, "body">) => /^point[0-3]$/.test(body.data.pointId);
    world.answer = (message) => isPoison(message) ? DOWN : OK;
    const server = world.server();
    for (let point = 0; point < 30; point++) await server.open("unusual", `point${point}`);
    for (let hour = 1; hour <= 12; hour++) {
      await server.open("unusual", "point9", `later${hour}`);
      const before = world.got().length;
      await server.pass(310, 5);
      assert(world.got().length > before, `hour ${hour}`);
      await server.pass(HOUR - 310);
    }
    assertEquals(world.got().length, 26 + 12);
  }));

Deno.test("what is told of a meter waits for what came up at its point before", () =>
  inMemory(async (world) => {
    await world.webhook();
    let tries = 0;
    world.answer = () => ++tries === 1 ? DOWN : OK;
    const server = world.server();
    await server.open("unusual", "point1");
    await server.open("silent", "meter1", "1", { pointId: "point1" });
    await server.deliver();
    assertEquals(world.messages.length, 1);
    await server.pass(30, 5);
    assertEquals(typesOf(world.got()), [
      "alert.opened unusual:point1:1",
      "alert.opened silent:meter1:1",
    ]);
  }));

Deno.test("an alert for which there are no words holds up no other, and is reported", () =>
  inMemory(async (world) => {
    await world.webhook();
    world.unwritable = "unusual:point0:1";
    const server = world.server();
    for (let point = 0; point < 5; point++) await server.open("unusual", `point${point}`);
    await server.deliver();
    assertEquals(world.got().length, 4);
    assertEquals(server.reported.length, 1);
  }));

Deno.test("alerts for which there are no words do not hold up their receiver", () =>
  inMemory(async (world) => {
    await world.webhook();
    world.unwritable = "unusual:point0:1";
    const server = world.server();
    await server.open("unusual", "point0");
    while (server.reported.length < 3) await server.pass(5, 5);
    await server.open("unusual", "point1");
    await server.deliver();
    assertEquals(typesOf(world.got()), ["alert.opened unusual:point1:1"]);
  }));

Deno.test("after an outage of hours what has waited is told within forty minutes", () =>
  inMemory(async (world) => {
    await world.webhook();
    world.answer = ({ at }) => at < NOON + 8 * HOUR ? DOWN : OK;
    const server = world.server();
    for (let point = 0; point < 10; point++) await server.open("unusual", `point${point}`);
    await server.pass(8 * HOUR);
    await server.pass(40 * 60);
    assertEquals(world.got().length, 10);
  }));

Deno.test("a receiver that is down is left alone, however much waits for it", () =>
  inMemory(async (world) => {
    await world.webhook();
    world.answer = () => DOWN;
    const server = world.server();
    for (let point = 0; point < 500; point++) await server.open("unusual", `point${point}`);
    await server.pass(HOUR, 5);
    assert(world.messages.length <= 12 * 6 + 10, `${world.messages.length} tries`);
    world.answer = () => OK;
    await server.pass(310, 5);
    assert(world.got().length > 450, `${world.got().length}`);
  }));

Deno.test("while a receiver does not answer, others are told of what comes up", () =>
  inMemory(async (world) => {
    const hanging = (await world.webhooks.get(await world.webhook()))!.url;
    await world.webhook();
    await world.person("operator");
    const [asked, told, gate] = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    world.answer = async ({ url, body }) => {
      if (url === hanging) asked.resolve();
      if (url === hanging) await gate.promise;
      else if (body.data.kind === "outage") told.resolve();
      return OK;
    };
    const server = world.server();
    await server.open("unusual", "point1");
    server.delivering.poke();
    await asked.promise;
    await server.open("outage", "north");
    server.delivering.poke();
    await within(told.promise, 5_000, "what is told to the other");
    gate.resolve();
    await server.delivering.ended();
    assertEquals([world.got().length, world.letters.length], [4, 1]);
  }));

Deno.test("four receivers are told at once, and each is asked one thing at a time", () =>
  inMemory(async (world) => {
    for (let i = 0; i < 6; i++) await world.webhook();
    const asked = new Set<string>();
    let most = 0;
    const four = Promise.withResolvers<void>();
    world.answer = async ({ url }) => {
      assert(!asked.has(url), "asked twice at once");
      asked.add(url);
      most = Math.max(most, asked.size);
      if (most === 4) four.resolve();
      await four.promise;
      asked.delete(url);
      return OK;
    };
    const server = world.server();
    for (const point of ["point1", "point2"]) await server.open("unusual", point);
    await server.deliver();
    assertEquals([most, world.got().length], [4, 12]);
  }));

Deno.test("a stop waits for the request that is under way, and what is left is told by the next server", () =>
  inMemory(async (world) => {
    await world.webhook();
    const underWay = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    world.answer = async () => {
      underWay.resolve();
      await answered.promise;
      return OK;
    };
    const server = world.server();
    for (const point of ["point1", "point2"]) await server.open("unusual", point);
    const delivered = server.deliver();
    await underWay.promise;
    const stopped = server.delivering.stop();
    answered.resolve();
    await stopped;
    await delivered;
    assertEquals(world.messages.length, 1);
    const next = world.server(undefined, { isAlone: false });
    await next.deliver();
    assertEquals(typesOf(world.got()), [
      "alert.opened unusual:point1:1",
      "alert.opened unusual:point2:1",
    ]);
  }));

Deno.test("of two servers one tells, and the other goes on when that one is gone", () =>
  inMemory(async (world) => {
    await world.webhook();
    const one = world.server(undefined, { isAlone: false });
    const two = world.server(undefined, { isAlone: false });
    await one.deliver();
    await two.open("unusual", "point1");
    await two.deliver();
    assertEquals(world.messages.length, 0);
    world.clock.now += 61;
    await two.deliver();
    await one.deliver();
    assertEquals(world.messages.length, 1);
  }));

Deno.test("a webhook is told what it is for: its kinds, and of a customer's only what they see", () =>
  inMemory(async (world) => {
    await world.webhook({ kinds: ["silent"] });
    const added = await new Customers(world.records).add({ name: "Ana" }, world.by);
    const customerId = valueOf(added).id;
    await world.webhook({ customerId });
    const server = world.server();
    await server.open("silent", "meter1", "1", { pointId: "point1", customerId });
    await server.open("unusual", "point1", "1", { customerId });
    await server.open("unusual", "point2", "1");
    await server.deliver();
    assertEquals(typesOf(world.got()).toSorted(), [
      "alert.opened silent:meter1:1",
      "alert.opened unusual:point1:1",
    ]);
    const [silent] = world.got().filter(({ body }) => body.data.kind === "silent");
    assertEquals([silent.body.data.meterId, silent.body.data.pointId], ["meter1", "point1"]);
  }));

Deno.test("a webhook that is removed is told nothing more, and nothing of it is left", () =>
  inMemory(async (world) => {
    const id = await world.webhook();
    world.answer = () => DOWN;
    const server = world.server();
    await server.open("unusual", "point1");
    await server.deliver();
    assert((await world.webhooks.remove(id, world.by)).ok);
    await server.pass(DAY);
    assertEquals(world.messages.length, 1);
    assertEquals(await server.outbox.size(), { waiting: 0, dead: 0 });
  }));

Deno.test("a test message goes at once, to a disabled webhook too, and its answer is told", () =>
  inMemory(async (world) => {
    const id = await world.webhook();
    await world.webhooks.update(id, { enabled: false }, world.by);
    const server = world.server();
    assertEquals(await server.delivering.test(id), { ok: true, value: OK });
    const [{ body, id: messageId }] = world.messages;
    assertEquals(body, {
      type: "alert.test",
      timestamp: "2026-06-15T12:00:00Z",
      data: { webhookId: id },
    });
    assertMatch(messageId, /^[\w.:-]{1,128}$/);
    world.answer = () => DOWN;
    assertEquals(await server.delivering.test(id), { ok: true, value: DOWN });
    assertEquals((await server.delivering.test("none")).ok, false);
  }));

Deno.test("two that become so in one second, before and after a start, keep their order", () =>
  inMemory(async (world) => {
    await world.webhook();
    const before = world.server();
    await before.tell("opened", alertOf("unusual", "point1", "1", NOON));
    const after = world.server();
    await after.tell("closed", alertOf("unusual", "point1", "1", NOON));
    await after.deliver();
    assertEquals(typesOf(world.got()), [
      "alert.opened unusual:point1:1",
      "alert.closed unusual:point1:1",
    ]);
  }));
