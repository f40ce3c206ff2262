/**
 * Who a webhook comes from, by the Standard Webhooks convention: an HMAC over its id, its time and
 * its body, in a header that may hold several while a secret is being replaced.
 */

export interface Webhook {
  /** The `webhook-id` header, the same for each try of one message. */
  id: string;
  /** `webhook-timestamp`: Unix seconds. */
  timestamp: string;
  /** `webhook-signature`. */
  signature: string;
  /** Byte for byte as it came. */
  body: Uint8Array<ArrayBuffer>;
}

export type WebhookCheck =
  | { ok: true; id: string; time: number }
  | { ok: false; fault: string };

const PREFIX = "whsec_";
const TOLERANCE_SECONDS = 5 * 60;
const MAX_SIGNATURES = 10;
const SECRET_BYTES = { least: 24, most: 64 };
const ID = /^[\w.:-]{1,128}$/;
const TIMESTAMP = /^\d{1,11}$/;
const SIGNATURE = /^v1,([A-Za-z0-9+/]{43}=)$/;
const HMAC = { name: "HMAC", hash: "SHA-256" };

const refused = (fault: string): WebhookCheck => ({ ok: false, fault });

/** Under any of the secrets; `now` in Unix seconds. */
export async function checkWebhook(
  webhook: Webhook,
  secrets: string[],
  now: number,
): Promise<WebhookCheck> {
  const { id, timestamp, signature } = webhook;
  if (!ID.test(id)) return refused("webhook-id must have up to 128 letters, digits or . : _ -");
  if (!TIMESTAMP.test(timestamp)) return refused("webhook-timestamp must be Unix seconds");
  const time = Number(timestamp);
  if (time < now - TOLERANCE_SECONDS) return refused("webhook-timestamp is over 5 minutes old");
  if (time > now + TOLERANCE_SECONDS) return refused("webhook-timestamp is over 5 minutes ahead");
  const signatures = signaturesIn(signature);
  if (signatures.length === 0) return refused("webhook-signature must have one like v1,…");
  const content = contentOf(webhook);
  // All are tried, each in constant time, so that the time taken tells nothing.
  const tries = await Promise.all(secrets.map(async (secret) => {
    const key = await keyOf(secret, "verify");
    return await Promise.all(
      signatures.map((tag) => crypto.subtle.verify("HMAC", key, tag, content)),
    );
  }));
  if (!tries.flat().includes(true)) return refused("webhook-signature does not match");
  return { ok: true, id, time };
}

/** A value for the `webhook-signature` header. */
export async function signWebhook(
  webhook: Omit<Webhook, "signature">,
  secret: string,
): Promise<string> {
  const key = await keyOf(secret, "sign");
  const tag = await crypto.subtle.sign("HMAC", key, contentOf(webhook));
  return `v1,${new Uint8Array(tag).toBase64()}`;
}

/** As it is given to the other side; of 24 to 64 random bytes. */
export const webhookSecret = (bytes: Uint8Array): string => PREFIX + bytes.toBase64();

/** What is wrong with a secret that somebody typed. */
export function secretFault(secret: string): string | undefined {
  const bytes = secretBytes(secret);
  const { least, most } = SECRET_BYTES;
  if (bytes === undefined || bytes.length < least || bytes.length > most) {
    return `must be ${PREFIX} and ${least} to ${most} bytes in base64`;
  }
}

function secretBytes(secret: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  } catch {
    return undefined;
  }
}

function keyOf(secret: string, use: "sign" | "verify"): Promise<CryptoKey> {
  const bytes = secretBytes(secret);
  if (bytes === undefined || bytes.length === 0) throw new RangeError("no secret of a webhook");
  return crypto.subtle.importKey("raw", bytes, HMAC, false, [use]);
}

/** Those of the one version that there is. */
const signaturesIn = (header: string): Uint8Array<ArrayBuffer>[] =>
  header.split(" ", MAX_SIGNATURES).flatMap((entry) => {
    const [, tag] = entry.match(SIGNATURE) ?? [];
    return tag === undefined ? [] : [Uint8Array.fromBase64(tag)];
  });

function contentOf({ id, timestamp, body }: Omit<Webhook, "signature">): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const content = new Uint8Array(head.length + body.length);
  content.set(head);
  content.set(body, head.length);
  return content;
}
