/** Puts operations into the app: each is guarded, its input read, its answer written, in one way. */
import type { Context, Hono } from "hono";
import { z } from "zod";
import { admitted } from "./admit.ts";
import { bytesOf } from "./body.ts";
import { actorOf } from "./caller.ts";
import type { OwnerOf } from "./guard.ts";
import { answeredOnce } from "./idempotency.ts";
import { checked, MAX_JSON_BYTES } from "./input.ts";
import { jsonIn } from "./json-body.ts";
import type { Asked, Handler, Operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import type { Right } from "./rights.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

export interface Served {
  operation: Operation<Any, Any, Any, Any>;
  handler: Handler<Any>;
  right: Right;
}

const NO_BYTES = new Uint8Array();

export function serve(app: Hono, served: Served, parts: HttpParts, ownerOf: OwnerOf): void {
  const { operation, handler } = served;
  const [method, path] = operation.route.split(" ");
  app.on(method, patternOf(path), async (context) => {
    const { asked, bytes } = await read(context, served, parts, ownerOf);
    const act = async () => answerOf(context, operation, await handler(asked));
    return await answeredOnce({ context, bytes, caller: asked.caller }, parts, act);
  });
}

/** The router has no names within a segment, so that of `:id.pdf` goes to its end. */
export const patternOf = (path: string): string =>
  path.replace(/:(\w+)\.(\w+)$/, ":$1{[^/]+\\.$2}");

/** Without the ending that the route names. */
function paramsOf({ req }: Context, { route }: Operation): Record<string, string> {
  const params: Record<string, string> = req.param();
  const [, name, ending] = /:(\w+)(\.\w+)$/.exec(route) ?? [];
  return name === undefined ? params : { ...params, [name]: params[name].slice(0, -ending.length) };
}

async function read(
  context: Context,
  { operation, right }: Served,
  parts: HttpParts,
  ownerOf: OwnerOf,
): Promise<{ asked: Asked<Any>; bytes: Uint8Array | undefined }> {
  const params = paramsOf(context, operation);
  const { uncounted } = operation;
  const caller = await admitted({ context, right, id: params.id }, !uncounted, parts, ownerOf);
  const { query, body, maxBytes = MAX_JSON_BYTES } = operation;
  const isJson = body instanceof z.ZodType;
  const bytes = isJson ? await bytesOf(context, parts, maxBytes) : body ? undefined : NO_BYTES;
  const asked = {
    params,
    query: query instanceof z.ZodType ? checked(query, context.req.query(), "query") : undefined,
    body: isJson ? checked(body, jsonIn(bytes!), "body") : undefined,
    caller,
    by: {
      actor: actorOf(caller, context.get("requestId")),
      at: parts.now(),
      expected: expected(context),
    },
    context,
  };
  return { asked, bytes };
}

function answerOf(context: Context, { status }: Operation, answer: unknown): Response {
  if (answer instanceof Response) return answer;
  if (answer === undefined) return context.body(null, 204);
  return context.json(answer, (status ?? 200) as 200);
}

/** The version that If-Match names; `*` is any. */
function expected({ req }: Context): string | undefined {
  const tag = req.header("if-match")?.trim();
  return tag === undefined || tag === "*" ? undefined : tag.replace(/^(?:W\/)?"(.*)"$/, "$1");
}

/** Gives a record on, and tells its version. */
export function tagged<R extends { version?: string }>(context: Context, record: R): R {
  if (record.version !== undefined) context.header("etag", `"${record.version}"`);
  return record;
}
