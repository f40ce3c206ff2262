/** Customers, points and meters over HTTP: registered, found, changed, exchanged, retired. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { consumption, instant, newMeter, newPoint, upload } from "./metered-point.ts";
import { type Json, OPERATOR_KEY } from "./running-server.ts";

const MARIA = { name: "Maria Souza", taxId: "123.456.789-09", email: "maria@example.com" };
const DAY = 86_400;

interface Sent {
  status: number;
  etag: string | null;
  body: Json;
}

async function send(
  app: AppInMemory,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Sent> {
  const response = await app.fetch(
    new Request(`http://localhost/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${OPERATOR_KEY}`, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    }),
  );
  const text = await response.text();
  const etag = response.headers.get("etag");
  return { status: response.status, etag, body: text === "" ? undefined : JSON.parse(text) };
}

/** An answer that must be a refusal, with words that it must hold. */
async function refused(answer: Sent | Promise<Sent>, status: number, ...words: string[]) {
  const { status: got, body } = await answer;
  assertEquals(got, status, JSON.stringify(body));
  for (const word of words) {
    assert(JSON.stringify(body).includes(word), `${word} in ${body.detail}`);
  }
}

async function pagesOf(app: AppInMemory, path: string): Promise<Json[][]> {
  const pages: Json[][] = [];
  let next: string | null = null;
  do {
    const cursor: string = next === null ? "" : `&cursor=${encodeURIComponent(next)}`;
    const page = await app.ask("GET", path + cursor);
    pages.push(page.items);
    next = page.next;
  } while (next !== null);
  return pages;
}

const audit = async (app: AppInMemory, kind: string, id: string): Promise<Json[]> =>
  (await app.ask("GET", `/audit?kind=${kind}&id=${id}`)).items;

const inApp = (name: string, test: (app: AppInMemory) => Promise<void>): void =>
  Deno.test(name, async () => {
    await using app = await AppInMemory.open();
    await test(app);
    assertEquals(app.reported, []);
  });

inApp("a customer is registered, changed with If-Match, and loses what null takes", async (app) => {
  const added = await send(app, "POST", "/customers", MARIA);
  const { id } = added.body;
  const whole = {
    id,
    ...MARIA,
    taxId: "12345678909",
    phone: null,
    address: null,
    createdAt: instant(NOON),
    erasedAt: null,
  };
  assertEquals([added.status, added.body], [201, whole]);
  const read = await send(app, "GET", `/customers/${id}`);
  assertEquals([read.body, read.etag], [whole, added.etag]);
  const changed = await send(app, "PATCH", `/customers/${id}`, { phone: "+55 11 5555" }, {
    "if-match": read.etag!,
  });
  assertEquals(changed.body, { ...whole, phone: "+55 11 5555" });
  assert(changed.etag !== read.etag);
  assertEquals((await send(app, "GET", `/customers/${id}`)).etag, changed.etag);
  const late = send(app, "PATCH", `/customers/${id}`, { phone: null }, { "if-match": read.etag! });
  await refused(late, 412, "has been changed since");
  const any = await send(app, "PATCH", `/customers/${id}`, { taxId: null }, { "if-match": "*" });
  assertEquals(any.body, { ...whole, phone: "+55 11 5555", taxId: null });
  const plain = await send(app, "PATCH", `/customers/${id}`, { email: null, phone: null });
  assertEquals(plain.body, { ...whole, taxId: null, email: null });
  assertEquals((await send(app, "POST", "/customers", MARIA)).status, 201, "the tax id is free");
});

inApp("a change refuses what does not fit and names the field", async (app) => {
  const { id } = await app.ask("POST", "/customers", MARIA);
  const point = await newPoint(app);
  const cases: [path: string, body: unknown, field: string][] = [
    [`/customers/${id}`, { taxId: "123.456.789-10" }, "taxId"],
    [`/customers/${id}`, { name: null }, "name"],
    [`/customers/${id}`, { name: "" }, "name"],
    [`/customers/${id}`, { erasedAt: null }, "erasedAt"],
    [`/points/${point}`, { timezone: "Mars" }, "timezone"],
    [`/points/${point}`, { code: "a b" }, "code"],
    [`/points/${point}`, { heldFrom: instant(NOON) }, "heldFrom"],
    [`/meters/${await newMeter(app)}`, { serial: "" }, "serial"],
  ];
  for (const [path, body, field] of cases) {
    const answer = await send(app, "PATCH", path, body);
    assertEquals([answer.status, answer.body.errors?.[0].path], [400, field], path);
  }
  for (const path of ["/customers/0000000000000000", "/points/x", "/meters/0000000000000000"]) {
    await refused(send(app, "PATCH", path, {}), 404, "There is no");
  }
});

inApp(
  "thousands of customers are listed by name and found by any word, page by page",
  async (app) => {
    const by = { actor: { kind: "key" as const, id: "test" }, at: NOON };
    const names = Array.from({ length: 2_300 }, (_, i) => `${i % 2 ? "Ána" : "Rui"} Costa ${i}`);
    for (const name of names) {
      const added = await app.parts.customers.add(
        { name, email: `${name.length}@example.com` },
        by,
      );
      assert(added.ok);
    }
    const pages = await pagesOf(app, "/customers?limit=1000");
    assertEquals(pages.map(({ length }) => length), [1_000, 1_000, 300]);
    const plain = (name: string) => name.replace("Á", "A").toLowerCase();
    assertEquals(
      pages.flat().map(({ name }) => plain(name)),
      names.map(plain).sort(),
    );
    assertEquals((await app.ask("GET", "/customers")).items.length, 100);
    const found = (await pagesOf(app, "/customers?limit=7&search=ANA%20cos%2022")).flat();
    const fitting = names.filter((name) => /^Ána Costa 22/.test(name));
    assertEquals(found.map(({ name }) => name).sort(), fitting.sort());
    assertEquals((await app.ask("GET", "/customers?search=nobody")).items, []);
    assertEquals((await app.ask("GET", "/customers?retired=true")).items, []);
    await refused(send(app, "GET", "/customers?cursor=x"), 400, "cursor");
    await refused(send(app, "GET", "/customers?limit=1001"), 400, "limit");
    await refused(send(app, "GET", "/customers?retired=maybe"), 400, "retired");
  },
);

inApp("what another has is refused with the other's name", async (app) => {
  const maria = await app.ask("POST", "/customers", MARIA);
  const rui = await app.ask("POST", "/customers", { name: "Rui" });
  const home = await app.ask("POST", "/points", {
    customerId: maria.id,
    label: "Home",
    code: "0412",
  });
  const shop = await app.ask("POST", "/points", { customerId: rui.id, label: "Shop" });
  const old = await app.ask("POST", "/meters", { label: "Old one", serial: "M-1" });
  const bare = await newMeter(app);
  const many = [...Array.from({ length: 900 }, () => ({})), { serial: "M-1" }];
  const sameTaxId = { name: "Other", taxId: "12345678909" };
  const conflicts: [method: string, path: string, body: unknown, words: string[]][] = [
    ["POST", "/customers", sameTaxId, ["taxId", "Maria Souza", maria.id]],
    ["PATCH", `/customers/${rui.id}`, { taxId: MARIA.taxId }, ["taxId", "Maria Souza"]],
    ["POST", "/points", { customerId: rui.id, label: "X", code: "0412" }, [
      "code",
      "Home",
      home.id,
    ]],
    ["PATCH", `/points/${shop.id}`, { code: "0412" }, ["code", "Home"]],
    ["POST", "/meters", { serial: "M-1" }, ["serial", "Old one", old.id]],
    ["PATCH", `/meters/${bare}`, { serial: "M-1" }, ["serial", "Old one"]],
    ["POST", "/meters/provision", { meters: many }, ["serial", "Old one"]],
    ["POST", "/meters/provision", { meters: [{ serial: "M-2" }, { serial: "M-2" }] }, ["M-2"]],
  ];
  for (const [method, path, body, words] of conflicts) {
    await refused(send(app, method, path, body), 409, ...words);
  }
  const meters = (await pagesOf(app, "/meters?limit=100")).flat();
  assertEquals(meters.map(({ id }) => id).sort(), [old.id, bare].sort(), "nothing was half made");
});

inApp(
  "a thousand meters with serial numbers are provisioned at once, or none of them",
  async (app) => {
    const pointId = await newPoint(app);
    const asked = Array.from({ length: 1_000 }, (_, i) => ({
      serial: `S-${i}`,
      label: `Rua ${"x".repeat(190)} ${i}`,
      ...i % 3 === 0 ? { pointId } : {},
    }));
    const { meters } = await app.ask("POST", "/meters/provision", { meters: asked });
    assertEquals(new Set(meters.map(({ key }: Json) => key)).size, 1_000);
    assertEquals((await app.ask("GET", `/points/${pointId}`)).assignments.length, 334);
    const [last] = (await app.ask("GET", "/meters?search=S-999")).items;
    assertEquals([last.id, last.pointId], [meters[999].id, pointId]);
    const more = Array.from({ length: 200 }, (_, i) => ({ serial: `T-${i}`, pointId }));
    await refused(send(app, "POST", "/meters/provision", { meters: more }), 409, pointId);
    assertEquals((await app.ask("GET", "/meters?search=T-0")).items, []);
  },
);

inApp("a point goes from one customer to another, and is listed where it is", async (app) => {
  const [ana, rui] = [
    await app.ask("POST", "/customers", { name: "Ana" }),
    await app.ask("POST", "/customers", { name: "Rui" }),
  ];
  const { id } = await app.ask("POST", "/points", { customerId: ana.id, label: "Home" });
  const from = instant(NOON - DAY);
  const moved = await app.ask("PATCH", `/points/${id}`, { customerId: rui.id, heldFrom: from });
  assertEquals(moved.customerId, rui.id);
  const idsOf = async (query: string) =>
    (await app.ask("GET", `/points?${query}`)).items.map(({ id }: Json) => id);
  assertEquals(await idsOf(`customerId=${ana.id}`), []);
  assertEquals(await idsOf(`customerId=${rui.id}`), [id]);
  assertEquals(await idsOf(`customerId=${rui.id}&search=hom`), [id]);
  assertEquals((await app.parts.points.get(id))?.holders, [
    { customerId: ana.id, from: 0, to: NOON - DAY },
    { customerId: rui.id, from: NOON - DAY },
  ]);
  const back = { customerId: ana.id, heldFrom: from };
  await refused(send(app, "PATCH", `/points/${id}`, back), 409, "is held by");
  const nobody = { customerId: "0000000000000000" };
  await refused(send(app, "PATCH", `/points/${id}`, nobody), 404, "There is no customer");
});

inApp("a point that is retired keeps its past and lets its meters go", async (app) => {
  const id = await newPoint(app);
  const [counting, other] = [await newMeter(app, id), await newMeter(app)];
  const { customerId } = await app.ask("GET", `/points/${id}`);
  assertEquals((await send(app, "DELETE", `/points/${id}`)).status, 204);
  const point = await app.ask("GET", `/points/${id}`);
  assertEquals([point.retiredAt, point.meter], [instant(NOON), null]);
  assertEquals(point.assignments[0].to, instant(NOON));
  const meter = await app.ask("GET", `/meters/${counting}`);
  assertEquals([meter.pointId, meter.formerPointIds], [null, [id]]);
  await refused(send(app, "POST", `/meters/${other}/assign`, { pointId: id }), 409, "is retired");
  await refused(send(app, "PATCH", `/points/${id}`, { label: "x" }), 409, "is retired");
  assertEquals((await send(app, "DELETE", `/points/${id}`)).status, 204, "a second time");
  const idsOf = async (query: string) =>
    (await app.ask("GET", `/points?${query}`)).items.map(({ id }: Json) => id);
  assertEquals([await idsOf(""), await idsOf("retired=true")], [[], [id]]);
  const own = `customerId=${customerId}`;
  assertEquals([await idsOf(own), await idsOf(`${own}&retired=true`)], [[], [id]]);
  const elsewhere = await newPoint(app);
  const moved = await app.ask("POST", `/meters/${counting}/assign`, { pointId: elsewhere });
  assertEquals(moved.pointId, elsewhere);
});

inApp("a meter that is retired is listed apart and can do nothing more", async (app) => {
  const pointId = await newPoint(app);
  const { id, enrolmentToken } = await app.ask("POST", "/meters", { pointId, label: "Old" });
  const { etag } = await send(app, "GET", `/meters/${id}`);
  await app.ask("PATCH", `/meters/${id}`, { label: "Older" });
  const late = send(app, "DELETE", `/meters/${id}`, undefined, { "if-match": etag! });
  await refused(late, 412);
  assertEquals((await send(app, "DELETE", `/meters/${id}`)).status, 204);
  const idsOf = async (query: string) =>
    (await app.ask("GET", `/meters?${query}`)).items.map(({ id }: Json) => id);
  assertEquals([await idsOf("search=older"), await idsOf("retired=true&search=older")], [[], [id]]);
  const hardware = { token: enrolmentToken, hardwareId: "esp" };
  await refused(send(app, "POST", "/enrol", hardware), 401, "unknown or has expired");
  for (
    const [method, path, body] of [
      ["PATCH", "", { label: "x" }],
      ["POST", "/assign", { pointId }],
      ["POST", "/rotate-key", undefined],
      ["POST", "/token", undefined],
      ["POST", "/exchange", { finalWh: 1 }],
    ] as const
  ) await refused(send(app, method, `/meters/${id}${path}`, body), 409, "is retired");
  assertEquals((await send(app, "DELETE", `/meters/${id}`)).status, 204, "a second time");
});

inApp("what is retired leaves its number to another", async (app) => {
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const numbered: [path: string, body: Json][] = [
    ["/points", { customerId, label: "Home", code: "0412" }],
    ["/meters", { serial: "M-1" }],
  ];
  for (const [path, body] of numbered) {
    const { id } = await app.ask("POST", path, body);
    await refused(send(app, "POST", path, body), 409, "Taken");
    await app.ask("DELETE", `${path}/${id}`);
    const heir = await app.ask("POST", path, body);
    await refused(send(app, "POST", path, body), 409, "Taken", heir.id);
  }
});

inApp("a lost token is replaced until the meter is enrolled", async (app) => {
  const { id, enrolmentToken: lost } = await app.ask("POST", "/meters", {});
  app.clock.seconds += 2 * DAY;
  const renewed = await app.ask("POST", `/meters/${id}/token`);
  assertEquals([renewed.id, renewed.expiresAt], [id, instant(NOON + 3 * DAY)]);
  const enrol = (token: string) => send(app, "POST", "/enrol", { token, hardwareId: "esp" });
  await refused(enrol(lost), 401);
  const { body } = await enrol(renewed.enrolmentToken);
  assertEquals([body.meterId, body.keyId], [id, 0]);
  const again = await app.ask("POST", `/meters/${id}/token`);
  await refused(enrol(renewed.enrolmentToken), 401);
  const other = await enrol(again.enrolmentToken);
  assert(other.body.key !== body.key, "a key that may be in other hands");
  await app.parts.meters.confirm(id, 0, app.clock.seconds);
  await refused(send(app, "POST", `/meters/${id}/token`), 409, "rotate its key");
});

inApp(
  "an exchanged meter counts to its last register, its successor from its first",
  async (app) => {
    const pointId = await newPoint(app);
    const old = await newMeter(app, pointId);
    const at = NOON - DAY;
    const hours = (from: number, start: number) =>
      Array.from({ length: 5 }, (_, i) => ({
        time: from + i * 3600,
        milliwattHours: 1_000 * (start + 100 * i),
      }));
    await upload(app, old, hours(at - 5 * 3600, 1_000));
    const given = { finalWh: 1_500, startWh: 7, at: instant(at), label: "Young", serial: "Y-1" };
    const exchanged = await app.ask("POST", `/meters/${old}/exchange`, given);
    const { new: young } = exchanged;
    assertEquals([exchanged.old.pointId, exchanged.old.formerPointIds], [null, [pointId]]);
    assertEquals([young.pointId, young.label, young.serial], [pointId, "Young", "Y-1"]);
    assertMatch(exchanged.enrolmentToken, /^[0-9a-f]{32}$/);
    assertEquals(exchanged.expiresAt, instant(NOON + DAY));
    const { assignments } = await app.ask("GET", `/points/${pointId}`);
    assertEquals(assignments, [
      { meterId: old, from: null, to: instant(at), startWh: null, finalWh: 1_500 },
      { meterId: young.id, from: instant(at), to: null, startWh: 7, finalWh: null },
    ]);
    await upload(app, young.id, hours(at + 3600, 107));
    const period = { from: instant(at - 5 * 3600), to: instant(at + 5 * 3600), step: "1h" };
    const { total } = await consumption(app, pointId, period);
    assertEquals(total, 1_000 * (500 + 500));
  },
);

inApp("a meter is exchanged for one that is there, or for none", async (app) => {
  const [pointId, otherPoint] = [await newPoint(app), await newPoint(app)];
  const [old, spare, busy] = [
    await newMeter(app, pointId),
    await newMeter(app),
    await newMeter(app, otherPoint),
  ];
  const exchange = (id: string, body: unknown) => send(app, "POST", `/meters/${id}/exchange`, body);
  await refused(exchange(old, {}), 400, "finalWh");
  await refused(exchange(old, { finalWh: -1 }), 400, "finalWh");
  await refused(exchange(old, { finalWh: 1, meterId: spare, label: "x" }), 400, "either meterId");
  await refused(exchange(old, { finalWh: 1, meterId: "0000000000000000" }), 404, "no meter");
  await refused(exchange(old, { finalWh: 1, meterId: busy }), 409, otherPoint);
  await refused(exchange(old, { finalWh: 1, meterId: old }), 409, "itself");
  await refused(exchange(spare, { finalWh: 1 }), 409, "does not count");
  await app.ask("PATCH", `/meters/${busy}`, { serial: "B-1" });
  await refused(exchange(old, { finalWh: 1, serial: "B-1" }), 409, "serial");
  assertEquals((await app.ask("GET", `/meters/${old}`)).pointId, pointId);
  const { body } = await exchange(old, { finalWh: 1.5, meterId: spare });
  assertEquals([body.new.id, body.new.pointId, body.enrolmentToken], [spare, pointId, null]);
  const { assignments } = await app.ask("GET", `/points/${pointId}`);
  assertEquals(assignments.map(({ startWh, finalWh }: Json) => [startWh, finalWh]), [
    [null, 1.5],
    [null, null],
  ]);
});

inApp(
  "a last register below what the meter has said is refused, unless that is in doubt",
  async (app) => {
    const pointId = await newPoint(app);
    const id = await newMeter(app, pointId);
    const said = [5_000, 5_100, 900_000].map((wh, i) => ({
      time: NOON - 300 + 100 * i,
      milliwattHours: 1_000 * wh,
    }));
    await upload(app, id, said);
    const exchange = (finalWh: number, at = NOON) =>
      send(app, "POST", `/meters/${id}/exchange`, { finalWh, at: instant(at) });
    const low = await exchange(5_200);
    await refused(low, 409, "900000 Wh", instant(NOON - 100));
    assertEquals(low.body.errors.map(({ path }: Json) => path), ["finalWh"]);
    await refused(exchange(899_000), 409, "finalWh");
    await refused(exchange(4_000, NOON - 150), 409, "5100 Wh");
    assertEquals((await app.ask("GET", `/meters/${id}`)).pointId, pointId);

    const readings = [{ n: 4, time: instant(NOON - 50), energyWh: 899_999 }];
    await app.ask("POST", `/meters/${id}/readings`, { readings });
    const [fall] = (await app.ask("GET", "/cases?open=true")).items;
    await app.ask("POST", `/cases/${fall.id}/resolve`, { kind: "fault", fromN: 3, toN: 4 });
    await refused(exchange(4_000), 409, "5100 Wh");
    assertEquals((await exchange(4_101)).status, 200, "a plate shows whole kWh");
  },
);

inApp(
  "while a fall of its register is open, any last register of a meter is taken",
  async (app) => {
    const id = await newMeter(app, await newPoint(app));
    const said = [9_000, 8_000].map((wh, i) => ({
      time: NOON - 9 + i,
      milliwattHours: 1_000 * wh,
    }));
    await upload(app, id, said);
    const { status } = await send(app, "POST", `/meters/${id}/exchange`, { finalWh: 1 });
    assertEquals(status, 200);
  },
);

inApp("a second meter at a point must be meant, and an exchange is not one", async (app) => {
  const pointId = await newPoint(app);
  const [hall, solar] = [await newMeter(app, pointId), await newMeter(app)];
  await app.ask("PATCH", `/meters/${hall}`, { label: "Hall" });
  const assign = (id: string, more = {}) =>
    send(app, "POST", `/meters/${id}/assign`, { pointId, ...more });
  await refused(assign(solar), 409, `Hall ${hall}`, "exchange", "alongside");
  await refused(assign(solar, { alongside: false }), 409);
  assertEquals((await assign(hall)).status, 200, "it counts there itself");
  assertEquals((await assign(solar, { alongside: true })).status, 200);
  const { body } = await send(app, "POST", `/meters/${hall}/exchange`, { finalWh: 1 });
  assertEquals(body.new.pointId, pointId, "another goes on counting there");
  for (const id of [body.new.id, solar]) await app.ask("DELETE", `/meters/${id}`);
  assertEquals((await assign(hall)).status, 200, "none counts there any more");
});

inApp("a meter moves with the register that was read, and not to before it began", async (app) => {
  const [a, b] = [await newPoint(app), await newPoint(app)];
  const id = await newMeter(app, a);
  const from = instant(NOON - 60);
  const moved = await app.ask("POST", `/meters/${id}/assign`, { pointId: b, from, startWh: 5.125 });
  assertEquals([moved.pointId, moved.formerPointIds], [b, [a]]);
  const { assignments } = await app.ask("GET", `/points/${b}`);
  assertEquals(assignments, [{ meterId: id, from, to: null, startWh: 5.125, finalWh: null }]);
  const early = { pointId: a, from: instant(NOON - 61) };
  await refused(send(app, "POST", `/meters/${id}/assign`, early), 409, "begin no earlier");
});

inApp("the audit log tells who changed what from what to what, and no secret", async (app) => {
  const { id } = await app.ask("POST", "/customers", MARIA);
  await send(app, "PATCH", `/customers/${id}`, { name: "Maria S.", phone: "1" }, {
    "x-request-id": "request-7",
  });
  const [changed, created] = await audit(app, "customer", id);
  assertEquals([changed.action, created.action], ["changed", "created"]);
  assertEquals(changed.changes, {
    name: { before: "Maria Souza", after: "Maria S." },
    phone: { after: "1" },
  });
  assertEquals([changed.actor.kind, changed.actor.request], ["key", "request-7"]);
  assertEquals([changed.at, changed.object], [instant(NOON), { kind: "customer", id }]);
  const { id: meter, enrolmentToken } = await app.ask("POST", "/meters", {});
  const { body } = await send(app, "POST", "/enrol", { token: enrolmentToken, hardwareId: "esp" });
  await app.parts.meters.confirm(meter, 0, NOON);
  const { key } = await app.ask("POST", `/meters/${meter}/rotate-key`);
  const log = await audit(app, "meter", meter);
  assertEquals(log.map(({ changes }) => changes.keys), [{}, undefined, {}, {}]);
  const text = JSON.stringify(await app.ask("GET", "/audit?limit=1000"));
  for (const secret of [enrolmentToken, body.key, key, "sealed"]) assert(!text.includes(secret));
});
