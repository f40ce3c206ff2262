/** Guessing: of one account, from one address, many at once, by links; and that it ends again. */
import { assert, assertEquals } from "@std/assert";
import { networkOf } from "../../server/domain/network.ts";
import { Tries } from "../../server/store/tries.ts";
import type { AppInMemory } from "./app-in-memory.ts";
import { Browser, newPerson, openApp, PASSWORD, signedIn } from "./browser.ts";

const ANA = "ana@example.com";
const MINUTES = 60;

const guess = async (app: AppInMemory, email: string, address: string, password = "wrong") =>
  (await new Browser(app, address).signIn(email, password)).status;

const countOf = (statuses: number[], status: number): number =>
  statuses.filter((one) => one === status).length;

const sequence = (length: number) => Array.from({ length }, (_, i) => i);

for (const email of [ANA, "nobody@example.com"]) {
  Deno.test(`of a hundred guesses at once ten are tried, of ${email}`, async () => {
    await using app = await openApp();
    await newPerson(app, ANA);
    const statuses = await Promise.all(
      sequence(100).map((i) => guess(app, email, `203.0.113.${i}`)),
    );
    assertEquals([countOf(statuses, 401), countOf(statuses, 429)], [10, 90]);
  });
}

Deno.test("of a hundred guesses at once from one address fifty are tried, of many accounts", async () => {
  await using app = await openApp();
  const statuses = await Promise.all(
    sequence(100).map((i) => guess(app, `a${i}@example.com`, "203.0.113.1")),
  );
  // Of those that were counted some found no room to be checked, and were given back.
  const carriedOut = countOf(statuses, 401);
  assert(carriedOut <= 50, `${carriedOut}`);
  assert(countOf(statuses, 429) >= 1);
  let more = 0;
  while (await guess(app, `b${more}@example.com`, "203.0.113.1") === 401) more++;
  assertEquals(carriedOut + more, 50);
  assertEquals(await guess(app, ANA, "203.0.113.2"), 401);
});

Deno.test("the right password is of no use while an account is closed, which ends", async () => {
  await using app = await openApp();
  await newPerson(app, ANA);
  for (const i of sequence(10)) {
    assertEquals(await guess(app, ANA, `203.0.113.${i}`), 401);
    app.clock.seconds += 60;
  }
  const { status, headers, body } = await new Browser(app, "203.0.113.99").signIn(ANA);
  assertEquals([status, headers.get("retry-after")], [429, `${5 * MINUTES}`]);
  assertEquals(body.detail, "Too many tries. Try again later.");
  app.clock.seconds += 5 * MINUTES - 1;
  assertEquals(await guess(app, ANA, "203.0.113.99", PASSWORD), 429);
  app.clock.seconds += 1;
  assertEquals(await guess(app, ANA, "203.0.113.99", PASSWORD), 201);
});

Deno.test("known and unknown accounts are closed alike", async () => {
  await using app = await openApp();
  await newPerson(app, ANA);
  const answers = [];
  for (const email of [ANA, "nobody@example.com"]) {
    for (const i of sequence(10)) await guess(app, email, `203.0.113.${i}`);
    const { status, text, headers } = await new Browser(app).signIn(email);
    answers.push({ status, text, retryAfter: headers.get("retry-after") });
  }
  assertEquals(answers[0], answers[1]);
  assertEquals(answers[0].status, 429);
});

Deno.test("an account is counted however it is written, and a success clears it", async () => {
  await using app = await openApp();
  await newPerson(app, ANA);
  for (const i of sequence(9)) {
    await guess(app, i % 2 ? ANA : " ANA@Example.com", `203.0.113.${i}`);
  }
  assertEquals(await guess(app, ANA, "203.0.113.50", PASSWORD), 201);
  for (const i of sequence(10)) assertEquals(await guess(app, ANA, `203.0.113.${i}`), 401);
  assertEquals(await guess(app, ANA, "203.0.113.50", PASSWORD), 429);
});

Deno.test("those who sign in well from one address are not counted", async () => {
  await using app = await openApp();
  await newPerson(app, ANA);
  for (const _ of sequence(60)) assertEquals(await guess(app, ANA, "203.0.113.1", PASSWORD), 201);
});

Deno.test("guesses at a link are counted by address, and good links are not", async () => {
  await using app = await openApp();
  const { link } = await app.ask("POST", "/people", { email: ANA, name: "A", role: "operator" });
  const token = link.split("#token=")[1];
  const browser = new Browser(app);
  const check = (token: string) => browser.status("POST", "/links/check", { token });
  for (const _ of sequence(60)) assertEquals(await check(token), 200);
  const statuses = await Promise.all(sequence(80).map((i) => check(`${i}`.padStart(32, "0"))));
  assertEquals([countOf(statuses, 404), countOf(statuses, 429)], [50, 30]);
  assertEquals(await browser.status("POST", "/password", { token, password: PASSWORD }), 429);
  assertEquals(await guess(app, ANA, "203.0.113.1"), 429);
});

Deno.test("whoever sits at another's browser does not guess the password either", async () => {
  await using app = await openApp();
  const { browser } = await signedIn(app, ANA);
  const wanted = { current: "wrong", password: "another good one" };
  const statuses = await Promise.all(
    sequence(30).map(() => browser.status("PUT", "/me/password", wanted)),
  );
  assert(countOf(statuses, 400) <= 10, `${statuses}`);
  assertEquals(await browser.status("PUT", "/me/password", { ...wanted, current: PASSWORD }), 429);
});

Deno.test("two servers count together", async () => {
  const kv = await Deno.openKv(":memory:");
  const servers = [new Tries(kv), new Tries(kv)];
  const taken = await Promise.all(
    sequence(60).map((i) => servers[i % 2].take({ account: ANA, address: `${i}` }, 1_000)),
  );
  assertEquals(taken.filter(({ ok }) => ok).length, 10);
  kv.close();
});

Deno.test("networkOf() is an IPv4 address, or the first 64 bits of an IPv6 one", () => {
  const networks: Record<string, string> = {
    "203.0.113.7": "203.0.113.7",
    "::ffff:203.0.113.7": "203.0.113.7",
    "2001:db8:0:1:aaaa::1": "2001:db8:0:1",
    "2001:0DB8::1": "2001:db8:0:0",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2",
    "::1": "0:0:0:0",
    "unknown": "unknown",
    "203.0.113.7:4711": "203.0.113.7",
    "[2001:db8::1]:4711": "2001:db8:0:0",
  };
  for (const [address, network] of Object.entries(networks)) {
    assertEquals(networkOf(address), network, address);
  }
});
