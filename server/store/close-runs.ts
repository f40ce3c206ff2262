/** How far runs over all points have come, and what they found; forgotten after a month. */
import { closeItemKey, closeItemsOf, closeRunKey } from "./keys.ts";
import type { Records } from "./records.ts";

export interface CloseCounts {
  points: number;
  /** Invoices that were issued, or would be. */
  invoices: number;
  /** What could not be billed. */
  failures: number;
}

export interface CloseRun extends CloseCounts {
  id: string;
  isDry: boolean;
  /** Unix seconds. */
  beganAt: number;
  endedAt?: number;
}

/** What there is to say of one point's period. */
export interface CloseItem {
  pointId: string;
  month: string;
  /** Why it cannot be billed; else what the bill comes to. */
  failure?: string;
  currency?: string;
  total?: number;
  milliwattHours?: number;
  /** Of the total, what puts earlier bills right. */
  corrected?: number;
}

const KEPT = { expireIn: 30 * 24 * 3_600_000 };

export class CloseRuns {
  constructor(readonly records: Pick<Records, "kv" | "newId">) {}

  async begin(isDry: boolean, at: number): Promise<CloseRun> {
    const run: CloseRun = {
      id: this.records.newId(),
      isDry,
      beganAt: at,
      points: 0,
      invoices: 0,
      failures: 0,
    };
    await this.records.kv.set(closeRunKey(run.id), run, KEPT);
    return run;
  }

  async keep(run: CloseRun): Promise<void> {
    await this.records.kv.set(closeRunKey(run.id), run, KEPT);
  }

  async add(run: CloseRun, item: CloseItem): Promise<void> {
    await this.records.kv.set(closeItemKey(run.id, item.pointId, item.month), item, KEPT);
  }

  async get(id: string): Promise<CloseRun | undefined> {
    return (await this.records.kv.get<CloseRun>(closeRunKey(id))).value ?? undefined;
  }

  /** By point; those behind a place, which is a point and a month. */
  async items(id: string, limit: number, after?: [string, string]): Promise<CloseItem[]> {
    const prefix = closeItemsOf(id);
    const range = after
      ? { prefix, start: closeItemKey(id, after[0], `${after[1]}\0`) }
      : { prefix };
    const rows = this.records.kv.list<CloseItem>(range, { limit });
    return (await Array.fromAsync(rows)).map(({ value }) => value);
  }
}
