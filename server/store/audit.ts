/**
 * Who did what and when, with what was there before and after. Rows are added, and changed only
 * where a customer is erased.
 */
import { AUDIT, auditKey, auditOf, auditOfKey, type Moment } from "./keys.ts";
import type { Kind, Row } from "./kinds.ts";
import { readMany } from "./read-many.ts";

/** Who does something. */
export interface Actor {
  kind: "person" | "key" | "meter" | "link" | "server";
  id: string;
  /** The id of the request by which it was done. */
  request?: string;
}

export interface Difference {
  before?: unknown;
  after?: unknown;
}

/** What was done to an object. */
export interface Audited {
  kind: string;
  id: string;
  action: string;
  changes: { [field: string]: Difference };
}

export interface AuditEntry extends Audited {
  /** Unix seconds. */
  at: number;
  actor: Actor;
}

const MAX_SHOWN = 100;

export function differenceOf<R extends Row>(
  kind: Kind<R>,
  before: R | undefined,
  after: R,
): Pick<Audited, "action" | "changes"> {
  const changes: Audited["changes"] = {};
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]) as Set<keyof R>;
  for (const field of fields) {
    if (field === "id") continue;
    const [old, young] = [before?.[field], after[field]];
    if (isSame(old, young)) continue;
    changes[field as string] = kind.secret.includes(field) ? {} : differenceBetween(old, young);
  }
  return { action: before ? "changed" : "created", changes };
}

export const erased = <R extends Row>(
  kind: Kind<R>,
  { changes }: Pick<Audited, "changes">,
): Pick<Audited, "action" | "changes"> => ({ action: "erased", changes: blanked(kind, changes) });

function blanked<R extends Row>(kind: Kind<R>, changes: Audited["changes"]): Audited["changes"] {
  const rest = { ...changes };
  for (const field of kind.personal as string[]) if (field in rest) rest[field] = {};
  return rest;
}

/** Of lists and tables, what one has and the other has not. */
function differenceBetween(before: unknown, after: unknown): Difference {
  if (Array.isArray(before) && Array.isArray(after)) {
    return { before: shortened(without(before, after)), after: shortened(without(after, before)) };
  }
  if (!isTable(before) || !isTable(after)) return { before, after };
  return { before: entriesWithout(before, after), after: entriesWithout(after, before) };
}

type Table = Record<string, unknown>;

const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const entriesWithout = (table: Table, other: Table): Table =>
  Object.fromEntries(Object.entries(table).filter(([key, value]) => !isSame(value, other[key])));

function without(list: unknown[], other: unknown[]): unknown[] {
  const others = new Set(other.map((item) => JSON.stringify(item)));
  return list.filter((item) => !others.has(JSON.stringify(item)));
}

/** An entry has to find room in the 64 KiB of a value. */
const shortened = (list: unknown[]): unknown[] =>
  list.length <= MAX_SHOWN
    ? list
    : [...list.slice(0, MAX_SHOWN), `and ${list.length - MAX_SHOWN} more`];

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The entry, where its object's are, and its place in the order of time. */
export const auditRows = (
  entry: AuditEntry,
  sequence: number,
  id: string,
): [Deno.KvKey, unknown][] => [
  [auditOfKey(entry.kind, entry.id, [entry.at, sequence, id]), entry],
  [auditKey([entry.at, sequence, id]), [entry.kind, entry.id]],
];

export interface AuditPage {
  items: AuditEntry[];
  /** The place of the last one, when there are more. */
  next?: Moment;
}

export class Audit {
  constructor(readonly kv: Deno.Kv) {}

  /** All that was done, the latest first. */
  async latest(limit: number, before?: Moment): Promise<AuditPage> {
    const range = before ? { prefix: AUDIT, end: auditKey(before) } : { prefix: AUDIT };
    const rows = await Array.fromAsync(
      this.kv.list<[string, string]>(range, { limit, reverse: true }),
    );
    const keys = rows.map(({ key, value: [kind, id] }) => auditOfKey(kind, id, momentIn(key)));
    const entries = await readMany<AuditEntry>(this.kv, keys);
    const items = entries.flatMap(({ value }) => value ?? []);
    const last = rows[limit - 1];
    return last ? { items, next: momentIn(last.key) } : { items };
  }

  /** What was done to one object, the latest first. */
  async of(kind: string, id: string, limit: number, before?: Moment): Promise<AuditPage> {
    const prefix = auditOf(kind, id);
    const range = before ? { prefix, end: auditOfKey(kind, id, before) } : { prefix };
    const rows = await Array.fromAsync(
      this.kv.list<AuditEntry>(range, { limit, reverse: true }),
    );
    const items = rows.map(({ value }) => value);
    const last = rows[limit - 1];
    return last ? { items, next: momentIn(last.key) } : { items };
  }

  /**
   * Takes what is personal out of an object's entries: that it was changed stays on record, what to
   * is nobody's any more.
   */
  async blank<R extends Row>(kind: Kind<R>, id: string): Promise<void> {
    for await (const row of this.kv.list<AuditEntry>({ prefix: auditOf(kind.name, id) })) {
      const changes = blanked(kind, row.value.changes);
      await this.kv.atomic().check(row).set(row.key, { ...row.value, changes }).commit();
    }
  }
}

const momentIn = (key: Deno.KvKey): Moment => key.slice(-3) as Moment;
