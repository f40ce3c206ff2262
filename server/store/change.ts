/** What is read and written in one atomic: records, what they are found by, and the audit log. */
import { sortName } from "../domain/search-words.ts";
import { failed, type Failure } from "../errors.ts";
import { type Audited, differenceOf } from "./audit.ts";
import { listKey, recordKey, uniqueKey, wordKey } from "./keys.ts";
import { type Kind, type Row, wordsFor } from "./kinds.ts";

interface Touched {
  // deno-lint-ignore no-explicit-any
  kind: Kind<any>;
  entry?: Deno.KvEntryMaybe<Row>;
  after?: Row;
}

export class Change {
  #touched = new Map<string, Touched>();
  #notes: Audited[] = [];
  #uniques: Deno.KvEntryMaybe<string>[] = [];

  constructor(readonly kv: Deno.Kv) {}

  /** A record as it will be checked to be still; a copy, free to change. */
  async get<R extends Row>(kind: Kind<R>, id: string): Promise<R | undefined> {
    const known = this.#touched.get(`${kind.name} ${id}`);
    if (known?.after) return known.after as R;
    const entry = known?.entry ?? await this.kv.get<R>(recordKey(kind.name, id));
    this.#touched.set(`${kind.name} ${id}`, { kind, entry });
    const { value, versionstamp } = entry;
    return value ? { ...structuredClone(value as R), version: versionstamp } : undefined;
  }

  put<R extends Row>(kind: Kind<R>, record: R): void {
    const place = `${kind.name} ${record.id}`;
    this.#touched.set(place, { ...this.#touched.get(place), kind, after: record });
  }

  /** Puts something into the audit log that no record shows. */
  note(audited: Audited): void {
    this.#notes.push(audited);
  }

  /** The first value that a record here takes while another has it. */
  async taken(): Promise<Failure | undefined> {
    this.#uniques = [];
    for (const { kind, entry, after } of this.#touched.values()) {
      if (!after) continue;
      const before = entry?.value ? kind.unique(entry.value) : {};
      for (const [field, value] of Object.entries(kind.unique(after))) {
        if (value === undefined || value === before[field]) continue;
        const holder = await this.kv.get<string>(uniqueKey(kind.name, field, value));
        if (holder.value !== null) return await this.#isTaken(kind, field, holder.value);
        this.#uniques.push(holder);
      }
    }
  }

  async #isTaken<R extends Row>(kind: Kind<R>, field: string, id: string): Promise<Failure> {
    const { value } = await this.kv.get<R>(recordKey(kind.name, id));
    const title = value ? ` ${kind.title(value)}` : "";
    const message = `is that of the ${kind.name}${title} (${id})`;
    return failed("conflict", `Taken: ${field} ${message}.`, [{ path: field, message }]);
  }

  staged(rowsOf: (audited: Audited) => [Deno.KvKey, unknown][]): Deno.AtomicOperation {
    const atomic = this.kv.atomic();
    const audited = [...this.#notes];
    for (const { kind, entry, after } of this.#touched.values()) {
      if (entry) atomic.check(entry);
      if (!after) continue;
      const { version: _, ...record } = after;
      const before = entry?.value ?? undefined;
      atomic.set(recordKey(kind.name, record.id), record);
      stageIndex(atomic, kind, before, record);
      audited.push({ kind: kind.name, id: record.id, ...differenceOf(kind, before, record) });
    }
    for (const free of this.#uniques) atomic.check(free);
    for (const [key, value] of audited.flatMap(rowsOf)) atomic.set(key, value);
    return atomic;
  }
}

/** The rows by which a record is found. */
function indexOf<R extends Row>(kind: Kind<R>, record: R): [Deno.KvKey, unknown][] {
  const { name } = kind;
  const title = sortName(kind.title(record));
  return [
    ...kind.lists(record).map((list) => [listKey(name, list, title, record.id), 1]),
    ...wordsFor(kind, record).map((word) => [wordKey(name, word, record.id), 1]),
    ...Object.entries(kind.unique(record)).flatMap(([field, value]) =>
      value === undefined ? [] : [[uniqueKey(name, field, value), record.id]]
    ),
  ] as [Deno.KvKey, unknown][];
}

function stageIndex<R extends Row>(
  atomic: Deno.AtomicOperation,
  kind: Kind<R>,
  before: R | undefined,
  after: R,
): void {
  const old = new Map(before ? indexOf(kind, before).map(([key]) => [`${key}`, key]) : []);
  for (const [key, value] of indexOf(kind, after)) {
    if (!old.delete(`${key}`)) atomic.set(key, value);
  }
  for (const key of old.values()) atomic.delete(key);
}
