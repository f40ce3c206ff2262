/** Absurd paths and queries get a problem that names the field, never a fault of the server. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { FieldError } from "../../server/errors.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { OPERATOR_KEY } from "./running-server.ts";
import { assertProblem } from "./udp-meter.ts";

const PERIOD: [query: string, path: string][] = [
  ["from=yesterday", "from"],
  ["from=", "from"],
  ["from=0", "from"],
  ["from=-1", "from"],
  ["from=0001-01-01", "from"],
  ["from=9999-12-31", "from"],
  ["from=0001-01-01T00:00:00Z", "from"],
  ["from=9999-12-31T23:59:59Z", "from"],
  ["from=2026-02-30", "from"],
  ["from=2026-06-01T00:00:00", "from"],
  ["to=2026-13-01", "to"],
  ["to=1969-12-31T23:59:59Z", "to"],
  ["to=%00", "to"],
  ["from=2026-06-02&to=2026-06-01", "to"],
  ["from=2026-06-01&to=2026-06-01", "to"],
  ["channel=7", "channel"],
  ["channel=-1", "channel"],
  ["channel=0.5", "channel"],
  ["channel=a", "channel"],
  ["channel=", "channel"],
  ["form=2026-06-01", "form"],
];

const PAGE: [query: string, path: string][] = [
  ["limit=0", "limit"],
  ["limit=-1", "limit"],
  ["limit=20001", "limit"],
  ["limit=1.5", "limit"],
  ["limit=many", "limit"],
  ["limit=", "limit"],
  ["limit=1e99", "limit"],
  ["cursor=", "cursor"],
  ["cursor=!", "cursor"],
  ["cursor=MS4", "cursor"],
  ["cursor=MS43", "cursor"],
  [`cursor=${btoa("99999999999.0")}`, "cursor"],
  [`cursor=${btoa("4294967296.0")}`, "cursor"],
  [`cursor=${"A".repeat(10_000)}`, "cursor"],
];

const CONSUMPTION: [query: string, path: string][] = [
  ["step=", "step"],
  ["step=2h", "step"],
  ["step=1D", "step"],
  ["step=0", "step"],
  ["step=5s&from=2026-06-01&to=2026-06-15", "step"],
  ["step=1h&from=1971-01-01&to=2105-01-01", "step"],
  ["step=1d&from=1971-01-01&to=2105-01-01", "step"],
];

async function withMeterOnPoint(
  run: (app: AppInMemory, meter: string, point: string) => Promise<void>,
) {
  await using app = await AppInMemory.open();
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const { id: pointId } = await app.ask("POST", "/points", { customerId, label: "a" });
  const { meters } = await app.ask("POST", "/meters/provision", { meters: [{ pointId }] });
  const readings = [{ n: 1, time: "2026-06-15T11:00:00Z", energyWh: 1 }];
  await app.ask("POST", `/meters/${meters[0].id}/readings`, { readings });
  await run(app, meters[0].id, pointId);
  assertEquals(app.reported, []);
}

/** Nothing of the library's own words. */
const PLAIN = /^(is not known|must be .*|gives .*: take a longer step)$/;

const CALLS = [
  { call: "/meters/METER/readings", queries: [...PERIOD, ...PAGE] },
  { call: "/meters/METER/conflicts", queries: [...PAGE, ["from=2026-06-01", "from"]] },
  { call: "/points/POINT/consumption", queries: [...PERIOD, ...CONSUMPTION] },
];

for (const { call, queries } of CALLS) {
  Deno.test(`GET ${call} refuses a query that does not fit and names the field`, async (t) => {
    await withMeterOnPoint(async (app, meter, point) => {
      const path = call.replace("METER", meter).replace("POINT", point);
      for (const [query, field] of queries) {
        await t.step(query.slice(0, 60), async () => {
          const answer = await app.send("GET", `${path}?${query}`);
          assertProblem(answer, 400);
          const errors: FieldError[] = answer.body.errors;
          assert(errors.some(({ path }) => path === field), answer.text);
          for (const { message } of errors) assertMatch(message, PLAIN);
        });
      }
    });
  });
}

const ODD_IDS = [
  "0000000000000000",
  "..%2f..%2fmeter",
  "%2e%2e",
  "%00",
  "%ff",
  "%",
  "a%2fb",
  "x".repeat(5_000),
  "0123456789ABCDEF",
  "%F0%9F%92%A1",
  "__proto__",
];
const ON_IDS: [method: string, path: string, body?: string][] = [
  ["GET", "/meters/ID"],
  ["GET", "/meters/ID/readings"],
  ["GET", "/meters/ID/conflicts"],
  ["POST", "/meters/ID/readings", '{"readings":[{"time":"2026-06-15T11:00:00Z","energyWh":1}]}'],
  ["POST", "/meters/ID/rotate-key"],
  ["POST", "/meters/ID/assign", '{"pointId":"0000000000000001"}'],
  ["DELETE", "/meters/ID"],
  ["GET", "/points/ID"],
  ["GET", "/points/ID/consumption"],
  ["GET", "/customers/ID"],
];

for (const [method, path, body] of ON_IDS) {
  Deno.test(`${method} ${path} answers an odd id with 404`, async () => {
    await withMeterOnPoint(async (app) => {
      const before = await app.entries();
      for (const id of ODD_IDS) {
        assertProblem(await app.send(method, path.replace("ID", id), body), 404);
      }
      assertEquals(await app.entries(), before);
    });
  });
}

const TOLD: [query: string, told: string][] = [
  ["step=2h", "step: must be one of 5s, 1m, 15m, 1h, 1d, 1mo, 1y"],
  ["channel=2", "channel: must be 0 or 1"],
];

Deno.test("GET consumption names what may be asked", async () => {
  await withMeterOnPoint(async (app, _meter, point) => {
    for (const [query, told] of TOLD) {
      const { body } = await app.send("GET", `/points/${point}/consumption?${query}`);
      assertEquals(body.detail, `The query does not fit: ${told}`);
    }
  });
});

Deno.test("the API answers a path that it does not have with a problem", async () => {
  await withMeterOnPoint(async (app) => {
    for (const path of ["/", "/meterz", "/meters/a/b"]) {
      const answer = await app.send("GET", path);
      assertProblem(answer, 404);
      assertEquals(answer.body.detail, `There is no GET /api/v1${path}.`);
    }
  });
});

const OTHER_METHODS: [method: string, path: string, allow: string][] = [
  ["PUT", "/healthz", "GET"],
  ["POST", "/", "GET"],
  ["PUT", "/api/v1/meters/0123456789abcdef", "GET, PATCH, DELETE"],
  ["GET", "/api/v1/datagrams", "POST"],
  ["DELETE", "/api/v1/meters/%/readings", "POST, GET"],
];

Deno.test("the API names the methods of a path that was asked by another", async () => {
  await using app = await AppInMemory.open();
  const headers = { authorization: `Bearer ${OPERATOR_KEY}` };
  for (const [method, path, allow] of OTHER_METHODS) {
    const request = new Request(`http://localhost${path}`, { method, headers });
    const response = await app.fetch(request);
    const { status, headers: answered } = response;
    const body = await response.json();
    assertProblem({ status, type: answered.get("content-type"), body }, 405);
    assertEquals(answered.get("allow"), allow);
    assertEquals(body.detail, `There is no ${method} ${path}. It takes ${allow}.`);
  }
});

Deno.test("the server's root names the way on", async () => {
  await using app = await AppInMemory.open();
  const response = await app.fetch(new Request("http://localhost/"));
  assertEquals(await response.json(), {
    name: "Contaluz",
    api: "/api/v1",
    docs: "/docs",
    health: "/healthz",
  });
});
