/** Tells who is asking, by the credential that a request brings: an API key, or else a cookie. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { failed } from "../errors.ts";
import type { ApiKeys } from "../store/api-keys.ts";
import type { Person } from "../store/people.ts";
import type { Sessions } from "../store/sessions.ts";
import { type Caller, type PersonCalling, SCOPES } from "./caller.ts";
import { tokenIn } from "./cookie.ts";
import { FailureError } from "./problem.ts";

export interface CallerSources {
  operatorKey: string | undefined;
  apiKeys: ApiKeys;
  sessions: Sessions;
  publicUrl?: string;
  /** Unix seconds. */
  now: () => number;
}

export const ENVIRONMENT_KEY = "environment";
const ENVIRONMENT_CONNECTIONS = 1_000;

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();

export function callersBy(sources: CallerSources): (context: Context) => Promise<Caller> {
  const { operatorKey, apiKeys, now } = sources;
  const expected = operatorKey === undefined ? undefined : digest(operatorKey);
  return async (context) => {
    const authorization = context.req.header("authorization");
    if (authorization === undefined) return await personBy(context, sources);
    const [scheme, key] = authorization.split(" ");
    if (scheme.toLowerCase() !== "bearer" || !key) return { kind: "nobody" };
    if (expected && timingSafeEqual(digest(key), expected)) return ENVIRONMENT;
    const known = await apiKeys.find(key, now());
    if (!known) throw new FailureError(failed("unauthenticated", "The API key is not valid."));
    const { id, scopes, customerId, connections } = known;
    return { kind: "key", id, scopes, customerId, connections };
  };
}

const ENVIRONMENT: Caller = {
  kind: "key",
  id: ENVIRONMENT_KEY,
  scopes: SCOPES,
  connections: ENVIRONMENT_CONNECTIONS,
};

async function personBy(
  context: Context,
  { sessions, publicUrl, now }: CallerSources,
): Promise<Caller> {
  const token = tokenIn(context, publicUrl);
  if (token === undefined) return { kind: "nobody" };
  const found = await sessions.find(token, now());
  if (found) return personCalling(found.person, found.session.id);
  context.set("hasStaleSession", true);
  return { kind: "nobody" };
}

export const personCalling = (
  { id, name, role, customerId }: Person,
  sessionId: string,
): PersonCalling => ({ kind: "person", id, name, role, customerId, sessionId });
