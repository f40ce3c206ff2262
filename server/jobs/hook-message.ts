/** A message to a webhook, by the Standard Webhooks convention. */
import type { ToldEvent } from "../domain/alert-delivery.ts";
import { shownEvidence } from "../domain/alert-evidence.ts";
import { meterOf } from "../domain/alert-subject.ts";
import { signWebhook } from "../domain/webhook-signature.ts";
import type { AlertRecord } from "../store/alerts.ts";

interface HookMessage {
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

export interface AlertText {
  title: string;
  sentence: string;
  currency: string;
}

interface Envelope {
  id: string;
  /** Unix seconds. */
  now: number;
  /** All sign. */
  secrets: string[];
}

const USER_AGENT = "Contaluz/1";

export const alertBody = (event: ToldEvent, alert: AlertRecord, told: AlertText) =>
  bytesOf({
    type: `alert.${event}`,
    timestamp: instant(event === "closed" ? alert.closedAt ?? alert.at : alert.openedAt),
    data: {
      id: alert.id,
      kind: alert.kind,
      severity: alert.severity,
      subject: alert.subject,
      pointId: alert.pointId ?? null,
      meterId: meterOf(alert) ?? null,
      customerId: alert.customerId ?? null,
      region: alert.region === "" ? null : alert.region,
      openedAt: instant(alert.openedAt),
      closedAt: alert.closedAt === undefined ? null : instant(alert.closedAt),
      evidence: shownEvidence(alert.kind, alert.evidence, told.currency),
      title: told.title,
      sentence: told.sentence,
    },
  });

export const testBody = (at: number, webhookId: string) =>
  bytesOf({ type: "alert.test", timestamp: instant(at), data: { webhookId } });

export async function hookMessage(
  { id, now, secrets }: Envelope,
  body: Uint8Array<ArrayBuffer>,
): Promise<HookMessage> {
  const timestamp = `${now}`;
  const signatures = await Promise.all(
    secrets.map((secret) => signWebhook({ id, timestamp, body }, secret)),
  );
  const headers = {
    "content-type": "application/json",
    "user-agent": USER_AGENT,
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
  return { headers, body };
}

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const instant = (seconds: number): string =>
  new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
