/** Hashes of passwords: their form, other parameters, and how many are computed at once. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { DEFAULT_COST, Passwords } from "../../../server/store/passwords.ts";
import { CHEAP, newPerson, openApp, PASSWORD } from "../browser.ts";
import { Browser } from "../browser.ts";

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

async function hashOf(passwords: Passwords, password: string): Promise<string> {
  const hash = await passwords.hash(password);
  assert(hash.ok);
  return hash.value;
}

const fits = async (passwords: Passwords, password: string, hash?: string) => {
  const result = await passwords.verify(password, hash);
  return result.ok ? result.value : result.kind;
};

Deno.test("a hash names its parameters, has a salt of its own, and fits one password", async () => {
  const passwords = new Passwords(randomBytes, CHEAP);
  const [a, b] = [await hashOf(passwords, PASSWORD), await hashOf(passwords, PASSWORD)];
  assertMatch(a, /^\$scrypt\$ln=4,r=8,p=1\$[\w+/]{22}==\$[\w+/]{43}=$/);
  assertNotEquals(a, b);
  assertEquals(await fits(passwords, PASSWORD, a), true);
  assertEquals(await fits(passwords, `${PASSWORD} `, a), false);
  assertEquals(await fits(passwords, PASSWORD, undefined), false);
});

Deno.test("a letter is the same letter however the keyboard writes it", async () => {
  const passwords = new Passwords(randomBytes, CHEAP);
  const hash = await hashOf(passwords, "cora\u00e7\u00e3o de le\u00e3o");
  assertEquals(await fits(passwords, "corac\u0327a\u0303o de lea\u0303o", hash), true);
});

Deno.test("the shipped parameters are those of today's advice, and they work", async () => {
  assertEquals(DEFAULT_COST, { log2N: 17, r: 8, p: 1 });
  const passwords = new Passwords(randomBytes);
  const hash = await hashOf(passwords, PASSWORD);
  assertMatch(hash, /^\$scrypt\$ln=17,r=8,p=1\$/);
  assertEquals(await fits(passwords, PASSWORD, hash), true);
});

Deno.test("two are computed at once, twenty wait, the others are told to come again", async () => {
  const passwords = new Passwords(randomBytes, { log2N: 10, r: 8, p: 1 });
  const results = await Promise.all(
    Array.from({ length: 30 }, () => passwords.verify(PASSWORD, undefined)),
  );
  const refused = results.filter((result) => !result.ok);
  assertEquals(refused.length, 8);
  for (const one of refused) {
    assert(!one.ok);
    assertEquals([one.kind, one.retryAfterSeconds], ["unavailable", 5]);
  }
  assertEquals(await fits(passwords, PASSWORD), false);
});

Deno.test("a sign-in renews a hash that was made with other parameters", async () => {
  await using app = await openApp();
  const { id, email } = await newPerson(app, "ana@example.com");
  const record = await app.kv.get<{ passwordHash: string }>(["person", id]);
  const old = await hashOf(new Passwords(randomBytes, { log2N: 2, r: 8, p: 1 }), PASSWORD);
  await app.kv.set(["person", id], { ...record.value, passwordHash: old });
  const browser = new Browser(app);
  assertEquals((await browser.signIn(email)).status, 201);
  const { value } = await app.kv.get<{ passwordHash: string }>(["person", id]);
  assertMatch(value!.passwordHash, /^\$scrypt\$ln=4,/);
  assert(await browser.isSignedIn());
  assertEquals((await browser.signIn(email)).status, 201);
});
