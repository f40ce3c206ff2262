/** Pages of a list: by title, or by the words that are searched for. */
import { readCursor, writeCursor } from "../domain/cursor.ts";
import { wordsOf } from "../domain/search-words.ts";
import { listRange, type Place, wordRange } from "./keys.ts";
import { ALL, type Kind, type Row, wordsFor } from "./kinds.ts";
import { KEYS_A_READ } from "./read-many.ts";
import type { Records } from "./records.ts";

export interface ListQuery {
  /** Those in use or those retired; of an owner's, both if it is not said. */
  list?: string;
  /** Only those that stand in this owner's list. */
  of?: string;
  search?: string;
  limit: number;
  cursor?: string;
}

/** Of a list, and of what is searched for, those alone that are so. */
export interface Where<Record> {
  where?: (record: Record) => boolean;
}

export interface Listed<Record> {
  items: Record[];
  next?: string;
}

interface Scan<Record> {
  range: Deno.KvListSelector;
  limit: number;
  /** Index rows that are looked through for it. */
  scanned: number;
  fits: (record: Record, place: Place) => boolean;
}

/** Index rows looked through for one page of a search, most of which may not fit. */
const MAX_SCANNED = 2_000;

export async function listRecords<R extends Row>(
  records: Records,
  kind: Kind<R>,
  query: ListQuery & Where<R>,
): Promise<Listed<R>> {
  const { cursor } = query;
  const after = cursor === undefined ? undefined : readCursor(cursor);
  if (cursor !== undefined && !after) return { items: [] };
  const scan = scanFor(kind, query, after);
  return scan ? await pageOf(records, kind, scan) : { items: [] };
}

/** What somebody owns is few, and looked through. Else the longest word leads to what is searched. */
function scanFor<R extends Row>(
  kind: Kind<R>,
  { list, of, search = "", limit, where = () => true }: ListQuery & Where<R>,
  after: Place | undefined,
): Scan<R> | undefined {
  const wanted = wordsOf([search]).sort((a, b) => b.length - a.length);
  const hasAll = (record: R) => {
    const words = wordsFor(kind, record);
    return wanted.every((one) => words.some((word) => word.startsWith(one)));
  };
  const isListed = (record: R) => kind.lists(record).includes(list ?? ALL);
  const scanned = Math.max(limit + 1, MAX_SCANNED);
  if (of !== undefined) {
    const fits = (record: R) =>
      (list === undefined || isListed(record)) && hasAll(record) && where(record);
    return { range: listRange(kind.name, of, after), limit, scanned, fits };
  }
  const [first] = wanted;
  if (first === undefined) {
    const range = listRange(kind.name, list ?? ALL, after);
    const fits = (record: R) => isListed(record) && where(record);
    return { range, limit, scanned: limit + 1, fits };
  }
  // It would be the cursor of another search.
  if (after && !after[0].startsWith(first)) return undefined;
  const isShownOnce = (record: R, [found]: Place) =>
    wordsFor(kind, record).find((word) => word.startsWith(first)) === found;
  const fits = (record: R, place: Place) =>
    isListed(record) && isShownOnce(record, place) && hasAll(record) && where(record);
  return { range: wordRange(kind.name, first, after), limit, scanned, fits };
}

async function pageOf<R extends Row>(
  records: Records,
  kind: Kind<R>,
  { range, limit, scanned, fits }: Scan<R>,
): Promise<Listed<R>> {
  const places: Place[] = [];
  for await (const { key } of records.kv.list(range, { limit: scanned, batchSize: 500 })) {
    places.push(key.slice(-2) as Place);
  }
  const items: R[] = [];
  for (let at = 0; at < places.length; at += KEYS_A_READ) {
    const some = places.slice(at, at + KEYS_A_READ);
    const found = await records.getAll(kind, some.map(([, id]) => id));
    for (const place of some) {
      const record = found.find(({ id }) => id === place[1]);
      if (record && fits(record, place)) items.push(record);
      const isLast = place === places[places.length - 1];
      const mayBeMore = !isLast || places.length === scanned;
      if (items.length === limit || isLast) {
        return mayBeMore ? { items, next: writeCursor(place) } : { items };
      }
    }
  }
  return { items };
}
