/** Errors as RFC 9457 `application/problem+json`: the one mapping from failures to statuses. */
import { HTTPException } from "hono/http-exception";
import type { Context } from "hono";
import {
  failed,
  type Failure,
  type FailureKind,
  NoAnswerError,
  type ReportProblem,
  type Result,
} from "../errors.ts";

declare module "hono" {
  interface ContextVariableMap {
    requestId: string;
  }
}

export const STATUS: Record<FailureKind, [status: number, title: string]> = {
  invalid: [400, "Invalid input"],
  unauthenticated: [401, "Not authenticated"],
  codeWanted: [401, "A code is wanted"],
  forbidden: [403, "Not allowed"],
  notFound: [404, "Not found"],
  methodNotAllowed: [405, "Method not allowed"],
  tooSlow: [408, "Too slow"],
  conflict: [409, "Conflict"],
  preconditionFailed: [412, "Changed meanwhile"],
  tooLarge: [413, "Too large"],
  tooMany: [429, "Too many requests"],
  unavailable: [503, "Unavailable"],
};

/** Carries a failure out of a helper of a handler; nothing else throws on purpose. */
export class FailureError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.detail);
  }
}

/** The value of a result; its failure becomes the answer. */
export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new FailureError(result);
  return result.value;
}

export function problem(
  { kind, detail, errors, retryAfterSeconds }: Failure,
  more: Record<string, string> = {},
): Response {
  const [status, title] = STATUS[kind];
  const body = { type: `urn:contaluz:problem:${kind}`, title, status, detail, errors };
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...more,
  };
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="contaluz"';
  const retryAfter = retryAfterSeconds ?? (status === 503 ? 5 : undefined);
  if (retryAfter !== undefined) headers["retry-after"] = `${retryAfter}`;
  return new Response(JSON.stringify(body), { status, headers });
}

/** What was not foreseen becomes an opaque 500, and is reported to those who run the server. */
export function onError(report: ReportProblem) {
  return (error: Error, context: Context): Response => {
    if (error instanceof FailureError) return problem(error.failure);
    if (error instanceof HTTPException && error.status < 500) {
      return problem(failed("invalid", error.message));
    }
    const asked = `${context.req.method} ${context.req.path} (${context.get("requestId")})`;
    report(`Cannot answer ${asked}`, error);
    if (error instanceof NoAnswerError) {
      return problem(failed("unavailable", "The database does not answer. Try again later."));
    }
    const body = { type: "about:blank", title: "Internal error", status: 500 };
    return new Response(JSON.stringify(body), {
      status: 500,
      headers: { "content-type": "application/problem+json" },
    });
  };
}
