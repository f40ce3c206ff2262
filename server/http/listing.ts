/** Lists of records, by title or by what they are searched for, in pages. */
import { z } from "zod";
import { readCursor } from "../domain/cursor.ts";
import type { Listed, ListQuery } from "../store/records.ts";
import { text } from "./input.ts";
import { NO_CURSOR, pageFields } from "./pages.ts";

export const listFields = {
  search: text(0, 100).optional().meta({ description: "Beginnings of words that it must have" }),
  ...pageFields,
  cursor: pageFields.cursor.refine(
    (cursor) => cursor === undefined || readCursor(cursor) !== undefined,
    NO_CURSOR,
  ),
};

export const listQuery = z.strictObject({
  ...listFields,
  retired: z.enum(["true", "false"]).default("false").meta({
    description: "Those that are no longer in use, instead of those that are",
  }),
});

export const asQuery = (
  { retired, ...query }: { retired: string; search?: string; limit: number; cursor?: string },
): ListQuery => ({ ...query, list: retired === "true" ? "retired" : "" });

export const shownPage = <Stored, Shown>(
  { items, next }: Listed<Stored>,
  show: (record: Stored) => Shown,
): { items: Shown[]; next: string | null } => ({ items: items.map(show), next: next ?? null });
