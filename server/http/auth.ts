/** Who is asking. For now: the operator, by the key that the server was started with. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { failed } from "../errors.ts";
import { problem } from "./problem.ts";

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();

export function operatorOnly(operatorKey: string | undefined): MiddlewareHandler {
  const expected = operatorKey === undefined ? undefined : digest(operatorKey);
  return async (context, next) => {
    const [scheme, key] = (context.req.header("authorization") ?? "").split(" ");
    if (scheme.toLowerCase() !== "bearer" || !key) {
      return problem(failed("unauthenticated", "Send an API key: Authorization: Bearer KEY."));
    }
    if (!expected) {
      const hint = "The server has no operator key: start it with CONTALUZ_OPERATOR_KEY.";
      return problem(failed("unauthenticated", hint));
    }
    if (!timingSafeEqual(digest(key), expected)) {
      return problem(failed("unauthenticated", "The API key is not valid."));
    }
    await next();
  };
}
