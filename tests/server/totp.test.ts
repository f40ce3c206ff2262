/** The codes of an authenticator: wanted after a right password only, each good for once. */
import { assertEquals, assertMatch } from "@std/assert";
import { Secret, TOTP } from "otpauth";
import type { AppInMemory } from "./app-in-memory.ts";
import { actionsOn, Browser, newPerson, openApp, PASSWORD, signedIn } from "./browser.ts";

const ANA = "ana@example.com";
const STEP = 30;

/** What the authenticator shows, so many steps from now. */
const codeOf = (app: AppInMemory, secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) })
    .generate({ timestamp: 1000 * (app.clock.seconds + steps * STEP) });

/** Someone whose sign-in takes a code. */
async function withTotp(app: AppInMemory, email = ANA) {
  const { browser, id } = await signedIn(app, email);
  const { secret, uri } = await browser.ask("POST", "/me/totp");
  await browser.ask("POST", "/me/totp/confirm", { code: codeOf(app, secret) });
  app.clock.seconds += STEP;
  return { browser, id, secret, uri };
}

/** The status of a sign-in, and the last word of its problem's type. */
async function tried(app: AppInMemory, password: string, code?: string) {
  const { status, body } = await new Browser(app).signIn(ANA, password, code);
  return status === 201 ? 201 : `${status} ${body.type.split(":").at(-1)}`;
}

Deno.test("once it is confirmed, signing in takes a code", async () => {
  await using app = await openApp();
  const { browser, id } = await signedIn(app, ANA);
  const { secret, uri } = await browser.ask("POST", "/me/totp");
  assertMatch(secret, /^[A-Z2-7]{32}$/);
  assertMatch(uri, /^otpauth:\/\/totp\/Contaluz:ana%40example\.com\?/);
  assertEquals(new URL(uri).searchParams.get("secret"), secret);
  assertEquals(await tried(app, PASSWORD), 201);
  const wrong = codeOf(app, secret, 50);
  assertEquals(await browser.status("POST", "/me/totp/confirm", { code: wrong }), 400);
  const code = codeOf(app, secret);
  assertEquals(await browser.status("POST", "/me/totp/confirm", { code }), 204);
  assertEquals((await browser.ask("GET", "/me")).person.totp, true);
  app.clock.seconds += STEP;
  assertEquals(await tried(app, PASSWORD), "401 codeWanted");
  assertEquals(await tried(app, PASSWORD, "000000"), "401 codeWanted");
  assertEquals(await tried(app, "wrong", codeOf(app, secret)), "401 unauthenticated");
  assertEquals(await tried(app, "wrong"), "401 unauthenticated");
  assertEquals(await tried(app, PASSWORD, codeOf(app, secret)), 201);
  assertEquals((await actionsOn(app, id)).slice(0, 2), ["signedIn", "signInFailed"]);
  assertEquals(await browser.status("POST", "/me/totp"), 409);
});

Deno.test("a code works once, also in the confirmation and for many at once", async () => {
  await using app = await openApp();
  const { id, secret } = await withTotp(app);
  assertEquals(await tried(app, PASSWORD, codeOf(app, secret, -1)), "401 codeWanted");
  assertEquals(await tried(app, PASSWORD, codeOf(app, secret)), 201);
  assertEquals(await tried(app, PASSWORD, codeOf(app, secret)), "401 codeWanted");
  app.clock.seconds += STEP;
  const { people, totps } = app.parts.identity;
  const person = (await people.get(id))!;
  const code = codeOf(app, secret);
  const accepted = await Promise.all(
    Array.from({ length: 8 }, () => totps.accepts(person, code, app.clock.seconds)),
  );
  assertEquals(accepted.filter((is) => is).length, 1, `${accepted}`);
});

Deno.test("a clock may be one step off, and no more", async () => {
  await using app = await openApp();
  const { secret } = await withTotp(app);
  app.clock.seconds += 10 * STEP;
  assertEquals(await tried(app, PASSWORD, codeOf(app, secret, -2)), "401 codeWanted");
  assertEquals(await tried(app, PASSWORD, codeOf(app, secret, 2)), "401 codeWanted");
  assertEquals(await tried(app, PASSWORD, codeOf(app, secret, -1)), 201);
  assertEquals(await tried(app, PASSWORD, codeOf(app, secret, 1)), 201);
  assertEquals(await tried(app, PASSWORD, codeOf(app, secret)), "401 codeWanted");
});

Deno.test("codes cannot be guessed, even with the password", async () => {
  await using app = await openApp();
  const { secret } = await withTotp(app);
  const guesses = Array.from({ length: 30 }, (_, i) => `${111_111 + i}`);
  const statuses = await Promise.all(guesses.map((code) => tried(app, PASSWORD, code)));
  assertEquals(statuses.filter((status) => status === "401 codeWanted").length, 10);
  assertEquals(statuses.filter((status) => status === "429 tooMany").length, 20);
  assertEquals(await tried(app, PASSWORD, codeOf(app, secret)), "429 tooMany");
});

Deno.test("turning it off takes the password and a code", async () => {
  await using app = await openApp();
  const { browser, secret } = await withTotp(app);
  const end = async (password: string, code: string) => {
    const { status, body } = await browser.send("POST", "/me/totp/end", { password, code });
    return [status, body?.errors[0].path];
  };
  assertEquals(await end("wrong", codeOf(app, secret)), [400, "password"]);
  assertEquals(await end(PASSWORD, "000000"), [400, "code"]);
  assertEquals(await end(PASSWORD, codeOf(app, secret)), [204, undefined]);
  assertEquals(await tried(app, PASSWORD), 201);
});

Deno.test("another operator takes it away from who has lost it, nobody their own", async () => {
  await using app = await openApp();
  const { browser, id } = await withTotp(app);
  const other = await signedIn(app, "bia@example.com");
  assertEquals(await browser.status("DELETE", `/people/${id}/totp`), 409);
  assertEquals(await other.browser.status("DELETE", `/people/${id}/totp`), 204);
  assertEquals(await tried(app, PASSWORD), 201);
});

Deno.test("a new password by a link leaves the code wanted", async () => {
  await using app = await openApp();
  const { id } = await withTotp(app);
  const { link } = await app.ask("POST", `/people/${id}/link`);
  const token = link.split("#token=")[1];
  await app.ask("POST", "/password", { token, password: "another good one" });
  assertEquals(await tried(app, "another good one"), "401 codeWanted");
});

Deno.test("codes are for operators", async () => {
  await using app = await openApp();
  const { email } = await newPerson(app, "carla@example.com", "customer");
  const browser = new Browser(app);
  await browser.signIn(email);
  assertEquals(await browser.status("POST", "/me/totp"), 403);
});
