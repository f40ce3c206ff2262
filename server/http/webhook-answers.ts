/** What is shown of webhooks, of what waits for one, and of what was given up. */
import { z } from "zod";
import { MOST_COUNTED } from "../domain/delivery-tries.ts";
import type { Backlog } from "../store/outbox.ts";
import type { DeadLetter } from "../store/outbox-rows.ts";
import type { WebhookRecord } from "../store/webhooks.ts";
import { alertKind } from "./alert-answers.ts";
import { id, instantAnswer } from "./answers.ts";
import { toInstant, toInstantOrNull } from "./output.ts";

const webhookFields = {
  id,
  url: z.string(),
  label: z.string().nullable(),
  kinds: z.array(alertKind).nullable().meta({ description: "Null is all kinds" }),
  customerId: id.nullable(),
  createdAt: instantAnswer,
  disabledAt: instantAnswer.nullable(),
  disabledReason: z.string().nullable().meta({
    description: "What the other side said; null where the staff did it",
  }),
};
export const webhookAnswer = z.object(webhookFields).meta({ id: "Webhook" });

export const withBacklogAnswer = z.object({
  ...webhookFields,
  waiting: z.int().meta({ description: `Messages that wait, counted up to ${MOST_COUNTED}` }),
  nextTryAt: instantAnswer.nullable().meta({
    description: "Of the first that waits after a failure",
  }),
  lastFault: z.object({ at: instantAnswer, reason: z.string() }).nullable().meta({
    description: "Why the last try of what waits has failed",
  }),
}).meta({ id: "WebhookWithBacklog" });

export const secretAnswer = z.object({
  ...webhookFields,
  secret: z.string().meta({
    description: "Signs by HMAC-SHA-256, as Standard Webhooks has it",
    example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
  }),
});

export const letterAnswer = z.object({
  id: z.string().meta({ description: "The message's `webhook-id`" }),
  type: z.enum(["alert.opened", "alert.closed"]),
  alertId: z.string(),
  attempts: z.int().meta({ description: "How often it was tried, also before it was put back" }),
  firstTriedAt: instantAnswer.nullable(),
  givenUpAt: instantAnswer,
  reason: z.string(),
}).meta({ id: "DeadLetter" });

export const shown = (webhook: WebhookRecord) => ({
  id: webhook.id,
  url: webhook.url,
  label: webhook.label ?? null,
  kinds: webhook.kinds ?? null,
  customerId: webhook.customerId ?? null,
  createdAt: toInstant(webhook.createdAt),
  disabledAt: toInstantOrNull(webhook.disabledAt),
  disabledReason: webhook.disabledReason ?? null,
});

export const shownWithBacklog = (webhook: WebhookRecord, { waiting, ...backlog }: Backlog) => ({
  ...shown(webhook),
  waiting,
  nextTryAt: toInstantOrNull(backlog.nextTryAt),
  lastFault: backlog.lastFault
    ? { at: toInstant(backlog.lastFault.at), reason: backlog.lastFault.reason }
    : null,
});

export const shownLetter = (
  { id, event, alert, attempts, firstTriedAt, ...letter }: DeadLetter,
) => ({
  id,
  type: `alert.${event}` as const,
  alertId: alert.id,
  attempts,
  firstTriedAt: toInstantOrNull(firstTriedAt),
  givenUpAt: toInstant(letter.diedAt),
  reason: letter.reason,
});
