/**
 * Alerts as they are stored: one record a cause, the lists that it stands in, and what has just
 * become of it. Who finds something writes it together with what is to be delivered of it.
 */
import { acknowledged, type Alert, type AlertEvent } from "../domain/alert-life.ts";
import { type Audience, type Kind, KINDS } from "../domain/alert-kinds.ts";
import { readMoment, writeCursor } from "../domain/cursor.ts";
import { done, noSuch, type Result } from "../errors.ts";
import {
  ALERT_NEWS,
  alertKey,
  alertListKey,
  alertNewsKey,
  alertPlaceIn,
  alertsIn,
} from "./keys.ts";
import { listOf } from "./kinds.ts";
import { KEYS_A_READ, readMany } from "./read-many.ts";
import type { By, Listed, Records } from "./records.ts";

export interface AlertRecord extends Alert {
  /** Of the point, or of the meter's; of an outage there is none. */
  pointId?: string;
  /** Who had the point as it began. */
  customerId?: string;
  region: string;
}

export interface AlertQuery {
  /** Both, if it is not said. */
  open?: boolean;
  customerId?: string;
  pointId?: string;
  region?: string;
  audience?: Audience;
  kinds?: Kind[];
  acknowledged?: boolean;
  limit: number;
  cursor?: string;
}

type Place = [openedAt: number, id: string];

/** What became of an alert, for whoever looks on. */
export interface AlertNews {
  event: AlertEvent;
  alert: AlertRecord;
}

export interface AlertCount {
  kind: Kind;
  region: string;
  open: number;
  unacknowledged: number;
}

/** The database refuses longer keys, and no id comes near. */
const MAX_ID = 200;
const ROWS_A_READ = 200;
/** Index rows looked through for one page, most of which may not fit. */
const MAX_SCANNED = 2_000;
const MAX_COUNTED = 100_000;
const NEWS_MS = 10 * 60_000;
/** A change may be seen a while later than others of the same second. */
const NEWS_OVERLAP_SECONDS = 60;
const ALL_LISTS = "";
const OPEN = "open";

export class Alerts {
  constructor(readonly records: Records) {}

  get #kv(): Deno.Kv {
    return this.records.kv;
  }

  async get(id: string): Promise<AlertRecord | undefined> {
    if (id.length > MAX_ID) return undefined;
    return (await this.#kv.get<AlertRecord>(alertKey(id))).value ?? undefined;
  }

  /** As they are read, to be checked when they are written; those that there are. */
  entries(ids: string[]): Promise<Deno.KvEntryMaybe<AlertRecord>[]> {
    return readMany(this.#kv, ids.map(alertKey));
  }

  /** The latest first. */
  async list(query: AlertQuery): Promise<Listed<AlertRecord>> {
    const after = query.cursor === undefined ? undefined : readMoment(query.cursor);
    if (query.cursor !== undefined && !after) return { items: [] };
    const range = alertsIn(listFor(query), after);
    const batchSize = Math.min(query.limit + 1, ROWS_A_READ);
    const items: AlertRecord[] = [];
    let scanned = 0;
    let last: Place | undefined;
    for await (const places of this.#places(range, { limit: MAX_SCANNED, batchSize })) {
      for (const { value } of await this.entries(places.map(([, id]) => id))) {
        if (value && fits(value, query)) items.push(value);
        if (items.length > query.limit) return cut(items, query.limit);
      }
      scanned += places.length;
      last = places.at(-1);
    }
    return last && scanned === MAX_SCANNED ? { items, next: writeCursor(last) } : { items };
  }

  /** Of those that are open, by kind and region. */
  async counts(): Promise<AlertCount[]> {
    const counts = new Map<string, AlertCount>();
    for await (const alert of this.open()) {
      const { kind, region } = alert;
      const place = `${kind} ${region}`;
      const count = counts.get(place) ?? { kind, region, open: 0, unacknowledged: 0 };
      count.open++;
      if (!alert.acknowledged) count.unacknowledged++;
      counts.set(place, count);
    }
    return [...counts.values()];
  }

  async *open(): AsyncGenerator<AlertRecord> {
    const options = { limit: MAX_COUNTED, batchSize: 500 };
    for await (const places of this.#places(alertsIn(OPEN), options)) {
      const entries = await this.entries(places.map(([, id]) => id));
      for (const { value } of entries) if (value) yield value;
    }
  }

  /** As many at a time as can be read at once. */
  async *#places(range: Deno.KvListSelector, options: Deno.KvListOptions): AsyncGenerator<Place[]> {
    let places: Place[] = [];
    for await (const { key } of this.#kv.list(range, options)) {
      places.push(alertPlaceIn(key));
      if (places.length < KEYS_A_READ) continue;
      yield places;
      places = [];
    }
    if (places.length > 0) yield places;
  }

  /** By somebody who has seen it; once, and no more where it is over. */
  async acknowledge(id: string, person: string, by: By): Promise<Result<AlertRecord>> {
    return await this.records.transact<AlertRecord>(by, async (change) => {
      const alert = await change.row<AlertRecord>(alertKey(id));
      if (!alert) return noSuch("alert", id);
      const seen = { ...alert, ...acknowledged(alert, person, by.at) };
      if (seen.acknowledged === alert.acknowledged) return done(alert);
      change.setRow(alertKey(id), seen);
      change.setRow(...newsRow({ event: "acknowledged", alert: seen }, by.at));
      change.note({ kind: "alert", id, action: "acknowledged", changes: {} });
      return done(seen);
    });
  }

  /** What became of alerts since an instant, some of it perhaps once more. */
  async news(since: number, limit: number): Promise<AlertNews[]> {
    const start = [...ALERT_NEWS, since - NEWS_OVERLAP_SECONDS];
    const range = { prefix: ALERT_NEWS, start };
    const rows = await Array.fromAsync(this.#kv.list<AlertNews>(range, { limit }));
    return rows.map(({ value }) => value);
  }
}

/** Writes an alert as it is from now on, with its places in the lists and what is to be shown. */
export function stageAlert(atomic: Deno.AtomicOperation, news: AlertNews): void {
  const { event, alert } = news;
  atomic.set(alertKey(alert.id), alert);
  for (const list of listsOf(alert)) {
    const key = alertListKey([list, alert.openedAt, alert.id]);
    if (event === "opened") atomic.set(key, 0).set(openKey(list, alert), 0);
    else if (event === "closed") atomic.delete(openKey(list, alert));
  }
  const [key, value, options] = newsRow(news, alert.at);
  atomic.set(key, value, options);
}

const newsRow = (news: AlertNews, at: number) =>
  [alertNewsKey(at, news.alert.id, news.event), news, { expireIn: NEWS_MS }] as const;

const openList = (list: string) => list === ALL_LISTS ? OPEN : `${OPEN} ${list}`;
const openKey = (list: string, { openedAt, id }: AlertRecord) =>
  alertListKey([openList(list), openedAt, id]);

/** Customers are shown what is for them. */
function listsOf({ kind, pointId, customerId, region }: AlertRecord): string[] {
  const { audience } = KINDS[kind];
  return [
    ALL_LISTS,
    listOf("region", region),
    ...pointId === undefined ? [] : [listOf("point", pointId)],
    ...customerId !== undefined && audience === "customer" ? [listOf("customer", customerId)] : [],
  ];
}

function listFor({ open, customerId, pointId, region }: AlertQuery): string {
  const list = pointId !== undefined
    ? listOf("point", pointId)
    : customerId !== undefined
    ? listOf("customer", customerId)
    : region !== undefined
    ? listOf("region", region)
    : ALL_LISTS;
  return open ? openList(list) : list;
}

function fits(alert: AlertRecord, query: AlertQuery): boolean {
  const { audience } = KINDS[alert.kind];
  const is = <Value>(wanted: Value | undefined, value: Value) =>
    wanted === undefined || wanted === value;
  return is(query.open, alert.closedAt === undefined) &&
    is(query.customerId, audience === "customer" ? alert.customerId : undefined) &&
    is(query.region, alert.region) && is(query.audience, audience) &&
    is(query.acknowledged, alert.acknowledged !== undefined) &&
    (query.kinds === undefined || query.kinds.includes(alert.kind));
}

const placeOf = ({ openedAt, id }: AlertRecord) => writeCursor([openedAt, id]);

function cut(items: AlertRecord[], limit: number): Listed<AlertRecord> {
  const shown = items.slice(0, limit);
  return { items: shown, next: placeOf(shown[limit - 1]) };
}
