/** A webhook's turn: its messages one at a time, those of a lane in order. */
import type { Told } from "../domain/delivery-tries.ts";
import type { DueTarget, Waiting } from "../store/outbox.ts";
import type { WebhookRecord } from "../store/webhooks.ts";
import type { Endpoint } from "./endpoint.ts";
import { alertBody, hookMessage } from "./hook-message.ts";
import { careful, hear, settle, type TurnParts } from "./turn.ts";

/** Then others have theirs. */
const MOST_MESSAGES = 100;
const MOST_SECONDS = 10;

const DISABLED = "The webhook is disabled";

/** Whether all that was due has had its try. */
export async function hookTurn(
  parts: TurnParts,
  due: DueTarget,
  endpoint: Endpoint,
): Promise<boolean> {
  const { outbox, webhooks, letters, now } = parts;
  if (!await webhooks.get(due.target)) {
    await outbox.clear(due.target);
    await outbox.looked(due);
    return true;
  }
  const isDone = endpoint.isResting(now()) || await tryAll(parts, due.target, endpoint);
  await letters.trim(due.target);
  const next = endpoint.isResting(now()) ? endpoint.restsUntil : isDone ? undefined : now();
  await outbox.looked(due, next);
  return isDone;
}

async function tryAll(parts: TurnParts, target: string, endpoint: Endpoint): Promise<boolean> {
  const { outbox, webhooks, now, mayGoOn } = parts;
  const held = new Set<string>();
  const endsAt = now() + MOST_SECONDS;
  let messages = 0;
  for await (const waiting of outbox.due(target, now(), held)) {
    if (messages++ === MOST_MESSAGES || now() >= endsAt || !await mayGoOn()) return false;
    const webhook = await webhooks.get(target);
    if (!webhook) return false;
    const isDisabled = webhook.disabledAt !== undefined;
    const told = isDisabled
      ? disabled
      : await careful(parts, waiting, () => post(parts, webhook, waiting));
    const fate = await settle(parts, [waiting], told);
    hear(parts, endpoint, `The webhook ${target} at ${hostOf(webhook)}`, told);
    if (fate.is === "retried") held.add(waiting.row.lane);
    else if (fate.is === "abandoned" && fate.isGone) {
      await webhooks.disable(target, fate.reason, now());
    }
    if (endpoint.isResting(now())) return true;
  }
  return true;
}

const disabled: Told = { ok: false, reason: DISABLED, isFinal: true, isUntried: true };

/** For the log, as a path may be a secret as well. */
const hostOf = ({ url }: WebhookRecord): string => URL.parse(url)?.host ?? "";

async function post(
  { webhooks, texts, hookPost, now }: TurnParts,
  webhook: WebhookRecord,
  { row: { id, event, alert } }: Waiting,
): Promise<Told> {
  const body = alertBody(event, alert, await texts.alert(alert));
  const secrets = webhooks.secretsOf(webhook, now());
  const message = await hookMessage({ id, now: now(), secrets }, body);
  return await hookPost(webhook.url, message.headers, message.body);
}
