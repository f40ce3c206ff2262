/**
 * Records that people register and change, with what they are found by. A change reads records,
 * writes them with their index rows and the audit log in one atomic, and is begun anew whenever
 * someone came in between.
 */
import { done, failed, noSuch, type Result } from "../errors.ts";
import { type Actor, type Audited, auditRows } from "./audit.ts";
import { Change, endedOf, MAX_ID } from "./change.ts";
import { recordKey, uniqueKey } from "./keys.ts";
import type { Kind, Row } from "./kinds.ts";
import { readMany } from "./read-many.ts";
import { type Listed, type ListQuery, listRecords, type Where } from "./record-lists.ts";

export { endedOf } from "./change.ts";
export type { Listed, ListQuery } from "./record-lists.ts";

export interface By {
  actor: Actor;
  /** Unix seconds. */
  at: number;
  /** The version that the record must still have. */
  expected?: string;
}

type Act<R, Value> = (record: R, within: Change) => Result<Value> | Promise<Result<Value>>;

const MAX_TRIES = 10;

const RECORDS_A_PAGE = 100;

const AGAIN = "It was changed by others at the same time. Try again.";

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
    const keys = values.map((value) => uniqueKey(kind.name, field, value));
    const ids = (await readMany<string>(this.kv, keys)).map(({ value }) => value);
    const found = await this.getAll(kind, ids.flatMap((id) => id ?? []));
    const byId = new Map(found.map((record) => [record.id, record]));
    return ids.map((id) => id === null ? undefined : byId.get(id));
  }

  /** In any order of the ids; those that there are. */
  async getAll<R extends Row>(kind: Kind<R>, ids: string[]): Promise<R[]> {
    const entries = await readMany<R>(this.kv, ids.map((id) => recordKey(kind.name, id)));
    return entries.flatMap(({ value, versionstamp }) =>
      value ? { ...value, version: versionstamp ?? undefined } : []
    );
  }

  list<R extends Row>(kind: Kind<R>, query: ListQuery & Where<R>): Promise<Listed<R>> {
    return listRecords(this, kind, query);
  }

  /** All of an owner's list, page by page. */
  async *all<R extends Row>(kind: Kind<R>, of: string): AsyncGenerator<R> {
    let cursor: string | undefined;
    do {
      const { items, next } = await this.list(kind, { of, limit: RECORDS_A_PAGE, cursor });
      yield* items;
      cursor = next;
    } while (cursor !== undefined);
  }

  /** Changes one record that is there. */
  async update<R extends Row, Value>(
    kind: Kind<R>,
    id: string,
    by: By,
    change: Act<R, Value>,
  ): Promise<Result<Value>> {
    return await this.transact(by, async (within) => {
      const current = await currentIn(within, kind, id, by);
      if (!current.ok) return current;
      const result = await change(current.value, within);
      if (result.ok) within.put(kind, current.value);
      return result;
    });
  }

  /** The same for one that must not be of the past. */
  async updateInUse<R extends Row, Value>(
    kind: Kind<R>,
    id: string,
    by: By,
    change: Act<R, Value>,
  ): Promise<Result<Value>> {
    return await this.update(
      kind,
      id,
      by,
      (record, within) => endedOf(kind, record) ?? change(record, within),
    );
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
      const committed = await atomic.commit();
      if (!committed.ok) continue;
      change.committed(committed.versionstamp);
      return result;
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
