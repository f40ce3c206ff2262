/** Meters: provisioned with a key at the factory or enrolled on site, put on points, retired. */
import { done, type Result } from "../errors.ts";
import { addMeters } from "./add-meters.ts";
import { assignAt, type Exchange, exchangeAt, leave, type Place } from "./assignments.ts";
import type { Change } from "./change.ts";
import { recordsOf } from "./keys.ts";
import { METERS } from "./kinds.ts";
import {
  confirmKey,
  dropKeys,
  type IssuedKey,
  type IssuedToken,
  MeterKeys,
  type SealedKey,
  tokenHashOf,
  UNKNOWN_TOKEN,
} from "./meter-keys.ts";
import { type By, endedOf, type Listed, type ListQuery, type Records } from "./records.ts";
import type { Vault } from "./vault.ts";

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
  /** Since when it brings JSON, until the first valid datagram. One with readings and without signs. */
  jsonSince?: number;
}

export type NewMeter = Pick<MeterRecord, "pointId" | "label" | "serial">;
export type MeterDetails = Pick<MeterRecord, "label" | "serial">;

export interface Exchanged {
  old: MeterRecord;
  next: MeterRecord;
  /** Of a new meter. */
  token?: string;
}

type Act<Value> = (record: MeterRecord, change: Change) => Result<Value> | Promise<Result<Value>>;

export class Meters {
  #keys: MeterKeys;

  constructor(
    readonly records: Records,
    readonly vault: Vault,
    /** Told of each record that was written, so that the keys in memory follow. */
    readonly changed: (meter: MeterRecord) => void,
  ) {
    this.#keys = new MeterKeys(vault);
  }

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
    const issued = this.#keys.issueToken(record, by.at);
    const created = await addMeters(this.records, [record], by, this.changed);
    return created.ok ? done(issued) : created;
  }

  /** Registers meters whose keys are burnt in at once. */
  async provision(meters: NewMeter[], by: By): Promise<Result<IssuedKey[]>> {
    const issued: IssuedKey[] = [];
    const records = meters.map((meter) => {
      const record = this.#newRecord(meter, by);
      issued.push(this.#keys.provision(record));
      return record;
    });
    const created = await addMeters(this.records, records, by, this.changed);
    return created.ok ? done(issued) : created;
  }

  /** A new token for a meter that has not been enrolled, in place of one that was lost or expired. */
  async renewToken(id: string, by: By): Promise<Result<IssuedToken>> {
    return await this.#change<IssuedToken>(
      id,
      by,
      (record) => this.#keys.renewToken(record, by.at),
    );
  }

  /** The same token and hardware get the same answer until the meter's first valid datagram. */
  async enrol(token: string, hardwareId: string, by: By): Promise<Result<IssuedKey>> {
    const known = await this.records.find(METERS, "enrolmentToken", tokenHashOf(token));
    if (!known) return UNKNOWN_TOKEN;
    return await this.#change<IssuedKey>(
      known.id,
      by,
      (record) => this.#keys.enrol(record, hardwareId, by.at),
    );
  }

  /** Makes the next key; both work until the first datagram under it. */
  async rotateKey(id: string, by: By): Promise<Result<IssuedKey>> {
    return await this.#change<IssuedKey>(id, by, (record) => this.#keys.rotate(record));
  }

  /**
   * Called with the first valid datagram under a key: it is the current one, enrolment is over, and
   * the meter signs. Throws unless that is on record.
   */
  async confirm(id: string, keyId: number, at: number): Promise<void> {
    const by: By = { actor: { kind: "meter", id }, at };
    const confirmed = await this.#change<void>(id, by, (record) => confirmKey(record, keyId));
    if (!confirmed.ok) throw new Error(confirmed.detail);
  }

  /** Called before the first readings that a meter brings as JSON are stored. */
  async bringsJson(id: string, by: By): Promise<Result<void>> {
    return await this.#change<void>(id, by, (record) => {
      record.jsonSince ??= by.at;
      return done(undefined);
    });
  }

  async update(
    id: string,
    details: Partial<MeterDetails>,
    by: By,
  ): Promise<Result<MeterRecord>> {
    return await this.#change(id, by, (record) => done(Object.assign(record, details)));
  }

  async retire(id: string, by: By): Promise<Result<void>> {
    return await this.#changeAny<void>(id, by, async (record, change) => {
      if (record.retiredAt !== undefined) return done(undefined);
      await leave(change, record, by.at);
      record.retiredAt = by.at;
      dropKeys(record);
      return done(undefined);
    });
  }

  /** Puts the meter on a point. Its readings count there from `from` on; at first, from its first. */
  async assign(
    id: string,
    where: Place & { alongside?: boolean },
    by: By,
  ): Promise<Result<MeterRecord>> {
    return await this.#change<MeterRecord>(id, by, async (record, change) => {
      const begun = await assignAt(change, record, where, by.at);
      return begun.ok ? done(record) : begun;
    });
  }

  /** Takes the meter off its point, where another goes on from the registers that were read. */
  async exchange(
    id: string,
    { meter, ...exchange }: Exchange & { meter: MeterDetails | string },
    by: By,
  ): Promise<Result<Exchanged>> {
    const added = typeof meter === "string" ? undefined : this.#newRecord(meter, by);
    const token = added && this.#keys.issueToken(added, by.at).token;
    const exchanged = await this.#change<Exchanged>(id, by, async (old, change) => {
      const next = added
        ? done(structuredClone(added))
        : await change.inUse(METERS, meter as string);
      if (!next.ok) return next;
      const begun = await exchangeAt(change, old, next.value, exchange, by.at);
      return begun.ok ? done({ old, next: begun.value, token }) : begun;
    });
    if (exchanged.ok) this.changed(exchanged.value.next);
    return exchanged;
  }

  #newRecord({ pointId, label, serial }: NewMeter, { at }: By): MeterRecord {
    const id = this.vault.randomBytes(8).toHex();
    return { id, label, serial, pointId, createdAt: at, keys: [] };
  }

  async #change<Value>(id: string, by: By, act: Act<Value>): Promise<Result<Value>> {
    return await this.#changeAny<Value>(
      id,
      by,
      (record, change) => endedOf(METERS, record) ?? act(record, change),
    );
  }

  /** One that is retired, too. */
  async #changeAny<Value>(id: string, by: By, act: Act<Value>): Promise<Result<Value>> {
    let written: MeterRecord;
    const result = await this.records.update<MeterRecord, Value>(
      METERS,
      id,
      by,
      (record, change) => act(written = record, change),
    );
    if (result.ok) this.changed(written!);
    return result;
  }
}
