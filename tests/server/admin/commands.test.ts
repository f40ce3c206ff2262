/** The commands against the whole service, in memory. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type By, usualStart } from "../../../server/admin/consumption.ts";
import { AppInMemory, NOON } from "../app-in-memory.ts";
import { Tool } from "./tool.ts";

const ID = /^[0-9a-f]{16}$/;
const HOUR = 3_600;
const at = (seconds: number): string => new Date(seconds * 1_000).toISOString();

async function open() {
  const app = await AppInMemory.open();
  return {
    app,
    tool: new Tool(app.fetch),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** A home whose meter said these registers, in Wh, at these times. */
async function home(app: AppInMemory, tool: Tool, readings: [time: number, energyWh: number][]) {
  const customer = (await tool.json("customers", "add", "Maria Souza")).id;
  const point = (await tool.json("points", "add", customer, "Home")).id;
  const { meters: [{ id: meter }] } = await tool.json("meters", "provision", "--point", point);
  const sent = readings.map(([time, energyWh]) => ({ time: at(time), energyWh }));
  if (sent.length > 0) await app.ask("POST", `/meters/${meter}/readings`, { readings: sent });
  return { customer, point, meter };
}

Deno.test("a customer is registered, found, changed and shown", async () => {
  await using opened = await open();
  const { tool } = opened;
  const added = await tool.json("customers", "add", "Maria Souza", "--email", "m@example.org");
  assertMatch(added.id, ID);
  const changed = await tool.json("customers", "change", added.id, "--phone", "123", "--email", "");
  assertEquals([changed.name, changed.phone, changed.email], ["Maria Souza", "123", null]);
  const { out } = await tool.run("customers", "show", added.id);
  assertStringIncludes(out, "name     Maria Souza\n");
  const found = await tool.run("customers", "sou");
  assertEquals(found, {
    code: 0,
    out: `id                name         tax id  e-mail\n${added.id}  Maria Souza  –       –\n`,
    errors: "",
  });
  assertEquals((await tool.run("customers", "ana")).errors, "No customers.\n");
});

Deno.test("--json prints what the server answered, to the byte", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  await tool.run("customers", "add", "Maria");
  const { out } = await tool.run("customers", "--json");
  const { text } = await app.send("GET", "/customers?limit=100&retired=false");
  assertEquals(out, `${text}\n`);
});

Deno.test("a list is read page by page, up to the limit", async () => {
  await using opened = await open();
  const { tool } = opened;
  for (let i = 1; i <= 5; i++) await tool.run("customers", "add", `Customer ${i}`);
  const two = await tool.run("customers", "--limit", "2");
  assertEquals(two.out.trim().split("\n").length, 1 + 2);
  assertEquals(two.errors, "There are more: --limit 20 shows up to so many.\n");

  const short = new Tool((request) => {
    const url = new URL(request.url);
    if (url.pathname.endsWith("/customers")) url.searchParams.set("limit", "2");
    return opened.app.fetch(new Request(url, request));
  });
  const { items, next } = await short.json("customers");
  assertEquals(items.map(({ name }: { name: string }) => name.at(-1)), ["1", "2", "3", "4", "5"]);
  assertEquals([next, short.requests.length], [null, 3]);
});

Deno.test("long numbers of a list in pages keep their digits", async () => {
  const pages = [
    '{"items":[{"n":1,"energyWh":9007199254740.991}],"next":"a"}',
    '{"items":[{"n":2,"energyWh":12345678901234567.125}],"next":null}',
  ];
  const tool = new Tool(() => new Response(pages.shift()));
  const { out } = await tool.run("readings", "8a1f63c0d27be954", "--json");
  assertEquals(
    out,
    '{"items":[{"n":1,"energyWh":9007199254740.991},{"n":2,"energyWh":12345678901234567.125}],' +
      '"next":null}\n',
  );
});

Deno.test("what is refused ends with 1 and the server's words, field by field", async () => {
  await using opened = await open();
  const { tool } = opened;
  const none = await tool.run("customers", "show", "8a1f63c0d27be954");
  assertEquals(none, { code: 1, out: "", errors: "There is no customer 8a1f63c0d27be954.\n" });
  const wrong = await tool.run("customers", "add", "Maria", "--email", "no", "--tax-id", "12");
  assertEquals([wrong.code, wrong.out], [1, ""]);
  assertMatch(wrong.errors, /^field +what$/m);
  assertMatch(wrong.errors, /^email +must be an e-mail address$/m);
  assertMatch(wrong.errors, /^taxId +\S/m);
});

Deno.test("an id cannot lead to another path", async () => {
  await using opened = await open();
  const { code, errors } = await opened.tool.run("points", "retire", "../customers/8a1f");
  assertEquals([code, opened.tool.requests[0].url.split("/").length], [1, 7]);
  assertStringIncludes(errors, "There is no point");
});

Deno.test("a wrong key ends with 3, and no server with 4", async () => {
  await using opened = await open();
  const { tool } = opened;
  tool.environment.CONTALUZ_KEY = "wrong";
  const refused = await tool.run("points");
  assertEquals([refused.code, refused.out], [3, ""]);
  assertMatch(refused.errors, /^The API key is not valid\.\nSign in/);
  tool.environment.CONTALUZ_KEY = undefined;
  assertEquals((await tool.run("points")).code, 3);
  const down = new Tool(() => Promise.reject(new TypeError("connection refused")));
  assertEquals(await down.run("points"), {
    code: 4,
    out: "",
    errors: "No answer from http://contaluz.example: connection refused\n",
  });
});

Deno.test("a key comes from a file or standard input, before the environment's", async () => {
  const tool = new Tool(() => Response.json({ items: [], next: null }));
  tool.files.set("key", "from-a-file\n");
  tool.typed = ["from-input"];
  await tool.run("points");
  await tool.run("points", "--key-file", "key");
  await tool.run("points", "--key-file", "-");
  assertEquals(tool.requests.map((request) => request.headers.get("authorization")), [
    `Bearer ${tool.environment.CONTALUZ_KEY}`,
    "Bearer from-a-file",
    "Bearer from-input",
  ]);
});

Deno.test("a meter that is added gets a token, with how to use it", async () => {
  await using opened = await open();
  const { tool } = opened;
  const { out } = await tool.run("meters", "add", "--serial", "A1000");
  const [token] = out.match(/(?<=token +)\w+/)!;
  assertStringIncludes(
    out,
    `task firmware:flash --server http://contaluz.example --token ${token}`,
  );
  assertStringIncludes(out, `task sim --server http://contaluz.example --token ${token}`);
});

Deno.test("a point shows its region, until an empty text takes it away", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { customer } = await home(app, tool, []);
  const { id } = await tool.json("points", "add", customer, "Shop", "--region", "T-0412");
  assertMatch((await tool.run("points", "show", id)).out, /^region +T-0412$/m);
  assertEquals((await tool.json("points", "change", id, "--region", "")).region, null);
});

Deno.test("a meter is assigned, exchanged, given a key and retired", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { point, meter } = await home(app, tool, [[NOON - HOUR, 0], [NOON - 60, 500]]);
  const { meters: [{ id: other }] } = await tool.json("meters", "provision");
  const exchanged = await tool.json("meters", "exchange", meter, "600", "--by", other);
  assertEquals([exchanged.old.pointId, exchanged.new.pointId], [null, point]);
  const { out } = await tool.run("points", "show", point);
  assertMatch(out, new RegExp(`^meter +${other}$`, "m"));
  assertMatch(out, /0\.600 kWh$/m);
  const key = await tool.run("meters", "key", other);
  assertMatch(key.out, new RegExp(`^${other} +1  [0-9a-f]{64}$`, "m"));
  assertEquals(await tool.run("meters", "retire", other), {
    code: 0,
    out: "",
    errors: `Retired the meter ${other}.\n`,
  });
  assertEquals((await tool.json("meters", "--retired")).items.length, 1);
});

Deno.test("an assignment or exchange that looks like a slip is refused with the way on", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { point, meter } = await home(app, tool, [[NOON - HOUR, 0], [NOON - 60, 18_203_550]]);
  const { meters: [{ id: other }] } = await tool.json("meters", "provision");
  const slip = await tool.run("meters", "exchange", meter, "18203.55");
  const when = at(NOON - 60).replace(".000", "");
  assertEquals([slip.code, slip.out, slip.errors], [
    1,
    "",
    "The register does not fit: " +
    `finalWh must not be below 18203550 Wh, which the meter said at ${when}.\n`,
  ]);
  const second = await tool.run("meters", "assign", other, point);
  assertEquals(second.code, 1);
  assertStringIncludes(second.errors, `${meter} counts at point ${point}`);
  const meant = await tool.json("meters", "assign", other, point, "--alongside");
  assertEquals(meant.pointId, point);
});

Deno.test("who asks too often is told for how long to wait", async () => {
  for (const [seconds, wait] of [["7", " Wait for 7 s."], ["870", " Wait for 15 min."], ["", ""]]) {
    const headers = { "content-type": "application/problem+json", "retry-after": seconds };
    const body = JSON.stringify({ title: "Too many", detail: "Too many requests." });
    const tool = new Tool(() => new Response(body, { status: 429, headers }));
    const { code, errors } = await tool.run("customers");
    assertEquals([code, errors], [1, `Too many requests.${wait}\n`]);
  }
});

Deno.test("consumption is a table with bars, this month by day", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const readings: [number, number][] = Array.from(
    { length: 4 * 60 + 1 },
    (_, quarter) => [NOON - 60 * HOUR + 900 * quarter, 10 * quarter],
  );
  const { point } = await home(app, tool, readings);
  const { out } = await tool.run("consumption", point);
  assertEquals(
    out.split("\n"),
    [
      "Home, America/Sao_Paulo",
      "day              Wh",
      `2026-06-12 Fri  120     ${bar(out, 2)}`,
      `2026-06-13 Sat  960     ${bar(out, 3)}`,
      `2026-06-14 Sun  960     ${bar(out, 4)}`,
      `2026-06-15 Mon  360     ${bar(out, 5)}`,
      "",
      "Total 2.400 kWh",
      "",
    ],
  );
  const lengths = [3, 4, 5].map((line) => bar(out, line).length);
  assertEquals(lengths[0], lengths[1]);
  assert(lengths[2] < lengths[1] && lengths[2] > lengths[1] / 3);
});

const bar = (out: string, line: number): string => out.split("\n")[line].match(/[█-▏]*$/u)![0];

Deno.test("consumption marks what is estimated, and joins what is one stretch", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { point } = await home(app, tool, [
    [NOON - 6 * HOUR, 0],
    [NOON - 6 * HOUR + 900, 100],
    [NOON - HOUR, 900],
    [NOON - HOUR + 900, 1_000],
  ]);
  const { out } = await tool.run("consumption", point, "--by", "hour");
  assertMatch(out, /^2026-06-15 0\d:00 … 2026-06-15 0\d:00 +\S+ +≈/m);
  assertMatch(out, /^Total 1\.000 kWh {3}≈ estimated$/m);
});

Deno.test("consumption of a point without readings says so", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { point } = await home(app, tool, []);
  const { code, out } = await tool.run("consumption", point, "--by", "year");
  assertEquals([code, out.split("\n")[1]], [0, "Nothing is known of this time."]);
});

Deno.test("readings are those of the last hour, if no other time is asked for", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { meter } = await home(app, tool, [[NOON - 2 * HOUR, 1_000], [NOON - 600, 2_500]]);
  const { out } = await tool.run("readings", meter);
  assertEquals(out.split("\n").slice(1), [
    `${NOON - 600}  2026-06-15 11:50:00 UTC  2.500 kWh        0`,
    "",
  ]);
  assertEquals((await tool.json("readings", meter, "--from", "2026-06-01")).items.length, 2);
});

Deno.test("a file is checked, then imported; its faults come by line", async () => {
  await using opened = await open();
  const { tool } = opened;
  tool.files.set(
    "homes.csv",
    [
      "customer,taxId,point,pointCode",
      "Ana,123.456.789-09,Home,0001",
      "Bia,529.982.247-25,Flat,0002",
    ].join("\n"),
  );
  const checked = await tool.run("import", "homes.csv", "--dry-run");
  assertEquals(checked.errors, "");
  assertMatch(checked.out, /^customers +2 +0$/m);
  assertEquals((await tool.json("customers")).items.length, 0);
  assertEquals((await tool.json("import", "homes.csv")).points.created, 2);
  tool.files.set(
    "bad.csv",
    [
      "customer,taxId,point,pointCode,email",
      "Ana,123.456.789-09,Home,0001,no",
      "Bia,529.982.247-25,Flat,0002,neither",
    ].join("\n"),
  );
  const bad = await tool.run("import", "bad.csv");
  assertEquals([bad.code, bad.out], [1, ""]);
  assertMatch(bad.errors, /^line +column +what$/m);
  assertMatch(bad.errors, /^ +2 +email +\S/m);
  assertMatch(bad.errors, /^ +3 +email +\S/m);
});

Deno.test("exports go to standard output or into a file", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { point, meter } = await home(app, tool, [[NOON - HOUR, 0], [NOON - 600, 500]]);
  const { out } = await tool.run("export", "readings", meter);
  assertEquals(out.trim().split("\n").length, 3);
  const written = await tool.run("export", "consumption", point, "--out", "home.csv");
  assertEquals(written, { code: 0, out: "", errors: "Wrote home.csv.\n" });
  assertMatch(tool.files.get("home.csv")!, /^start,end,/);
  const refused = await tool.run("export", "green-button", "8a1f63c0d27be954", "--out", "b.xml");
  assertEquals([refused.code, tool.files.has("b.xml")], [1, false]);
});

Deno.test("a fall of a register is listed, and resolved", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { meter } = await home(app, tool, [[NOON - 900, 5_000], [NOON - 600, 10]]);
  const { items: [{ id }] } = await tool.json("cases");
  const { out } = await tool.run("cases", "--meter", meter);
  assertMatch(out, /5\.000 kWh +0\.010 kWh/);
  const resolved = await tool.json("cases", "resolve", id, "reset");
  assertEquals(resolved.resolution.kind, "reset");
  assertEquals((await tool.run("cases")).errors, "No open cases.\n");
});

Deno.test("the audit log tells who did what, also of one thing", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { customer } = await home(app, tool, []);
  const { out } = await tool.run("audit", "--of", `customer/${customer}`);
  assertMatch(out, new RegExp(`created +customer/${customer}`));
  const all = await tool.json("audit");
  assert(all.items.length > 1);
});

const STARTS: [by: By, to: string | undefined, start: string][] = [
  ["hour", undefined, "2026-06-15"],
  ["day", undefined, "2026-06-01"],
  ["month", undefined, "2026-01-01"],
  ["year", undefined, "2017-01-01"],
  ["day", "2026-03-01", "2026-02-01"],
  ["hour", "2026-03-01", "2026-02-28"],
  ["hour", "2026-03-01T01:00:00Z", "2026-02-28"],
  ["hour", "2026-03-01T03:00:00Z", "2026-02-28"],
  ["hour", "2026-03-01T03:00:01Z", "2026-03-01"],
  ["day", "2026-13-45", "2026-06-01"],
];

for (const [by, to, start] of STARTS) {
  Deno.test(`consumption by ${by} up to ${to ?? "now"} begins on ${start}`, () => {
    assertEquals(usualStart(by, to, NOON, "America/Sao_Paulo"), start);
  });
}

Deno.test("another server at the address is told from the right one", async () => {
  const tool = new Tool(() => new Response("<html>"));
  const { code, errors } = await tool.run("points");
  assertEquals([code, errors], [
    1,
    "The answer is not JSON: there is another server at that address.\n",
  ]);
  const moved = new Tool(() => Response.redirect("http://elsewhere.example/", 301));
  assertEquals((await moved.run("points")).errors, "The server answered with 301.\n");
  assertEquals(moved.requests[0].redirect, "manual");
});

Deno.test("an answer that breaks off ends with 1", async () => {
  const body = ReadableStream.from((async function* () {
    yield new TextEncoder().encode('{"items":[');
    throw new Error("the line went dead");
  })());
  const { code, errors } = await new Tool(() => new Response(body)).run("points");
  assertEquals([code, errors], [1, "It broke off: the line went dead\n"]);
});
