/** Which status each kind of failure becomes, and what an unforeseen error shows to the outside. */
import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { failed, type FailureKind, NoAnswerError } from "../../../server/errors.ts";
import { FailureError, onError, problem } from "../../../server/http/problem.ts";

const STATUSES: [FailureKind, number, Record<string, string>][] = [
  ["invalid", 400, {}],
  ["unauthenticated", 401, { "www-authenticate": 'Bearer realm="contaluz"' }],
  ["notFound", 404, {}],
  ["methodNotAllowed", 405, {}],
  ["conflict", 409, {}],
  ["tooLarge", 413, {}],
  ["unavailable", 503, { "retry-after": "5" }],
];

for (const [kind, status, headers] of STATUSES) {
  Deno.test(`problem() answers ${kind} with ${status}`, async () => {
    const errors = [{ path: "readings.0.n", message: "must be whole" }];
    const response = problem(failed(kind, "So it is.", errors));
    assertEquals(response.status, status);
    assertEquals(Object.fromEntries(response.headers), {
      "cache-control": "no-store",
      "content-type": "application/problem+json",
      ...headers,
    });
    const { title, ...body } = await response.json();
    assertEquals(typeof title, "string");
    assertEquals(body, {
      type: `urn:contaluz:problem:${kind}`,
      status,
      detail: "So it is.",
      errors,
    });
  });
}

Deno.test("problem() leaves out errors where there are none", async () => {
  const body = await problem(failed("notFound", "Gone.")).json();
  assertEquals("errors" in body, false);
});

/** Has a handler throw, and tells the answer and what was reported. */
async function thrown(error: unknown) {
  const reported: unknown[] = [];
  const app = new Hono();
  app.use(async (context, next) => {
    context.set("requestId", "r1");
    await next();
  });
  app.get("/boom", () => {
    throw error;
  });
  app.onError(onError((what, why) => reported.push([what, why])));
  const response = await app.request("/boom");
  return { status: response.status, body: await response.json(), reported };
}

Deno.test("onError() answers with the failure that was thrown, and reports nothing", async () => {
  const { status, body, reported } = await thrown(new FailureError(failed("conflict", "Taken.")));
  assertEquals([status, body.detail, reported], [409, "Taken.", []]);
});

Deno.test("onError() takes the framework's complaints about a request for bad input", async () => {
  const { status, body, reported } = await thrown(new HTTPException(413, { message: "Too big" }));
  assertEquals([status, body.detail, reported], [400, "Too big", []]);
});

Deno.test("onError() says that the database does not answer, and reports it", async () => {
  const error = new NoAnswerError();
  const { status, body, reported } = await thrown(error);
  assertEquals([status, body.type], [503, "urn:contaluz:problem:unavailable"]);
  assertEquals(body.detail, "The database does not answer. Try again later.");
  assertEquals(reported, [["Cannot answer GET /boom (r1)", error]]);
});

for (const error of [new Error("secret detail"), new HTTPException(500, { message: "secret" })]) {
  Deno.test(`onError() shows nothing of an unforeseen ${error.name}, and reports it`, async () => {
    const { status, body, reported } = await thrown(error);
    assertEquals(status, 500);
    assertEquals(body, { type: "about:blank", title: "Internal error", status: 500 });
    assertEquals(reported, [["Cannot answer GET /boom (r1)", error]]);
  });
}
