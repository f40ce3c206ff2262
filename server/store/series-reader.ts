/**
 * Reads a series as one, whatever is sealed and whatever is still open. This is the one read path
 * of both stores; they differ only in where the open readings come from.
 *
 * The open readings are fetched first: a reading that is sealed meanwhile is then seen twice, which
 * merging by number mends, and never missed.
 */
import { type Profile, profile, regroup } from "../domain/energy.ts";
import { bestTime, MAX_N, type Reading } from "../domain/reading.ts";
import type { Series } from "./keys.ts";
import { merge } from "./open-parts.ts";
import { remembering } from "./remembering.ts";
import { type DayRow, type Sealed, SECONDS_A_DAY, SLOT_SECONDS, slotEdges } from "./sealed.ts";

/** Of more than this, one page does not look for those that it holds. */
const MAX_SCANNED = 200_000;
/** Half an hour of readings every 5 s is about two. */
const CHUNKS_OF_RECENT = 4;
const AFTER_ALL_DAYS = 0xffffffff;

export const dayOf = (time: number): number => Math.floor(time / SECONDS_A_DAY);

export interface Page {
  readings: Reading[];
  /** Where the next page goes on, if this one ended because too much had been looked through. */
  nextN?: number;
}

export class SeriesReader {
  constructor(
    readonly sealed: Sealed,
    readonly openOf: (series: Series) => Reading[] | Promise<Reading[]>,
    readonly maxScanned = MAX_SCANNED,
    /** The highest number that is sealed, where that is at hand. */
    readonly sealedThrough?: (series: Series) => number,
  ) {}

  /** As everything is now, for as long as something is worked out. */
  remembering(): SeriesReader {
    return new SeriesReader(
      this.sealed.remembering(),
      remembering((series) => this.openOf(series)),
      this.maxScanned,
      this.sealedThrough,
    );
  }

  /** Up to `limit` readings from `fromN` on, those whose best time is in `from` … `to`. */
  async page(
    series: Series,
    fromN: number,
    limit: number,
    from: number,
    to: number,
  ): Promise<Page> {
    const open = await this.openOf(series);
    const startN = Math.max(fromN, await this.startN(series, open, from));
    const readings: Reading[] = [];
    let left = this.maxScanned;
    for await (const some of this.#scan(series, open, startN, to)) {
      for (const reading of some) {
        if (left-- === 0) return { readings, nextN: reading.n };
        if (bestTime(reading) < from || bestTime(reading) >= to) continue;
        readings.push(reading);
        if (readings.length === limit) return { readings };
      }
    }
    return { readings };
  }

  /** The last `count` readings, oldest first. Open readings may be older than sealed ones. */
  async newest(series: Series, count: number): Promise<Reading[]> {
    const open = await this.openOf(series);
    let sealed: Reading[] = [];
    let below = MAX_N + 1;
    while (sealed.length < count) {
      const chunk = await this.sealed.chunkAt(series, below - 1);
      if (!chunk) break;
      sealed = [...chunk.readings, ...sealed];
      below = chunk.readings[0].n;
    }
    return merge(sealed, open).slice(-count);
  }

  /**
   * The readings since an instant with the last one before it, found from the end of the series;
   * undefined if they go far back.
   */
  async recent(series: Series, from: number): Promise<Reading[] | undefined> {
    let readings = await this.openOf(series);
    const through = this.sealedThrough?.(series) ?? Infinity;
    let isWhole = readings.length > 0 && readings[0].n > through;
    for (let below = MAX_N + 1, looks = 0; !isWhole || bestTime(readings[0]) > from; looks++) {
      if (looks === CHUNKS_OF_RECENT) return undefined;
      const chunk = await this.sealed.chunkAt(series, below - 1);
      if (!chunk) return readings;
      readings = merge(chunk.readings, readings);
      below = chunk.readings[0].n;
      isWhole = readings[0].n >= below;
    }
    return fromLastBefore(from, readings);
  }

  /** Whether nothing was ever read. */
  async isEmpty(series: Series): Promise<boolean> {
    const open = await this.openOf(series);
    return open.length === 0 && await this.sealed.nextChunkN(series, 0) === undefined;
  }

  /** The energy over rising `edges`; `open` saves fetching what is open once more. */
  async profile(
    series: Series,
    edges: number[],
    gap: number,
    open?: Reading[],
  ): Promise<Profile> {
    open ??= await this.openOf(series);
    if (edges.length < 2 || gap < SLOT_SECONDS) return await this.#raw(series, open, edges, gap);
    const lastDay = dayOf(edges[edges.length - 1] - 1);
    const rows = await this.sealed.days(series, dayOf(edges[0]), lastDay + 1);
    const fine = new ProfileBuilder();
    let run: number[] = [];
    for (const dayEdges of splitByDay(edges)) {
      const row = rows.get(dayOf(dayEdges[0]));
      if (row && isFresh(row, open) && dayEdges.every((edge) => edge % SLOT_SECONDS === 0)) {
        if (run.length > 0) fine.add(await this.#raw(series, open, run, gap));
        run = [];
        fine.add(fromRow(row, dayEdges));
      } else {
        run.push(...run.length === 0 ? dayEdges : dayEdges.slice(1));
      }
    }
    if (run.length > 0) fine.add(await this.#raw(series, open, run, gap));
    return regroup(fine.built, edges);
  }

  /** The row of a day, if the series goes beyond its end and has a reading within. */
  async computeDay(series: Series, open: Reading[], day: number): Promise<DayRow | undefined> {
    const edges = slotEdges(day);
    const [start, end] = [edges[0], edges[edges.length - 1]];
    const readings = fromLastBefore(start, await this.around(series, open, start, end));
    const next = readings[readings.length - 1];
    if (!next || bestTime(next) <= end) return undefined;
    const slots = profile(readings, edges, SLOT_SECONDS);
    if (!slots.holdsReading.includes(true)) return undefined;
    const isFromBefore = bestTime(readings[0]) <= start;
    const own = isFromBefore ? readings.slice(1) : readings;
    return {
      day,
      milliwattHours: slots.energies.reduce((sum, energy) => sum + energy, 0),
      fromN: isFromBefore ? readings[0].n : 0,
      fromTime: isFromBefore ? bestTime(readings[0]) : 0,
      toN: next.n,
      lowestTime: own.reduce((lowest, reading) => Math.min(lowest, bestTime(reading)), Infinity),
      endN: latest(readings.slice(0, -1)).n,
      start: slots.qualities[0],
      end: slots.qualities[slots.qualities.length - 1],
      slots: () => slots,
    };
  }

  /** The days whose rows do not know of all that is open, the last one first. */
  async staleDays(series: Series, open: Reading[]): Promise<number[]> {
    const days: number[] = [];
    if (open.length === 0) return days;
    for await (const row of this.sealed.daysBefore(series, AFTER_ALL_DAYS)) {
      if (row.toN <= open[0].n) break;
      if (!isFresh(row, open)) days.push(row.day);
    }
    return days;
  }

  /** All that may be before `to`, in order of number. */
  async *#scan(
    series: Series,
    open: Reading[],
    startN: number,
    to: number,
  ): AsyncGenerator<Reading[]> {
    const late = open.filter(({ n }) => n >= startN);
    let at = 0;
    for await (const chunk of this.#chunksBefore(series, startN, to)) {
      const upTo = chunk[chunk.length - 1].n;
      const begin = at;
      while (at < late.length && late[at].n <= upTo) at++;
      yield merge(chunk, late.slice(begin, at));
    }
    yield late.slice(at);
  }

  /** Times may run back at any number, so only day rows can tell that nothing more is before `to`. */
  async *#chunksBefore(series: Series, startN: number, to: number): AsyncGenerator<Reading[]> {
    let days: DayRow[] | undefined;
    let n = startN;
    jump: for (;;) {
      for await (const chunk of this.sealed.chunks(series, n)) {
        yield chunk;
        const last = chunk[chunk.length - 1];
        n = last.n + 1;
        if (bestTime(last) < to) continue;
        days ??= [...(await this.sealed.days(series, dayOf(to), AFTER_ALL_DAYS)).values()];
        const next = behindAllFrom(to, days, n);
        if (next === n) continue;
        n = next;
        continue jump;
      }
      return;
    }
  }

  async #raw(series: Series, open: Reading[], edges: number[], gap: number): Promise<Profile> {
    const readings = await this.around(series, open, edges[0], edges[edges.length - 1]);
    return profile(readings, edges, gap);
  }

  /** The readings between two instants with at least one before and the first one after. */
  async around(series: Series, open: Reading[], from: number, to: number): Promise<Reading[]> {
    const startN = await this.startN(series, open, from);
    const sealed: Reading[] = [];
    scan: for await (const chunk of this.sealed.chunks(series, startN)) {
      for (const reading of chunk) {
        sealed.push(reading);
        if (bestTime(reading) > to) break scan;
      }
    }
    const near = throughFirstAfter(to, open.filter((reading) => reading.n >= startN));
    return throughFirstAfter(to, merge(sealed, near));
  }

  /** The readings up to the number `n` that the line since `time` depends on. */
  async upTo(series: Series, open: Reading[], time: number, n: number): Promise<Reading[]> {
    const startN = await this.startN(series, open, time);
    const sealed: Reading[] = [];
    for await (const chunk of this.sealed.chunks(series, startN)) {
      for (const reading of chunk) if (reading.n <= n) sealed.push(reading);
      if (chunk[chunk.length - 1].n >= n) break;
    }
    return merge(sealed, open.filter((reading) => startN <= reading.n && reading.n <= n));
  }

  /** A number from which on every reading since `from` is found, and at least one before it. */
  async startN(series: Series, open: Reading[], from: number): Promise<number> {
    for await (const row of this.sealed.daysBefore(series, dayOf(from))) {
      const start = row.day * SECONDS_A_DAY;
      if (!open.some((late) => late.n < row.endN && bestTime(late) > start)) return row.endN;
    }
    return 0;
  }
}

/** Of readings in order of number, the first of those with the latest time. */
const latest = (readings: Reading[]): Reading =>
  readings.reduce((a, b) => bestTime(b) > bestTime(a) ? b : a);

/** The first number from `n` on of which the rows do not tell that it is from `time` or later. */
const behindAllFrom = (time: number, rows: DayRow[], n: number): number =>
  rows.reduce(
    (n, { fromN, toN, lowestTime }) => lowestTime >= time && fromN < n && n <= toN ? toN + 1 : n,
    n,
  );

/** Without those that nothing depends on from `time` on, whatever rows there were to begin with. */
function fromLastBefore(time: number, readings: Reading[]): Reading[] {
  const after = readings.findIndex((reading) => bestTime(reading) > time);
  return after < 1 ? readings : readings.slice(readings.indexOf(latest(readings.slice(0, after))));
}

function throughFirstAfter(time: number, readings: Reading[]): Reading[] {
  const at = readings.findIndex((reading) => bestTime(reading) > time);
  return at < 0 ? readings : readings.slice(0, at + 1);
}

/** One from before counts too if it holds the line back until a time after its beginning. */
const isFresh = (row: DayRow, open: Reading[]): boolean =>
  !open.some((reading) =>
    reading.n < row.toN && (reading.n > row.fromN || bestTime(reading) > row.fromTime)
  );

/** The edges that fall into each UTC day, with the day's own limits where they are inside. */
function splitByDay(edges: number[]): number[][] {
  const days: number[][] = [];
  let current = [edges[0]];
  for (const edge of edges.slice(1)) {
    let limit = (dayOf(current[0]) + 1) * SECONDS_A_DAY;
    while (edge > limit) {
      days.push([...current, limit]);
      current = [limit];
      limit += SECONDS_A_DAY;
    }
    current.push(edge);
    if (edge === limit) {
      days.push(current);
      current = [edge];
    }
  }
  if (current.length > 1) days.push(current);
  return days;
}

function fromRow(row: DayRow, edges: number[]): Profile {
  const [start, end] = [edges[0], edges[edges.length - 1]];
  if (edges.length === 2 && end - start === SECONDS_A_DAY) {
    return {
      edges,
      energies: [row.milliwattHours],
      qualities: [row.start, row.end],
      holdsReading: [true],
    };
  }
  return regroup(row.slots(), edges);
}

/** Joins profiles that follow each other. */
class ProfileBuilder {
  readonly built: Profile = { edges: [], energies: [], qualities: [], holdsReading: [] };

  add(next: Profile): void {
    const { edges, energies, qualities, holdsReading } = this.built;
    const shared = edges.length > 0 ? 1 : 0;
    edges.push(...next.edges.slice(shared));
    qualities.push(...next.qualities.slice(shared));
    energies.push(...next.energies);
    holdsReading.push(...next.holdsReading);
  }
}
