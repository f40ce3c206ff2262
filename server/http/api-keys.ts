/** API keys of machines: made, listed, revoked. */
import { z } from "zod";
import type { UsedApiKey } from "../store/api-keys.ts";
import { id, instantAnswer, pageOf } from "./answers.ts";
import { SCOPES } from "./caller.ts";
import { label, whole } from "./input.ts";
import { listFields, shownPage } from "./listing.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant, toInstantOrNull } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { valueOf } from "./problem.ts";

const MAX_CONNECTIONS = 2_000;
const DEFAULT_CONNECTIONS = 5;

const keyFields = {
  id,
  label: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  customerId: id.nullable(),
  connections: z.int(),
  createdAt: instantAnswer,
  lastUsedAt: instantAnswer.nullable().meta({ description: "To within a minute" }),
  revokedAt: instantAnswer.nullable(),
};
const keyAnswer = z.object(keyFields).meta({ id: "ApiKey" });

const newKey = z.strictObject({
  label: label.meta({ example: "Dashboard" }),
  scopes: z.array(z.enum(SCOPES)).min(1, "must have at least one").max(SCOPES.length)
    .transform((scopes) => [...new Set(scopes)]),
  customerId: id.optional().meta({ description: "To whose things it is limited" }),
  connections: whole(1, MAX_CONNECTIONS).default(DEFAULT_CONNECTIONS).meta({
    description: "How many live connections it may hold at a time",
  }),
}).refine(({ scopes, customerId }) => customerId === undefined || !scopes.includes("operator"), {
  path: ["customerId"],
  error: "does not go with the scope operator, which sees everything",
});

export const apiKeyOperations = {
  listApiKeys: operation("GET /api/v1/api-keys", {
    summary: "API keys by label",
    query: z.strictObject({
      ...listFields,
      customerId: id.optional().meta({ description: "Those of a customer" }),
      revoked: z.enum(["true", "false"]).default("false").meta({
        description: "Those that are revoked, instead of those that are not",
      }),
    }),
    answer: pageOf(keyAnswer),
  }),
  addApiKey: operation("POST /api/v1/api-keys", {
    summary: "Make an API key, which is shown this once",
    body: newKey,
    answer: z.object({
      ...keyFields,
      key: z.string().meta({
        example: "clz_8a1f63c0d27be954_9c0e3a59c2d64b1fa1f2c3d4e5f60718",
      }),
    }),
    status: 201,
    failures: ["notFound"],
  }),
  revokeApiKey: operation("DELETE /api/v1/api-keys/:id", {
    summary: "Revoke an API key, at once",
    failures: ["conflict", "preconditionFailed"],
  }),
};

export function apiKeyHandlers(
  { identity: { apiKeys } }: HttpParts,
): HandlersOf<typeof apiKeyOperations> {
  return {
    listApiKeys: async ({ query: { revoked, ...query } }) =>
      shownPage(await apiKeys.list({ ...query, revoked: revoked === "true" }), shown),
    addApiKey: async ({ body, by }) => {
      const { key, text } = valueOf(await apiKeys.add(body, by));
      return { ...shown(key), key: text };
    },
    revokeApiKey: async ({ params, by }) => valueOf(await apiKeys.revoke(params.id, by)),
  };
}

const shown = (key: UsedApiKey) => ({
  id: key.id,
  label: key.label,
  scopes: key.scopes,
  customerId: key.customerId ?? null,
  connections: key.connections,
  createdAt: toInstant(key.createdAt),
  lastUsedAt: toInstantOrNull(key.lastUsedAt),
  revokedAt: toInstantOrNull(key.revokedAt),
});
