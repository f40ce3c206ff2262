/** The audit log: who did what and when, the latest first. */
import { z } from "zod";
import { writeCursor } from "../domain/cursor.ts";
import type { Actor, AuditEntry } from "../store/audit.ts";
import type { Moment } from "../store/keys.ts";
import { instantAnswer, pageOf } from "./answers.ts";
import { text } from "./input.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant } from "./output.ts";
import { pageFields, placeAt } from "./pages.ts";
import type { HttpParts } from "./parts.ts";

const query = z.strictObject({
  kind: text(1, 40).optional().meta({ description: "Only of one object, with `id`" }),
  id: text(1, 64).optional(),
  ...pageFields,
}).refine(
  ({ kind, id }) => (kind === undefined) === (id === undefined),
  "must have both kind and id, or neither",
);

const entry = z.object({
  at: instantAnswer,
  actor: z.object({
    kind: z.enum(["person", "key", "meter", "link", "server"]),
    id: z.string(),
    name: z.string().optional().meta({ description: "What people know it by" }),
    request: z.string().optional(),
  }),
  object: z.object({ kind: z.string(), id: z.string() }),
  action: z.string(),
  changes: z.record(
    z.string(),
    z.object({ before: z.unknown().optional(), after: z.unknown().optional() }),
  ).meta({ description: "By field; empty where the values are secret or have been erased" }),
}).meta({ id: "AuditEntry" });

export const auditOperations = {
  listAudit: operation("GET /api/v1/audit", {
    summary: "Who did what and when, the latest first",
    query,
    answer: pageOf(entry),
  }),
};

export function auditHandlers(parts: HttpParts): HandlersOf<typeof auditOperations> {
  return {
    listAudit: async ({ query: { kind, id, limit, cursor } }) => {
      const before = cursor === undefined ? undefined : placeAt(cursor, moment);
      const { items, next } = kind === undefined
        ? await parts.audit.latest(limit, before)
        : await parts.audit.of(kind, id!, limit, before);
      const names = await namesOf(parts, items);
      return {
        items: items.map((entry) => shownEntry(entry, names.get(placeOf(entry.actor)))),
        next: next ? writeCursor(next) : null,
      };
    },
  };
}

export const shownEntry = (
  { at, actor: { kind, id, request }, kind: ofKind, id: ofId, action, changes }: AuditEntry,
  name?: string,
) => ({
  at: toInstant(at),
  actor: { kind, id, name, request },
  object: { kind: ofKind, id: ofId },
  action,
  changes,
});

const placeOf = ({ kind, id }: Actor): string => `${kind} ${id}`;

/** Each actor is looked up once, however much it did. */
async function namesOf({ actorNames }: HttpParts, entries: AuditEntry[]) {
  const actors = new Map(entries.map(({ actor }) => [placeOf(actor), actor]));
  const names = new Map<string, string>();
  for (const [place, { kind, id }] of actors) {
    const name = await actorNames[kind]?.(id);
    if (name !== undefined) names.set(place, name);
  }
  return names;
}

const moment: z.ZodType<Moment> = z.tuple([z.number(), z.number(), z.string().max(64)]);
