/** Lists in pages: a cursor names the place where the next page begins. */
import { z } from "zod";
import { placeIn } from "../domain/cursor.ts";
import { MAX_N } from "../domain/reading.ts";
import { misfit, whole } from "./input.ts";

const MAX_ITEMS = 1_000;
const DEFAULT_ITEMS = 100;
/** A whole day of readings every 5 s goes into one page. */
const MAX_READINGS = 20_000;
const DEFAULT_READINGS = 1_000;

export const NO_CURSOR = "must be the `next` of a page before";

const fieldsOf = (max: number, usual: number) => ({
  limit: whole(1, max, z.coerce.number()).default(usual),
  cursor: z.string().min(1, NO_CURSOR).max(500, NO_CURSOR).optional().meta({
    description: "The `next` of the page before",
  }),
});

/** What the query of a list takes. */
export const pageFields = fieldsOf(MAX_ITEMS, DEFAULT_ITEMS);

/** The same for lists of what meters and sensors sent. */
export const readingPageFields = fieldsOf(MAX_READINGS, DEFAULT_READINGS);

/** The place that a cursor names, which must have the form of those in this list. */
export function placeAt<Place>(cursor: string, form: z.ZodType<Place>): Place {
  const { data, success } = form.safeParse(placeIn(cursor));
  if (!success) throw misfit("query", [{ path: "cursor", message: NO_CURSOR }]);
  return data;
}

export type ReadingPlace = [n: number, channel: number];

const FIRST: ReadingPlace = [1, 0];
const readingPlace = z.tuple([z.int().min(0).max(MAX_N), z.literal([0, 1])]);

export const readingPlaceAt = (cursor: string | undefined): ReadingPlace =>
  cursor === undefined ? FIRST : placeAt(cursor, readingPlace);
