/**
 * Readings that were kept out because their number was taken by another content: a fault of the
 * device or a forgery, for an operator to see. One record a stored reading, however often the same
 * thing is sent again.
 */
import { sameContent } from "../domain/reading.ts";
import { conflictKey, conflictsOf } from "./keys.ts";
import type { Conflict } from "./store.ts";

export interface ConflictRecord extends Conflict {
  channel: number;
  /** Unix seconds of the first time. */
  seenAt: number;
}

export class Conflicts {
  constructor(readonly kv: Deno.Kv) {}

  async record(meter: string, channel: number, conflict: Conflict, now: number): Promise<void> {
    const key = conflictKey(meter, channel, conflict.refused.n);
    const { value: known } = await this.kv.get<ConflictRecord>(key);
    if (known && sameContent(known.refused, conflict.refused)) return;
    await this.kv.set(key, { ...conflict, channel, seenAt: known?.seenAt ?? now });
  }

  async of(meter: string, limit: number): Promise<ConflictRecord[]> {
    const list = this.kv.list<ConflictRecord>({ prefix: conflictsOf(meter) }, { limit });
    return (await Array.fromAsync(list)).map(({ value }) => value);
  }
}
