/** A shared database that takes connections and answers nothing: the server says so, and lives on. */
import { assert, assertEquals } from "@std/assert";
import { OPERATOR_KEY, RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { assertProblem, reading, Signer } from "./udp-meter.ts";
import { within } from "./within.ts";

/** The server waits 10 s for each call. */
const IN_TIME_MS = 15_000;
const METER = "0123456789abcdef";

/** Answers who it is, as a server needs that to start, or not even that. */
class SilentDatabase implements AsyncDisposable {
  readonly #ended = Promise.withResolvers<Response>();
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const isFirst = new URL(request.url).pathname === "/";
      return isFirst && this.saysWhoItIs ? Response.json(this.#whoItIs()) : this.#ended.promise;
    },
  );

  constructor(readonly saysWhoItIs: boolean) {}

  get env(): Record<string, string> {
    return {
      CONTALUZ_KV: this.#url,
      CONTALUZ_KV_TOKEN: "token",
      CONTALUZ_SECRET: new Uint8Array(32).toBase64(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.resolve(new Response(null, { status: 503 }));
    await this.#server.shutdown();
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  #whoItIs() {
    return {
      version: 3,
      databaseId: "11111111-2222-4333-8444-555555555555",
      endpoints: [{ url: `${this.#url}kv`, consistency: "strong" }],
      token: "token",
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    };
  }
}

async function assertStartIsRefused(): Promise<void> {
  await using database = new SilentDatabase(false);
  using folder = new TestFolder();
  const { code, stderr } = await RunningServer.startInVain({
    data: folder.path,
    env: database.env,
  });
  assertEquals(code, 1);
  const told = "contaluz: Cannot start on the shared store: the database does not answer";
  assertEquals(stderr.trim(), told);
}

const CALLS: [method: string, path: string, body?: BodyInit][] = [
  ["POST", "/enrol", '{"token":"a","hardwareId":"b"}'],
  ["POST", "/customers", '{"name":"Ana"}'],
  ["GET", `/meters/${METER}`],
  ["POST", "/meters", "{}"],
  [
    "POST",
    "/datagrams",
    new Signer({ id: METER, key: "5a".repeat(32), keyId: 0 }).datagram([reading(1)]),
  ],
];

async function assertCallsAreAnswered(): Promise<void> {
  await using database = new SilentDatabase(true);
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path, env: database.env });
  const headers = { authorization: `Bearer ${OPERATOR_KEY}` };
  const answers = Promise.all([
    server.request("GET", "/readyz"),
    ...CALLS.map(([method, path, body]) =>
      server.request(method, `/api/v1${path}`, { headers, body })
    ),
  ]);
  const [ready, ...others] = await within(answers, IN_TIME_MS, "an answer to each call");
  assertEquals([ready.status, ready.body.problems], [503, {
    store: "the database does not answer",
  }]);
  for (const answer of others) assertProblem(answer, 503);
  assertEquals((await server.request("GET", "/healthz")).status, 200);
  assertEquals(await server.metric('contaluz_datagrams_total{outcome="dropped"}'), 1);
  assert(server.stderr.includes("Cannot look up a meter"), server.stderr);
}

/** Side by side, as each waits until the server's patience ends. */
Deno.test("the server says where its database does not answer, at the start and to each call", async () => {
  await Promise.all([assertStartIsRefused(), assertCallsAreAnswered()]);
});
