/** Erasure: nothing personal is left anywhere, and what must stay does. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { instant, newMeter, upload } from "./metered-point.ts";
import type { Json } from "./running-server.ts";

const MARIA = {
  name: "Maria Quitéria Souza",
  taxId: "529.982.247-25",
  email: "maria.q@correio.example",
  phone: "+55 71 98877-6655",
  address: "Ladeira do Pelourinho 77",
};
const HOME = { label: "Casa da Quitéria", address: "Rua Xavante 4321", code: "0412345678" };

/** By accents and case as the index has them. */
const PERSONAL = [
  "maria",
  "quiteria",
  "souza",
  "52998224725",
  "correio",
  "98877",
  "pelourinho",
  "xavante",
  "varanda",
];

/** All rows, keys and values alike, as text. */
async function everythingIn(kv: Deno.Kv): Promise<string> {
  const rows: string[] = [];
  const options = { depth: 50, iterableLimit: Infinity, strAbbreviateSize: Infinity };
  for await (const { key, value } of kv.list({ prefix: [] })) {
    rows.push(Deno.inspect([key, value], options));
    if (value instanceof Uint8Array) rows.push(new TextDecoder("latin1").decode(value));
  }
  return rows.join("\n").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

const found = (text: string): string[] => PERSONAL.filter((word) => text.includes(word));

/** Maria with a home, a meter and a sensor, all of which were changed now and then. */
async function living(app: AppInMemory) {
  const { id } = await app.ask("POST", "/customers", { ...MARIA, name: "Maria" });
  await app.ask("PATCH", `/customers/${id}`, MARIA);
  const { id: point } = await app.ask("POST", "/points", { customerId: id, ...HOME });
  await app.ask("PATCH", `/points/${point}`, { label: "Apartamento da Maria" });
  await app.ask("PATCH", `/points/${point}`, { label: HOME.label });
  const meter = await newMeter(app, point);
  await upload(app, meter, [NOON - 3_600, NOON].map((time, i) => ({ time, milliwattHours: i })));
  const where = { pointId: point, label: "Varanda da Maria" };
  const { id: sensor } = await app.ask("POST", "/sensors", where);
  const login = { customerId: id, name: "Quitéria", email: MARIA.email, role: "customer" };
  await app.ask("POST", "/people", login);
  return { id, point, meter, sensor };
}

const erase = (app: AppInMemory, id: string) => app.send("DELETE", `/customers/${id}`);

Deno.test("after the erasure nothing personal is left in the database", async () => {
  await using app = await AppInMemory.open();
  const { id, point, meter, sensor } = await living(app);
  assertEquals(found(await everythingIn(app.kv)), PERSONAL);
  await app.ask("DELETE", `/points/${point}`);
  app.clock.seconds += 60;
  const answer = await erase(app, id);
  assertEquals(answer.status, 204, answer.text);
  assertEquals(found(await everythingIn(app.kv)), []);
  assertEquals(await app.ask("GET", `/customers/${id}`), {
    id,
    name: "",
    taxId: null,
    email: null,
    phone: null,
    address: null,
    createdAt: instant(NOON),
    erasedAt: instant(NOON + 60),
  });
  const left = await app.ask("GET", `/points/${point}`);
  assertEquals([left.label, left.address, left.code], ["", null, HOME.code]);
  assertEquals((await app.ask("GET", `/sensors/${sensor}`)).label, null);
  assertEquals((await app.ask("GET", `/meters/${meter}/readings`)).items.length, 2);
});

Deno.test("the erased are found by nothing and listed only among those that are retired", async () => {
  await using app = await AppInMemory.open();
  const { id, point } = await living(app);
  await app.ask("DELETE", `/points/${point}`);
  await erase(app, id);
  const ids = async (query: string) =>
    (await app.ask("GET", `/customers${query}`)).items.map(({ id }: Json) => id);
  assertEquals(await ids(""), []);
  assertEquals(await ids("?retired=true"), [id]);
  for (const query of ["maria", "52998224725", "correio"]) {
    assertEquals(await ids(`?search=${query}`), []);
    assertEquals(await ids(`?search=${query}&retired=true`), []);
  }
  const again = await app.send("POST", "/customers", JSON.stringify(MARIA));
  assertEquals(again.status, 201, "the tax id is free again");
});

Deno.test("the erasure is in the audit log, which tells no more what was erased", async () => {
  await using app = await AppInMemory.open();
  const { id, point } = await living(app);
  await app.ask("DELETE", `/points/${point}`);
  await erase(app, id);
  const { items } = await app.ask("GET", `/audit?kind=customer&id=${id}`);
  assertEquals(items.map(({ action }: Json) => action), [
    "erased",
    "changed",
    "changed",
    "created",
  ]);
  const { changes, actor } = items[0];
  assertEquals([changes.name, changes.taxId, changes.email, changes.phone], [{}, {}, {}, {}]);
  assertEquals([changes.erasedAt.after, actor.id], [NOON, "environment"]);
  const ofPoint = await app.ask("GET", `/audit?kind=point&id=${point}`);
  assertEquals(ofPoint.items[0].action, "erased");
});

Deno.test("a customer with a point in use is not erased, and it is told what to do", async () => {
  await using app = await AppInMemory.open();
  const { id, point } = await living(app);
  const answer = await erase(app, id);
  assertEquals(answer.status, 409);
  assertMatch(answer.body.detail, /Retire these points or give them to another customer: Casa/);
  assert(answer.body.detail.includes(point));
  assertEquals((await app.ask("GET", `/customers/${id}`)).name, MARIA.name);
});

Deno.test("what else stands against an erasure is told, too", async () => {
  await using app = await AppInMemory.open();
  const { id } = await app.ask("POST", "/customers", MARIA);
  app.parts.erasure.parts.obstacles.push(() => Promise.resolve(["An invoice is not paid."]));
  const answer = await erase(app, id);
  assertEquals([answer.status, answer.body.detail], [
    409,
    "The customer cannot be erased yet. An invoice is not paid.",
  ]);
});

Deno.test("a point that another customer has now keeps its label, and the log forgets the old one", async () => {
  await using app = await AppInMemory.open();
  const { id, point } = await living(app);
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Bia" });
  const given = { customerId, heldFrom: instant(NOON - 600), label: "Loja", address: "Rua B 2" };
  await app.ask("PATCH", `/points/${point}`, given);
  assertEquals((await erase(app, id)).status, 204);
  const left = await app.ask("GET", `/points/${point}`);
  assertEquals([left.label, left.address], ["Loja", "Rua B 2"]);
  // The sensor stayed with the point, as did its label.
  assertEquals(found(await everythingIn(app.kv)), ["maria", "varanda"]);
});

Deno.test("an erasure that breaks off anywhere ends the same when it is asked for again", async () => {
  const ends = new Set<string>();
  let wasBroken = true;
  for (let calls = 1; wasBroken; calls++) {
    await using app = await AppInMemory.open();
    const { id, point } = await living(app);
    await app.ask("DELETE", `/points/${point}`);
    wasBroken = await breaksOff(app, calls, () => erase(app, id));
    app.clock.seconds += 3_600;
    assertEquals((await erase(app, id)).status, 204, `broken off at commit ${calls}`);
    assertEquals(found(await everythingIn(app.kv)), [], `broken off at commit ${calls}`);
    const { items } = await app.ask("GET", `/audit?kind=customer&id=${id}`);
    const actions = items.map(({ action }: Json) => action);
    ends.add(JSON.stringify([actions, (await app.ask("GET", `/points/${point}`)).label]));
  }
  assertEquals(ends.size, 1);
});

/** Lets the database fail from a commit on, as if the server were gone; tells whether it came to it. */
async function breaksOff(app: AppInMemory, calls: number, run: () => Promise<unknown>) {
  const atomic = app.kv.atomic.bind(app.kv);
  let left = calls;
  Object.assign(app.kv, {
    atomic: () => {
      const operation = atomic();
      const commit = operation.commit.bind(operation);
      return Object.assign(operation, {
        commit: () => --left > 0 ? commit() : Promise.reject(new Error("gone")),
      });
    },
  });
  await run();
  Object.assign(app.kv, { atomic });
  return left <= 0;
}

Deno.test("nothing personal comes in again after the erasure", async () => {
  await using app = await AppInMemory.open();
  const { id } = await app.ask("POST", "/customers", MARIA);
  assertEquals((await erase(app, id)).status, 204);
  const changed = await app.send("PATCH", `/customers/${id}`, '{"name": "Maria"}');
  assertEquals([changed.status, changed.body.detail], [409, `The customer ${id} is erased.`]);
  const point = await app.send(
    "POST",
    "/points",
    JSON.stringify({ customerId: id, label: "Casa" }),
  );
  assertEquals([point.status, point.body.detail], [409, `The customer ${id} is erased.`]);
  assertEquals((await erase(app, id)).status, 204);
  assertEquals((await erase(app, "0123456789abcdef")).status, 404);
});
