/**
 * Meters and their keys: provisioned with a key at the factory, or enrolled with a token on site.
 *
 * A meter has one current key and, while it is being changed, the next one; the first datagram
 * under the next key retires the old one. Keys are sealed in the database, tokens only hashed.
 */
import { createHash } from "node:crypto";
import { done, failed, type Failure, type Result } from "../errors.ts";
import { enrolmentKey, meterKey, METERS, pointKey } from "./keys.ts";
import type { Assignment, PointRecord } from "./points.ts";
import type { Vault } from "./vault.ts";

export interface SealedKey {
  id: number;
  sealed: Uint8Array;
}

export interface MeterRecord {
  id: string;
  label?: string;
  pointId?: string;
  /** Unix seconds. */
  createdAt: number;
  retiredAt?: number;
  hardwareId?: string;
  /** None before enrolment; then the current key and perhaps the next one. */
  keys: SealedKey[];
  /** The hash of the enrolment token, until the first valid datagram. */
  tokenHash?: string;
  enrolmentEndsAt?: number;
}

export interface NewMeter {
  pointId?: string;
  label?: string;
}

/** A key in the clear, on its way to a meter. */
export interface IssuedKey {
  id: string;
  key: Uint8Array;
  keyId: number;
}

const ENROLMENT_SECONDS = 24 * 3600;
const KEY_BYTES = 32;
const TOKEN_BYTES = 16;
const METERS_AN_ATOMIC = 400;
/** A self-hosted KV allows ten checks in one atomic. */
const POINTS_AN_ATOMIC = 10;
const MAX_TRIES = 10;
/** Their list is part of the point's record, which the database limits to 64 KiB. */
const MAX_ASSIGNMENTS = 500;

const hex = (bytes: Uint8Array): string => bytes.toHex();
const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

export class Meters {
  constructor(
    readonly kv: Deno.Kv,
    readonly vault: Vault,
    /** Told of each record that was written, so that the keys in memory follow. */
    readonly changed: (meter: MeterRecord) => void,
  ) {}

  async get(id: string): Promise<MeterRecord | undefined> {
    return (await this.kv.get<MeterRecord>(meterKey(id))).value ?? undefined;
  }

  async *all(): AsyncGenerator<MeterRecord> {
    const list = this.kv.list<MeterRecord>({ prefix: METERS }, { batchSize: 1000 });
    for await (const { value } of list) yield value;
  }

  /** Registers a meter that fetches its key on site with the token. */
  async register(meter: NewMeter, now: number): Promise<Result<[MeterRecord, token: string]>> {
    const token = hex(this.vault.randomBytes(TOKEN_BYTES));
    const record: MeterRecord = {
      ...this.#newRecord(meter, now),
      tokenHash: hashOf(token),
      enrolmentEndsAt: now + ENROLMENT_SECONDS,
    };
    const written = await this.#create([record]);
    return written.ok ? done([record, token]) : written;
  }

  /** Registers meters whose keys are burnt in at once. */
  async provision(meters: NewMeter[], now: number): Promise<Result<IssuedKey[]>> {
    const issued: IssuedKey[] = [];
    const records = meters.map((meter) => {
      const record = this.#newRecord(meter, now);
      issued.push(this.#addKey(record, 0));
      return record;
    });
    const written = await this.#create(records);
    return written.ok ? done(issued) : written;
  }

  /** The same token and hardware get the same answer until the meter's first valid datagram. */
  async enrol(token: string, hardwareId: string, now: number): Promise<Result<IssuedKey>> {
    const tokenHash = hashOf(token);
    const { value: id } = await this.kv.get<string>(enrolmentKey(tokenHash));
    if (!id) return failed("unauthenticated", "The enrolment token is unknown or has expired.");
    return await this.#change<IssuedKey>(id, (record) => {
      if (record.tokenHash !== tokenHash || (record.hardwareId ?? hardwareId) !== hardwareId) {
        return failed("conflict", "The enrolment token has been used.");
      }
      const [key] = record.keys;
      if (!key && now > record.enrolmentEndsAt!) {
        return failed("unauthenticated", "The enrolment token is unknown or has expired.");
      }
      record.hardwareId = hardwareId;
      if (key) return done({ id, key: this.vault.open(id, key.id, key.sealed), keyId: key.id });
      return done(this.#addKey(record, 0));
    });
  }

  /** Makes the next key; both work until the first datagram under it. */
  async rotateKey(id: string): Promise<Result<IssuedKey>> {
    return await this.#change<IssuedKey>(id, (record) => {
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
  async confirm(id: string, keyId: number): Promise<void> {
    const confirmed = await this.#change<void>(id, (record) => {
      const used = record.keys.findIndex((key) => key.id === keyId);
      if (used < 0) return failed("notFound", `The meter ${id} has no key ${keyId} any more.`);
      record.keys = record.keys.slice(used);
      delete record.tokenHash;
      delete record.enrolmentEndsAt;
      return done(undefined);
    });
    if (!confirmed.ok) throw new Error(confirmed.detail);
  }

  async retire(id: string, now: number): Promise<Result<void>> {
    return await this.#change<void>(id, (record, points) => {
      record.retiredAt = now;
      record.keys = [];
      for (const point of points.values()) endAssignment(point, id, now);
      return done(undefined);
    }, []);
  }

  /** Puts the meter on a point. Its readings count there from `from` on; at first, from its first. */
  async assign(id: string, pointId: string, from: number | undefined, now: number) {
    return await this.#change<void>(id, (record, points) => {
      const point = points.get(pointId);
      if (!point) return failed("notFound", `There is no point ${pointId}.`);
      if (hasNoRoom(point, 1)) return full(point);
      const begin = from ?? (record.pointId === undefined ? 0 : now);
      for (const known of points.values()) {
        const current = currentAssignment(known, id);
        if (current && begin < current.from) return beginsTooEarly(known, current);
      }
      for (const known of points.values()) endAssignment(known, id, begin);
      point.assignments.push({ meterId: id, from: begin });
      record.pointId = pointId;
      return done(undefined);
    }, [pointId]);
  }

  #newRecord(meter: NewMeter, now: number): MeterRecord {
    return { ...meter, id: hex(this.vault.randomBytes(8)), createdAt: now, keys: [] };
  }

  #addKey(record: MeterRecord, keyId: number): IssuedKey {
    const key = this.vault.randomBytes(KEY_BYTES);
    record.keys.push({ id: keyId, sealed: this.vault.seal(record.id, keyId, key) });
    return { id: record.id, key, keyId };
  }

  /** All points are looked up before the first record is written. */
  async #create(records: MeterRecord[]): Promise<Result<void>> {
    const wanted = new Map<string, number>();
    for (const id of records.flatMap(({ pointId }) => pointId ?? [])) {
      wanted.set(id, (wanted.get(id) ?? 0) + 1);
    }
    for (const [id, more] of wanted) {
      const { value } = await this.kv.get<PointRecord>(pointKey(id));
      if (!value) return failed("notFound", `There is no point ${id}.`);
      if (hasNoRoom(value, more)) return full(value);
    }
    for (const some of inAtomics(records)) {
      const written = await this.#createSome(some);
      if (!written.ok) return written;
    }
    return done(undefined);
  }

  async #createSome(records: MeterRecord[]): Promise<Result<void>> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const atomic = this.kv.atomic();
      const points = await this.#points(new Set(records.flatMap(({ pointId }) => pointId ?? [])));
      for (const record of records) {
        atomic.set(meterKey(record.id), record);
        if (record.tokenHash) atomic.set(enrolmentKey(record.tokenHash), record.id);
        if (record.pointId === undefined) continue;
        points.get(record.pointId)?.value.assignments.push({ meterId: record.id, from: 0 });
      }
      const overfull = [...points.values()].find(({ value }) => hasNoRoom(value, 0));
      if (overfull) return full(overfull.value);
      writePoints(atomic, points);
      if (!(await atomic.commit()).ok) continue;
      records.forEach(this.changed);
      return done(undefined);
    }
    return failed("conflict", "The points were changed by others at the same time. Try again.");
  }

  async #points(ids: Set<string>) {
    const points = new Map<string, Deno.KvEntry<PointRecord>>();
    for (const id of ids) {
      const entry = await this.kv.get<PointRecord>(pointKey(id));
      if (entry.value) points.set(id, structuredClone(entry));
    }
    return points;
  }

  /**
   * Reads, changes and writes one meter, anew whenever someone came in between. If `pointIds` are
   * given, with these points and its own.
   */
  async #change<Value>(
    id: string,
    change: (record: MeterRecord, points: Map<string, PointRecord>) => Result<Value>,
    pointIds?: string[],
  ): Promise<Result<Value>> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const entry = await this.kv.get<MeterRecord>(meterKey(id));
      const record = entry.value;
      if (!record || record.retiredAt !== undefined) {
        return failed("notFound", `There is no meter ${id}.`);
      }
      const ids = pointIds && record.pointId ? [...pointIds, record.pointId] : pointIds;
      const points = await this.#points(new Set(ids));
      const values = new Map([...points].map(([key, point]) => [key, point.value]));
      const result = change(record, values);
      if (!result.ok) return result;
      const atomic = this.kv.atomic().check(entry).set(meterKey(id), record);
      writePoints(atomic, points);
      if (!(await atomic.commit()).ok) continue;
      this.changed(record);
      return result;
    }
    return failed("conflict", "The meter was changed by others at the same time. Try again.");
  }
}

/** The number after the newest one, which an unused next key may have; never the current one's. */
function nextKeyId(newest: number, current: number): number {
  const next = (newest + 1) & 0xff;
  return next === current ? (next + 1) & 0xff : next;
}

/** Splits so that neither the mutations nor the checks of an atomic become too many. */
function inAtomics(records: MeterRecord[]): MeterRecord[][] {
  const parts: MeterRecord[][] = [];
  let points = new Set<string>();
  for (const record of records) {
    const part = parts.at(-1);
    if (record.pointId) points.add(record.pointId);
    if (part && part.length < METERS_AN_ATOMIC && points.size <= POINTS_AN_ATOMIC) {
      part.push(record);
    } else {
      parts.push([record]);
      points = new Set(record.pointId ? [record.pointId] : []);
    }
  }
  return parts;
}

function writePoints(
  atomic: Deno.AtomicOperation,
  points: Map<string, Deno.KvEntry<PointRecord>>,
): void {
  for (const entry of points.values()) atomic.check(entry).set(entry.key, entry.value);
}

const currentAssignment = (point: PointRecord, meterId: string): Assignment | undefined =>
  point.assignments.find((one) => one.meterId === meterId && one.to === undefined);

function endAssignment(point: PointRecord, meterId: string, end: number): void {
  const current = currentAssignment(point, meterId);
  if (current) current.to = Math.max(current.from, end);
}

const hasNoRoom = ({ assignments }: PointRecord, more: number): boolean =>
  assignments.length + more > MAX_ASSIGNMENTS;

const full = ({ id }: PointRecord): Failure =>
  failed("conflict", `More than ${MAX_ASSIGNMENTS} meters would have counted at point ${id}.`);

/** What the meter used before would count at two points, or twice at one. */
function beginsTooEarly({ id }: PointRecord, { from }: Assignment): Failure {
  const since = new Date(from * 1000).toISOString();
  return failed("conflict", `The meter counts at point ${id} since ${since}: begin no earlier.`);
}
