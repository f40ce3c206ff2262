/**
 * Every operation, asked with what its own schema allows and with what nobody should send: it never
 * fails, and answers as it declares, which the app of the tests checks.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { JsonSchema } from "../../server/http/json-schemas.ts";
import type { DescribedOperation } from "../../server/http/openapi-types.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { type CallerKind, type Cast, castIn, headersOf } from "./cast.ts";
import { DOCUMENT } from "./conformance.ts";
import { brokenOf, type Known, valueOf } from "./schema-values.ts";

const SEED = 20_261_125;
const RUNS = 50;
const PLENTY = { perSecond: 1e6, burst: 1e6 };

const KEY: CallerKind = { name: "a key", credential: "environment" };
const OPERATOR: CallerKind = { name: "an operator", credential: "session", role: "operator" };

const open = () =>
  AppInMemory.open({
    rates: { nobody: PLENTY, person: PLENTY, key: PLENTY },
    cost: { log2N: 4, r: 1, p: 1 },
  });

interface Sent {
  path: string;
  query: string;
  body: BodyInit | undefined;
  type: string | undefined;
  headers: Record<string, string>;
}

const JSON_TYPE = "application/json";

const asText = (value: unknown): string => JSON.stringify(value) ?? "";

/** What can only be sent as bytes: it is no JSON, too long, too deep, or not even text. */
const RAW: BodyInit[] = [
  "",
  "{",
  "null",
  '"text"',
  '{"a":1}{"b":2}',
  "\ufeff{}",
  '{"name":"a","name":"b"}',
  "[".repeat(100_000),
  '{"a":'.repeat(50_000) + "1" + "}".repeat(50_000),
  `{"name":"${"x".repeat(600 * 1024)}"}`,
  new Uint8Array([0xff, 0xfe, 0x00, 0xd8]),
  '{"energyWh":99999999999999999999999999.9}',
  '{"limit":1e400}',
];

const QUERIES = [
  "limit=1&limit=2",
  "limit=-1&unknown=1",
  "cursor=%00",
  "cursor=%ff%fe",
  "search=%F0%9F%98%80%00",
  "from=2026-02-30&to=%20",
  "from[]=1&__proto__[a]=1",
  "from=2026-06-15T12:00:00+01:00&to=2026-06-16T12:00:00+01:00",
  "a".repeat(5_000),
  "%",
  "limit=NaN&step=__proto__",
  "points=,,,&points=",
];

const PARTS = ["%00", "%ff", "..%2f", "0".repeat(3_000), "%F0%9F%98%80", "__proto__", "a b", "%"];

function queryOf({ parameters }: DescribedOperation, known: Known, isValid: boolean) {
  const own = parameters.filter((parameter) => parameter.in === "query");
  const schema: JsonSchema = {
    type: "object",
    properties: Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
    required: own.filter(({ required }) => required).map(({ name }) => name),
  };
  const written = (value: unknown) =>
    Object.entries(Object(value)).map(([name, one]) =>
      `${encoded(name)}=${encoded(typeof one === "object" ? asText(one) : String(one))}`
    ).join("&");
  if (isValid) return valueOf(schema, known).map(written);
  return fc.oneof(brokenOf(schema, known).map(written), fc.constantFrom(...QUERIES));
}

/** A lone surrogate cannot be written in a URL. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

const PLAIN = { body: undefined, type: undefined };

function bodyOf({ requestBody }: DescribedOperation, known: Known, isValid: boolean) {
  const [[type, { schema }] = ["", {}]] = Object.entries(requestBody?.content ?? {});
  if (type === "") return fc.constant(PLAIN);
  const written = (body: BodyInit) => ({ body, type });
  const bytes = fc.uint8Array({ maxLength: 200 }).map((some) => new Uint8Array(some) as BodyInit);
  if (!schema) return fc.oneof(bytes, fc.string()).map(written);
  if (isValid) return valueOf(schema, known).map((value) => written(asText(value)));
  const types = fc.constantFrom(JSON_TYPE, "text/plain", "multipart/form-data", "x", undefined);
  const bodies = fc.oneof(
    { weight: 4, arbitrary: brokenOf(schema, known).map((value): BodyInit => asText(value)) },
    { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...RAW), bytes) },
  );
  return fc.record({ body: bodies, type: types });
}

function sentTo(path: string, described: DescribedOperation, known: Known, isValid: boolean) {
  const kind = path.match(/\/api\/v1\/(\w+?)s?\//)?.[1] ?? "";
  const ids = [...known(`${kind}Id`), "0000000000000000"];
  const part = isValid ? fc.constantFrom(...ids) : fc.constantFrom(...ids, ...ids, ...PARTS);
  const names = described.parameters.filter((parameter) => parameter.in === "header");
  const headers = fc.record(
    Object.fromEntries(names.map(({ name }) => [name, fc.string()])),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, string>>;
  return fc.record({
    path: part.map((id) => path.replace(/\{\w+\}/g, id)),
    query: queryOf(described, known, isValid),
    bodied: bodyOf(described, known, isValid),
    headers,
  }).map(({ bodied, ...sent }): Sent => ({ ...sent, ...bodied }));
}

type Credential = Record<string, string>;

async function ask(app: AppInMemory, method: string, sent: Sent, credential: Credential) {
  const headers = new Headers({ ...sent.headers, ...credential });
  if (sent.type !== undefined) headers.set("content-type", sent.type);
  const request = new Request(`http://localhost${sent.path}?${sent.query}`, {
    method: method.toUpperCase(),
    headers,
    body: sent.body,
  });
  const response = await app.fetch(request);
  const text = await response.text();
  assert(response.status < 500, `${response.status} ${text} ${app.reported.join()}`);
  return { status: response.status, text };
}

/** What is sent again with its Idempotency-Key is answered as before. */
async function check(...asked: Parameters<typeof ask>): Promise<void> {
  const [, , sent] = asked;
  const answer = await ask(...asked);
  const isOnce = "Idempotency-Key" in sent.headers && answer.status < 300;
  if (isOnce) assertEquals(await ask(...asked), answer);
}

const knownIn = ({ own, other }: Cast): Known => {
  const ids: Record<string, string[]> = {};
  for (const kind of ["customer", "point", "meter", "sensor"] as const) {
    ids[`${kind}Id`] = [own[kind], other[kind]];
  }
  ids.points = ids.pointId;
  ids.taxId = ["123.456.789-09", "11.222.333/0001-81"];
  ids.email = ["ana@example.com", "bento@example.com"];
  return (name) => ids[name] ?? [];
};

for (const [path, methods] of Object.entries(DOCUMENT.paths)) {
  for (const [method, described] of Object.entries(methods)) {
    Deno.test(`${described.operationId} answers whatever comes as it declares, and never fails`, async () => {
      await using app = await open();
      const cast = await castIn(app);
      const known = knownIn(cast);
      const takesKeys = described.security.some((one) => !("session" in one));
      const credential = await headersOf(app, takesKeys ? KEY : OPERATOR, cast);
      for (const isValid of [true, false]) {
        await fc.assert(
          fc.asyncProperty(
            sentTo(path, described, known, isValid),
            (sent) => check(app, method, sent, credential),
          ),
          { seed: SEED, numRuns: RUNS },
        );
      }
    });
  }
}
