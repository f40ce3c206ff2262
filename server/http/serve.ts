/** Puts operations into the app: each is guarded, its input read, its answer written, in one way. */
import type { Context, Hono } from "hono";
import { z } from "zod";
import { actorOf } from "./caller.ts";
import { type OwnerOf, refusal } from "./guard.ts";
import { bytesOf, checked, jsonIn, MAX_JSON_BYTES } from "./input.ts";
import type { Asked, Handler, Operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError } from "./problem.ts";
import type { Right } from "./rights.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

export interface Served {
  operation: Operation<Any, Any, Any, Any>;
  handler: Handler<Any>;
  right: Right;
}

export function serve(app: Hono, served: Served, parts: HttpParts, ownerOf: OwnerOf): void {
  const { operation, handler } = served;
  const [method, path] = operation.route.split(" ");
  app.on(method, path, async (context) => {
    const asked = await read(context, served, parts, ownerOf);
    const answer = await handler(asked);
    if (answer instanceof Response) return answer;
    if (answer === undefined) return context.body(null, 204);
    return context.json(answer, operation.status ?? 200);
  });
}

async function read(
  context: Context,
  { operation, right }: Served,
  parts: HttpParts,
  ownerOf: OwnerOf,
): Promise<Asked<Any>> {
  const caller = await parts.callerOf(context);
  const refused = await refusal(right, caller, context.req.param("id"), ownerOf);
  if (refused) throw new FailureError(refused);
  const { query, body, maxBytes = MAX_JSON_BYTES } = operation;
  return {
    params: context.req.param(),
    query: query instanceof z.ZodType ? checked(query, context.req.query(), "query") : undefined,
    body: body instanceof z.ZodType
      ? checked(body, jsonIn(await bytesOf(context, maxBytes)), "body")
      : undefined,
    caller,
    by: {
      actor: actorOf(caller, context.get("requestId")),
      at: parts.now(),
      expected: expected(context),
    },
    context,
  };
}

/** The version that If-Match names; `*` is any. */
function expected({ req }: Context): string | undefined {
  const tag = req.header("if-match")?.trim();
  return tag === undefined || tag === "*" ? undefined : tag.replace(/^(?:W\/)?"(.*)"$/, "$1");
}

export function showVersion(context: Context, { version }: { version?: string }): void {
  if (version !== undefined) context.header("etag", `"${version}"`);
}
