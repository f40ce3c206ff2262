/**
 * A browser sends the sign-in's cookie along with whatever any page asks it to. So what changes
 * something, or opens the live feed, must come from our own pages; what is not a browser sends
 * neither of these headers.
 */
import type { Context } from "hono";

const HARMLESS = ["GET", "HEAD", "OPTIONS"];
const OWN = ["same-origin", "none"];

export function comesFromElsewhere({ req }: Context, publicUrl: string | undefined): boolean {
  if (HARMLESS.includes(req.method) && req.header("upgrade") === undefined) return false;
  if (req.header("authorization") !== undefined) return false;
  const site = req.header("sec-fetch-site");
  if (site !== undefined) return !OWN.includes(site);
  const origin = req.header("origin");
  if (origin === undefined) return false;
  const own = [req.header("host"), publicUrl && new URL(publicUrl).host];
  return !URL.canParse(origin) || !own.includes(new URL(origin).host);
}
