/** From which address a request comes, by which its sender is limited. */
import type { Context } from "hono";

/**
 * Each proxy in front adds the address that it was asked from, so with `proxies` of them the last
 * that many can be trusted. What stands before those could have been written by anyone.
 */
export function addressOf(context: Context, proxies: number): string {
  const forwarded = (context.req.header("x-forwarded-for") ?? "").split(",").map((one) =>
    one.trim()
  )
    .filter((one) => one !== "");
  if (proxies > 0 && forwarded.length >= proxies) return forwarded[forwarded.length - proxies];
  return context.env?.remoteAddr?.hostname ?? "unknown";
}
