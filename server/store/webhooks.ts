/**
 * Webhooks: addresses of machines that are told of alerts, each with a secret that is shown once and
 * kept sealed. One that is replaced signs as well for a day, so that no message is refused.
 */
import type { Kind as AlertKind } from "../domain/alert-kinds.ts";
import { webhookSecret } from "../domain/webhook-signature.ts";
import { done, failed, noSuch, type Result } from "../errors.ts";
import type { Audit } from "./audit.ts";
import { outboxDueKey, WEBHOOK_ADDED } from "./keys.ts";
import { ALL, CUSTOMERS, listOf, WEBHOOKS } from "./kinds.ts";
import { type By, type Listed, type ListQuery, type Records } from "./records.ts";
import type { Vault } from "./vault.ts";

export interface WebhookRecord {
  id: string;
  version?: string;
  url: string;
  label?: string;
  /** All that there are, if it is not said. */
  kinds?: AlertKind[];
  /** Told of alerts for this customer alone. */
  customerId?: string;
  sealed?: Uint8Array;
  /** The secret before, and until when it signs as well. */
  former?: { sealed: Uint8Array; until: number };
  createdAt: number;
  disabledAt?: number;
  disabledReason?: string;
  removedAt?: number;
}

export type NewWebhook = Pick<WebhookRecord, "url" | "label" | "kinds" | "customerId">;

export interface WebhookChange {
  url?: string;
  /** Null takes it away. */
  label?: string | null;
  kinds?: AlertKind[] | null;
  enabled?: boolean;
}

export interface WithSecret {
  webhook: WebhookRecord;
  secret: string;
}

export const MAX_WEBHOOKS = 50;
const SECRET_BYTES = 32;
const FORMER_SECONDS = 24 * 3_600;

const TOO_MANY = `There are ${MAX_WEBHOOKS} webhooks, which is as many as there may be.`;

export class Webhooks {
  constructor(readonly records: Records, readonly audit: Audit, readonly vault: Vault) {}

  /** What is removed is not there. */
  async get(id: string): Promise<WebhookRecord | undefined> {
    const webhook = await this.records.get(WEBHOOKS, id);
    return webhook?.removedAt === undefined ? webhook : undefined;
  }

  list(query: ListQuery): Promise<Listed<WebhookRecord>> {
    return this.records.list(WEBHOOKS, query);
  }

  all(): AsyncGenerator<WebhookRecord> {
    return this.records.all(WEBHOOKS, ALL);
  }

  async add(webhook: NewWebhook, by: By): Promise<Result<WithSecret>> {
    return await this.records.transact<WithSecret>(by, async (change) => {
      const { customerId } = webhook;
      const customer = customerId ? await change.inUse(CUSTOMERS, customerId) : undefined;
      if (customer && !customer.ok) return customer;
      await change.row(WEBHOOK_ADDED);
      change.setRow(WEBHOOK_ADDED, by.at);
      if ((await Array.fromAsync(this.all())).length >= MAX_WEBHOOKS) {
        return failed("conflict", TOO_MANY);
      }
      const id = this.records.newId();
      const { sealed, secret } = this.#newSecret(id);
      const added: WebhookRecord = { ...webhook, id, sealed, createdAt: by.at };
      change.put(WEBHOOKS, added);
      return done({ webhook: added, secret });
    });
  }

  async update(
    id: string,
    { url, label, kinds, enabled }: WebhookChange,
    by: By,
  ): Promise<Result<WebhookRecord>> {
    return await this.#update(id, by, (webhook) => {
      if (url !== undefined) webhook.url = url;
      if (label !== undefined) webhook.label = label ?? undefined;
      if (kinds !== undefined) webhook.kinds = kinds ?? undefined;
      if (enabled === true) disable(webhook, undefined);
      if (enabled === false && webhook.disabledAt === undefined) disable(webhook, by.at);
      return webhook;
    });
  }

  /** By the server itself, as the other side wants nothing any more. */
  async disable(id: string, reason: string, at: number): Promise<void> {
    const by: By = { actor: { kind: "server", id: "deliver" }, at };
    await this.#update(id, by, (webhook) => {
      if (webhook.disabledAt === undefined) disable(webhook, at, reason);
      return webhook;
    });
  }

  async rotate(id: string, by: By): Promise<Result<WithSecret>> {
    return await this.#update<WithSecret>(id, by, (webhook) => {
      const { sealed, secret } = this.#newSecret(id);
      if (webhook.sealed) {
        webhook.former = { sealed: webhook.sealed, until: by.at + FORMER_SECONDS };
      }
      webhook.sealed = sealed;
      return { webhook, secret };
    });
  }

  /** Whoever delivers drops what waits for it. May be called twice. */
  async remove(id: string, by: By): Promise<Result<void>> {
    return await this.records.update<WebhookRecord, void>(
      WEBHOOKS,
      id,
      by,
      (webhook, change) => {
        webhook.removedAt ??= by.at;
        delete webhook.sealed;
        delete webhook.former;
        change.setRow(outboxDueKey(by.at, id), "webhook");
        return done(undefined);
      },
    );
  }

  /** Removes all that are told of a customer's, and where these were; may be called twice. */
  async forget(customerId: string, by: By): Promise<void> {
    const blank = ({ label: _, ...rest }: WebhookRecord) => ({ ...rest, url: "" });
    for await (
      const { id, url, removedAt } of this.records.all(WEBHOOKS, listOf("customer", customerId))
    ) {
      if (removedAt === undefined) await this.remove(id, by);
      if (url !== "") await this.records.erase<WebhookRecord>(WEBHOOKS, id, by, blank);
      await this.audit.blank(WEBHOOKS, id);
    }
  }

  /** Those that sign at an instant, the newest first. */
  secretsOf({ id, sealed, former }: WebhookRecord, now: number): string[] {
    return [sealed, former && now < former.until ? former.sealed : undefined].flatMap((one) =>
      one
        ? [webhookSecret(this.vault.openFor(ownerOf(id), one, `the secret of webhook ${id}`))]
        : []
    );
  }

  #newSecret(id: string) {
    const bytes = this.vault.randomBytes(SECRET_BYTES);
    return { sealed: this.vault.sealFor(ownerOf(id), bytes), secret: webhookSecret(bytes) };
  }

  #update<Value>(
    id: string,
    by: By,
    act: (webhook: WebhookRecord) => Value,
  ): Promise<Result<Value>> {
    return this.records.update<WebhookRecord, Value>(
      WEBHOOKS,
      id,
      by,
      (webhook) => webhook.removedAt === undefined ? done(act(webhook)) : noSuch(WEBHOOKS.name, id),
    );
  }
}

function disable(webhook: WebhookRecord, at: number | undefined, reason?: string): void {
  webhook.disabledAt = at;
  webhook.disabledReason = reason;
}

/** What a secret is sealed for. */
const ownerOf = (id: string): string => `webhook ${id}`;
