/**
 * Readings that were kept out because their number was taken by another content: a fault of the
 * device or a forgery, for an operator to see. One record a stored reading, however often the same
 * thing is sent again.
 */
import { sameContent } from "../domain/reading.ts";
import { conflictKey, conflictsOf } from "./keys.ts";
import { readMany } from "./read-many.ts";
import type { Conflict } from "./store.ts";

export interface ConflictRecord extends Conflict {
  channel: number;
  /** Unix seconds of the first time. */
  seenAt: number;
}

/** Far below what an atomic holds, by number and by size. */
const CONFLICTS_AN_ATOMIC = 500;

export class Conflicts {
  constructor(readonly kv: Deno.Kv) {}

  /** A meter's conflicts of one report or upload, in as few writes as possible. */
  async record(meter: string, channel: number, found: Conflict[], now: number): Promise<void> {
    for (let at = 0; at < found.length; at += CONFLICTS_AN_ATOMIC) {
      await this.#recordSome(meter, channel, found.slice(at, at + CONFLICTS_AN_ATOMIC), now);
    }
  }

  async #recordSome(meter: string, channel: number, found: Conflict[], now: number) {
    const keys = found.map(({ refused }) => conflictKey(meter, channel, refused.n));
    const known = await this.#known(keys);
    const atomic = this.kv.atomic();
    let isNew = false;
    for (const [i, conflict] of found.entries()) {
      if (known[i] && sameContent(known[i].refused, conflict.refused)) continue;
      atomic.set(keys[i], { ...conflict, channel, seenAt: known[i]?.seenAt ?? now });
      isNew = true;
    }
    if (isNew) await atomic.commit();
  }

  async #known(keys: Deno.KvKey[]): Promise<(ConflictRecord | null)[]> {
    return (await readMany<ConflictRecord>(this.kv, keys)).map(({ value }) => value);
  }

  /** Up to `limit` of a meter's, by channel and number, from a place on. */
  async of(meter: string, limit: number, channel = 0, n = 0): Promise<ConflictRecord[]> {
    const range = { prefix: conflictsOf(meter), start: conflictKey(meter, channel, n) };
    const list = this.kv.list<ConflictRecord>(range, { limit });
    return (await Array.fromAsync(list)).map(({ value }) => value);
  }
}
