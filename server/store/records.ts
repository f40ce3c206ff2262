/**
 * Records that people register and change, with what they are found by. A change reads records,
 * writes them with their index rows and the audit log in one atomic, and is begun anew whenever
 * someone came in between.
 */
import { readCursor, writeCursor } from "../domain/cursor.ts";
import { wordsOf } from "../domain/search-words.ts";
import { done, failed, type Failure, type Result } from "../errors.ts";
import { type Actor, type Audited, auditRows } from "./audit.ts";
import { Change } from "./change.ts";
import { listRange, type Place, recordKey, uniqueKey, wordRange } from "./keys.ts";
import { ALL, type Kind, type Row, wordsFor } from "./kinds.ts";

export interface By {
  actor: Actor;
  /** Unix seconds. */
  at: number;
  /** The version that the record must still have. */
  expected?: string;
}

export interface ListQuery {
  list?: string;
  search?: string;
  limit: number;
  cursor?: string;
}

export interface Listed<Record> {
  items: Record[];
  next?: string;
}

interface Scan<Record> {
  limit: number;
  /** Index rows that are looked through for it. */
  scanned: number;
  fits: (record: Record, word: string) => boolean;
}

const MAX_TRIES = 10;
/** Index rows looked through for one page of a search, most of which may not fit. */
const MAX_SCANNED = 2_000;
/** The database reads so many keys at once. */
const KEYS_A_READ = 10;

const RECORDS_A_PAGE = 100;

/** The database refuses longer keys, and no id comes near. */
const MAX_ID = 64;

const AGAIN = "It was changed by others at the same time. Try again.";

export const noSuch = (kind: string, id: string): Failure =>
  failed("notFound", `There is no ${kind} ${id}.`);

export class Records {
  #audited = 0;

  constructor(readonly kv: Deno.Kv, readonly newId: () => string) {}

  async get<R extends Row>(kind: Kind<R>, id: string): Promise<R | undefined> {
    if (id.length > MAX_ID) return undefined;
    const { value, versionstamp } = await this.kv.get<R>(recordKey(kind.name, id));
    return value ? { ...value, version: versionstamp } : undefined;
  }

  /** The one to whom a value belongs that no two may share. */
  async find<R extends Row>(kind: Kind<R>, field: string, value: string): Promise<R | undefined> {
    const { value: id } = await this.kv.get<string>(uniqueKey(kind.name, field, value));
    return id === null ? undefined : await this.get(kind, id);
  }

  /** The same for many values, in their order. */
  async findAll<R extends Row>(
    kind: Kind<R>,
    field: string,
    values: string[],
  ): Promise<(R | undefined)[]> {
    const ids: (string | null)[] = [];
    for (let at = 0; at < values.length; at += KEYS_A_READ) {
      const keys = values.slice(at, at + KEYS_A_READ)
        .map((value) => uniqueKey(kind.name, field, value));
      ids.push(...(await this.kv.getMany<string[]>(keys)).map(({ value }) => value));
    }
    const found = await this.getAll(kind, ids.flatMap((id) => id ?? []));
    const byId = new Map(found.map((record) => [record.id, record]));
    return ids.map((id) => id === null ? undefined : byId.get(id));
  }

  /** In any order of the ids; those that there are. */
  async getAll<R extends Row>(kind: Kind<R>, ids: string[]): Promise<R[]> {
    const found: R[] = [];
    for (let at = 0; at < ids.length; at += KEYS_A_READ) {
      const keys = ids.slice(at, at + KEYS_A_READ).map((id) => recordKey(kind.name, id));
      for (const { value, versionstamp } of await this.kv.getMany<R[]>(keys)) {
        if (value) found.push({ ...value, version: versionstamp ?? undefined });
      }
    }
    return found;
  }

  /** By title; those that are searched for, by the word that was found. */
  async list<R extends Row>(kind: Kind<R>, query: ListQuery): Promise<Listed<R>> {
    const { list = ALL, search = "", limit, cursor } = query;
    const wanted = wordsOf([search]).sort((a, b) => b.length - a.length);
    const after = cursor === undefined ? undefined : readCursor(cursor);
    if (cursor !== undefined && !after) return { items: [] };
    if (wanted.length === 0) {
      const range = listRange(kind.name, list, after);
      return await this.#page(kind, range, { limit, scanned: limit + 1, fits: () => true });
    }
    // It would be the cursor of another search.
    if (after && !after[0].startsWith(wanted[0])) return { items: [] };
    const fits = (record: R, word: string) =>
      kind.lists(record).includes(list) && fitsWords(wordsFor(kind, record), word, wanted);
    const scanned = Math.max(limit + 1, MAX_SCANNED);
    return await this.#page(kind, wordRange(kind.name, wanted[0], after), { limit, scanned, fits });
  }

  async #page<R extends Row>(
    kind: Kind<R>,
    range: Deno.KvListSelector,
    { limit, scanned, fits }: Scan<R>,
  ): Promise<Listed<R>> {
    const places: Place[] = [];
    for await (const { key } of this.kv.list(range, { limit: scanned, batchSize: 500 })) {
      places.push(key.slice(-2) as Place);
    }
    const items: R[] = [];
    for (let at = 0; at < places.length; at += KEYS_A_READ) {
      const some = places.slice(at, at + KEYS_A_READ);
      const records = await this.getAll(kind, some.map(([, id]) => id));
      for (const place of some) {
        const record = records.find(({ id }) => id === place[1]);
        if (record && fits(record, place[0])) items.push(record);
        const isLast = place === places[places.length - 1];
        const mayBeMore = !isLast || places.length === scanned;
        if (items.length === limit || isLast) {
          return mayBeMore ? { items, next: writeCursor(place) } : { items };
        }
      }
    }
    return { items };
  }

  /** A whole list, page by page. */
  async *all<R extends Row>(kind: Kind<R>, list: string): AsyncGenerator<R> {
    let cursor: string | undefined;
    do {
      const { items, next } = await this.list(kind, { list, limit: RECORDS_A_PAGE, cursor });
      yield* items;
      cursor = next;
    } while (cursor !== undefined);
  }

  /** Changes one record that is there. */
  async update<R extends Row, Value>(
    kind: Kind<R>,
    id: string,
    by: By,
    change: (record: R, within: Change) => Result<Value> | Promise<Result<Value>>,
  ): Promise<Result<Value>> {
    return await this.transact(by, async (within) => {
      const current = await currentIn(within, kind, id, by);
      if (!current.ok) return current;
      const result = await change(current.value, within);
      if (result.ok) within.put(kind, current.value);
      return result;
    });
  }

  /** Leaves of a record what is not personal. The audit log does not tell what was taken away. */
  async erase<R extends Row>(
    kind: Kind<R>,
    id: string,
    by: By,
    blank: (record: R) => R,
  ): Promise<Result<void>> {
    return await this.transact<void>(by, async (within) => {
      const current = await currentIn(within, kind, id, by);
      if (!current.ok) return current;
      within.erase(kind, blank(current.value));
      return done(undefined);
    });
  }

  /** Nothing is written unless the result is good. */
  async transact<Value>(
    by: By,
    act: (change: Change) => Promise<Result<Value>>,
  ): Promise<Result<Value>> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const change = new Change(this.kv);
      const result = await act(change);
      if (!result.ok) return result;
      const taken = await change.taken();
      if (taken) return taken;
      const atomic = change.staged((audited) => this.#auditRows(audited, by));
      if ((await atomic.commit()).ok) return result;
    }
    return failed("conflict", AGAIN);
  }

  /** Puts into the audit log what no record of these shows. */
  async note(by: By, audited: Audited): Promise<void> {
    await this.transact<void>(by, (change) => {
      change.note(audited);
      return Promise.resolve(done(undefined));
    });
  }

  #auditRows(audited: Audited, by: By) {
    return auditRows({ ...audited, at: by.at, actor: by.actor }, this.#audited++, this.newId());
  }
}

async function currentIn<R extends Row>(
  within: Change,
  kind: Kind<R>,
  id: string,
  by: By,
): Promise<Result<R>> {
  const record = await within.get(kind, id);
  if (!record) return noSuch(kind.name, id);
  if (by.expected === undefined || by.expected === record.version) return done(record);
  return failed("preconditionFailed", `The ${kind.name} has been changed since. Read it again.`);
}

const fitsWords = (words: string[], found: string, [first, ...others]: string[]): boolean =>
  // A record is shown once, though several of its words may begin alike.
  words.find((word) => word.startsWith(first)) === found &&
  others.every((other) => words.some((word) => word.startsWith(other)));
