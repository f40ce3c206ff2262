/** What holds for every request: ids, headers, other sites' pages, rates, requests sent again. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { TOTP } from "otpauth";
import { AppInMemory } from "./app-in-memory.ts";
import { castIn, headersOf } from "./cast.ts";
import { OPERATOR_KEY } from "./running-server.ts";

const AUTHORIZED = { authorization: `Bearer ${OPERATOR_KEY}` };

const request = (path: string, init: RequestInit = {}): Request =>
  new Request(`http://localhost${path}`, init);

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Request =>
  request(`/api/v1${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { ...AUTHORIZED, ...headers },
  });

Deno.test("every answer has the request's id, which stands in the audit log, too", async () => {
  await using app = await AppInMemory.open();
  const answer = await app.fetch(post("/customers", { name: "Ana" }));
  const id = answer.headers.get("x-request-id")!;
  assertMatch(id, /^[0-9a-f]{16}$/);
  const rows = await Array.fromAsync(app.kv.list({ prefix: ["auditOf", "customer"] }));
  assertEquals(rows.map(({ value }) => (value as { actor: unknown }).actor), [
    { kind: "key", id: "environment", request: id },
  ]);
  await answer.body?.cancel();
});

Deno.test("a request's id is that of its sender where it is a plain one", async () => {
  await using app = await AppInMemory.open();
  const idOf = async (given: string) => {
    const answer = await app.fetch(request("/healthz", { headers: { "x-request-id": given } }));
    await answer.body?.cancel();
    return answer.headers.get("x-request-id");
  };
  assertEquals(await idOf("trace-1.2_3"), "trace-1.2_3");
  for (const odd of ["a b", "x".repeat(65), "<script>"]) assertNotEquals(await idOf(odd), odd);
});

Deno.test("every answer forbids what a browser would allow, refusals and missing paths too", async () => {
  await using app = await AppInMemory.open();
  for (const path of ["/healthz", "/api/v1/customers", "/nowhere"]) {
    const answer = await app.fetch(request(path));
    await answer.body?.cancel();
    assertMatch(answer.headers.get("content-security-policy")!, /frame-ancestors 'none'/);
    assert(!answer.headers.get("content-security-policy")!.includes("unsafe"));
    assertEquals(answer.headers.get("x-content-type-options"), "nosniff");
    assertEquals(answer.headers.get("strict-transport-security"), null);
  }
});

Deno.test("behind TLS, browsers are told to stay there", async () => {
  await using app = await AppInMemory.open({ publicUrl: "https://luz.example" });
  const answer = await app.fetch(request("/healthz"));
  await answer.body?.cancel();
  assertMatch(answer.headers.get("strict-transport-security")!, /max-age=\d{8}/);
});

Deno.test("what is personal is not kept by any cache", async () => {
  await using app = await AppInMemory.open();
  const answer = await app.fetch(request("/api/v1/customers", { headers: AUTHORIZED }));
  await answer.body?.cancel();
  assertEquals([answer.status, answer.headers.get("cache-control")], [200, "no-store"]);
});

const FROM: { what: string; headers: Record<string, string>; passes: boolean }[] = [
  { what: "a program without either header", headers: {}, passes: true },
  { what: "our page", headers: { "sec-fetch-site": "same-origin" }, passes: true },
  { what: "the address bar", headers: { "sec-fetch-site": "none" }, passes: true },
  { what: "another site", headers: { "sec-fetch-site": "cross-site" }, passes: false },
  { what: "a sister site", headers: { "sec-fetch-site": "same-site" }, passes: false },
  { what: "our page in an old browser", headers: { origin: "http://localhost" }, passes: true },
  { what: "our public address", headers: { origin: "https://luz.example" }, passes: true },
  {
    what: "another site in an old browser",
    headers: { origin: "https://evil.example" },
    passes: false,
  },
  { what: "a sandboxed frame", headers: { origin: "null" }, passes: false },
  {
    what: "another port of this machine",
    headers: { origin: "http://localhost:9999" },
    passes: false,
  },
  {
    what: "another site that says our origin",
    headers: { origin: "http://localhost", "sec-fetch-site": "cross-site" },
    passes: false,
  },
];

for (const { what, headers, passes } of FROM) {
  Deno.test(`a post from ${what} ${passes ? "passes" : "is refused"}`, async () => {
    await using app = await AppInMemory.open({ publicUrl: "https://luz.example" });
    const body = JSON.stringify({ token: "x", hardwareId: "y" });
    const sent = { method: "POST", body, headers: { host: "localhost", ...headers } };
    const { status, body: answer } = await app.fetch(request("/api/v1/enrol", sent));
    await answer?.cancel();
    // Whoever passes is refused for a token that there is not.
    assertEquals(status, passes ? 401 : 403);
  });
}

Deno.test("another site may have its users read nothing and open no live feed, but follow links", async () => {
  await using app = await AppInMemory.open();
  const status = async (headers: Record<string, string>) => {
    const answer = await app.fetch(
      request("/healthz", { headers: { "sec-fetch-site": "cross-site", ...headers } }),
    );
    await answer.body?.cancel();
    return answer.status;
  };
  assertEquals([await status({}), await status({ upgrade: "websocket" })], [200, 403]);
});

const FEW = {
  nobody: { perSecond: 1, burst: 3 },
  person: { perSecond: 1, burst: 3 },
  key: { perSecond: 2, burst: 5 },
};

Deno.test("who asks too often is told when to come back, and then may", async () => {
  await using app = await AppInMemory.open({ rates: FEW });
  const ask = async (key = OPERATOR_KEY) => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await app.fetch(request("/api/v1/customers", { headers }));
    await answer.body?.cancel();
    return `${answer.status} ${answer.headers.get("retry-after")}`;
  };
  for (let i = 0; i < 5; i++) assertEquals(await ask(), "200 null");
  assertEquals(await ask(), "429 1");
  app.clock.seconds += 1;
  assertEquals([await ask(), await ask(), await ask()], ["200 null", "200 null", "429 1"]);
  for (let i = 0; i < 3; i++) assertEquals(await ask("guess"), "401 null");
  assertEquals(await ask("guess"), "429 1");
});

Deno.test("monitors and meters are not counted", async () => {
  await using app = await AppInMemory.open({ rates: FEW });
  for (let i = 0; i < 10; i++) {
    const answer = await app.fetch(request("/healthz"));
    await answer.body?.cancel();
    const datagram = await app.fetch(
      request("/api/v1/datagrams", { method: "POST", body: new Uint8Array(9) }),
    );
    await datagram.body?.cancel();
    assertEquals([answer.status, datagram.status], [200, 400]);
  }
});

Deno.test("a request with an Idempotency-Key is carried out once and answered alike", async () => {
  await using app = await AppInMemory.open();
  const again = { "idempotency-key": "f00d" };
  const ask = async (body: unknown, headers: Record<string, string> = again) => {
    const answer = await app.fetch(post("/meters/provision", body, headers));
    return { status: answer.status, text: await answer.text() };
  };
  const first = await ask({ count: 1_000 });
  assertEquals(first.status, 201);
  assertEquals(await ask({ count: 1_000 }), first);
  assertEquals((await ask({ count: 2 })).status, 409);
  assertNotEquals((await ask({ count: 1_000 }, {})).text, first.text);
  assertEquals((await Array.fromAsync(app.meters.all())).length, 2_000);
  app.clock.seconds += 86_401;
  assertNotEquals((await ask({ count: 1_000 })).text, first.text);
});

Deno.test("keys that an answer shows are not kept in the clear", async () => {
  await using app = await AppInMemory.open();
  const answer = await app.fetch(
    post("/meters/provision", { count: 1 }, { "idempotency-key": "k" }),
  );
  const [{ key }] = (await answer.json()).meters;
  const kept = await Array.fromAsync(app.kv.list({ prefix: ["answer"] }));
  assertEquals(kept.length, 1);
  assert(!new TextDecoder("latin1").decode(kept[0].value as Uint8Array).includes(key));
});

Deno.test("what was refused may be sent again under the same Idempotency-Key", async () => {
  await using app = await AppInMemory.open();
  const again = { "idempotency-key": "k" };
  const status = async (body: unknown) => {
    const answer = await app.fetch(post("/points", body, again));
    await answer.body?.cancel();
    return answer.status;
  };
  assertEquals(await status({ customerId: "0".repeat(16), label: "Home" }), 404);
  const { id } = await app.ask("POST", "/customers", { name: "Ana" });
  assertEquals(await status({ customerId: id, label: "Home" }), 201);
});

Deno.test("of many requests with one Idempotency-Key at once, one is carried out", async () => {
  await using app = await AppInMemory.open();
  const ask = async () => {
    const sent = post("/customers", { name: "Ana" }, { "idempotency-key": "k" });
    const answer = await app.fetch(sent);
    await answer.body?.cancel();
    return answer.status;
  };
  const statuses = await Promise.all(Array.from({ length: 20 }, ask));
  assert(statuses.every((status) => status === 201 || status === 409), `${statuses}`);
  assertEquals((await app.ask("GET", "/customers")).items.length, 1);
});

Deno.test("a body that does not come in time is refused", async () => {
  let isLate = () => {};
  const timer = () => ({ ended: new Promise<void>((late) => isLate = late), cancel: () => {} });
  await using app = await AppInMemory.open({ timer });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const sent = app.fetch(
    request("/api/v1/customers", { method: "POST", body: readable, headers: AUTHORIZED }),
  );
  await writer.write(new TextEncoder().encode('{"name":'));
  isLate();
  const answer = await sent;
  assertEquals([answer.status, (await answer.json()).title], [408, "Too slow"]);
  await writer.closed.catch(() => {});
});

Deno.test("a request without an answer's body that comes again is answered without one, too", async () => {
  await using app = await AppInMemory.open();
  const operator = { name: "", credential: "session", role: "operator" } as const;
  const headers = await headersOf(app, operator, await castIn(app));
  const send = async (path: string, body?: string) => {
    const answer = await app.fetch(
      request(`/api/v1/me/totp${path}`, {
        method: "POST",
        body,
        headers: { ...headers, "idempotency-key": `once${path}` },
      }),
    );
    return { status: answer.status, text: await answer.text() };
  };
  const { secret } = JSON.parse((await send("")).text);
  const code = new TOTP({ secret }).generate({ timestamp: app.clock.seconds * 1000 });
  for (const _ of ["first", "again"]) {
    assertEquals(await send("/confirm", JSON.stringify({ code })), { status: 204, text: "" });
  }
});

Deno.test("a long header of blanks costs next to nothing", async () => {
  await using app = await AppInMemory.open();
  const tags = `"a"${" ".repeat(100_000)}"b"`;
  const begin = performance.now();
  const answer = await app.fetch(request("/openapi.json", { headers: { "if-none-match": tags } }));
  await answer.body?.cancel();
  assertEquals(answer.status, 200);
  const took = performance.now() - begin;
  assert(took < 2_000, `${took} ms`);
});

Deno.test("who has all addresses of an IPv6 network is limited as one", async () => {
  await using app = await AppInMemory.open({ rates: FEW, proxies: 1 });
  const statuses: number[] = [];
  for (const host of ["1", "2", "3", "4", "ffff:5"]) {
    const headers = { "x-forwarded-for": `2001:db8::${host}` };
    const answer = await app.fetch(request("/", { headers }));
    await answer.body?.cancel();
    statuses.push(answer.status);
  }
  assertEquals(statuses, [200, 200, 200, 429, 429]);
});

Deno.test("nobody known may send a long body", async () => {
  await using app = await AppInMemory.open();
  for (const path of ["/session", "/password", "/links/check", "/enrol"]) {
    const answer = await app.fetch(
      request(`/api/v1${path}`, { method: "POST", body: `{"a":"${"x".repeat(16 * 1024)}"}` }),
    );
    await answer.body?.cancel();
    assertEquals(answer.status, 413, path);
  }
});

Deno.test("a password that came with an Idempotency-Key cannot be guessed from what is kept", async () => {
  await using app = await AppInMemory.open();
  const body = { email: "ana@example.com", name: "Ana", role: "operator" };
  const answer = await app.fetch(post("/people", body, { "idempotency-key": "k" }));
  await answer.body?.cancel();
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const asked = sha256(
    JSON.stringify([`/api/v1/people ${sha256(JSON.stringify(body))}`]),
  );
  const [{ value }] = await Array.fromAsync(app.kv.list<{ asked: string }>({ prefix: ["once"] }));
  assertNotEquals(value.asked, asked);
});
