/** Long lists in pages: a cursor names the place where the next page begins. */
import { z } from "zod";
import { MAX_N } from "../domain/reading.ts";
import { misfit, whole } from "./input.ts";

/** A whole day of readings every 5 s goes into one page. */
const MAX_PAGE = 20_000;
const DEFAULT_PAGE = 1_000;

export type Place = [n: number, channel: number];

/** What the query of every such list takes. */
export const pageFields = {
  limit: whole(1, MAX_PAGE, z.coerce.number()).default(DEFAULT_PAGE),
  cursor: z.string().optional(),
};

export const writeCursor = ([n, channel]: Place): string =>
  btoa(`${n}.${channel}`).replace(/=+$/, "");

export function readCursor(cursor: string | undefined): Place {
  if (cursor === undefined) return [1, 0];
  const place = decoded(cursor).match(/^(\d{1,10})\.([01])$/);
  if (!place || Number(place[1]) > MAX_N) {
    throw misfit("query", [{ path: "cursor", message: "must be the `next` of a page before" }]);
  }
  return [Number(place[1]), Number(place[2])];
}

function decoded(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return "";
  }
}
