/** The audit log as staff read it: the latest first, of everything or of one object, in pages. */
import { assertEquals, assertMatch } from "@std/assert";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { as, customer, key } from "./as-caller.ts";
import { instant, newMeter, newPoint } from "./metered-point.ts";
import type { Json } from "./running-server.ts";

Deno.test("each change is told with who made it, what was there before and what after", async () => {
  await using app = await AppInMemory.open();
  const { id } = await app.ask("POST", "/customers", { name: "Maria" });
  app.clock.seconds += 60;
  await app.ask("PATCH", `/customers/${id}`, { name: "Maria Souza" });
  const { items, next } = await app.ask("GET", "/audit");
  assertEquals(next, null);
  assertEquals(items.map(({ at, action, object }: Json) => ({ at, action, object })), [
    { at: instant(NOON + 60), action: "changed", object: { kind: "customer", id } },
    { at: instant(NOON), action: "created", object: { kind: "customer", id } },
  ]);
  assertEquals(items[0].changes, { name: { before: "Maria", after: "Maria Souza" } });
  assertEquals([items[0].actor.kind, items[0].actor.id], ["key", "environment"]);
  assertMatch(items[0].actor.request, /./);
});

Deno.test("a secret is told to have changed, and not to what", async () => {
  await using app = await AppInMemory.open();
  const { id } = await app.ask("POST", "/meters", { label: "Hall" });
  const { items } = await app.ask("GET", `/audit?kind=meter&id=${id}`);
  assertEquals([items[0].changes.tokenHash, items[0].changes.keys], [{}, {}]);
});

Deno.test("an actor has the name by which people know it", async () => {
  await using app = await AppInMemory.open();
  const { id, enrolmentToken: token } = await app.ask("POST", "/meters", { label: "Hall" });
  const { keyId } = await app.ask("POST", "/enrol", { token, hardwareId: "esp" });
  await app.meters.confirm(id, keyId, NOON);
  const { items } = await app.ask("GET", `/audit?kind=meter&id=${id}`);
  assertEquals(items[0].actor, { kind: "meter", id, name: "Hall" });
});

Deno.test("the log is read in pages, of everything and of one object, and nothing is told twice", async () => {
  await using app = await AppInMemory.open();
  const pointId = await newPoint(app);
  for (let i = 0; i < 30; i++) {
    app.clock.seconds += i % 2;
    await app.ask("PATCH", `/points/${pointId}`, { label: `Home ${i}` });
    await app.ask("POST", "/customers", { name: `Customer ${i}` });
  }
  for (const [of, count] of [["", 62], [`&kind=point&id=${pointId}`, 31]] as const) {
    const found: string[] = [];
    for (let cursor = "";;) {
      const page = await app.ask("GET", `/audit?limit=7${of}${cursor}`);
      found.push(...page.items.map((item: Json) => JSON.stringify(item)));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    assertEquals([found.length, new Set(found).size], [count, count]);
    const times = found.map((item) => JSON.parse(item).at);
    assertEquals(times, times.toSorted().reverse());
  }
});

Deno.test("the log refuses half an object and a cursor that is none", async () => {
  await using app = await AppInMemory.open();
  for (const query of ["kind=point", "id=1", "cursor=abc", "limit=0"]) {
    assertEquals((await app.send("GET", `/audit?${query}`)).status, 400, query);
  }
  assertEquals((await app.ask("GET", "/audit?kind=nothing&id=1")).items, []);
});

Deno.test("the log is for staff alone", async () => {
  await using app = await AppInMemory.open();
  for (const caller of [customer("a".repeat(16)), key({ scopes: ["read", "ingest", "live"] })]) {
    assertEquals((await as(app, caller)("GET", "/audit")).status, 403);
  }
});

Deno.test("a download stands in the log, unless customers take what is theirs of a point", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const meter = await newMeter(app, point);
  const { customerId } = await app.ask("GET", `/points/${point}`);
  const theirs = customer(customerId);
  const files = [
    ["customer", customerId, `/customers/${customerId}/data`, "data.zip", true],
    ["point", point, `/points/${point}/consumption.csv`, "consumption.csv", false],
    ["point", point, `/points/${point}/green-button.xml`, "green-button.xml", false],
    ["meter", meter, `/meters/${meter}/readings.csv`, "readings.csv", false],
  ] as const;
  for (const [kind, id, path, file, isAlwaysNoted] of files) {
    const before = (await app.ask("GET", "/audit")).items.length;
    assertEquals((await as(app, theirs)("GET", path)).status, 200);
    assertEquals((await app.send("GET", path)).status, 200);
    assertEquals((await app.send("GET", path.replace(id, "0".repeat(16)))).status, 404);
    const { items } = await app.ask("GET", "/audit");
    const noted = items.slice(0, items.length - before);
    const actors = noted.map(({ actor }: Json) => actor.id);
    assertEquals(actors, ["environment", ...isAlwaysNoted ? [theirs.id] : []], path);
    const [{ action, object, changes }] = noted;
    assertEquals({ action, object, changes }, {
      action: "downloaded",
      object: { kind, id },
      changes: { file: { after: file } },
    });
  }
});
