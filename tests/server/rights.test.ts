/**
 * The matrix: every operation as every kind of caller, for what is theirs, for what is another's
 * and for what there is not. What is to come is worked out here from the table of rights alone.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { OPERATIONS, type Operations } from "../../server/http/api.ts";
import type { Operation } from "../../server/http/operation.ts";
import { routeOf } from "../../server/http/openapi.ts";
import { type Owned, type Right, RIGHTS } from "../../server/http/rights.ts";
import { STATUS } from "../../server/http/problem.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { type CallerKind, CALLERS, type Cast, castIn, headersOf } from "./cast.ts";
import { DOCUMENT } from "./conformance.ts";

type Target = "own" | "other" | "unknown";

const UNKNOWN = "0000000000000000";
const PLENTY = { perSecond: 1e6, burst: 1e6 };
const RATES = { nobody: PLENTY, person: PLENTY, key: PLENTY };
const CHEAP = { log2N: 4, r: 1, p: 1 };

/** "pass" where the guard must let the caller through; what the route says then is its matter. */
function expected(right: Right, caller: CallerKind, target: Target): 401 | 403 | 404 | "pass" {
  const { credential, role, scopes = [], isLimited } = caller;
  if (credential === "wrong") return 401;
  if (right.anyone) return "pass";
  if (credential === "none") return 401;
  const isPerson = role !== undefined;
  if (right.personal && !isPerson) return 403;
  const roleOfAll = isPerson ? role : scopes.includes("operator") ? "operator" : undefined;
  const may = roleOfAll !== undefined
    ? right.roles.includes(roleOfAll)
    : right.scopes.some((scope) => scopes.includes(scope));
  if (!may) return 403;
  return isLimited && right.owns && target !== "own" ? 404 : "pass";
}

interface Asked {
  name: keyof Operations;
  operation: Operation;
  headers: Record<string, string>;
  id: string;
  /** Of the query, in place of the example. */
  filter?: Record<string, string>;
}

async function ask(app: AppInMemory, { name, operation, headers, id, filter = {} }: Asked) {
  const { method, path } = routeOf(operation);
  const { parameters, requestBody } = DOCUMENT.paths[path][method];
  const query = new URLSearchParams({
    ...Object.fromEntries(
      parameters.filter((one) => one.in === "query" && one.required)
        .map((one) => [one.name, String(one.example)]),
    ),
    ...filter,
  });
  const [content] = Object.values(requestBody?.content ?? {});
  const filled = path.replace("{id}", id).replace(/\{\w+\}/g, UNKNOWN);
  const response = await app.fetch(
    new Request(`http://localhost${filled}?${query}`, {
      method: method.toUpperCase(),
      headers,
      body: requestBody && (content.example ? JSON.stringify(content.example) : "x"),
    }),
  );
  const text = await response.text();
  assert(response.status < 500, `${name}: ${response.status} ${text} ${app.reported}`);
  return { status: response.status, text, type: response.headers.get("content-type") };
}

type Answer = Awaited<ReturnType<typeof ask>>;

const without = ({ status, text, type }: Answer, id: string) =>
  [status, type, text.replaceAll(id, "ID")] as const;

/** What an operation itself may answer with, to whoever may call it. */
const ownStatuses = ({ failures = [] }: Operation): number[] =>
  failures.map((kind) => STATUS[kind][0]);

function check(answer: Answer, wanted: ReturnType<typeof expected>, asked: Asked, owns?: Owned) {
  const { status, text } = answer;
  if (wanted !== "pass") return assertEquals(status, wanted, text);
  if (!ownStatuses(asked.operation).includes(status)) {
    assert(status !== 401 && status !== 403, `${status} ${text}`);
  }
  if (owns && asked.id !== UNKNOWN) {
    assert(!text.includes(`There is no ${owns} ${asked.id}.`), text);
  }
}

/** Beyond what was asked for by its id, which may hold another. */
function showsNothingOf(other: Cast["other"], { text }: Answer, asked: string): void {
  const told = text.replaceAll(asked, "");
  for (const secret of Object.values(other)) {
    assert(!told.includes(secret), `${secret} is in ${text}`);
  }
}

for (const name of Object.keys(OPERATIONS) as (keyof Operations)[]) {
  const operation: Operation = OPERATIONS[name];
  const right: Right = RIGHTS[name];
  const targets: Target[] = right.owns ? ["own", "other", "unknown"] : ["unknown"];
  const isHarmless = operation.route.startsWith("GET ");

  Deno.test(`${name}: everyone may do what the table of rights says, and no more`, async (t) => {
    await using app = await AppInMemory.open({ rates: RATES, cost: CHEAP });
    let cast = await castIn(app);
    for (const caller of CALLERS) {
      await t.step(caller.name, async () => {
        const answers = new Map<Target, readonly unknown[]>();
        for (const target of targets) {
          const id = target === "unknown" ? UNKNOWN : cast[target][right.owns!];
          const headers = await headersOf(app, caller, cast);
          const asked = { name, operation, headers, id };
          const answer = await ask(app, asked);
          const wanted = expected(right, caller, target);
          check(answer, wanted, asked, right.owns);
          if (caller.isLimited) showsNothingOf(cast.other, answer, id);
          answers.set(target, without(answer, id));
          if (wanted === "pass" && !isHarmless) cast = await castIn(app);
        }
        if (caller.isLimited) {
          assertEquals(answers.get("other"), answers.get("other") && answers.get("unknown"));
        }
      });
    }
  });
}

/** Parameters of queries that name something of somebody's. */
const FILTERS: Record<string, Owned> = {
  customerId: "customer",
  pointId: "point",
  points: "point",
  meterId: "meter",
  sensorId: "sensor",
};

for (const name of Object.keys(OPERATIONS) as (keyof Operations)[]) {
  const operation: Operation = OPERATIONS[name];
  const { method, path } = routeOf(operation);
  const filters = DOCUMENT.paths[path][method].parameters.filter((one) => one.in === "query")
    .flatMap((one) => FILTERS[one.name] ? [[one.name, FILTERS[one.name]] as const] : []);
  const limited = CALLERS.filter((caller) =>
    caller.isLimited && expected(RIGHTS[name], caller, "own") === "pass"
  );
  if (filters.length === 0 || limited.length === 0) continue;

  Deno.test(`${name}: who is limited to a customer finds nothing of another's by a query`, async () => {
    await using app = await AppInMemory.open({ rates: RATES, cost: CHEAP });
    const cast = await castIn(app);
    for (const caller of limited) {
      const headers = await headersOf(app, caller, cast);
      for (const [parameter, kind] of filters) {
        const id = RIGHTS[name].owns ? cast.own[RIGHTS[name].owns!] : UNKNOWN;
        const by = (value: string) =>
          ask(app, { name, operation, headers, id, filter: { [parameter]: value } });
        const other = await by(cast.other[kind]);
        showsNothingOf(cast.other, other, cast.other[kind]);
        assertEquals(without(other, cast.other[kind]), without(await by(UNKNOWN), UNKNOWN));
      }
    }
  });
}

Deno.test("lists show those who are limited to a customer all that is theirs", async () => {
  await using app = await AppInMemory.open({ rates: RATES, cost: CHEAP });
  const cast = await castIn(app);
  const lists = [
    ["listPoints", "point", {}],
    ["listSensors", "sensor", { pointId: cast.own.point }],
    ["listAllInvoices", "invoice", {}],
    ["listAlerts", "alert", {}],
  ] as const;
  for (const caller of CALLERS.filter(({ isLimited }) => isLimited)) {
    const headers = await headersOf(app, caller, cast);
    for (const [name, kind, filter] of lists) {
      const operation: Operation = OPERATIONS[name];
      const { text } = await ask(app, { name, operation, headers, id: UNKNOWN, filter });
      assertStringIncludes(text, cast.own[kind]);
      assertEquals(JSON.parse(text).items.length, 1);
    }
  }
});

Deno.test("whatever route with an id is open to those limited to a customer says whose it is", () => {
  for (const [name, right] of Object.entries<Right>(RIGHTS)) {
    const { route }: Operation = OPERATIONS[name as keyof Operations];
    const isOpen = right.roles.includes("customer") || right.scopes.length > 0;
    if (!route.includes("/:") || !isOpen || right.anyone || right.personal || right.common) {
      continue;
    }
    assert(right.owns !== undefined && /\/:id\b/.test(route), `${name} does not say whose it is`);
  }
});
