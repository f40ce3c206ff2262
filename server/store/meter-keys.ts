/**
 * The keys of a meter, as its record has them: sealed, one current and, while it is being changed,
 * the next one. And the token by which it fetches its first, of which only the hash is kept.
 */
import { createHash } from "node:crypto";
import { done, failed, type Result } from "../errors.ts";
import type { MeterRecord } from "./meters.ts";
import type { Vault } from "./vault.ts";

export interface SealedKey {
  id: number;
  sealed: Uint8Array;
}

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

export const tokenHashOf = (token: string): string =>
  createHash("sha256").update(token).digest("hex");

export class MeterKeys {
  constructor(readonly vault: Vault) {}

  /** The first key of a meter that is provisioned with it. */
  provision(record: MeterRecord): IssuedKey {
    return this.#add(record, 0);
  }

  issueToken(record: MeterRecord, at: number): IssuedToken {
    const token = this.vault.randomBytes(TOKEN_BYTES).toHex();
    record.tokenHash = tokenHashOf(token);
    record.enrolmentEndsAt = at + ENROLMENT_SECONDS;
    return { meter: record, token };
  }

  renewToken(record: MeterRecord, at: number): Result<IssuedToken> {
    if (record.keys.length > 0 && !isBeingEnrolled(record)) {
      return failed("conflict", "The meter has been enrolled: rotate its key instead.");
    }
    record.keys = [];
    delete record.hardwareId;
    return done(this.issueToken(record, at));
  }

  /** The same hardware gets the same key until the first valid datagram. */
  enrol(record: MeterRecord, hardwareId: string, at: number): Result<IssuedKey> {
    if (!isBeingEnrolled(record) || (record.hardwareId ?? hardwareId) !== hardwareId) {
      return failed("conflict", "The enrolment token has been used.");
    }
    const [key] = record.keys;
    if (!key && at > record.enrolmentEndsAt!) return UNKNOWN_TOKEN;
    record.hardwareId = hardwareId;
    if (!key) return done(this.#add(record, 0));
    const { id } = record;
    return done({ id, key: this.vault.open(id, key.id, key.sealed), keyId: key.id });
  }

  /** Makes the next key; both work until the first datagram under it. */
  rotate(record: MeterRecord): Result<IssuedKey> {
    const [current, newest = current] = record.keys;
    if (!current) return failed("conflict", "The meter has not been enrolled yet.");
    record.keys = [current];
    return done(this.#add(record, nextKeyId(newest.id, current.id)));
  }

  #add(record: MeterRecord, keyId: number): IssuedKey {
    const key = this.vault.randomBytes(KEY_BYTES);
    record.keys.push({ id: keyId, sealed: this.vault.seal(record.id, keyId, key) });
    return { id: record.id, key, keyId };
  }
}

export const UNKNOWN_TOKEN = failed(
  "unauthenticated",
  "The enrolment token is unknown or has expired.",
);

/** What a valid datagram under a key says: it is the current one, enrolment is over, the meter signs. */
export function confirmKey(record: MeterRecord, keyId: number): Result<void> {
  const used = record.keys.findIndex((key) => key.id === keyId);
  if (used < 0) return failed("notFound", `The meter ${record.id} has no key ${keyId} any more.`);
  record.keys = record.keys.slice(used);
  delete record.enrolmentEndsAt;
  delete record.jsonSince;
  return done(undefined);
}

export function dropKeys(record: MeterRecord): void {
  record.keys = [];
  delete record.enrolmentEndsAt;
  delete record.tokenHash;
}

const isBeingEnrolled = ({ enrolmentEndsAt }: MeterRecord) => enrolmentEndsAt !== undefined;

/** The number after the newest one, which an unused next key may have; never the current one's. */
function nextKeyId(newest: number, current: number): number {
  const next = (newest + 1) & 0xff;
  return next === current ? (next + 1) & 0xff : next;
}
