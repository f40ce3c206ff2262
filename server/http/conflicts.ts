/** Readings that were kept out, for the staff to see what a meter or a forger sent. */
import { z } from "zod";
import { writeCursor } from "../domain/cursor.ts";
import { qualityNames, type Reading } from "../domain/reading.ts";
import type { ConflictRecord } from "../store/conflicts.ts";
import { instantAnswer, pageOf, wh } from "./answers.ts";
import { meterIn } from "./meter-answers.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant, toWh } from "./output.ts";
import { readingPageFields, readingPlaceAt } from "./pages.ts";
import type { HttpParts } from "./parts.ts";
import { channel, quality } from "./readings.ts";

const content = z.object({ time: instantAnswer, energyWh: wh, quality });

export const conflictOperations = {
  listConflicts: operation("GET /api/v1/meters/:id/conflicts", {
    summary: "Readings that were kept out, as their number was taken by another content",
    query: z.strictObject(readingPageFields),
    answer: pageOf(
      z.object({ n: z.int(), channel, seenAt: instantAnswer, stored: content, refused: content })
        .meta({ id: "Conflict" }),
    ),
  }),
};

export function conflictHandlers(parts: HttpParts): HandlersOf<typeof conflictOperations> {
  return {
    listConflicts: async ({ params, query: { limit, cursor } }) => {
      const meter = await meterIn(parts, params.id);
      const [n, channel] = readingPlaceAt(cursor);
      const records = await parts.conflicts.of(meter.id, limit + 1, channel, n);
      const [next] = records.splice(limit);
      return {
        items: records.map(shownConflict),
        next: next ? writeCursor([next.stored.n, next.channel]) : null,
      };
    },
  };
}

const shownConflict = ({ channel, seenAt, stored, refused }: ConflictRecord) => ({
  n: stored.n,
  channel,
  seenAt: toInstant(seenAt),
  stored: contentOf(stored),
  refused: contentOf(refused),
});

const contentOf = ({ time, milliwattHours, quality }: Reading) => ({
  time: toInstant(time),
  energyWh: toWh(milliwattHours),
  quality: qualityNames(quality),
});
