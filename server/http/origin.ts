/** Where users reach the server: as it was told, or else as it was asked. */
import type { Context } from "hono";

export const originOf = ({ req }: Context, publicUrl: string | undefined): string =>
  publicUrl ?? new URL(req.url).origin;

/** A token behind the `#` is sent to no server, and stands in no log. */
export const passwordPage = (origin: string, token: string): string =>
  `${origin}/set-password#token=${token}`;
