/**
 * Spreads what is announced among those who are told of it, in order. Broken off, it is done anew:
 * whoever was told already is told once more, under the same id.
 */
import { deliveriesOf, type Delivery, type Listener } from "../domain/alert-delivery.ts";
import type { ReportProblem } from "../errors.ts";
import type { AlertRecord } from "./alerts.ts";
import type { Announcement } from "./announcer.ts";
import { ANNOUNCEMENTS } from "./keys.ts";
import type { Listeners } from "./listeners.ts";
import type { Outbox } from "./outbox.ts";
import { type Staged, stageDelivery } from "./outbox-rows.ts";

/** That wait for one target. */
export const MAX_WAITING = 20_000;
const COUNTED_ANEW_SECONDS = 60;
const AT_ONCE = 100;
const ROWS_AN_ATOMIC = 200;

const OVERFLOW = `${MAX_WAITING} others waited already`;

interface Count {
  at: number;
  waiting: number;
}

export class Spreading {
  #counts = new Map<string, Count>();

  constructor(
    readonly outbox: Outbox,
    readonly listeners: Listeners,
    readonly report: ReportProblem,
  ) {}

  /** Whether there was nothing more. */
  async spread(now: number): Promise<boolean> {
    const range = { prefix: ANNOUNCEMENTS };
    const found = this.outbox.kv.list<Announcement>(range, { limit: AT_ONCE });
    const entries = await Array.fromAsync(found);
    if (entries.length === 0) return true;
    this.listeners.begin();
    this.#forget(now);
    for (const entry of entries) await this.#one(entry, now);
    return entries.length < AT_ONCE;
  }

  async #one(entry: Deno.KvEntry<Announcement>, now: number): Promise<void> {
    const rows = await this.#rowsOf(entry.value, now);
    let at = 0;
    do {
      const atomic = this.outbox.kv.atomic();
      for (const row of rows.slice(at, at + ROWS_AN_ATOMIC)) stageDelivery(atomic, row);
      at += ROWS_AN_ATOMIC;
      if (at >= rows.length) atomic.delete(entry.key);
      await atomic.commit();
    } while (at < rows.length);
  }

  async #rowsOf(announced: Announcement, now: number): Promise<Staged[]> {
    const { order, alert } = announced;
    const rows: Staged[] = [];
    const listeners = await this.listeners.of(alert);
    for (const delivery of listeners.flatMap((one) => this.#deliveriesTo(one, announced, now))) {
      const { listenerId: target, way, dueAt } = delivery;
      const place = way === "webhook" ? { lane: laneOf(alert), order } : { lane: "", order: dueAt };
      const row = { ...delivery, ...place, target, alert, attempts: 0, nextAt: dueAt };
      const isFull = await this.#isFull(target, now);
      rows.push(isFull ? { ...row, diedAt: now, reason: OVERFLOW } : row);
    }
    return rows;
  }

  /** Of one for whom it cannot be worked out the others do not wait. */
  #deliveriesTo(listener: Listener, announced: Announcement, now: number): Delivery[] {
    try {
      return deliveriesOf(announced, [listener], now);
    } catch (error) {
      this.report(`Cannot tell ${listener.id} of ${announced.alert.id}`, error);
      return [];
    }
  }

  /** Within a minute counted too high, as what has left meanwhile is not taken off. */
  async #isFull(target: string, now: number): Promise<boolean> {
    const count = this.#counts.get(target) ??
      { at: now, waiting: await this.outbox.count(target) };
    this.#counts.set(target, count);
    return ++count.waiting > MAX_WAITING;
  }

  #forget(now: number): void {
    for (const [target, { at }] of this.#counts) {
      if (at + COUNTED_ANEW_SECONDS <= now) this.#counts.delete(target);
    }
  }
}

/** What is told of a point comes in order, whether it is of the point or of its meter. */
const laneOf = ({ pointId, subject }: AlertRecord): string => pointId ?? subject;
