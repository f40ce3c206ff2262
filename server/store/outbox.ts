/**
 * Deliveries that wait, each for one target. They leave when they were told, so each is told once or
 * more, also after a crash. Those of a lane go one after the other.
 */
import type { Way } from "../domain/alert-delivery.ts";
import { type End, MOST_COUNTED, type Tries, type TryFault } from "../domain/delivery-tries.ts";
import {
  DEAD_LETTERS,
  deadLettersOf,
  OUTBOX,
  OUTBOX_DUE,
  outboxBehind,
  outboxDueKey,
  outboxOf,
} from "./keys.ts";
import { letterOf, type OutboxRow, stageLetter, stageRow } from "./outbox-rows.ts";

/** A row as it was read. */
export interface Waiting {
  row: OutboxRow;
  entry: Deno.KvEntry<OutboxRow>;
}

/** How it stands with what waits for one. */
export interface Backlog {
  /** Counted up to `MOST_COUNTED`. */
  waiting: number;
  /** Of the first that waits after a failure. */
  nextTryAt?: number;
  /** The latest of those that wait. */
  lastFault?: TryFault;
}

/** One whose deliveries are to be looked at. */
export interface DueTarget {
  target: string;
  way: Way;
  entries: Deno.KvEntry<Way>[];
}

const ROWS_A_READ = 100;
const MAX_DUE = 1_000;
/** Of one atomic, where the database takes ten. */
const CHECKS = 8;
const MAX_COUNTED = 20_000;

export class Outbox {
  constructor(readonly kv: Deno.Kv) {}

  /** Who is to be looked at; those that wait for longest first. */
  async targets(now: number): Promise<DueTarget[]> {
    const range = { start: OUTBOX_DUE, end: outboxDueKey(now + 1, "") };
    const targets = new Map<string, DueTarget>();
    const options = { limit: MAX_DUE, batchSize: 500 };
    for await (const entry of this.kv.list<Way>(range, options)) {
      const target = entry.key[2] as string;
      const known = targets.get(target) ?? { target, way: entry.value, entries: [] };
      known.entries.push(entry);
      targets.set(target, known);
    }
    return [...targets.values()];
  }

  /**
   * It was looked at; what has come meanwhile is looked at again, and all of it at `next`: at once
   * where something was left, behind the others that wait.
   */
  async looked({ target, way, entries }: DueTarget, next?: number): Promise<void> {
    if (next !== undefined) await this.kv.set(outboxDueKey(next, target), way);
    for (const some of chunks(entries)) {
      const atomic = this.kv.atomic().check(...some);
      for (const { key } of some) atomic.delete(key);
      await atomic.commit();
    }
  }

  /**
   * Those that may go. Of a lane in `held`, which whoever takes them adds to, nothing more comes;
   * a message that has to wait holds up its lane, an e-mail nothing.
   */
  async *due(target: string, now: number, held: Set<string>): AsyncGenerator<Waiting> {
    let start: Deno.KvKey = outboxOf(target);
    for (;;) {
      const range = { start, end: outboxBehind(target) };
      const entries = await Array.fromAsync(
        this.kv.list<OutboxRow>(range, { limit: ROWS_A_READ }),
      );
      for (const entry of entries) {
        const { value: row } = entry;
        if (held.has(row.lane)) continue;
        if (row.dueAt <= now && row.nextAt <= now) yield { row, entry };
        else if (row.way === "webhook" || row.dueAt > now) held.add(row.lane);
      }
      const last = entries.at(-1);
      if (!last || entries.length < ROWS_A_READ) return;
      const { lane } = last.value;
      start = held.has(lane) ? outboxBehind(target, lane) : [...last.key, 0];
    }
  }

  async delivered(waiting: Waiting[]): Promise<void> {
    const atomic = this.kv.atomic();
    for (const { entry } of waiting) atomic.delete(entry.key);
    await atomic.commit();
  }

  async failed(waiting: Waiting[], tries: Required<Tries>): Promise<void> {
    await this.#move(waiting, (atomic, { row }) => stageRow(atomic, { ...row, ...tries }));
  }

  /** As if they had come to be due then. */
  async postponed(waiting: Waiting[], dueAt: number): Promise<void> {
    await this.#move(waiting, (atomic, { row, entry: { key } }) => {
      atomic.delete(key);
      stageRow(atomic, { ...row, dueAt, order: dueAt });
    });
  }

  async givenUp(waiting: Waiting[], end: End, diedAt: number): Promise<void> {
    await this.#move(waiting, (atomic, { row, entry: { key } }) => {
      atomic.delete(key);
      stageLetter(atomic, letterOf(row, end, diedAt));
    });
  }

  /** Of one who is not there any more. */
  async clear(target: string): Promise<void> {
    const keys: Deno.KvKey[] = [];
    for (const prefix of [outboxOf(target), deadLettersOf(target)]) {
      for await (const { key } of this.kv.list({ prefix }, { batchSize: 500 })) keys.push(key);
    }
    for (let at = 0; at < keys.length; at += ROWS_A_READ) {
      const atomic = this.kv.atomic();
      for (const key of keys.slice(at, at + ROWS_A_READ)) atomic.delete(key);
      await atomic.commit();
    }
  }

  async backlog(target: string): Promise<Backlog> {
    const options = { limit: MOST_COUNTED, batchSize: 500 };
    const entries = this.kv.list<OutboxRow>({ prefix: outboxOf(target) }, options);
    const rows = (await Array.fromAsync(entries)).map(({ value }) => value);
    const failed = rows.filter(({ lastFault }) => lastFault !== undefined);
    return {
      waiting: rows.length,
      nextTryAt: failed.map(({ nextAt }) => nextAt).toSorted((a, b) => a - b)[0],
      lastFault: failed.map(({ lastFault }) => lastFault!).toSorted((a, b) => b.at - a.at)[0],
    };
  }

  /** How many wait for one, and below of all, each up to `MAX_COUNTED`. */
  count(target: string): Promise<number> {
    return this.#count(outboxOf(target));
  }

  async size(): Promise<{ waiting: number; dead: number }> {
    return { waiting: await this.#count(OUTBOX), dead: await this.#count(DEAD_LETTERS) };
  }

  async #count(prefix: Deno.KvKey): Promise<number> {
    let count = 0;
    const options = { limit: MAX_COUNTED, batchSize: 500 };
    for await (const _ of this.kv.list({ prefix }, options)) count++;
    return count;
  }

  /** What was changed by another server meanwhile stays as that one left it. */
  async #move(
    waiting: Waiting[],
    stage: (atomic: Deno.AtomicOperation, one: Waiting) => void,
  ): Promise<void> {
    for (const some of chunks(waiting)) {
      const atomic = this.kv.atomic().check(...some.map(({ entry }) => entry));
      for (const one of some) stage(atomic, one);
      await atomic.commit();
    }
  }
}

function chunks<Item>(items: Item[]): Item[][] {
  const found: Item[][] = [];
  for (let at = 0; at < items.length; at += CHECKS) found.push(items.slice(at, at + CHECKS));
  return found;
}
