/** Tells who is asking, by the credential that a request brings. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { failed } from "../errors.ts";
import { type Caller, SCOPES } from "./caller.ts";
import { FailureError } from "./problem.ts";

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();

export function callersBy(operatorKey: string | undefined): (context: Context) => Promise<Caller> {
  const expected = operatorKey === undefined ? undefined : digest(operatorKey);
  return ({ req }) => {
    const [scheme, key] = (req.header("authorization") ?? "").split(" ");
    if (scheme.toLowerCase() !== "bearer" || !key) return Promise.resolve({ kind: "nobody" });
    if (!expected || !timingSafeEqual(digest(key), expected)) {
      throw new FailureError(failed("unauthenticated", "The API key is not valid."));
    }
    const scopes = SCOPES;
    return Promise.resolve({ kind: "key", id: "environment", scopes, connections: 1_000 });
  };
}
