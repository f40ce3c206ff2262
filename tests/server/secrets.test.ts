/** What is secret of people and keys is found neither in the database nor in what is told of it. */
import { assert, assertEquals } from "@std/assert";
import { Secret, TOTP } from "otpauth";
import { Browser, openApp, PASSWORD, signedIn, tokenIn } from "./browser.ts";

const NEXT = "another good one";

Deno.test("no password, token, code or key is kept in the clear or told", async () => {
  const told: unknown[] = [];
  await using app = await openApp({ answered: (what) => void told.push(what) });
  const { browser, id } = await signedIn(app, "ana@example.com");
  const session = browser.jar.get("contaluz")!;
  const { secret } = await browser.ask("POST", "/me/totp");
  const code = new TOTP({ secret: Secret.fromBase32(secret) })
    .generate({ timestamp: 1000 * app.clock.seconds });
  await browser.ask("POST", "/me/totp/confirm", { code });
  await new Browser(app).signIn("ana@example.com", "the wrong password");
  await new Browser(app).signIn("typed-into@the-wrong-field", "the wrong password");
  const invited = await app.ask("POST", "/people", {
    email: "bia@example.com",
    name: "Bia",
    role: "operator",
  });
  const invitation = tokenIn(invited.link);
  const reset = tokenIn((await app.ask("POST", `/people/${id}/link`)).link);
  const setUp = (await openApp().then(async (other) => {
    await using empty = other;
    return await empty.parts.identity.setPassword.setUpToken(1);
  }))!;
  await browser.ask("PUT", "/me/password", { current: PASSWORD, password: NEXT });
  const renewed = browser.jar.get("contaluz")!;
  const { key } = await app.ask("POST", "/api-keys", { label: "k", scopes: ["read"] });
  await new Browser(app).send("GET", "/me", undefined, { authorization: `Bearer ${key}` });

  const secrets = {
    password: PASSWORD,
    next: NEXT,
    wrong: "the wrong password",
    field: "typed-into@the-wrong-field",
    session,
    sessionSecret: session.slice(16),
    renewed: renewed.slice(16),
    totp: secret,
    totpBytes: new TextDecoder("latin1").decode(Secret.fromBase32(secret).bytes as Uint8Array),
    invitation,
    reset,
    setUp,
    key,
    keySecret: key.split("_")[2],
  };
  const latin1 = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, one) => one instanceof Uint8Array ? latin1(one) : one) ?? "";
  const rows = await Array.fromAsync(app.kv.list({ prefix: [] }));
  const audit = await app.ask("GET", "/audit?limit=1000");
  const lists = await Promise.all(
    ["/people", `/people/${id}`, `/people/${id}/sessions`, "/api-keys"].map((path) =>
      app.ask("GET", path)
    ),
  );
  for (const [name, secret] of Object.entries(secrets)) {
    for (const { key, value } of rows) {
      const plain = JSON.stringify(secret).slice(1, -1);
      assert(!text([key, value]).includes(plain), `${name} is kept in ${text(key)}`);
    }
    for (const shown of [audit, lists, told, app.reported]) {
      assert(!JSON.stringify(shown).includes(secret), `${name} is told`);
    }
  }
  assertEquals(rows.some(({ key, value }) => text([key, value]).includes("ana@example.com")), true);
  const hidden = audit.items.filter(({ object }: { object: { kind: string } }) =>
    ["person", "key", "link"].includes(object.kind)
  );
  assert(hidden.length > 5);
  for (const field of ["passwordHash", "totp", "tokenHash", "hash"]) {
    for (const { changes } of hidden) assertEquals(changes[field] ?? {}, {}, field);
    assert(hidden.some(({ changes }: { changes: Record<string, unknown> }) => field in changes));
  }
  assert(!JSON.stringify(lists).includes("scrypt"));
});
