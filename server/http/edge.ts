/** What holds for every request and answer: its id, its headers, where it may come from. */
import type { MiddlewareHandler } from "hono";
import { failed } from "../errors.ts";
import { comesFromElsewhere } from "./cross-site.ts";
import { problem } from "./problem.ts";

export interface EdgeParts {
  newId: () => string;
  publicUrl: string | undefined;
  /** Told of each answer. */
  answered: (what: { request: string; method: string; path: string; status: number }) => void;
}

/** Nothing but what is ours, and nothing inline. */
const POLICY = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

const HSTS = "max-age=31536000; includeSubDomains";

/** What another service calls the request, if it does. */
const GIVEN_ID = /^[\w.-]{1,64}$/;

export function edge({ newId, publicUrl, answered }: EdgeParts): MiddlewareHandler {
  const headers = {
    ...HEADERS,
    ...publicUrl?.startsWith("https:") ? { "strict-transport-security": HSTS } : {},
  };
  return async (context, next) => {
    const { req } = context;
    const given = req.header("x-request-id") ?? "";
    const request = GIVEN_ID.test(given) ? given : newId();
    context.set("requestId", request);
    if (comesFromElsewhere(context, publicUrl)) {
      context.res = problem(failed("forbidden", "The request comes from another site's page."));
    } else await next();
    const { res } = context;
    answered({ request, method: req.method, path: req.path, status: res.status });
    if (res.status === 101) return;
    for (const [name, value] of Object.entries(headers)) {
      if (!res.headers.has(name)) res.headers.set(name, value);
    }
    res.headers.set("x-request-id", request);
    if (req.path.startsWith("/api/") && !res.headers.has("cache-control")) {
      res.headers.set("cache-control", "no-store");
    }
  };
}
