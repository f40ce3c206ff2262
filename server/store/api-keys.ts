/** API keys of machines: shown once, kept as a hash, revoked at once wherever they are used. */
import { createHash, timingSafeEqual } from "node:crypto";
import { done, type ReportProblem, type Result } from "../errors.ts";
import { ALL, API_KEYS, CUSTOMERS, listOf, RETIRED } from "./kinds.ts";
import { keyUsedKey } from "./keys.ts";
import { readMany } from "./read-many.ts";
import { type By, type Listed, type ListQuery, type Records } from "./records.ts";

export type Scope = "ingest" | "read" | "live" | "operator";

export interface ApiKey {
  id: string;
  version?: string;
  label: string;
  scopes: Scope[];
  /** Sees only what is this customer's. */
  customerId?: string;
  /** How many live connections it may hold. */
  connections: number;
  hash: string;
  createdAt: number;
  revokedAt?: number;
}

export type NewApiKey = Pick<ApiKey, "label" | "scopes" | "customerId" | "connections">;
export type UsedApiKey = ApiKey & { lastUsedAt?: number };

const SECRET_BYTES = 16;
const TEXT = /^clz_([0-9a-f]{16})_[0-9a-f]{32}$/;
const USED_EVERY_SECONDS = 60;

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();

export class ApiKeys {
  /** When its use was last noted by this server. */
  #noted = new Map<string, number>();

  constructor(
    readonly records: Records,
    readonly randomBytes: (length: number) => Uint8Array,
    readonly report: ReportProblem,
  ) {}

  async add(key: NewApiKey, by: By): Promise<Result<{ key: ApiKey; text: string }>> {
    return await this.records.transact(by, async (change) => {
      const { customerId } = key;
      const customer = customerId ? await change.inUse(CUSTOMERS, customerId) : undefined;
      if (customer && !customer.ok) return customer;
      const id = this.records.newId();
      const text = `clz_${id}_${this.randomBytes(SECRET_BYTES).toHex()}`;
      const added = { ...key, id, hash: digest(text).toHex(), createdAt: by.at };
      change.put(API_KEYS, added);
      return done({ key: added, text });
    });
  }

  get(id: string): Promise<ApiKey | undefined> {
    return this.records.get(API_KEYS, id);
  }

  /** The key that is in use with this text. */
  async find(text: string, at: number): Promise<ApiKey | undefined> {
    const id = TEXT.exec(text)?.[1];
    const key = id === undefined ? undefined : await this.get(id);
    if (!key || !timingSafeEqual(digest(text), Uint8Array.fromHex(key.hash))) return undefined;
    if (key.revokedAt !== undefined) return undefined;
    await this.#noteUse(key.id, at);
    return key;
  }

  async list(
    { customerId, revoked, ...query }: ListQuery & { customerId?: string; revoked: boolean },
  ): Promise<Listed<UsedApiKey>> {
    const list = revoked ? RETIRED : ALL;
    const of = customerId === undefined ? undefined : listOf("customer", customerId);
    const { items, next } = await this.records.list(API_KEYS, { ...query, list, of });
    const used = await readMany<number>(this.records.kv, items.map(({ id }) => keyUsedKey(id)));
    const withUse = (key: ApiKey, i: number) => ({
      ...key,
      lastUsedAt: used[i].value ?? undefined,
    });
    return { items: items.map(withUse), next };
  }

  async revoke(id: string, by: By): Promise<Result<void>> {
    this.#noted.delete(id);
    return await this.records.update<ApiKey, void>(API_KEYS, id, by, (key) => {
      key.revokedAt ??= by.at;
      return done(undefined);
    });
  }

  /** Revokes all keys of a customer; may be called twice. */
  async forget(customerId: string, by: By): Promise<void> {
    for await (const key of this.records.all(API_KEYS, listOf("customer", customerId))) {
      if (key.revokedAt === undefined) await this.revoke(key.id, by);
    }
  }

  async #noteUse(id: string, at: number): Promise<void> {
    const noted = this.#noted.get(id);
    if (noted !== undefined && at < noted + USED_EVERY_SECONDS) return;
    this.#noted.set(id, at);
    try {
      await this.records.kv.set(keyUsedKey(id), at);
    } catch (error) {
      this.report("Cannot note when an API key was last used", error);
    }
  }
}
