/**
 * Plans how open readings become rows: new chunks at the end of the series, older chunks rewritten
 * where late readings belong into them, and the totals of the days that this completes or changes.
 * Only a plan: whoever owns the series writes it in one atomic with its own bookkeeping.
 *
 * A plan takes the open readings in order of number and stops where it becomes large, so that those
 * up to `placedThrough` are sealed and those behind it stay open for a next one.
 */
import { bestTime, type Reading } from "../domain/reading.ts";
import { dayKey, type Series } from "./keys.ts";
import { merge } from "./open-parts.ts";
import { type Chunk, chunkRows, MAX_CHUNK_BYTES, packDay, type Row } from "./sealed.ts";
import { dayOf, type SeriesReader } from "./series-reader.ts";

export interface SealPlan {
  set: Row[];
  delete: Deno.KvKey[];
  sealedThrough: number;
  placedThrough: number;
  left: Reading[];
}

/** These keep one plan far below the size of an atomic. */
const MAX_PLACES = 50;
const MAX_READINGS = 5_000;
const MAX_DAYS = 100;
/** If more totals are wrong, they go first, so many at a time. */
const MAX_STALE_DAYS = 60;

interface Draft extends SealPlan {
  reader: SeriesReader;
  series: Series;
  /** Days that hold a reading being sealed, or the one before or after, or whose totals are wrong. */
  touched: Set<number>;
}

export async function planSeal(
  reader: SeriesReader,
  series: Series,
  open: Reading[],
  sealedThrough: number,
): Promise<SealPlan> {
  const stale = await reader.staleDays(series, open);
  const draft: Draft = {
    reader,
    series,
    touched: new Set(stale),
    set: [],
    delete: [],
    sealedThrough,
    placedThrough: 0,
    left: open,
  };
  if (stale.length > MAX_STALE_DAYS) {
    draft.delete = stale.slice(0, MAX_STALE_DAYS).map((day) => dayKey(series, day));
    return draft;
  }
  for (let places = 0; places < MAX_PLACES && hasRoom(draft, open); places++) await place(draft);
  draft.sealedThrough = Math.max(sealedThrough, draft.placedThrough);
  await planDays(draft, new Set(stale));
  return draft;
}

const hasRoom = ({ left, touched }: Draft, open: Reading[]): boolean =>
  left.length > 0 && open.length - left.length < MAX_READINGS && touched.size < MAX_DAYS;

/** Places the first readings left, as far as they belong between the beginnings of two chunks. */
async function place(draft: Draft): Promise<void> {
  const { series, left, reader: { sealed } } = draft;
  const before = await sealed.chunkAt(series, left[0].n);
  const limit = await sealed.nextChunkN(series, left[0].n) ?? Infinity;
  const placed = firstOf(left, limit);
  const rewritten = before && !isFullBefore(before, left[0]) ? before.readings : [];
  if (before && rewritten.length > 0) draft.delete.push(before.key);
  const readings = merge(rewritten, placed);
  draft.set.push(...chunkRows(series, readings));
  const around = [...before?.readings.slice(-1) ?? [], ...readings];
  if (readings.at(-1) === placed.at(-1) && limit < Infinity) {
    around.push((await sealed.chunkAt(series, limit))!.readings[0]);
  }
  touchAround(draft, around, new Set(placed));
  draft.placedThrough = placed[placed.length - 1].n;
  draft.left = left.slice(placed.length);
}

/** So many of the first readings, below a number, as one plan may hold. */
function firstOf(readings: Reading[], limit: number): Reading[] {
  const days = new Set<number>();
  let end = 0;
  while (end < Math.min(readings.length, MAX_READINGS) && readings[end].n < limit) {
    days.add(dayOf(bestTime(readings[end++])));
    if (days.size === MAX_DAYS) break;
  }
  return readings.slice(0, end);
}

/** Continues a chunk where it has room, so that few and full rows remain. */
const isFullBefore = ({ bytes, readings }: Chunk, next: Reading): boolean =>
  bytes >= MAX_CHUNK_BYTES / 2 && readings[readings.length - 1].n < next.n;

function touchAround({ touched }: Draft, readings: Reading[], placed: Set<Reading>): void {
  for (let i = 0; i < readings.length; i++) {
    const near = [readings[i - 1], readings[i], readings[i + 1]];
    if (near.some((reading) => placed.has(reading))) touched.add(dayOf(bestTime(readings[i])));
  }
}

/** Computes the rows of the touched days that are over, and anew all that are wrong. */
async function planDays(draft: Draft, stale: Set<number>): Promise<void> {
  const { reader, series, touched, set, delete: gone } = draft;
  const open = await reader.openOf(series);
  const [newest] = await reader.newest(series, 1);
  const today = dayOf(bestTime(newest));
  for (const day of touched) {
    if (day >= today && !stale.has(day)) continue;
    const row = await reader.computeDay(series, open, day);
    const key = dayKey(series, day);
    if (row) set.push({ key, value: packDay(row) });
    else gone.push(key);
  }
}

/** A chunk that is rewritten under its own key is deleted first and set after. */
export function applyPlan(atomic: Deno.AtomicOperation, plan: SealPlan): void {
  for (const key of plan.delete) atomic.delete(key);
  for (const { key, value } of plan.set) atomic.set(key, value);
}
