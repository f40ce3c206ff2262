/**
 * Plans how open readings become rows: new chunks at the end of the series, older chunks rewritten
 * where late readings belong into them, and the totals of the days that this completes or changes.
 * Only a plan: whoever owns the series writes it in one atomic with its own bookkeeping.
 */
import { bestTime, type Reading } from "../domain/reading.ts";
import { dayKey, type Series } from "./keys.ts";
import { merge } from "./open-parts.ts";
import { chunkRows, MAX_CHUNK_BYTES, packDay, type Row } from "./sealed.ts";
import { dayOf, type SeriesReader } from "./series-reader.ts";

export interface SealPlan {
  set: Row[];
  delete: Deno.KvKey[];
  sealedThrough: number;
  /** Readings that this plan leaves open, for a next one. */
  left: Reading[];
}

/** These keep one plan far below the size of an atomic. */
const MAX_LATE_CHUNKS = 50;
const MAX_FRESH_READINGS = 5_000;
const MAX_DAYS = 200;

interface Draft extends SealPlan {
  reader: SeriesReader;
  series: Series;
  /** Days that hold a reading which is being sealed, or the reading before or after one. */
  touched: Set<number>;
}

export async function planSeal(
  reader: SeriesReader,
  series: Series,
  open: Reading[],
  sealedThrough: number,
): Promise<SealPlan> {
  const draft: Draft = {
    reader,
    series,
    touched: new Set(),
    set: [],
    delete: [],
    sealedThrough,
    left: [],
  };
  const late = open.filter((reading) => reading.n <= sealedThrough);
  await placeLate(draft, late);
  await placeFresh(draft, open.slice(late.length));
  await planDays(draft);
  return draft;
}

/** Rewrites the chunks that late readings fall into. */
async function placeLate(draft: Draft, late: Reading[]): Promise<void> {
  const { series, reader: { sealed } } = draft;
  let at = 0;
  for (let chunks = 0; at < late.length && chunks < MAX_LATE_CHUNKS; chunks++) {
    const chunk = await sealed.chunkAt(series, late[at].n);
    const limit = await sealed.nextChunkN(series, late[at].n) ?? Infinity;
    const begin = at;
    while (at < late.length && late[at].n < limit) at++;
    const placed = late.slice(begin, at);
    const readings = merge(chunk?.readings ?? [], placed);
    if (chunk) draft.delete.push(chunk.key);
    draft.set.push(...chunkRows(series, readings));
    touchAround(draft, readings, new Set(placed));
    if (readings.at(-1) === placed.at(-1) && limit < Infinity) {
      const after = await sealed.chunkAt(series, limit);
      if (after) touch(draft, after.readings[0]);
    }
  }
  draft.left.push(...late.slice(at));
}

/** Continues the last chunk where it has room, so that few and full rows remain. */
async function placeFresh(draft: Draft, open: Reading[]): Promise<void> {
  if (open.length === 0) return;
  const { series, reader: { sealed } } = draft;
  const before = await sealed.chunkAt(series, draft.sealedThrough);
  const continued = before && before.bytes < MAX_CHUNK_BYTES / 2 ? before.readings : [];
  if (before) touch(draft, before.readings[before.readings.length - 1]);
  let end = 0;
  while (
    end < open.length && end < MAX_FRESH_READINGS && (end === 0 || draft.touched.size < MAX_DAYS)
  ) {
    touch(draft, open[end++]);
  }
  draft.set.push(...chunkRows(series, merge(continued, open.slice(0, end))));
  draft.sealedThrough = open[end - 1].n;
  draft.left.push(...open.slice(end));
}

const touch = (draft: Draft, reading: Reading) => draft.touched.add(dayOf(bestTime(reading)));

function touchAround(draft: Draft, readings: Reading[], placed: Set<Reading>): void {
  for (let i = 0; i < readings.length; i++) {
    const near = [readings[i - 1], readings[i], readings[i + 1]];
    if (near.some((reading) => placed.has(reading))) touch(draft, readings[i]);
  }
}

/** Computes the rows of the touched days that are over. */
async function planDays(draft: Draft): Promise<void> {
  const { reader, series } = draft;
  const [newest] = await reader.newest(series, 1);
  const today = dayOf(bestTime(newest));
  for (const day of draft.touched) {
    if (day >= today) continue;
    const row = await reader.computeDay(series, day);
    const key = dayKey(series, day);
    if (row) draft.set.push({ key, value: packDay(row) });
    else draft.delete.push(key);
  }
}

/** A chunk that is rewritten under its own key is deleted first and set after. */
export function applyPlan(atomic: Deno.AtomicOperation, plan: SealPlan): void {
  for (const key of plan.delete) atomic.delete(key);
  for (const { key, value } of plan.set) atomic.set(key, value);
}
