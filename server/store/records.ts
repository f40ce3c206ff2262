/**
 * Records that people register and change, with what they are found by. A change reads records,
 * writes them with their index rows and the audit log in one atomic, and is begun anew whenever
 * someone came in between.
 */
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
    const range = wanted.length > 0
      ? wordRange(kind.name, wanted[0], after)
      : listRange(kind.name, list, after);
    const fits = (record: R, word: string) =>
      kind.lists(record).includes(list) && fitsWords(wordsFor(kind, record), word, wanted);
    return await this.#page(kind, range, limit, wanted.length > 0 ? fits : () => true);
  }

  async #page<R extends Row>(
    kind: Kind<R>,
    range: Deno.KvListSelector,
    limit: number,
    fits: (record: R, word: string) => boolean,
  ): Promise<Listed<R>> {
    const places: Place[] = [];
    const limitOfScan = Math.max(limit + 1, MAX_SCANNED);
    for await (const { key } of this.kv.list(range, { limit: limitOfScan, batchSize: 500 })) {
      places.push(key.slice(-2) as Place);
    }
    const items: R[] = [];
    for (let at = 0; at < places.length; at += KEYS_A_READ) {
      const some = places.slice(at, at + KEYS_A_READ);
      const records = await this.getAll(kind, some.map(([, id]) => id));
      for (const [word, id] of some) {
        const record = records.find((record) => record.id === id);
        if (record && fits(record, word)) items.push(record);
        const isLast = id === places.at(-1)![1] && word === places.at(-1)![0];
        const mayBeMore = !isLast || places.length === limitOfScan;
        if (items.length === limit || isLast) {
          return mayBeMore ? { items, next: writeCursor([word, id]) } : { items };
        }
      }
    }
    return { items };
  }

  /** A whole list, page by page. */
  async *all<R extends Row>(kind: Kind<R>, list: string): AsyncGenerator<R> {
    for (let cursor: string | undefined;;) {
      const { items, next } = await this.list(kind, { list, limit: RECORDS_A_PAGE, cursor });
      yield* items;
      if (next === undefined) return;
      cursor = next;
    }
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

const writeCursor = (place: Place): string =>
  new TextEncoder().encode(JSON.stringify(place)).toBase64({ alphabet: "base64url" });

/** A cursor that is none of ours begins behind everything. */
function readCursor(cursor: string): Place {
  try {
    const [word, id] = JSON.parse(
      new TextDecoder().decode(Uint8Array.fromBase64(cursor, { alphabet: "base64url" })),
    );
    return [`${word}`, `${id}`];
  } catch {
    return ["", ""];
  }
}
