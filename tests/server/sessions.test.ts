/** Sessions: how long they last, who may end them, and that an ended one is of no use to a thief. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Sessions } from "../../server/store/sessions.ts";
import { actionsOn, Browser, openApp, PASSWORD, signedIn } from "./browser.ts";

const ANA = "ana@example.com";
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Someone who has the same cookies. */
function thiefOf(browser: Browser): Browser {
  const thief = new Browser(browser.app, "198.51.100.66");
  for (const [name, value] of browser.jar) thief.jar.set(name, value);
  return thief;
}

const LASTING = [
  { role: "operator", idle: 12 * HOUR, altogether: 7 * DAY },
  { role: "customer", idle: 7 * DAY, altogether: 30 * DAY },
] as const;

for (const { role, idle, altogether } of LASTING) {
  Deno.test(`the session of one who is ${role} ends unused after ${idle / HOUR} hours`, async () => {
    await using app = await openApp();
    const { browser } = await signedIn(app, ANA, role);
    app.clock.seconds += idle - 1;
    assert(await browser.isSignedIn());
    app.clock.seconds += idle - 1;
    assert(await browser.isSignedIn());
    app.clock.seconds += idle;
    assertEquals(await browser.isSignedIn(), false);
  });

  Deno.test(`the session of one who is ${role} ends after ${altogether / DAY} days, however used`, async () => {
    await using app = await openApp();
    const { browser } = await signedIn(app, ANA, role);
    const end = app.clock.seconds + altogether;
    while (app.clock.seconds + idle / 2 < end) {
      app.clock.seconds += idle / 2;
      assert(await browser.isSignedIn());
    }
    app.clock.seconds = end - 1;
    assert(await browser.isSignedIn());
    app.clock.seconds = end;
    assertEquals(await browser.isSignedIn(), false);
  });
}

Deno.test("when a session was last seen is written every five minutes at most", async () => {
  await using app = await openApp();
  const { browser, id } = await signedIn(app, ANA);
  const rows = () => Array.fromAsync(app.kv.list({ prefix: ["session", id] }));
  const [{ versionstamp: first }] = await rows();
  app.clock.seconds += 299;
  await browser.ask("GET", "/me");
  assertEquals((await rows())[0].versionstamp, first);
  app.clock.seconds += 1;
  await browser.ask("GET", "/me");
  assertNotEquals((await rows())[0].versionstamp, first);
  const { items } = await browser.ask("GET", "/sessions");
  assertEquals(items[0].seenAt, "2026-06-15T12:05:00Z");
});

Deno.test("one sees where one is signed in, and signs out there", async () => {
  await using app = await openApp();
  const { browser, id } = await signedIn(app, ANA);
  const phone = new Browser(app, "203.0.113.9");
  app.clock.seconds += 60;
  await phone.send("POST", "/session", { email: ANA, password: PASSWORD }, {
    "user-agent": "Phone",
  });
  const { items } = await browser.ask("GET", "/sessions");
  assertEquals(items.map((one: Record<string, unknown>) => [one.address, one.current]), [
    ["203.0.113.9", false],
    ["203.0.113.1", true],
  ]);
  assertEquals([items[0].userAgent, items[0].createdAt], ["Phone", "2026-06-15T12:01:00Z"]);
  assertEquals(await browser.status("DELETE", `/sessions/${items[0].id}`), 204);
  assertEquals(await phone.isSignedIn(), false);
  assert(await browser.isSignedIn());
  assertEquals(await browser.status("DELETE", `/sessions/${items[0].id}`), 404);
  assertEquals((await actionsOn(app, id))[0], "sessionEnded");
});

Deno.test("one signs out everywhere else", async () => {
  await using app = await openApp();
  const { browser } = await signedIn(app, ANA);
  const others = [new Browser(app), new Browser(app)];
  for (const other of others) await other.signIn(ANA);
  assertEquals(await browser.status("DELETE", "/sessions"), 204);
  for (const other of others) assertEquals(await other.isSignedIn(), false);
  assert(await browser.isSignedIn());
});

Deno.test("nobody ends a session of someone else's, or learns that there is one", async () => {
  await using app = await openApp();
  const ana = await signedIn(app, ANA, "customer");
  const bia = await signedIn(app, "bia@example.com", "customer");
  const [{ id }] = (await ana.browser.ask("GET", "/sessions")).items;
  for (const path of [`/sessions/${id}`, "/sessions/0000000000000000", "/sessions/x"]) {
    const { status, body } = await bia.browser.send("DELETE", path);
    assertEquals([status, body.detail], [404, `There is no session ${path.split("/")[2]}.`]);
  }
  assertEquals(await bia.browser.status("GET", `/people/${ana.id}/sessions`), 403);
  assert(await ana.browser.isSignedIn());
});

Deno.test("a stolen cookie is of no use once the session is ended, or has expired", async () => {
  await using app = await openApp();
  const { browser } = await signedIn(app, ANA);
  const thief = thiefOf(browser);
  assert(await thief.isSignedIn());
  await browser.send("DELETE", "/session");
  assertEquals(await thiefOf(thief).isSignedIn(), false);
  await browser.signIn(ANA);
  const late = thiefOf(browser);
  app.clock.seconds += 8 * DAY;
  assertEquals(await late.isSignedIn(), false);
});

Deno.test("a request that is under way does not bring an ended session back", async () => {
  await using app = await openApp();
  const { browser, id } = await signedIn(app, ANA);
  const token = browser.jar.get("contaluz")!;
  const at = app.clock.seconds + HOUR;
  const slow = new Sessions(endingAfterReads(app.kv), () => new Uint8Array(), () => {});
  assertEquals((await slow.find(token, at))?.person.id, id);
  assertEquals(await slow.find(token, at), undefined);
  assertEquals(await browser.isSignedIn(), false);
});

/** A database in which a session is ended right after it was read. */
const endingAfterReads = (kv: Deno.Kv): Deno.Kv =>
  new Proxy(kv, {
    get: (_, name: keyof Deno.Kv) => {
      if (name !== "getMany") return (kv[name] as () => unknown).bind(kv);
      return async (keys: Deno.KvKey[]) => {
        const rows = await kv.getMany(keys);
        for (const key of keys) if (key[0] === "session") await kv.delete(key);
        return rows;
      };
    },
  });

Deno.test("a new password ends all other sessions, and gives this one a new token", async () => {
  await using app = await openApp();
  const { browser } = await signedIn(app, ANA);
  const thief = thiefOf(browser);
  const other = new Browser(app);
  await other.signIn(ANA);
  const wanted = { current: PASSWORD, password: "another good one" };
  const { status, body } = await browser.send("PUT", "/me/password", wanted);
  assertEquals([status, body.person.email], [200, ANA]);
  assert(await browser.isSignedIn());
  assertEquals([await thief.isSignedIn(), await other.isSignedIn()], [false, false]);
  assertEquals((await other.signIn(ANA)).status, 401);
  assertEquals((await other.signIn(ANA, "another good one")).status, 201);
});

Deno.test("a session that is written late, under a password of before, is void", async () => {
  await using app = await openApp();
  const { browser, id } = await signedIn(app, ANA);
  const late = thiefOf(browser);
  const [row] = await Array.fromAsync(app.kv.list({ prefix: ["session", id] }));
  await browser.ask("PUT", "/me/password", { current: PASSWORD, password: "another good one" });
  await app.kv.set(row.key, row.value);
  assertEquals(await late.isSignedIn(), false);
  assertEquals((await browser.ask("GET", "/sessions")).items.length, 1);
});

Deno.test("a new password takes the current one, and a good one", async () => {
  await using app = await openApp();
  const { browser } = await signedIn(app, ANA);
  const change = async (current: string, password: string) => {
    const { status, body } = await browser.send("PUT", "/me/password", { current, password });
    return [status, body.errors?.[0].path];
  };
  assertEquals(await change("wrong", "another good one"), [400, "current"]);
  for (const weak of ["short", "12345678", ANA.toUpperCase(), "aaaaaaaaa", "x".repeat(201)]) {
    assertEquals(await change(PASSWORD, weak), [400, "password"], weak);
  }
  assert(await browser.isSignedIn());
});

Deno.test("staff ends sessions of others, one or all", async () => {
  await using app = await openApp();
  const { browser, id } = await signedIn(app, ANA, "customer");
  const other = new Browser(app);
  await other.signIn(ANA);
  const { items } = await app.ask("GET", `/people/${id}/sessions`);
  assertEquals(items.length, 2);
  await app.ask("DELETE", `/people/${id}/sessions/${items[0].id}`);
  const left = [await browser.isSignedIn(), await other.isSignedIn()].filter((is) => is);
  assertEquals(left.length, 1);
  await app.ask("DELETE", `/people/${id}/sessions`);
  assertEquals([await browser.isSignedIn(), await other.isSignedIn()], [false, false]);
  assertEquals((await actionsOn(app, id)).slice(0, 2), ["sessionsEnded", "sessionEnded"]);
});

Deno.test("a person has fifty sessions at most: those not seen for longest go", async () => {
  await using app = await openApp();
  const { browser: first, id } = await signedIn(app, ANA);
  for (let i = 0; i < 50; i++) {
    app.clock.seconds++;
    await new Browser(app).signIn(ANA);
  }
  assertEquals((await app.ask("GET", `/people/${id}/sessions`)).items.length, 50);
  assertEquals(await first.isSignedIn(), false);
});
