/** People as staff invites, finds, changes and disables them. */
import { assert, assertEquals } from "@std/assert";
import type { AppInMemory } from "./app-in-memory.ts";
import { actionsOn, Browser, newPerson, openApp, PASSWORD, signedIn } from "./browser.ts";
import { type Json, OPERATOR_KEY } from "./running-server.ts";

const names = ({ items }: Json) => items.map(({ name }: { name: string }) => name);

const post = async (app: AppInMemory, body: unknown) => {
  const answer = await app.send("POST", "/people", JSON.stringify(body));
  return { ...answer, paths: answer.body.errors?.map(({ path }: { path: string }) => path) };
};

Deno.test("people are listed by name, found by words, by customer, and when disabled", async () => {
  await using app = await openApp();
  const carla = await newPerson(app, "carla@example.com", "customer");
  await newPerson(app, "ana@example.com");
  const bia = await newPerson(app, "bia@example.com");
  await app.ask("POST", "/people", {
    email: "zoe@example.com",
    name: "Zoé Souza",
    role: "customer",
    customerId: carla.customerId,
  });
  assertEquals(names(await app.ask("GET", "/people")), ["ana", "bia", "carla", "Zoé Souza"]);
  assertEquals(names(await app.ask("GET", "/people?search=zoe")), ["Zoé Souza"]);
  assertEquals(names(await app.ask("GET", "/people?search=bia@example")), ["bia"]);
  const page = await app.ask("GET", "/people?limit=3");
  assertEquals(names(await app.ask("GET", `/people?limit=3&cursor=${page.next}`)), ["Zoé Souza"]);
  const ofCarla = `/people?customerId=${carla.customerId}`;
  assertEquals(names(await app.ask("GET", ofCarla)), ["carla", "Zoé Souza"]);
  await app.ask("PATCH", `/people/${bia.id}`, { disabled: true });
  assertEquals(names(await app.ask("GET", "/people")), ["ana", "carla", "Zoé Souza"]);
  assertEquals(names(await app.ask("GET", "/people?disabled=true")), ["bia"]);
  await app.ask("PATCH", `/people/${carla.id}`, { disabled: true });
  assertEquals(names(await app.ask("GET", ofCarla)), ["Zoé Souza"]);
  assertEquals(names(await app.ask("GET", `${ofCarla}&disabled=true`)), ["carla"]);
});

Deno.test("a person is changed in the version that was read", async () => {
  await using app = await openApp();
  const { id } = await newPerson(app, "ana@example.com");
  const browser = new Browser(app);
  const authorization = `Bearer ${OPERATOR_KEY}`;
  const get = await browser.send("GET", `/people/${id}`, undefined, { authorization });
  const change = (body: unknown) =>
    browser.send("PATCH", `/people/${id}`, body, {
      authorization,
      "if-match": get.headers.get("etag")!,
    });
  const changed = await change({ name: "Ana Lima", email: "LIMA@example.com" });
  assertEquals([changed.status, changed.body.name, changed.body.email], [
    200,
    "Ana Lima",
    "lima@example.com",
  ]);
  assertEquals((await change({ name: "Ana" })).status, 412);
  assertEquals((await browser.signIn("ana@example.com")).status, 401);
  assertEquals((await browser.signIn("lima@example.com")).status, 201);
});

Deno.test("an e-mail address is one person's, however it is written", async () => {
  await using app = await openApp();
  await newPerson(app, "ana@example.com");
  const bia = await newPerson(app, "bia@example.com");
  const taken = await post(app, { email: "ANA@example.com", name: "A", role: "operator" });
  assertEquals([taken.status, taken.paths], [409, ["email"]]);
  const change = JSON.stringify({ email: "Ana@Example.com" });
  assertEquals((await app.send("PATCH", `/people/${bia.id}`, change)).status, 409);
});

Deno.test("a customer's sign-in takes a customer that there is, an operator's takes none", async () => {
  await using app = await openApp();
  const { id } = await app.ask("POST", "/customers", { name: "Ana" });
  const person = { email: "ana@example.com", name: "Ana" };
  const wrong = [
    { role: "customer" },
    { role: "operator", customerId: id },
    { role: "customer", customerId: "x" },
  ];
  for (const more of wrong) {
    const { status, paths } = await post(app, { ...person, ...more });
    assertEquals([status, paths], [400, ["customerId"]]);
  }
  const unknown = { ...person, role: "customer", customerId: "0".repeat(16) };
  assertEquals((await post(app, unknown)).status, 404);
  assertEquals((await post(app, { ...person, role: "boss" })).paths, ["role"]);
  assertEquals((await post(app, { ...unknown, customerId: id })).status, 201);
});

Deno.test("who is disabled is out at once, and in again only with a new sign-in", async () => {
  await using app = await openApp();
  const { browser, id } = await signedIn(app, "ana@example.com", "customer");
  const cookies = new Map(browser.jar);
  const { state, disabledAt } = await app.ask("PATCH", `/people/${id}`, { disabled: true });
  assertEquals([state, disabledAt], ["disabled", "2026-06-15T12:00:00Z"]);
  assertEquals(await browser.isSignedIn(), false);
  assertEquals((await browser.signIn("ana@example.com")).status, 401);
  await app.ask("PATCH", `/people/${id}`, { disabled: false });
  for (const [name, value] of cookies) browser.jar.set(name, value);
  assertEquals(await browser.isSignedIn(), false);
  assertEquals((await browser.signIn("ana@example.com")).status, 201);
});

Deno.test("nobody disables themselves or the last operator who can sign in", async () => {
  await using app = await openApp();
  const ana = await signedIn(app, "ana@example.com");
  const disable = (id: string) => ana.browser.status("PATCH", `/people/${id}`, { disabled: true });
  assertEquals(await disable(ana.id), 409);
  const asked = { email: "new@example.com", name: "New", role: "operator" };
  await app.ask("POST", "/people", asked);
  const last = await app.send("PATCH", `/people/${ana.id}`, JSON.stringify({ disabled: true }));
  assertEquals([last.status, last.body.detail.includes("last operator")], [409, true]);
  const bia = await newPerson(app, "bia@example.com");
  assertEquals(await disable(ana.id), 409);
  assertEquals(await disable(bia.id), 200);
  assert(await ana.browser.isSignedIn());
});

Deno.test("two operators who disable each other at once leave one", async () => {
  await using app = await openApp();
  for (let round = 0; round < 10; round++) {
    const people = await Promise.all(
      ["a", "b"].map((name) => signedIn(app, `${name}${round}@example.com`)),
    );
    const { items } = await app.ask("GET", "/people");
    for (const { id } of items) {
      if (people.every((person) => person.id !== id)) {
        await app.ask("PATCH", `/people/${id}`, { disabled: true });
      }
    }
    const [a, b] = people;
    await Promise.all([
      a.browser.send("PATCH", `/people/${b.id}`, { disabled: true }),
      b.browser.send("PATCH", `/people/${a.id}`, { disabled: true }),
    ]);
    assertEquals((await app.ask("GET", "/people")).items.length, 1);
  }
});

Deno.test("what is done to people stands in the audit log, with who did it", async () => {
  await using app = await openApp();
  const ana = await signedIn(app, "ana@example.com");
  const { person } = await ana.browser.ask("POST", "/people", {
    email: "bia@example.com",
    name: "Bia",
    role: "operator",
  });
  await ana.browser.ask("PATCH", `/people/${person.id}`, { name: "Bia Lima" });
  const { items } = await app.ask("GET", `/audit?kind=person&id=${person.id}`);
  assertEquals(items.map(({ action }: { action: string }) => action), ["changed", "created"]);
  assertEquals(items[0].changes, { name: { before: "Bia", after: "Bia Lima" } });
  const { kind, id, name } = items[0].actor;
  assertEquals([kind, id, name], ["person", ana.id, "ana"]);
});

Deno.test("with a customer go those who signed in for them", async () => {
  await using app = await openApp();
  const { browser, id, customerId } = await signedIn(app, "ana@example.com", "customer");
  const { key } = await app.ask("POST", "/api-keys", { label: "k", scopes: ["read"], customerId });
  await app.ask("DELETE", `/customers/${customerId}`);
  assertEquals(await browser.isSignedIn(), false);
  assertEquals((await browser.signIn("ana@example.com")).status, 401);
  const { name, email, state } = await app.ask("GET", `/people/${id}`);
  assertEquals([name, email, state], ["", "", "disabled"]);
  const rows = await Array.fromAsync(app.kv.list({ prefix: [] }));
  const kept = rows.filter(({ key, value }) =>
    JSON.stringify([key, value]).includes("ana@example.com")
  );
  assertEquals(kept.map(({ key }) => key), []);
  const patched = JSON.stringify({ disabled: false });
  assertEquals((await app.send("PATCH", `/people/${id}`, patched)).status, 409);
  const bearer = { authorization: `Bearer ${key}` };
  assertEquals((await new Browser(app).send("GET", "/me", undefined, bearer)).status, 401);
  await newPerson(app, "ana@example.com", "operator", PASSWORD);
  assert((await actionsOn(app, id)).includes("erased"));
});
