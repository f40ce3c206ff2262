/** Webhooks: who is told of alerts by machine, tried with a button, and what could not be told. */
import { z } from "zod";
import { type Kind, KINDS } from "../domain/alert-kinds.ts";
import { addressKind } from "../domain/private-address.ts";
import { failed } from "../errors.ts";
import { alertKind } from "./alert-answers.ts";
import { id, pageOf } from "./answers.ts";
import { found } from "./found.ts";
import { items, label, misfit } from "./input.ts";
import { listFields, shownPage } from "./listing.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { pageFields, placeAt } from "./pages.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";
import { tagged } from "./serve.ts";
import {
  letterAnswer,
  secretAnswer,
  shown,
  shownLetter,
  shownWithBacklog,
  webhookAnswer,
  withBacklogAnswer,
} from "./webhook-answers.ts";

const MAX_URL = 2_000;
const MAX_RETRIED = 1_000;
const MAX_MESSAGE_ID = 128;

const url = z.url({ protocol: /^https?$/, error: "must be an http or https address" })
  .max(MAX_URL, `must have up to ${MAX_URL} characters`)
  .refine(isPlain, "must have no user name, no password and no #")
  .meta({ example: "https://alerts.example/contaluz" });

const kinds = items(alertKind, Object.keys(KINDS).length)
  .transform((kinds) => [...new Set(kinds)]);

const newWebhook = z.strictObject({
  url,
  label: label.optional().meta({ example: "Control room" }),
  kinds: kinds.optional().meta({ description: "All, if it is not said" }),
  customerId: id.optional().meta({
    description: "Told only of what this customer sees of their points",
  }),
}).refine(({ kinds, customerId }) => customerId === undefined || !kinds?.some(isOfStaff), {
  path: ["kinds"],
  error: "must be kinds of alerts for customers, where the webhook is for one",
}).meta({ example: { url: "https://alerts.example/contaluz", label: "Control room" } });

export const webhookOperations = {
  listWebhooks: operation("GET /api/v1/webhooks", {
    summary: "Webhooks by label",
    query: z.strictObject(listFields),
    answer: pageOf(webhookAnswer),
  }),
  addWebhook: operation("POST /api/v1/webhooks", {
    summary: "Have a machine told of alerts; the secret is shown this once",
    body: newWebhook,
    answer: secretAnswer,
    status: 201,
    failures: ["conflict", "notFound"],
  }),
  getWebhook: operation("GET /api/v1/webhooks/:id", {
    summary: "A webhook, and how it stands with what waits for it",
    answer: withBacklogAnswer,
  }),
  changeWebhook: operation("PATCH /api/v1/webhooks/:id", {
    summary: "Change, disable or enable a webhook",
    details: "What is not named stays; null takes the label away, and makes `kinds` all.",
    body: z.strictObject({
      url: url.optional(),
      label: label.nullable().optional(),
      kinds: kinds.nullable().optional(),
      enabled: z.boolean().optional(),
    }),
    answer: webhookAnswer,
    failures: ["conflict", "preconditionFailed"],
  }),
  removeWebhook: operation("DELETE /api/v1/webhooks/:id", {
    summary: "Remove a webhook, with all that waits for it",
    failures: ["preconditionFailed"],
  }),
  rotateWebhookSecret: operation("POST /api/v1/webhooks/:id/rotate-secret", {
    summary: "A new secret, which is shown this once",
    details: "For 24 hours each message is signed with the one before as well.",
    answer: secretAnswer,
    failures: ["preconditionFailed"],
  }),
  testWebhook: operation("POST /api/v1/webhooks/:id/test", {
    summary: "Send a test message at once, and say what came of it",
    answer: z.object({
      delivered: z.boolean(),
      status: z.int().nullable(),
      reason: z.string().nullable(),
    }),
  }),
  listDeadLetters: operation("GET /api/v1/webhooks/:id/dead-letters", {
    summary: "Messages that were given up, the latest first",
    query: z.strictObject(pageFields),
    answer: pageOf(letterAnswer),
  }),
  retryDeadLetters: operation("POST /api/v1/webhooks/:id/dead-letters/retry", {
    summary: "Try given up messages anew: all, or those that are named",
    body: z.strictObject({
      ids: items(z.string().max(MAX_MESSAGE_ID), MAX_RETRIED).optional(),
    }),
    answer: z.object({ retried: z.int() }),
    failures: ["conflict"],
  }),
};

const letterPlace = z.tuple([z.int(), z.string()]);

export function webhookHandlers(
  { webhooks, webhookHosts, deadLetters, delivering, now }: HttpParts,
): HandlersOf<typeof webhookOperations> {
  const webhookOf = (id: string) => found("webhook", id, (id) => webhooks.get(id));
  return {
    listWebhooks: async ({ query }) => shownPage(await webhooks.list(query), shown),
    addWebhook: async ({ body, by }) => {
      refusePrivate(body.url, webhookHosts);
      const { webhook, secret } = valueOf(await webhooks.add(body, by));
      return { ...shown(webhook), secret };
    },
    getWebhook: async ({ params, context }) => {
      const webhook = tagged(context, await webhookOf(params.id));
      return shownWithBacklog(webhook, await delivering.backlog(webhook.id));
    },
    changeWebhook: async ({ params, body, by, context }) => {
      const { customerId } = await webhookOf(params.id);
      if (customerId !== undefined && body.kinds?.some(isOfStaff)) {
        throw new FailureError(NOT_THEIRS);
      }
      if (body.url !== undefined) refusePrivate(body.url, webhookHosts);
      return shown(tagged(context, valueOf(await webhooks.update(params.id, body, by))));
    },
    removeWebhook: async ({ params, by }) => {
      valueOf(await webhooks.remove(params.id, by));
      delivering.poke();
    },
    rotateWebhookSecret: async ({ params, by }) => {
      const { webhook, secret } = valueOf(await webhooks.rotate(params.id, by));
      return { ...shown(webhook), secret };
    },
    testWebhook: async ({ params }) => {
      const told = valueOf(await delivering.test((await webhookOf(params.id)).id));
      const reason = told.ok ? null : told.reason;
      return { delivered: told.ok, status: told.status ?? null, reason };
    },
    listDeadLetters: async ({ params, query: { limit, cursor } }) => {
      const { id } = await webhookOf(params.id);
      if (cursor !== undefined) placeAt(cursor, letterPlace);
      return shownPage(await deadLetters.list(id, limit, cursor), shownLetter);
    },
    retryDeadLetters: async ({ params, body }) => {
      const { id, disabledAt } = await webhookOf(params.id);
      if (disabledAt !== undefined) throw new FailureError(DISABLED);
      const retried = await deadLetters.retry(id, body.ids, now());
      delivering.poke();
      return { retried };
    },
  };
}

const NOT_THEIRS = failed("conflict", "The webhook is for a customer: the staff's kinds are not.");
const DISABLED = failed("conflict", "The webhook is disabled: enable it first.");

const isOfStaff = (kind: Kind): boolean => KINDS[kind].audience === "staff";

/** What a name leads to is looked up, and checked, each time that it is called. */
function refusePrivate(url: string, allowed: string[]): void {
  const { hostname } = new URL(url);
  const kind = addressKind(hostname.replace(/^\[|\]$/g, ""));
  if (kind === "public" || kind === "not an address" || allowed.includes(hostname)) return;
  const message =
    `must have a public address, and ${hostname} is ${kind}; if it is meant, allow it in CONTALUZ_WEBHOOK_HOSTS`;
  throw misfit("body", [{ path: "url", message }]);
}

function isPlain(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === "" && url.password === "" && url.hash === "";
}
