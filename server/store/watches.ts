/** What is remembered of points and regions from one look at them to the next. */
import type { MeterWatch } from "../domain/alert-meter.ts";
import type { Watch } from "../domain/alert-watch.ts";
import { recordKey, recordsOf, REGION_WATCHES, regionWatchKey, WATCHES, watchKey } from "./keys.ts";
import { POINTS } from "./kinds.ts";
import type { PointRecord } from "./points.ts";

export interface PointWatch {
  watch: Watch;
  /** Whose habits these are, and since when they are known. */
  customerId: string;
  since: number;
  /** Nothing has ever been heard from there. */
  isUnheard: boolean;
  /** When somebody last looked; 0 if nobody did. */
  lookedAt: number;
  /** By the meters that count there now. */
  meters: Record<string, MeterWatch>;
  /** How many of their signs are known, by kind and server. */
  seenSigns: Record<string, number>;
  feedsIn: boolean;
  /** A register fell in the period, and nobody had said what it was. */
  hasOpenFall: boolean;
  /** The alerts on the point and its meters that are open. */
  open: string[];
  /** When what is usual was last looked for, and when the bill was last worked out. */
  usualAt: number;
  ratedAt: number;
}

export interface Watched {
  point: PointRecord;
  kept?: PointWatch;
}

const POINTS_A_PAGE = 100;
const MAX_REGIONS = 10_000;

export class Watches {
  constructor(readonly kv: Deno.Kv) {}

  /** All points in the order of their ids, each with what is remembered of it. */
  async *all(): AsyncGenerator<Watched[]> {
    let after: Deno.KvKey | undefined;
    for (;;) {
      const range = { prefix: recordsOf(POINTS.name), ...after ? { start: after } : {} };
      const points = await this.#page<PointRecord>(range as Deno.KvListSelector);
      if (points.length === 0) return;
      const [first, last] = [points[0].id, points[points.length - 1].id];
      const end = [...watchKey(last), 0];
      const kept = await this.#kept({ start: watchKey(first), end });
      yield points.map((point) => ({ point, kept: kept.get(point.id) }));
      if (points.length < POINTS_A_PAGE) return;
      after = [...recordKey(POINTS.name, last), 0];
    }
  }

  async #page<Value>(range: Deno.KvListSelector): Promise<Value[]> {
    const options = { limit: POINTS_A_PAGE, batchSize: POINTS_A_PAGE };
    const rows = await Array.fromAsync(this.kv.list<Value>(range, options));
    return rows.map(({ value }) => value);
  }

  async #kept(range: Deno.KvListSelector): Promise<Map<string, PointWatch>> {
    const kept = new Map<string, PointWatch>();
    const rows = this.kv.list<PointWatch>(range, { batchSize: POINTS_A_PAGE });
    for await (const { key, value } of rows) kept.set(key[WATCHES.length] as string, value);
    return kept;
  }

  /** The outages that are open, by region. */
  async outages(): Promise<Map<string, string>> {
    const outages = new Map<string, string>();
    const range = { prefix: REGION_WATCHES };
    for await (const { key, value } of this.kv.list<string>(range, { limit: MAX_REGIONS })) {
      outages.set(key[REGION_WATCHES.length] as string, value);
    }
    return outages;
  }
}

export const setWatch = (atomic: Deno.AtomicOperation, point: string, kept: PointWatch) =>
  atomic.set(watchKey(point), kept);

export const dropWatch = (atomic: Deno.AtomicOperation, point: string) =>
  atomic.delete(watchKey(point));

/** The id of the alert on the outage that is open in a region, if one is. */
export const setOutage = (atomic: Deno.AtomicOperation, region: string, id: string | undefined) =>
  id === undefined ? atomic.delete(regionWatchKey(region)) : atomic.set(regionWatchKey(region), id);
