/** Deliveries that were given up: listed, put back into the outbox, and only the latest kept. */
import { readMoment, writeCursor } from "../domain/cursor.ts";
import { deadLetterKey, deadLettersOf } from "./keys.ts";
import { type DeadLetter, rowOf, stageRow } from "./outbox-rows.ts";
import type { Listed } from "./records.ts";

/** Of one target. */
export const MAX_LETTERS = 1_000;
const CHECKS = 8;

export class DeadLetters {
  constructor(readonly kv: Deno.Kv) {}

  /** The latest first. */
  async list(target: string, limit: number, cursor?: string): Promise<Listed<DeadLetter>> {
    const before = cursor === undefined ? undefined : readMoment(cursor);
    if (cursor !== undefined && !before) return { items: [] };
    const range = {
      prefix: deadLettersOf(target),
      ...before ? { end: deadLetterKey(target, ...before) } : {},
    } as Deno.KvListSelector;
    const rows = this.kv.list<DeadLetter>(range, { limit: limit + 1, reverse: true });
    const items = (await Array.fromAsync(rows)).map(({ value }) => value);
    if (items.length <= limit) return { items };
    const { diedAt, id } = items[limit - 1];
    return { items: items.slice(0, limit), next: writeCursor([diedAt, id]) };
  }

  /** Puts them back to where they stood, to be tried anew; all, or those that are named. */
  async retry(target: string, ids: string[] | undefined, now: number): Promise<number> {
    const wanted = ids && new Set(ids);
    const letters = (await this.#entries(target)).filter(({ value: { id } }) =>
      wanted?.has(id) ?? true
    );
    let retried = 0;
    for (let at = 0; at < letters.length; at += CHECKS) {
      const some = letters.slice(at, at + CHECKS);
      const atomic = this.kv.atomic().check(...some);
      for (const { key } of some) atomic.delete(key);
      for (const { value } of some) stageRow(atomic, rowOf(value, now));
      if ((await atomic.commit()).ok) retried += some.length;
    }
    return retried;
  }

  /** Drops the oldest beyond so many as are kept. */
  async trim(target: string): Promise<void> {
    const entries = await this.#entries(target);
    for (const { key } of entries.slice(0, Math.max(0, entries.length - MAX_LETTERS))) {
      await this.kv.delete(key);
    }
  }

  #entries(target: string): Promise<Deno.KvEntry<DeadLetter>[]> {
    const range = { prefix: deadLettersOf(target) };
    return Array.fromAsync(this.kv.list<DeadLetter>(range, { batchSize: 500 }));
  }
}
