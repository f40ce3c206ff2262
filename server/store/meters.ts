/**
 * Meters and their keys: provisioned with a key at the factory, or enrolled with a token on site.
 *
 * A meter has one current key and, while it is being changed, the next one; the first datagram
 * under the next key retires the old one. Keys are sealed in the database, tokens only hashed.
 */
import { createHash } from "node:crypto";
import { done, failed, type Result } from "../errors.ts";
import { addMeters } from "./add-meters.ts";
import { beginAt, type Exchange, exchangeAt, leave } from "./assignments.ts";
import type { Change } from "./change.ts";
import { METERS } from "./kinds.ts";
import { recordsOf } from "./keys.ts";
import { type By, type Listed, type ListQuery, noSuch, type Records } from "./records.ts";
import type { Vault } from "./vault.ts";

export interface SealedKey {
  id: number;
  sealed: Uint8Array;
}

export interface MeterRecord {
  id: string;
  version?: string;
  label?: string;
  /** The number on its plate. */
  serial?: string;
  /** Where it counts now. */
  pointId?: string;
  /** Where it counted before. */
  formerPointIds?: string[];
  /** Unix seconds. */
  createdAt: number;
  retiredAt?: number;
  hardwareId?: string;
  /** None before enrolment; then the current key and perhaps the next one. */
  keys: SealedKey[];
  /** The hash of the latest enrolment token. */
  tokenHash?: string;
  /** Until the first valid datagram. */
  enrolmentEndsAt?: number;
}

export type NewMeter = Pick<MeterRecord, "pointId" | "label" | "serial">;
export type MeterDetails = Pick<MeterRecord, "label" | "serial">;

/** A key in the clear, on its way to a meter. */
export interface IssuedKey {
  id: string;
  key: Uint8Array;
  keyId: number;
}

/** A token in the clear, on its way to whoever mounts the meter. */
export interface IssuedToken {
  meter: MeterRecord;
  token: string;
}

const ENROLMENT_SECONDS = 24 * 3600;
const KEY_BYTES = 32;
const TOKEN_BYTES = 16;

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

export class Meters {
  constructor(
    readonly records: Records,
    readonly vault: Vault,
    /** Told of each record that was written, so that the keys in memory follow. */
    readonly changed: (meter: MeterRecord) => void,
  ) {}

  get(id: string): Promise<MeterRecord | undefined> {
    return this.records.get(METERS, id);
  }

  list(query: ListQuery): Promise<Listed<MeterRecord>> {
    return this.records.list(METERS, query);
  }

  async *all(): AsyncGenerator<MeterRecord> {
    const range = { prefix: recordsOf(METERS.name) };
    for await (const { value } of this.records.kv.list<MeterRecord>(range, { batchSize: 1000 })) {
      yield value;
    }
  }

  /** Registers a meter that fetches its key on site with the token. */
  async register(meter: NewMeter, by: By): Promise<Result<IssuedToken>> {
    const record = this.#newRecord(meter, by);
    const token = this.#addToken(record, by);
    const created = await addMeters(this.records, [record], by, this.changed);
    return created.ok ? done({ meter: record, token }) : created;
  }

  /** Registers meters whose keys are burnt in at once. */
  async provision(meters: NewMeter[], by: By): Promise<Result<IssuedKey[]>> {
    const issued: IssuedKey[] = [];
    const records = meters.map((meter) => {
      const record = this.#newRecord(meter, by);
      issued.push(this.#addKey(record, 0));
      return record;
    });
    const created = await addMeters(this.records, records, by, this.changed);
    return created.ok ? done(issued) : created;
  }

  /** A new token for a meter that has not been enrolled, in place of one that was lost or expired. */
  async renewToken(id: string, by: By): Promise<Result<IssuedToken>> {
    return await this.#change<IssuedToken>(id, by, (record) => {
      if (record.keys.length > 0 && !isBeingEnrolled(record)) {
        return failed("conflict", "The meter has been enrolled: rotate its key instead.");
      }
      record.keys = [];
      delete record.hardwareId;
      return done({ meter: record, token: this.#addToken(record, by) });
    });
  }

  /** The same token and hardware get the same answer until the meter's first valid datagram. */
  async enrol(token: string, hardwareId: string, by: By): Promise<Result<IssuedKey>> {
    const tokenHash = hashOf(token);
    const known = await this.records.find(METERS, "enrolmentToken", tokenHash);
    if (!known) return failed("unauthenticated", UNKNOWN_TOKEN);
    return await this.#change<IssuedKey>(known.id, by, (record) => {
      if (!isBeingEnrolled(record) || (record.hardwareId ?? hardwareId) !== hardwareId) {
        return failed("conflict", USED_TOKEN);
      }
      const [key] = record.keys;
      if (!key && by.at > record.enrolmentEndsAt!) return failed("unauthenticated", UNKNOWN_TOKEN);
      record.hardwareId = hardwareId;
      if (!key) return done(this.#addKey(record, 0));
      const { id } = record;
      return done({ id, key: this.vault.open(id, key.id, key.sealed), keyId: key.id });
    });
  }

  /** Makes the next key; both work until the first datagram under it. */
  async rotateKey(id: string, by: By): Promise<Result<IssuedKey>> {
    return await this.#change<IssuedKey>(id, by, (record) => {
      const [current, newest = current] = record.keys;
      if (!current) return failed("conflict", "The meter has not been enrolled yet.");
      record.keys = [current];
      return done(this.#addKey(record, nextKeyId(newest.id, current.id)));
    });
  }

  /**
   * Called with the first valid datagram under a key: it is the current one, and enrolment is over.
   * Throws unless that is on record.
   */
  async confirm(id: string, keyId: number, at: number): Promise<void> {
    const by: By = { actor: { kind: "meter", id }, at };
    const confirmed = await this.#change<void>(id, by, (record) => {
      const used = record.keys.findIndex((key) => key.id === keyId);
      if (used < 0) return failed("notFound", `The meter ${id} has no key ${keyId} any more.`);
      record.keys = record.keys.slice(used);
      delete record.enrolmentEndsAt;
      return done(undefined);
    });
    if (!confirmed.ok) throw new Error(confirmed.detail);
  }

  async update(id: string, details: Partial<MeterDetails>, by: By): Promise<Result<void>> {
    return await this.#change<void>(id, by, (record) => {
      Object.assign(record, details);
      return done(undefined);
    });
  }

  async retire(id: string, by: By): Promise<Result<void>> {
    return await this.#change<void>(id, by, async (record, change) => {
      await leave(change, record, by.at);
      record.retiredAt = by.at;
      record.keys = [];
      delete record.enrolmentEndsAt;
      delete record.tokenHash;
      return done(undefined);
    });
  }

  /** Puts the meter on a point. Its readings count there from `from` on; at first, from its first. */
  async assign(
    id: string,
    where: { pointId: string; from?: number; start?: number },
    by: By,
  ): Promise<Result<void>> {
    return await this.#change<void>(
      id,
      by,
      async (record, change) => await beginAt(change, record, where, by.at),
    );
  }

  /** Takes the meter off its point, where another goes on from the registers that were read. */
  async exchange(
    id: string,
    { meter, ...exchange }: Exchange & { meter: MeterDetails | string },
    by: By,
  ): Promise<Result<{ meter: MeterRecord; token?: string }>> {
    const added = typeof meter === "string" ? undefined : this.#newRecord(meter, by);
    const token = added && this.#addToken(added, by);
    const exchanged = await this.#change<MeterRecord>(id, by, async (record, change) => {
      const next = added ? structuredClone(added) : await change.get(METERS, meter as string);
      if (!next || next.retiredAt !== undefined) return noSuch("meter", meter as string);
      return await exchangeAt(change, record, next, exchange, by.at);
    });
    if (!exchanged.ok) return exchanged;
    this.changed(exchanged.value);
    return done({ meter: exchanged.value, token });
  }

  #newRecord({ pointId, label, serial }: NewMeter, { at }: By): MeterRecord {
    const id = this.vault.randomBytes(8).toHex();
    return { id, label, serial, pointId, createdAt: at, keys: [] };
  }

  #addKey(record: MeterRecord, keyId: number): IssuedKey {
    const key = this.vault.randomBytes(KEY_BYTES);
    record.keys.push({ id: keyId, sealed: this.vault.seal(record.id, keyId, key) });
    return { id: record.id, key, keyId };
  }

  #addToken(record: MeterRecord, { at }: By): string {
    const token = this.vault.randomBytes(TOKEN_BYTES).toHex();
    record.tokenHash = hashOf(token);
    record.enrolmentEndsAt = at + ENROLMENT_SECONDS;
    return token;
  }

  /** Changes a meter that is in use. */
  async #change<Value>(
    id: string,
    by: By,
    act: (record: MeterRecord, change: Change) => Result<Value> | Promise<Result<Value>>,
  ): Promise<Result<Value>> {
    let written: MeterRecord;
    const result = await this.records.update<MeterRecord, Value>(
      METERS,
      id,
      by,
      (record, change) => {
        if (record.retiredAt !== undefined) return noSuch("meter", id);
        written = record;
        return act(record, change);
      },
    );
    if (result.ok) this.changed(written!);
    return result;
  }
}

const isBeingEnrolled = ({ enrolmentEndsAt }: MeterRecord) => enrolmentEndsAt !== undefined;

const UNKNOWN_TOKEN = "The enrolment token is unknown or has expired.";
const USED_TOKEN = "The enrolment token has been used.";

/** The number after the newest one, which an unused next key may have; never the current one's. */
function nextKeyId(newest: number, current: number): number {
  const next = (newest + 1) & 0xff;
  return next === current ? (next + 1) & 0xff : next;
}
