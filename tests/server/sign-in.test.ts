/** Signing in and out: what it answers, which cookie it sets, and what it does not tell. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { actionsOn, Browser, newPerson, openApp, PASSWORD, signedIn } from "./browser.ts";
import { OPERATOR_KEY } from "./running-server.ts";

const ANA = "ana@example.com";

Deno.test("whoever signs in is told who they are, also later", async () => {
  await using app = await openApp();
  const { id, customerId } = await newPerson(app, ANA, "customer");
  const browser = new Browser(app);
  const { status, body } = await browser.signIn("  Ana@Example.com ");
  assertEquals(status, 201);
  assertEquals(body.person, {
    id,
    name: "ana",
    email: ANA,
    role: "customer",
    customerId,
    state: "active",
    totp: false,
    createdAt: "2026-06-15T12:00:00Z",
    disabledAt: null,
  });
  assertEquals(body.key, null);
  assertEquals(body.customer, { id: customerId, name: ANA });
  assertEquals(await browser.ask("GET", "/me"), body);
});

Deno.test("a customer who is signed in sees their own, and only that", async () => {
  await using app = await openApp();
  const { browser, customerId } = await signedIn(app, ANA, "customer");
  const other = (await app.ask("POST", "/customers", { name: "Bia" })).id;
  assertEquals(await browser.status("GET", `/customers/${customerId}`), 200);
  assertEquals(await browser.status("GET", `/customers/${other}`), 404);
  assertEquals(await browser.status("GET", "/people"), 403);
});

Deno.test("who signs out is nobody, also with the cookie of before", async () => {
  await using app = await openApp();
  const { browser, id } = await signedIn(app, ANA);
  const stolen = new Map(browser.jar);
  const answer = await browser.send("DELETE", "/session");
  assertEquals([answer.status, browser.jar.size], [204, 0]);
  assertEquals(await browser.isSignedIn(), false);
  for (const [name, value] of stolen) browser.jar.set(name, value);
  assertEquals(await browser.isSignedIn(), false);
  assertEquals((await actionsOn(app, id)).slice(0, 2), ["signedOut", "signedIn"]);
  assertEquals(await browser.status("DELETE", "/session"), 204);
});

Deno.test("over plain HTTP the cookie has a plain name", async () => {
  await using app = await openApp();
  await newPerson(app, ANA, "customer");
  const { cookies: [cookie, ...more] } = await new Browser(app).signIn(ANA);
  assertEquals(more, []);
  assertMatch(cookie, /^contaluz=[0-9a-f]{48}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
});

Deno.test("over TLS the cookie is bound to the host", async () => {
  await using app = await openApp({ publicUrl: "https://luz.example" });
  await newPerson(app, ANA);
  const browser = new Browser(app);
  const { cookies: [cookie] } = await browser.signIn(ANA);
  assertMatch(
    cookie,
    /^__Host-contaluz=[0-9a-f]{48}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  assert(await browser.isSignedIn());
  const planted = new Browser(app);
  planted.jar.set("contaluz", browser.jar.get("__Host-contaluz")!);
  assertEquals(await planted.isSignedIn(), false);
});

Deno.test("a request over TLS gets the cookie of TLS, too", async () => {
  await using app = await openApp();
  await newPerson(app, ANA);
  const browser = new Browser(app, "203.0.113.1", "https://luz.example");
  const { cookies: [cookie] } = await browser.signIn(ANA);
  assertMatch(cookie, /^__Host-contaluz=.*Secure/);
});

Deno.test("wrong e-mail, wrong password, no password yet and disabled are answered alike", async () => {
  await using app = await openApp();
  const { id } = await newPerson(app, ANA);
  await app.ask("POST", "/people", { email: "new@example.com", name: "New", role: "operator" });
  const disabled = await newPerson(app, "gone@example.com");
  await app.ask("PATCH", `/people/${disabled.id}`, { disabled: true });
  const tries = [
    ["nobody@example.com", PASSWORD],
    ["not even an address", PASSWORD],
    [ANA, "wrong"],
    [ANA, `${PASSWORD} `],
    ["new@example.com", PASSWORD],
    ["gone@example.com", PASSWORD],
  ];
  const answers = [];
  for (const [email, password] of tries) {
    const { status, text, cookies, headers } = await new Browser(app).signIn(email, password);
    assertEquals(cookies, []);
    answers.push({ status, text, headers: [...headers.keys()].sort() });
  }
  assertEquals(answers[0].status, 401);
  for (const answer of answers) assertEquals(answer, answers[0]);
  assertEquals((await actionsOn(app, id)).slice(0, 2), ["signInFailed", "signInFailed"]);
});

Deno.test("a token that was there before the sign-in is never adopted", async () => {
  await using app = await openApp();
  const { id } = await newPerson(app, ANA);
  const planted = id + "5".repeat(32);
  const browser = new Browser(app);
  browser.jar.set("contaluz", planted);
  assertEquals((await browser.signIn(ANA)).status, 201);
  assertNotEquals(browser.jar.get("contaluz"), planted);
  const attacker = new Browser(app);
  attacker.jar.set("contaluz", planted);
  assertEquals(await attacker.isSignedIn(), false);
});

Deno.test("each sign-in has a new token, and ends the session that it takes the place of", async () => {
  await using app = await openApp();
  const { browser } = await signedIn(app, ANA);
  const before = browser.jar.get("contaluz")!;
  await browser.signIn(ANA);
  assertNotEquals(browser.jar.get("contaluz"), before);
  const old = new Browser(app);
  old.jar.set("contaluz", before);
  assertEquals(await old.isSignedIn(), false);
  assertEquals((await browser.ask("GET", "/sessions")).items.length, 1);
});

Deno.test("a cookie that is stale or none of ours makes nobody, and is taken away", async () => {
  await using app = await openApp();
  for (const value of ["x", "0".repeat(48), "f".repeat(5_000), `${"a".repeat(16)}.b`]) {
    const browser = new Browser(app);
    browser.jar.set("contaluz", value);
    const { status, cookies } = await browser.send("GET", "/me");
    assertEquals([status, cookies.length, browser.jar.size], [401, 1, 0]);
    assertMatch(cookies[0], /^contaluz=; Max-Age=0; Path=\/; HttpOnly/);
  }
});

Deno.test("a key wins over a cookie, and a wrong key is not made good by one", async () => {
  await using app = await openApp();
  const { browser } = await signedIn(app, ANA, "customer");
  const me = async (authorization: string) => {
    const { status, body } = await browser.send("GET", "/me", undefined, { authorization });
    return status === 200 ? body.key?.id ?? body.person.id : status;
  };
  assertEquals(await me(`Bearer ${OPERATOR_KEY}`), "environment");
  assertEquals(await me("Bearer wrong"), 401);
  assertEquals(await me("Basic YTpi"), 401);
});

Deno.test("what is a person's own matter takes no key", async () => {
  await using app = await openApp();
  assertEquals((await app.send("GET", "/sessions")).status, 403);
  const body = JSON.stringify({ current: "a", password: "b" });
  assertEquals((await app.send("PUT", "/me/password", body)).status, 403);
});

Deno.test("another site's page cannot sign anyone in or out", async () => {
  await using app = await openApp();
  const { browser } = await signedIn(app, ANA);
  const elsewhere = { "sec-fetch-site": "cross-site" };
  const { status } = await browser.send("DELETE", "/session", undefined, elsewhere);
  assertEquals(status, 403);
  assert(await browser.isSignedIn());
});
