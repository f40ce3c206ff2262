/** What those who are limited to a customer must not see or do, beyond whose a thing is. */
import { assertEquals } from "@std/assert";
import { NOON } from "./app-in-memory.ts";
import { as, customer, key } from "./as-caller.ts";
import { Browser, openApp, signedIn } from "./browser.ts";
import { instant, newMeter, newPoint, upload } from "./metered-point.ts";

const HOUR = 3600;

Deno.test("a key of a customer's is no operator's, whatever scopes its record has", async () => {
  await using app = await openApp();
  const customerId = (await app.ask("POST", "/customers", { name: "Ana" })).id;
  const added = await app.parts.identity.apiKeys.add(
    { label: "odd", scopes: ["operator"], customerId, connections: 1 },
    { actor: { kind: "server", id: "test" }, at: NOON },
  );
  if (!added.ok) throw new Error(added.detail);
  const authorization = `Bearer ${added.value.text}`;
  const browser = new Browser(app);
  const status = async (method: string, path: string, body?: unknown) =>
    (await browser.send(method, path, body, { authorization })).status;
  assertEquals(await status("GET", "/customers"), 403);
  assertEquals(await status("POST", "/api-keys", { label: "more", scopes: ["operator"] }), 403);
  assertEquals(await status("GET", "/me"), 200);
});

Deno.test("a customer's sign-in of no customer sees nothing", async () => {
  await using app = await openApp();
  const point = await newPoint(app);
  const { customerId: _, ...odd } = customer("");
  const ask = as(app, odd);
  assertEquals((await ask("GET", "/points")).body.items, []);
  assertEquals((await ask("GET", `/points/${point}`)).status, 404);
});

Deno.test("a new holder is told nothing of meters and registers from before", async () => {
  await using app = await openApp();
  const point = await newPoint(app);
  const old = await newMeter(app, point);
  const exchange = { finalWh: 700, at: instant(NOON - 2 * HOUR) };
  const { new: young } = await app.ask("POST", `/meters/${old}/exchange`, exchange);
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Bia" });
  const heldFrom = instant(NOON - HOUR);
  await app.ask("PATCH", `/points/${point}`, { customerId, heldFrom });
  const ask = as(app, key({ scopes: ["read"], customerId }));
  assertEquals((await ask("GET", `/points/${point}`)).body.assignments, [
    { meterId: young.id, from: heldFrom, to: null, startWh: null, finalWh: null },
  ]);
  assertEquals((await app.ask("GET", `/points/${point}`)).assignments.length, 2);
});

Deno.test("a register that was read before the new holder came is not told to them", async () => {
  await using app = await openApp();
  const point = await newPoint(app);
  const meter = await newMeter(app, point);
  await upload(app, meter, [{ time: NOON - 600, milliwattHours: 5_000 }]);
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Bia" });
  await app.ask("PATCH", `/points/${point}`, { customerId, heldFrom: instant(NOON - 300) });
  const ask = as(app, customer(customerId));
  const registers = async () => [
    (await ask("GET", `/points/${point}`)).body.meter.registerWh,
    (await ask("GET", `/meters/${meter}`)).body.registerWh,
  ];
  assertEquals(await registers(), [null, null]);
  assertEquals((await app.ask("GET", `/meters/${meter}`)).registerWh, 5);
  const readings = [{ n: 2, time: instant(NOON - 60), energyWh: 6 }];
  await app.ask("POST", `/meters/${meter}/readings`, { readings });
  assertEquals(await registers(), [6, 6]);
});

Deno.test("where a meter was before is the utility's matter", async () => {
  await using app = await openApp();
  const [before, now] = [await newPoint(app), await newPoint(app)];
  const meter = await newMeter(app, before);
  await app.ask("POST", `/meters/${meter}/assign`, { pointId: now });
  const { customerId } = await app.ask("GET", `/points/${now}`);
  const ask = as(app, customer(customerId));
  assertEquals((await ask("GET", `/meters/${meter}`)).body.formerPointIds, []);
  assertEquals((await app.ask("GET", `/meters/${meter}`)).formerPointIds, [before]);
});

Deno.test("nobody holds a point before their time has come", async () => {
  await using app = await openApp();
  const point = await newPoint(app);
  const { customerId } = await signedIn(app, "bia@example.com", "customer");
  const given = (heldFrom: number) =>
    app.send(
      "PATCH",
      `/points/${point}`,
      JSON.stringify({ customerId, heldFrom: instant(heldFrom) }),
    );
  const { status, body } = await given(NOON + HOUR);
  assertEquals([status, body.errors?.[0].path], [400, "heldFrom"]);
  assertEquals((await given(NOON)).status, 200);
});
