/**
 * The cookie of a sign-in. Over TLS its name begins with `__Host-`, which browsers take from this
 * very host only, so that no neighbour can put one of theirs in its place.
 */
import type { Context, MiddlewareHandler } from "hono";
import { generateCookie, getCookie } from "hono/cookie";
import { originOf } from "./origin.ts";

declare module "hono" {
  interface ContextVariableMap {
    /** Whether the cookie is of a session that is over. */
    hasStaleSession?: true;
  }
}

const NAME = "contaluz";
const OPTIONS = { path: "/", httpOnly: true, sameSite: "Lax" } as const;

const isSecure = (context: Context, publicUrl: string | undefined): boolean =>
  originOf(context, publicUrl).startsWith("https:");

export const tokenIn = (context: Context, publicUrl: string | undefined): string | undefined =>
  isSecure(context, publicUrl) ? getCookie(context, NAME, "host") : getCookie(context, NAME);

function cookieText(
  context: Context,
  publicUrl: string | undefined,
  token: string,
  maxAge: number,
): string {
  const secure = isSecure(context, publicUrl);
  const more = secure ? { secure, prefix: "host" as const } : {};
  return generateCookie(NAME, token, { ...OPTIONS, ...more, maxAge });
}

export function giveCookie(
  context: Context,
  publicUrl: string | undefined,
  token: string,
  maxAge: number,
): void {
  context.header("set-cookie", cookieText(context, publicUrl, token, maxAge));
}

export const takeCookie = (context: Context, publicUrl: string | undefined): void =>
  giveCookie(context, publicUrl, "", 0);

/** Takes away the cookie of a session that is over, unless a new one was given. */
export const takingStale =
  ({ publicUrl }: { publicUrl: string | undefined }): MiddlewareHandler =>
  async (
    context,
    next,
  ) => {
    await next();
    const { headers, status } = context.res;
    if (!context.get("hasStaleSession") || status === 101 || headers.has("set-cookie")) return;
    headers.set("set-cookie", cookieText(context, publicUrl, "", 0));
  };
