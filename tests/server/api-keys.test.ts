/** API keys: shown once, within their scopes, limited to a customer, revoked at once. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { AppInMemory } from "./app-in-memory.ts";
import { Browser, openApp } from "./browser.ts";
import type { Json } from "./running-server.ts";

const make = (app: AppInMemory, more: Json = {}) =>
  app.ask("POST", "/api-keys", { label: "Dashboard", scopes: ["read"], ...more });

const ask = (app: AppInMemory, key: string, method = "GET", path = "/me", body?: unknown) =>
  new Browser(app).send(method, path, body, { authorization: `Bearer ${key}` });

Deno.test("a key is shown once, and then known by its id", async () => {
  await using app = await openApp();
  const { key, ...made } = await make(app, { connections: 2_000 });
  assertMatch(key, new RegExp(`^clz_${made.id}_[0-9a-f]{32}$`));
  const { items } = await app.ask("GET", "/api-keys");
  assertEquals(items, [made]);
  assertEquals(made, {
    id: made.id,
    label: "Dashboard",
    scopes: ["read"],
    customerId: null,
    connections: 2_000,
    createdAt: "2026-06-15T12:00:00Z",
    lastUsedAt: null,
    revokedAt: null,
  });
  const { body } = await ask(app, key);
  const { id, label, scopes, connections } = made;
  assertEquals(body, { person: null, customer: null, key: { id, label, scopes, connections } });
});

Deno.test("a key may do what its scopes say", async () => {
  await using app = await openApp();
  const allowed = async (scopes: string[]) => {
    const { key } = await make(app, { scopes });
    const wanted = ["/points", "/customers", "/api-keys", "/sessions"];
    const answers = await Promise.all(wanted.map((path) => ask(app, key, "GET", path)));
    return answers.map(({ status }) => status);
  };
  assertEquals(await allowed(["read"]), [200, 403, 403, 403]);
  assertEquals(await allowed(["ingest", "live"]), [403, 403, 403, 403]);
  assertEquals(await allowed(["operator"]), [200, 200, 200, 403]);
});

Deno.test("a customer's key sees what is theirs", async () => {
  await using app = await openApp();
  const [ana, bia] = await Promise.all(
    ["Ana", "Bia"].map(async (name) => (await app.ask("POST", "/customers", { name })).id),
  );
  const { key, customerId } = await make(app, { customerId: ana });
  assertEquals(customerId, ana);
  assertEquals((await ask(app, key)).body.customer, { id: ana, name: "Ana" });
  assertEquals((await ask(app, key, "GET", `/customers/${ana}`)).status, 200);
  assertEquals((await ask(app, key, "GET", `/customers/${bia}`)).status, 404);
  await make(app, { label: "Other" });
  const { items } = await app.ask("GET", `/api-keys?customerId=${ana}`);
  assertEquals(items.map(({ label }: { label: string }) => label), ["Dashboard"]);
});

Deno.test("what a key cannot be is refused, with its field", async () => {
  await using app = await openApp();
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const refused = async (more: Json) => {
    const body = { label: "k", scopes: ["read"], ...more };
    const answer = await app.send("POST", "/api-keys", JSON.stringify(body));
    return [answer.status, answer.body.errors?.[0].path];
  };
  assertEquals(await refused({ scopes: ["read", "operator"], customerId }), [400, "customerId"]);
  assertEquals(await refused({ scopes: [] }), [400, "scopes"]);
  assertEquals(await refused({ scopes: ["write"] }), [400, "scopes.0"]);
  assertEquals(await refused({ label: "" }), [400, "label"]);
  for (const connections of [0, 2_001, 1.5]) {
    assertEquals(await refused({ connections }), [400, "connections"]);
  }
  assertEquals(await refused({ customerId: "0".repeat(16) }), [404, undefined]);
  assertEquals((await make(app)).connections, 5);
});

Deno.test("a revoked key is void at once, and stays in its list", async () => {
  await using app = await openApp();
  const { id, key } = await make(app);
  assertEquals((await ask(app, key)).status, 200);
  await app.ask("DELETE", `/api-keys/${id}`);
  assertEquals((await ask(app, key)).status, 401);
  assertEquals((await app.ask("GET", "/api-keys")).items, []);
  const { items: [revoked] } = await app.ask("GET", "/api-keys?revoked=true");
  assertEquals([revoked.id, revoked.revokedAt], [id, "2026-06-15T12:00:00Z"]);
  for (const unknown of ["0".repeat(16), "environment"]) {
    assertEquals((await app.send("DELETE", `/api-keys/${unknown}`)).status, 404);
  }
  const { items } = await app.ask("GET", `/audit?kind=key&id=${id}`);
  assertEquals(items.map(({ action }: { action: string }) => action), ["changed", "created"]);
});

Deno.test("keys that are wrong, revoked or of another form are refused alike", async () => {
  await using app = await openApp();
  const { id, key } = await make(app);
  const other = await make(app);
  await app.ask("DELETE", `/api-keys/${other.id}`);
  const wrong = [
    key.slice(0, -1) + (key.endsWith("0") ? "1" : "0"),
    other.key,
    `clz_${id}_${other.key.split("_")[2]}`,
    `clz_${"0".repeat(16)}_${"0".repeat(32)}`,
    key.toUpperCase(),
    `${key}0`,
    "clz_",
    id,
  ];
  const texts = await Promise.all(wrong.map(async (one) => {
    const { status, text } = await ask(app, one);
    return `${status} ${text}`;
  }));
  assertEquals(new Set(texts).size, 1);
  assertMatch(texts[0], /^401/);
});

Deno.test("when a key was last used is written once a minute at most", async () => {
  await using app = await openApp();
  const { id, key } = await make(app);
  const version = async () => (await app.kv.get(["keyUsed", id])).versionstamp;
  await ask(app, key);
  const first = await version();
  assert(first !== null);
  app.clock.seconds += 59;
  await ask(app, key);
  assertEquals(await version(), first);
  app.clock.seconds += 1;
  await ask(app, key);
  const { items: [{ lastUsedAt }] } = await app.ask("GET", "/api-keys");
  assertEquals(lastUsedAt, "2026-06-15T12:01:00Z");
});
