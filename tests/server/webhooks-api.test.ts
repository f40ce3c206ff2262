/** Webhooks over the API: made with a secret that is shown once, changed, tried, put back, removed. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { checkWebhook } from "../../server/domain/webhook-signature.ts";
import type { Told } from "../../server/domain/delivery-tries.ts";
import type { HookPost } from "../../server/notify/hook-post.ts";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { DOWN, OK } from "./jobs/told-people.ts";
import { tell } from "./told-alert.ts";

const URL_OF = "https://alerts.example/contaluz";

interface Posted {
  url: string;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/** The app, what was posted, and what the other side is to say. */
async function openWith() {
  const posted: Posted[] = [];
  const other: { says: Told } = { says: OK };
  const hookPost: HookPost = (url, headers, body) => {
    posted.push({ url, headers, body });
    return Promise.resolve(other.says);
  };
  return { app: await AppInMemory.open({ hookPost }), posted, other };
}

const check = ({ headers, body }: Posted, secret: string) => {
  const [id, timestamp, signature] = ["id", "timestamp", "signature"]
    .map((name) => headers[`webhook-${name}`]);
  return checkWebhook({ id, timestamp, signature, body }, [secret], NOON);
};

Deno.test("a webhook's secret is shown once, and signs what is sent", async () => {
  const { app, posted } = await openWith();
  await using _ = app;
  const { secret, ...made } = await app.ask("POST", "/webhooks", { url: URL_OF, label: "Desk" });
  assertMatch(secret, /^whsec_[\w+/]{43}=$/);
  assertEquals(made, {
    id: made.id,
    url: URL_OF,
    label: "Desk",
    kinds: null,
    customerId: null,
    createdAt: "2026-06-15T12:00:00Z",
    disabledAt: null,
    disabledReason: null,
  });
  assertEquals(await app.ask("GET", "/webhooks"), { items: [made], next: null });
  const nothing = { waiting: 0, nextTryAt: null, lastFault: null };
  assertEquals(await app.ask("GET", `/webhooks/${made.id}`), { ...made, ...nothing });
  const tested = await app.ask("POST", `/webhooks/${made.id}/test`);
  assertEquals(tested, { delivered: true, status: 204, reason: null });
  assertEquals((await check(posted[0], secret)).ok, true);
  assertMatch(posted[0].headers["user-agent"], /^Contaluz\//);
  assertEquals(posted[0].headers["content-type"], "application/json");
});

Deno.test("an alert is told with all that stands behind it", async () => {
  const { app, posted } = await openWith();
  await using _ = app;
  await app.ask("POST", "/webhooks", { url: URL_OF });
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const point = await app.ask("POST", "/points", { customerId, label: "Home" });
  await tell(app, point.id);
  const message = JSON.parse(new TextDecoder().decode(posted[0].body));
  assertEquals([message.type, message.timestamp], ["alert.opened", "2026-06-15T12:00:00Z"]);
  const { title, sentence, ...data } = message.data;
  assert(title.length > 0 && sentence.length > 0);
  assertEquals(data, {
    id: `unusual:${point.id}:1`,
    kind: "unusual",
    severity: "warning",
    subject: point.id,
    pointId: point.id,
    meterId: null,
    customerId: "cccccccccccccccc",
    region: null,
    openedAt: "2026-06-15T12:00:00Z",
    closedAt: null,
    evidence: {
      since: "2026-06-15T11:00:00Z",
      until: "2026-06-15T12:00:00Z",
      energyWh: 4_000.5,
      usualWh: 1_000,
    },
  });
});

Deno.test("a new secret signs beside the one before", async () => {
  const { app, posted } = await openWith();
  await using _ = app;
  const { id, secret: before } = await app.ask("POST", "/webhooks", { url: URL_OF });
  const { secret } = await app.ask("POST", `/webhooks/${id}/rotate-secret`);
  await app.ask("POST", `/webhooks/${id}/test`);
  assertEquals([(await check(posted[0], before)).ok, (await check(posted[0], secret)).ok], [
    true,
    true,
  ]);
  assertEquals(posted[0].headers["webhook-signature"].split(" ").length, 2);
});

Deno.test("a change leaves what it does not name, and null takes away", async () => {
  const { app } = await openWith();
  await using _ = app;
  const asked = { url: URL_OF, label: "Desk", kinds: ["silent", "silent"] };
  const { secret: _secret, ...made } = await app.ask("POST", "/webhooks", asked);
  const path = `/webhooks/${made.id}`;
  assertEquals(made.kinds, ["silent"]);
  const disabled = await app.ask("PATCH", path, { enabled: false });
  assertEquals(disabled, { ...made, disabledAt: "2026-06-15T12:00:00Z" });
  const { label, kinds, disabledAt } = await app.ask("PATCH", path, {
    label: null,
    kinds: null,
    enabled: true,
  });
  assertEquals([label, kinds, disabledAt], [null, null, null]);
});

Deno.test("what does not fit is refused with its field", async () => {
  const { app } = await openWith();
  await using _ = app;
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const refused: [body: unknown, path: string][] = [
    [{}, "url"],
    [{ url: "ftp://a.example/" }, "url"],
    [{ url: "https://user:word@a.example/" }, "url"],
    [{ url: `https://a.example/${"x".repeat(2_000)}` }, "url"],
    [{ url: URL_OF, kinds: [] }, "kinds"],
    [{ url: URL_OF, kinds: ["thunder"] }, "kinds.0"],
    [{ url: URL_OF, kinds: ["silent"], customerId }, "kinds"],
  ];
  for (const [body, path] of refused) {
    const { status, body: answer } = await app.send("POST", "/webhooks", JSON.stringify(body));
    assertEquals([status, answer.errors[0].path], [400, path], JSON.stringify(body));
  }
  const unknown = { url: URL_OF, customerId: "0000000000000000" };
  assertEquals((await app.send("POST", "/webhooks", JSON.stringify(unknown))).status, 404);
});

Deno.test("a webhook that fails shows how many messages wait, why, and when it is tried again", async () => {
  const { app, other } = await openWith();
  await using _ = app;
  const { id } = await app.ask("POST", "/webhooks", { url: URL_OF });
  other.says = DOWN;
  for (const point of ["a", "b", "c"]) await tell(app, point);
  const { waiting, nextTryAt, lastFault } = await app.ask("GET", `/webhooks/${id}`);
  assertEquals([waiting, nextTryAt, lastFault], [
    3,
    "2026-06-15T12:00:10Z",
    { at: "2026-06-15T12:00:00Z", reason: "it refused the connection" },
  ]);
});

Deno.test("an address in a private network is refused at once, unless it is allowed", async () => {
  await using app = await AppInMemory.open({ webhookHosts: ["10.0.0.5", "[fd00::5]"] });
  const send = async (method: string, path: string, url: string) => {
    const { status, body } = await app.send(method, path, JSON.stringify({ url }));
    return [status, body.errors?.[0]];
  };
  const { id } = await app.ask("POST", "/webhooks", { url: URL_OF });
  const refused: [host: string, address: string, kind: string][] = [
    ["127.0.0.1:9", "127.0.0.1", "loopback"],
    ["0x7f.1", "127.0.0.1", "loopback"],
    ["192.168.1.7", "192.168.1.7", "private"],
    ["[::1]:9", "[::1]", "loopback"],
    ["169.254.169.254", "169.254.169.254", "a cloud's own"],
  ];
  for (const [host, address, kind] of refused) {
    const message = `must have a public address, and ${address} is ${kind}; ` +
      "if it is meant, allow it in CONTALUZ_WEBHOOK_HOSTS";
    const answer = [400, { path: "url", message }];
    assertEquals(await send("POST", "/webhooks", `http://${host}/alerts`), answer);
    assertEquals(await send("PATCH", `/webhooks/${id}`, `http://${host}/alerts`), answer);
  }
  for (const host of ["10.0.0.5:9", "[fd00::5]", "1.1.1.1", "hooks.lan"]) {
    assertEquals((await send("POST", "/webhooks", `http://${host}/`))[0], 201, host);
  }
});

Deno.test("what was given up is listed in pages and put back, unless the webhook is disabled", async () => {
  const { app, posted, other } = await openWith();
  await using _ = app;
  const { id } = await app.ask("POST", "/webhooks", { url: URL_OF });
  other.says = { ok: false, reason: "it answered with 410", status: 410, isGone: true };
  for (const point of ["a", "b", "c"]) {
    await tell(app, point);
    await app.ask("PATCH", `/webhooks/${id}`, { enabled: true });
  }
  const path = `/webhooks/${id}/dead-letters`;
  const first = await app.ask("GET", `${path}?limit=2`);
  const second = await app.ask("GET", `${path}?limit=2&cursor=${first.next}`);
  const ids = [...first.items, ...second.items].map(({ alertId }) => alertId);
  assertEquals([ids.toSorted(), second.next], [
    ["unusual:a:1", "unusual:b:1", "unusual:c:1"],
    null,
  ]);
  assertEquals(first.items[0].reason, "it answered with 410");
  other.says = OK;
  await app.ask("PATCH", `/webhooks/${id}`, { enabled: false });
  assertEquals((await app.send("POST", `${path}/retry`, "{}")).status, 409);
  await app.ask("PATCH", `/webhooks/${id}`, { enabled: true });
  posted.length = 0;
  const named = await app.ask("POST", `${path}/retry`, { ids: [first.items[0].id] });
  assertEquals(named, { retried: 1 });
  assertEquals(await app.ask("POST", `${path}/retry`, {}), { retried: 2 });
  await app.parts.delivering.ended();
  assertEquals(posted.length, 3);
});

Deno.test("a receiver's answer to the test is told, and one that is removed is not there any more", async () => {
  const { app, other } = await openWith();
  await using _ = app;
  const { id } = await app.ask("POST", "/webhooks", { url: URL_OF });
  other.says = DOWN;
  const tested = await app.ask("POST", `/webhooks/${id}/test`);
  assertEquals(tested, { delivered: false, status: null, reason: "it refused the connection" });
  for (let i = 0; i < 2; i++) {
    assertEquals((await app.send("DELETE", `/webhooks/${id}`)).status, 204);
  }
  await app.parts.delivering.ended();
  assertEquals((await app.send("GET", `/webhooks/${id}`)).status, 404);
  assertEquals((await app.send("POST", `/webhooks/${id}/test`)).status, 404);
  assertEquals((await app.ask("GET", "/webhooks")).items, []);
});

Deno.test("a customer's webhooks go when the customer is erased, and where they were", async () => {
  const { app } = await openWith();
  await using _ = app;
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const silva = { url: "https://silva.example/", label: "At the Silvas'", customerId };
  const { id } = await app.ask("POST", "/webhooks", silva);
  const removed = await app.ask("POST", "/webhooks", silva);
  await app.ask("DELETE", `/webhooks/${removed.id}`);
  await app.ask("DELETE", `/customers/${customerId}`);
  await app.parts.delivering.ended();
  assertEquals((await app.send("GET", `/webhooks/${id}`)).status, 404);
  for await (const { key, value } of app.kv.list({ prefix: [] })) {
    const text = Deno.inspect([key, value], { depth: 9, strAbbreviateSize: 10_000 });
    assert(!/silva/i.test(text), text);
  }
});

Deno.test("no secret stands in the audit log", async () => {
  const { app } = await openWith();
  await using _ = app;
  const { id } = await app.ask("POST", "/webhooks", { url: URL_OF });
  await app.ask("POST", `/webhooks/${id}/rotate-secret`);
  const { items } = await app.ask("GET", `/audit?kind=webhook&id=${id}`);
  assertEquals(items.map(({ action }: { action: string }) => action), ["changed", "created"]);
  assertEquals(items[0].changes, { sealed: {}, former: {} });
  assertStringIncludes(JSON.stringify(items[1].changes), URL_OF);
});
