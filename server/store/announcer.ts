/**
 * What became of alerts, for those who are told of them: written in one atomic with the alert, in
 * the order in which it became so, and spread among whom it concerns later.
 */
import type { ToldEvent } from "../domain/alert-delivery.ts";
import type { AlertNews, AlertRecord } from "./alerts.ts";
import { ANNOUNCED, announcementKey } from "./keys.ts";

export interface Announcement {
  /** Later ones have higher numbers. */
  order: number;
  event: ToldEvent;
  alert: AlertRecord;
}

/** More than may be on their way to the database, and not be counted yet, when a server ends. */
const UNCOUNTED = 10_000;

/** Together with the alerts that they tell of. */
export function stageDeliveries(atomic: Deno.AtomicOperation, rows: Announcement[]): void {
  for (const row of rows) atomic.set(announcementKey(row.order), row);
  if (rows.length > 0) atomic.set(ANNOUNCED, rows[rows.length - 1].order);
}

export class Announcer {
  #order = 0;
  #counted: Promise<void> | undefined;

  constructor(readonly kv: Deno.Kv) {}

  /** At the begin of each sweep: another server may have swept meanwhile. */
  begin(): void {
    this.#counted = undefined;
  }

  async rowsFor(news: AlertNews[], at: number): Promise<Announcement[]> {
    await (this.#counted ??= this.#count());
    return news.flatMap(({ event, alert }) =>
      event === "opened" || event === "closed" ? [{ order: this.#next(at), event, alert }] : []
    );
  }

  async #count(): Promise<void> {
    const { value } = await this.kv.get<number>(ANNOUNCED);
    if (value !== null) this.#order = Math.max(this.#order, value + UNCOUNTED);
  }

  /** Rises also where the clock does not. */
  #next(at: number): number {
    return this.#order = Math.max(this.#order + 1, at * 1_000);
  }
}
