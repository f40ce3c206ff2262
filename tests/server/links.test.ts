/** Links that work once: invitations, new passwords, the first operator; on a real server, too. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { AppInMemory } from "./app-in-memory.ts";
import { actionsOn, Browser, newPerson, openApp, PASSWORD, signedIn, tokenIn } from "./browser.ts";
import { RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";

const ANA = "ana@example.com";
const DAY = 24 * 3600;

const invite = (app: AppInMemory, email = ANA) =>
  app.ask("POST", "/people", { email, name: "Ana", role: "operator" });

const check = (app: AppInMemory, token: string) =>
  new Browser(app).send("POST", "/links/check", { token });

const use = (app: AppInMemory, token: string, password = PASSWORD, more = {}) =>
  new Browser(app).send("POST", "/password", { token, password, ...more });

Deno.test("an invitation sets the first password, once", async () => {
  await using app = await openApp({ publicUrl: "https://luz.example" });
  const { person, link, expiresAt } = await invite(app, "Ana@Example.COM");
  assertEquals([person.email, person.state, expiresAt], [ANA, "invited", "2026-06-22T12:00:00Z"]);
  assertMatch(link, /^https:\/\/luz\.example\/set-password#token=[0-9a-f]{32}$/);
  const token = tokenIn(link);
  const { body } = await check(app, token);
  assertEquals(body, { purpose: "invite", name: "Ana", email: ANA });
  const set = await use(app, token);
  assertEquals([set.status, set.body.id, set.body.state], [200, person.id, "active"]);
  for (const again of [await use(app, token, "another good one"), await check(app, token)]) {
    assertEquals(again.status, 404);
  }
  assertEquals((await new Browser(app).signIn(ANA)).status, 201);
  const { items: [entry] } = await app.ask("GET", `/audit?kind=person&id=${person.id}&limit=2`);
  assertEquals(entry.action, "signedIn");
  assert((await actionsOn(app, person.id)).includes("changed"));
});

Deno.test("a link goes to where the request came when no address is set", async () => {
  await using app = await openApp();
  assertMatch((await invite(app)).link, /^http:\/\/localhost\/set-password#token=/);
});

Deno.test("an invitation lasts 7 days, a link for a new password 24 hours", async () => {
  await using app = await openApp();
  const invited = tokenIn((await invite(app)).link);
  const { id } = await newPerson(app, "bia@example.com");
  const reset = tokenIn((await app.ask("POST", `/people/${id}/link`)).link);
  assertEquals((await check(app, reset)).body.purpose, "reset");
  app.clock.seconds += DAY;
  assertEquals((await use(app, reset)).status, 404);
  app.clock.seconds += 6 * DAY - 1;
  assertEquals((await check(app, invited)).status, 200);
  app.clock.seconds += 1;
  assertEquals((await check(app, invited)).status, 404);
  assertEquals((await use(app, invited)).status, 404);
});

Deno.test("a new password by a link ends all sessions", async () => {
  await using app = await openApp();
  const { browser, id } = await signedIn(app, ANA);
  const token = tokenIn((await app.ask("POST", `/people/${id}/link`)).link);
  assert(await browser.isSignedIn());
  assertEquals((await use(app, token, "another good one")).status, 200);
  assertEquals(await browser.isSignedIn(), false);
  assertEquals((await browser.signIn(ANA)).status, 401);
  assertEquals((await browser.signIn(ANA, "another good one")).status, 201);
});

Deno.test("a sign-in that was under way when the password was set counts no more", async () => {
  await using app = await openApp();
  const { id } = await newPerson(app, ANA);
  const token = tokenIn((await app.ask("POST", `/people/${id}/link`)).link);
  const browsers = Array.from({ length: 8 }, () => new Browser(app));
  await Promise.all([
    ...browsers.map((browser) => browser.signIn(ANA)),
    use(app, token, "another good one"),
  ]);
  for (const browser of browsers) assertEquals(await browser.isSignedIn(), false);
});

Deno.test("a new link makes the one before void", async () => {
  await using app = await openApp();
  const { person, link } = await invite(app);
  const renewed = await app.ask("POST", `/people/${person.id}/link`);
  assertNotEquals(renewed.link, link);
  assertEquals((await use(app, tokenIn(link))).status, 404);
  assertEquals((await use(app, tokenIn(renewed.link))).status, 200);
});

Deno.test("a refused password does not use the link up", async () => {
  await using app = await openApp();
  const token = tokenIn((await invite(app)).link);
  for (const weak of ["seven77", "password123", "ANA@example.com", "x".repeat(201)]) {
    const { status, body } = await use(app, token, weak);
    assertEquals([status, body.errors[0].path], [400, "password"]);
  }
  const { status, body } = await use(app, token, PASSWORD, { email: "eve@example.com" });
  assertEquals([status, body.errors[0].path], [400, "email"]);
  assertEquals((await use(app, token)).status, 200);
});

Deno.test("of many who use one link at once, one does", async () => {
  await using app = await openApp();
  const token = tokenIn((await invite(app)).link);
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => (await use(app, token, `${PASSWORD} ${i}`)).status),
  );
  assertEquals(statuses.filter((status) => status === 200).length, 1, `${statuses}`);
});

Deno.test("a link of someone who was disabled is void", async () => {
  await using app = await openApp();
  const { person, link } = await invite(app);
  await app.ask("PATCH", `/people/${person.id}`, { disabled: true });
  assertEquals((await use(app, tokenIn(link))).status, 404);
  assertEquals((await app.send("POST", `/people/${person.id}/link`)).status, 409);
  await app.ask("PATCH", `/people/${person.id}`, { disabled: false });
  assertEquals((await use(app, tokenIn(link))).status, 404);
});

const setUpToken = (app: AppInMemory) =>
  app.parts.identity.setPassword.setUpToken(app.clock.seconds);

Deno.test("the link of the first start makes one operator, whoever uses it at once", async () => {
  await using app = await openApp();
  const void_ = (await setUpToken(app))!;
  const token = (await setUpToken(app))!;
  assertEquals((await check(app, token)).body, { purpose: "setup", name: null, email: null });
  assertEquals((await use(app, token)).status, 400);
  const statuses = await Promise.all(
    [void_, token, token, token].map(async (token, i) =>
      (await use(app, token, PASSWORD, { email: `o${i}@example.com`, name: "Olga" })).status
    ),
  );
  assertEquals(statuses.toSorted(), [200, 404, 404, 404]);
  const { items } = await app.ask("GET", "/people");
  assertEquals(items.map(({ role }: { role: string }) => role), ["operator"]);
  assertEquals(await setUpToken(app), undefined);
});

Deno.test("the link of the first start ends after 24 hours, or with another operator", async () => {
  await using app = await openApp();
  const token = (await setUpToken(app))!;
  app.clock.seconds += DAY;
  assertEquals((await check(app, token)).status, 404);
  const next = (await setUpToken(app))!;
  await invite(app);
  assertEquals((await use(app, next, PASSWORD, { email: "o@example.com", name: "O" })).status, 404);
});

const SET_UP = /^Set up the first operator: (\S+)\/set-password#token=([0-9a-f]{32}) \(works once/m;

Deno.test("a first start prints the link; once it is used, no start does", async () => {
  using folder = new TestFolder();
  const start = { data: folder.path, env: { CONTALUZ_OPERATOR_KEY: "" } };
  await using first = await RunningServer.start(start);
  const [, address, unused] = SET_UP.exec(first.stderr)!;
  assertEquals(address, first.address);
  await first.stop();
  await using second = await RunningServer.start(start);
  const [, , token] = SET_UP.exec(second.stderr)!;
  const set = (token: string) =>
    second.request("POST", "/api/v1/password", {
      body: JSON.stringify({ token, password: PASSWORD, email: ANA, name: "Ana" }),
    });
  assertEquals([(await set(unused)).status, (await set(token)).status], [404, 200]);
  assertEquals((await set(token)).status, 404);
  const credentials = JSON.stringify({ email: ANA, password: PASSWORD });
  const signedIn = await second.request("POST", "/api/v1/session", { body: credentials });
  assertEquals([signedIn.status, signedIn.body.person.role], [201, "operator"]);
  await second.stop();
  await using third = await RunningServer.start(start);
  await third.stop();
  assert(!third.stderr.includes("Set up"), third.stderr);
});

Deno.test("a first start with an operator's key prints no link: the key can invite", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  await server.stop();
  assert(!server.stderr.includes("Set up"), server.stderr);
});

Deno.test("the link of someone who is not there makes nobody an operator", async () => {
  await using app = await openApp();
  const { person, link } = await invite(app);
  await app.kv.delete(["person", person.id]);
  const eve = { email: "eve@example.com", name: "Eve" };
  assertEquals((await check(app, tokenIn(link))).status, 404);
  assertEquals((await use(app, tokenIn(link), PASSWORD, eve)).status, 404);
});
