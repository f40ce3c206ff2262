/**
 * Falls of a register that a person must explain, and what they answered. A case covers the numbers
 * from one reading to the next at which the register fell: what comes late in between only tells
 * more precisely where. Consumption reads the answers; readings are never changed.
 */
import type { Correction, Resolution } from "../domain/corrections.ts";
import { done, failed, type ReportProblem, type Result } from "../errors.ts";
import type { Fall } from "./falls.ts";
import { caseKey, type CasePlace, casePlaceKey, casesInOrder, casesOf } from "./keys.ts";
import { readMany } from "./read-many.ts";
import { errorsIn } from "./resolutions.ts";

export interface CaseRecord extends Fall {
  meterId: string;
  channel: number;
  afterN: number;
  byN: number;
  /** Unix seconds. */
  seenAt: number;
  resolution?: Resolution;
  resolvedAt?: number;
  resolvedBy?: string;
}

export interface CaseQuery {
  /** Both, if it is not said. */
  open?: boolean;
  meter?: string;
  limit: number;
  cursor?: string;
}

export interface CasePage {
  items: CaseRecord[];
  /** The cursor of what follows, if something may. */
  next?: string;
}

/** A register that falls more often than this is broken, and another case tells nothing new. */
export const MAX_CASES_A_METER = 200;
/** What a database allows in one atomic. */
const CHECKS_AN_ATOMIC = 10;
const MAX_TRIES = 8;

const ID = /^([0-9a-f]{16})-(\d)-([1-9]\d{0,9})$/;
const CURSOR = /^(\d{1,10})-([0-9a-f]{16})-(\d)-([1-9]\d{0,9})$/;

export const caseId = ({ meterId, channel, byN }: CaseRecord): string =>
  `${meterId}-${channel}-${byN}`;

export const correctionsIn = (cases: CaseRecord[]): Correction[] =>
  cases.flatMap(({ afterN, byN, resolution }) => resolution ? [{ afterN, byN, resolution }] : []);

export class Cases {
  /** Meters with as many cases as there may be. */
  #full = new Set<string>();

  constructor(readonly kv: Deno.Kv, readonly report: ReportProblem) {}

  /** Opens a case for each fall that no case covers yet. */
  async record(meter: string, channel: number, falls: Fall[], now: number): Promise<void> {
    if (falls.length === 0 || this.#full.has(meter)) return;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (await this.#tryToRecord(meter, channel, falls, now)) return;
    }
    throw new Error("Cannot record cases: others changed the same ones each time");
  }

  async #tryToRecord(meter: string, channel: number, falls: Fall[], now: number) {
    const known = await this.#all(casesOf(meter));
    const unknown = falls.filter((fall) =>
      !known.some((record) => record.channel === channel && covers(record, fall))
    );
    const opened = unknown.slice(0, MAX_CASES_A_METER - known.length);
    for (let at = 0; at < opened.length; at += CHECKS_AN_ATOMIC) {
      const atomic = this.kv.atomic();
      for (const { before, after } of opened.slice(at, at + CHECKS_AN_ATOMIC)) {
        const [afterN, byN] = [before.n, after.n];
        const record = { meterId: meter, channel, afterN, byN, before, after, seenAt: now };
        const key = keyOf(record);
        atomic.check({ key, versionstamp: null }).set(key, record).set(placeKeyOf(record), 0);
      }
      if (!(await atomic.commit()).ok) return false;
    }
    if (opened.length < unknown.length) this.#noteFull(meter);
    return true;
  }

  #noteFull(meter: string): void {
    this.#full.add(meter);
    const limit = new Error(`its register has fallen ${MAX_CASES_A_METER} times before`);
    this.report(`No more cases are opened for meter ${meter}`, limit);
  }

  /** All of a meter's channel, in order of number. */
  of(meter: string, channel: number): Promise<CaseRecord[]> {
    return this.#all([...casesOf(meter), channel]);
  }

  async get(id: string): Promise<CaseRecord | undefined> {
    const key = keyIn(id);
    return key && ((await this.kv.get<CaseRecord>(key)).value ?? undefined);
  }

  /** In the order in which they were opened. */
  async list({ open, meter, limit, cursor }: CaseQuery): Promise<CasePage> {
    const after = cursor === undefined ? undefined : placeIn(cursor);
    const records = meter === undefined
      ? await this.#firstOfFleet(open, limit, after)
      : await this.#all(casesOf(meter));
    const fits = (record: CaseRecord) =>
      (open === undefined || open === !record.resolution) &&
      (!after || compare(placeOf(record), after) > 0);
    const items = records.filter(fits)
      .sort((a, b) => compare(placeOf(a), placeOf(b)))
      .slice(0, limit);
    return items.length < limit ? { items } : { items, next: placeOf(items[limit - 1]).join("-") };
  }

  async #firstOfFleet(open: boolean | undefined, limit: number, after?: CasePlace) {
    const found = new Map<string, Deno.KvKey>();
    for (const isOpen of open === undefined ? [true, false] : [open]) {
      const range = casesInOrder(isOpen, after);
      for await (const { key } of this.kv.list(range, { limit })) {
        const [, meter, channel, byN] = key.slice(-4) as CasePlace;
        found.set(key.slice(-4).join(), caseKey(meter, channel, byN));
      }
    }
    const keys = [...found.values()];
    return (await readMany<CaseRecord>(this.kv, keys)).flatMap(({ value }) => value ?? []);
  }

  /** Another answer takes the place of the one before. */
  async resolve(
    id: string,
    resolution: Resolution,
    by: string,
    now: number,
  ): Promise<Result<CaseRecord>> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const key = keyIn(id);
      const entry = key && await this.kv.get<CaseRecord>(key);
      if (!entry?.value) return failed("notFound", `There is no case ${id}.`);
      const errors = errorsIn(resolution, entry.value);
      if (errors.length > 0) return failed("invalid", "The answer does not fit the case.", errors);
      const record = { ...entry.value, resolution, resolvedAt: now, resolvedBy: by };
      const result = await this.kv.atomic()
        .check(entry)
        .set(entry.key, record)
        .delete(placeKeyOf(entry.value))
        .set(placeKeyOf(record), 0)
        .commit();
      if (result.ok) return done(record);
    }
    return failed("conflict", "It was changed by others at the same time. Try again.");
  }

  async #all(prefix: Deno.KvKey): Promise<CaseRecord[]> {
    const entries = await Array.fromAsync(this.kv.list<CaseRecord>({ prefix }));
    return entries.map(({ value }) => value);
  }
}

const covers = ({ afterN, byN }: CaseRecord, { before, after }: Fall): boolean =>
  afterN <= before.n && after.n <= byN;

const keyOf = ({ meterId, channel, byN }: CaseRecord) => caseKey(meterId, channel, byN);

function keyIn(id: string): Deno.KvKey | undefined {
  const [, meter, channel, byN] = ID.exec(id) ?? [];
  return meter === undefined ? undefined : caseKey(meter, Number(channel), Number(byN));
}

const placeOf = ({ seenAt, meterId, channel, byN }: CaseRecord): CasePlace => [
  seenAt,
  meterId,
  channel,
  byN,
];

const placeKeyOf = (record: CaseRecord) => casePlaceKey(!record.resolution, placeOf(record));

/** A cursor that is none of ours begins behind everything. */
function placeIn(cursor: string): CasePlace {
  const [, seenAt, meter, channel, byN] = CURSOR.exec(cursor) ?? [];
  if (meter === undefined) return [Infinity, "", 0, 0];
  return [Number(seenAt), meter, Number(channel), Number(byN)];
}

function compare(a: CasePlace, b: CasePlace): number {
  const at = a.findIndex((part, i) => part !== b[i]);
  return at < 0 ? 0 : a[at] < b[at] ? -1 : 1;
}
