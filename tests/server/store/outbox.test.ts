/** The outbox: who is due, what goes first, and no more kept than there is room for. */
import { assert, assertEquals } from "@std/assert";
import { MAX_LETTERS } from "../../../server/store/dead-letters.ts";
import { type OutboxRow, stageRow } from "../../../server/store/outbox-rows.ts";
import { MAX_WAITING } from "../../../server/store/spreading.ts";
import { alertOf, DOWN, NOON, OK, ToldPeople } from "../jobs/told-people.ts";
import { inMemory as inKv } from "./kv.ts";

const inMemory = (test: (world: ToldPeople) => Promise<void>) =>
  inKv((kv) => test(new ToldPeople(kv)));

const rowOf = (target: string, lane: string, order: number, at = NOON): OutboxRow => ({
  id: `unusual:${lane}:${order}:opened:webhook:${target}`,
  target,
  way: "webhook",
  lane,
  order,
  at,
  dueAt: at,
  nextAt: at,
  isDigest: false,
  attempts: 0,
  event: "opened",
  alert: alertOf("unusual", lane, `${order}`, at),
});

async function put(kv: Deno.Kv, rows: OutboxRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 300) {
    const atomic = kv.atomic();
    for (const row of rows.slice(at, at + 300)) stageRow(atomic, row);
    await atomic.commit();
  }
}

Deno.test("those that may go come by lane and in order, and a lane that is held lets nothing through", () =>
  inMemory(async (world) => {
    const { outbox } = world.server();
    const lanes = ["a", "b", "c"];
    const rows = lanes.flatMap((lane) =>
      Array.from({ length: 250 }, (_, i) => rowOf("hook", lane, i + 1))
    );
    rows.find(({ lane, order }) => lane === "b" && order === 2)!.nextAt = NOON + 60;
    await put(world.kv, rows);
    const held = new Set<string>();
    const seen: string[] = [];
    for await (const { row } of outbox.due("hook", NOON, held)) {
      seen.push(`${row.lane}${row.order}`);
      if (row.lane === "a" && row.order === 3) held.add("a");
    }
    const c = Array.from({ length: 250 }, (_, i) => `c${i + 1}`);
    assertEquals(seen, ["a1", "a2", "a3", "b1", ...c]);
  }));

Deno.test("who was looked at is due again only at what has come meanwhile", () =>
  inMemory(async (world) => {
    const { outbox } = world.server();
    await put(world.kv, [
      rowOf("hook", "a", 1),
      rowOf("hook", "a", 2, NOON + 1),
      rowOf("other", "a", 1),
    ]);
    const due = async (now: number) => (await outbox.targets(now)).map(({ target }) => target);
    assertEquals(await due(NOON - 1), []);
    const [hook, other] = await outbox.targets(NOON + 1);
    assertEquals([hook.target, hook.entries.length, other.target], ["hook", 2, "other"]);
    await outbox.looked(other);
    await put(world.kv, [rowOf("hook", "a", 3)]);
    await outbox.looked(hook);
    assertEquals(await due(NOON + 1), ["hook"]);
    await outbox.looked((await outbox.targets(NOON + 1))[0], NOON + 300);
    assertEquals([await due(NOON + 1), await due(NOON + 300)], [[], ["hook"]]);
  }));

Deno.test("one that has more waiting than its turn takes stands behind the others then", () =>
  inMemory(async (world) => {
    const [busy, other] = [await world.webhook(), await world.webhook()];
    const rows = Array.from({ length: 1_200 }, (_, i) => ({
      ...rowOf(busy, `point${i}`, i + 1),
      nextAt: NOON - 1_200 + i,
    }));
    await put(world.kv, [...rows, rowOf(other, "a", 1)]);
    const urlOf = async (id: string) => (await world.webhooks.get(id))!.url;
    await world.server().deliver();
    const place = world.messages.map(({ url }) => url).indexOf(await urlOf(other));
    assert(0 <= place && place < 250, `after ${place} messages`);
  }));

Deno.test("beyond as many as may wait, new ones are given up at once", () =>
  inMemory(async (world) => {
    const id = await world.webhook();
    const rows = Array.from({ length: MAX_WAITING - 1 }, (_, i) => rowOf(id, "a", i + 1));
    rows[0].nextAt = NOON + 3_600;
    await put(world.kv, rows);
    world.answer = () => DOWN;
    const server = world.server();
    await server.open("unusual", "a", "one more");
    await server.open("unusual", "a", "too many");
    await server.deliver();
    const { items } = await server.deadLetters.list(id, 10);
    assertEquals(items.map(({ alert, reason }) => [alert.key, reason]), [
      ["too many", "20000 others waited already"],
    ]);
    assertEquals(await server.outbox.count(id), MAX_WAITING);
  }));

Deno.test("of what was given up the latest are kept, in pages, and put back by name", () =>
  inMemory(async (world) => {
    const id = await world.webhook();
    const most = MAX_LETTERS + 5;
    const rows = Array.from({ length: most }, (_, i) => rowOf(id, `point${i}`, i + 1));
    await put(world.kv, rows);
    world.answer = () => ({ ok: false, reason: "no", isFinal: true });
    const server = world.server();
    await server.deliver();
    assertEquals(world.messages.length, most);
    assertEquals(await server.outbox.size(), { waiting: 0, dead: MAX_LETTERS });
    const first = await server.deadLetters.list(id, 600);
    const second = await server.deadLetters.list(id, 600, first.next);
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    assertEquals([ids.length, new Set(ids).size, second.next], [
      MAX_LETTERS,
      MAX_LETTERS,
      undefined,
    ]);
    world.answer = () => OK;
    assertEquals(await server.deadLetters.retry(id, [ids[3], "unknown"], world.clock.now), 1);
    await server.deliver();
    assertEquals(world.got().map(({ id }) => id), [ids[3]]);
  }));

Deno.test("a secret that is replaced signs for a day more", () =>
  inMemory(async (world) => {
    const id = await world.webhook();
    assert((await world.webhooks.rotate(id, world.by)).ok);
    const signatures = async () => {
      const webhook = (await world.webhooks.get(id))!;
      return world.webhooks.secretsOf(webhook, world.clock.now).length;
    };
    assertEquals(await signatures(), 2);
    world.clock.now += 24 * 3_600 - 1;
    assertEquals(await signatures(), 2);
    world.clock.now += 1;
    assertEquals(await signatures(), 1);
  }));

Deno.test("there are fifty webhooks at most, also where two are added at once", () =>
  inMemory(async (world) => {
    for (let i = 0; i < 49; i++) await world.webhook();
    const added = await Promise.all(
      [1, 2, 3].map((i) => world.webhooks.add({ url: `https://more${i}.example/` }, world.by)),
    );
    assertEquals(added.map(({ ok }) => ok).toSorted(), [false, false, true]);
    assertEquals((await Array.fromAsync(world.webhooks.all())).length, 50);
  }));
