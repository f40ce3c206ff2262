/** What is read and written in one atomic: records, what they are found by, and the audit log. */
import { sortName } from "../domain/search-words.ts";
import { done, failed, type Failure, noSuch, type Result } from "../errors.ts";
import { type Audited, differenceOf, erased } from "./audit.ts";
import { listKey, recordKey, uniqueKey, wordKey } from "./keys.ts";
import { type Kind, type Row, wordsFor } from "./kinds.ts";

/** The database refuses longer keys, and no id comes near. */
export const MAX_ID = 64;

/** Why nothing can be done any more with what is of the past. */
export const endedOf = <R extends Row>(
  { name, ended }: Kind<R>,
  record: R,
): Failure | undefined =>
  ended?.at(record) === undefined
    ? undefined
    : failed("conflict", `The ${name} ${record.id} is ${ended.word}.`);

interface Touched {
  // deno-lint-ignore no-explicit-any
  kind: Kind<any>;
  /** As it was read. */
  entry?: Deno.KvEntryMaybe<Row>;
  /** As whoever changes it has it in hand: all have the same. */
  copy?: Row;
  isPut?: boolean;
  /** Whether it is written: what is put may be as it was. */
  isStaged?: boolean;
  /** Whether something personal was taken out of it. */
  isErased?: boolean;
}

export class Change {
  #touched = new Map<string, Touched>();
  #notes: Audited[] = [];
  #uniques: Deno.KvEntryMaybe<string>[] = [];
  #rows: Deno.KvEntryMaybe<unknown>[] = [];
  #sets: [key: Deno.KvKey, value: unknown, options?: { expireIn?: number }][] = [];

  constructor(readonly kv: Deno.Kv) {}

  /** A record as it will be checked to be still; a copy, free to change. */
  async get<R extends Row>(kind: Kind<R>, id: string): Promise<R | undefined> {
    const place = `${kind.name} ${id}`;
    const known = this.#touched.get(place);
    if (known) return known.copy as R | undefined;
    if (id.length > MAX_ID) return undefined;
    const entry = await this.kv.get<R>(recordKey(kind.name, id));
    const { value, versionstamp } = entry;
    const copy = value ? { ...structuredClone(value), version: versionstamp } : undefined;
    this.#touched.set(place, { kind, entry, copy });
    return copy;
  }

  /** A record that is there and not of the past. */
  async inUse<R extends Row>(kind: Kind<R>, id: string): Promise<Result<R>> {
    const record = await this.get(kind, id);
    return record ? endedOf(kind, record) ?? done(record) : noSuch(kind.name, id);
  }

  put<R extends Row>(kind: Kind<R>, record: R): void {
    const place = `${kind.name} ${record.id}`;
    this.#touched.set(place, { ...this.#touched.get(place), kind, copy: record, isPut: true });
  }

  erase<R extends Row>(kind: Kind<R>, record: R): void {
    this.put(kind, record);
    this.#touched.get(`${kind.name} ${record.id}`)!.isErased = true;
  }

  /** What is no record, as it will be checked to be still. */
  async row<Value>(key: Deno.KvKey): Promise<Value | undefined> {
    const entry = await this.kv.get<Value>(key);
    this.#rows.push(entry);
    return entry.value ?? undefined;
  }

  setRow(...row: [key: Deno.KvKey, value: unknown, options?: { expireIn?: number }]): void {
    this.#sets.push(row);
  }

  /** Puts something into the audit log that no record shows. */
  note(audited: Audited): void {
    this.#notes.push(audited);
  }

  /** The first value that a record here takes while another has it. */
  async taken(): Promise<Failure | undefined> {
    this.#uniques = [];
    const taken = new Map<string, string>();
    for (const { kind, entry, copy, isPut } of this.#touched.values()) {
      if (!copy || !isPut) continue;
      const before = entry?.value ? kind.unique(entry.value) : {};
      for (const [field, value] of Object.entries(kind.unique(copy))) {
        if (value === undefined || value === before[field]) continue;
        const key = uniqueKey(kind.name, field, value);
        const holder = await this.kv.get<string>(key);
        const other = holder.value ?? taken.get(`${key}`);
        if (other !== undefined) return await this.#isTaken(kind, field, other);
        taken.set(`${key}`, copy.id);
        this.#uniques.push(holder);
      }
    }
  }

  async #isTaken<R extends Row>(kind: Kind<R>, field: string, id: string): Promise<Failure> {
    const holder = await this.get(kind, id);
    return takenBy(kind, field, id, holder);
  }

  staged(rowsOf: (audited: Audited) => [Deno.KvKey, unknown][]): Deno.AtomicOperation {
    const atomic = this.kv.atomic();
    const audited = [...this.#notes];
    for (const touched of this.#touched.values()) {
      const { kind, entry, copy, isPut, isErased } = touched;
      if (entry) atomic.check(entry);
      if (!copy || !isPut) continue;
      const { version: _, ...record } = copy;
      const before = entry?.value ?? undefined;
      const difference = differenceOf(kind, before, record);
      if (before && isEmpty(difference.changes)) continue;
      touched.isStaged = true;
      atomic.set(recordKey(kind.name, record.id), record);
      stageIndex(atomic, kind, before, record);
      audited.push({
        kind: kind.name,
        id: record.id,
        ...isErased ? erased(kind, difference) : difference,
      });
    }
    for (const read of [...this.#uniques, ...this.#rows]) atomic.check(read);
    for (const [key, value, options] of this.#sets) atomic.set(key, value, options);
    for (const [key, value] of audited.flatMap(rowsOf)) atomic.set(key, value);
    return atomic;
  }

  /** Whoever has a record in hand knows the version that it has been written with. */
  committed(version: string): void {
    for (const { copy, isStaged } of this.#touched.values()) if (isStaged) copy!.version = version;
  }
}

const isEmpty = (changes: Audited["changes"]): boolean => Object.keys(changes).length === 0;

export function takenBy<R extends Row>(
  kind: Kind<R>,
  field: string,
  id: string,
  holder: R | undefined,
): Failure {
  const title = holder ? ` ${kind.title(holder)}` : "";
  const message = `is that of the ${kind.name}${title} (${id})`;
  return failed("conflict", `Taken: ${field} ${message}.`, [{ path: field, message }]);
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
