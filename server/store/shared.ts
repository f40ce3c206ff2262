/**
 * The reading store over a database that several servers share (a KV by URL, or Deno Deploy).
 *
 * Memory cannot be trusted here: another server may have taken in the same meter's last report. So
 * each append is a small row of its own, and a head row a series, checked and rewritten with every
 * change, lets changes of one series follow one another whoever makes them. Such a database allows
 * ten checks an atomic, so ten series go together. Small rows are joined into chunks, the same as
 * in the embedded store, once a series has some dozens of them.
 */
import type { Reading } from "../domain/reading.ts";
import type { ReportProblem } from "../errors.ts";
import { mayFallAmong, mayFallBehind } from "./falls.ts";
import { headKey, numberIn, openRowKey, type Series } from "./keys.ts";
import { merge } from "./open-parts.ts";
import { applyPlan, planSeal } from "./seal.ts";
import { packReadings, Sealed, unpackReadings } from "./sealed.ts";
import { SeriesReader } from "./series-reader.ts";
import { type Append, decide, type Outcome, type ReadingStore, type StoreStats } from "./store.ts";

/** The checks that a self-hosted KV allows in one atomic. */
const SERIES_AN_ATOMIC = 10;
const ATOMICS_AT_ONCE = 8;
const MAX_TRIES = 8;
const ROWS_TO_COMPACT = 64;
const COMPACTIONS_A_TURN = 8;
/** An atomic has 1,000 changes: these are deleted, and as many rows are left for what is sealed. */
const ROWS_A_COMPACTION = 400;
/** Many more would not fit into a value of the database. */
const READINGS_A_ROW = 1_000;
const READINGS_A_COMPACTION = 2_000;

/** What every change of a series checks and rewrites. */
export interface Head {
  sealedThrough: number;
  newestN: number;
  /** Open rows are numbered from `firstRow` up to, not including, `nextRow`. */
  firstRow: number;
  nextRow: number;
  /** The register at `newestN`; heads of before it was kept have none. */
  register?: number;
}

const NEW_HEAD: Head = { sealedThrough: 0, newestN: 0, firstRow: 0, nextRow: 0, register: 0 };

/** All readings of one series in a batch, with the places where their outcomes go. */
interface Work {
  series: Series;
  appends: { at: number; readings: Reading[] }[];
}

export class SharedStore implements ReadingStore {
  readonly reader: SeriesReader;
  #compactDue = new Set<Series>();

  constructor(readonly kv: Deno.Kv, readonly report: ReportProblem) {
    this.reader = new SeriesReader(new Sealed(kv), (series) => this.#openReadings(series));
  }

  stats(): StoreStats {
    return { series: 0, openReadings: 0, journalBytes: 0 };
  }

  async append(batch: Append[]): Promise<(Outcome | undefined)[]> {
    const outcomes: (Outcome | undefined)[] = batch.map(() => undefined);
    const groups = groupsOf(batch);
    const worker = async () => {
      for (let group = groups.pop(); group; group = groups.pop()) {
        try {
          await this.#appendGroup(group, outcomes);
        } catch (error) {
          // These outcomes stay undefined: the meters will repeat what was not acknowledged.
          this.report("Cannot store readings", error);
        }
      }
    };
    await Promise.all(Array.from({ length: ATOMICS_AT_ONCE }, worker));
    return outcomes;
  }

  async maintain(): Promise<boolean> {
    const some = [...this.#compactDue].slice(0, COMPACTIONS_A_TURN);
    for (const series of some) this.#compactDue.delete(series);
    await Promise.all(some.map((series) => this.#compact(series)));
    return some.length > 0;
  }

  /** A change by another server in between fails the checks; then all is decided anew. */
  async #appendGroup(group: Work[], outcomes: (Outcome | undefined)[]): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const heads = await this.kv.getMany<Head[]>(group.map(({ series }) => headKey(series)));
      const atomic = this.kv.atomic();
      const decided: [number, Outcome][] = [];
      let changes = 0;
      for (const [i, work] of group.entries()) {
        const head = heads[i].value ?? NEW_HEAD;
        const { accepted, results } = await this.#decide(work, head);
        decided.push(...results);
        if (accepted.length === 0) continue;
        changes++;
        const rows = rowsOf(accepted);
        const grown = this.#grown(work.series, head, accepted, rows.length);
        atomic.check(heads[i]).set(headKey(work.series), grown);
        rows.forEach((row, j) => atomic.set(openRowKey(work.series, head.nextRow + j), row));
      }
      if (changes > 0 && !(await atomic.commit()).ok) continue;
      for (const [at, outcome] of decided) outcomes[at] = outcome;
      return;
    }
    throw new Error("Cannot append readings: other servers changed the same series each time");
  }

  async #decide({ series, appends }: Work, head: Head) {
    const results: [number, Outcome][] = [];
    let all: Reading[] = [];
    const readings = appends.flatMap(({ readings }) => readings).sort((a, b) => a.n - b.n);
    const isBehind = readings[0].n > head.newestN;
    const open = isBehind ? [] : await this.#openReadings(series);
    const stored = isBehind ? new Map() : await this.#stored(series, readings, head, open);
    for (const { at, readings } of appends) {
      const { accepted, ...outcome } = decide(readings, stored);
      results.push([at, { ...outcome, mayFall: false }]);
      all = merge(all, accepted);
    }
    const mayFall = isBehind
      ? mayFallBehind(head.register ?? NaN, all)
      : mayFallAmong(merge(open, all), head.sealedThrough, readings);
    for (const [, outcome] of results) outcome.mayFall = mayFall;
    return { accepted: all, results };
  }

  /** What is stored under the numbers of `readings`. */
  async #stored(series: Series, readings: Reading[], head: Head, open: Reading[]) {
    const old = readings.filter(({ n }) => n <= head.sealedThrough).map(({ n }) => n);
    const stored = await this.reader.sealed.find(series, old);
    for (const reading of open) stored.set(reading.n, reading);
    return stored;
  }

  #grown(series: Series, head: Head, accepted: Reading[], rows: number): Head {
    const nextRow = head.nextRow + rows;
    if (nextRow - head.firstRow >= ROWS_TO_COMPACT) this.#compactDue.add(series);
    const newest = accepted[accepted.length - 1];
    if (newest.n <= head.newestN) return { ...head, nextRow };
    return { ...head, newestN: newest.n, nextRow, register: newest.milliwattHours };
  }

  async #openReadings(series: Series): Promise<Reading[]> {
    const { value: head } = await this.kv.get<Head>(headKey(series));
    if (!head) return [];
    return (await this.#openRows(series, head.firstRow, head.nextRow, Infinity)).readings;
  }

  /** The open rows from the first on, until they hold `enough` readings. */
  async #openRows(series: Series, firstRow: number, endRow: number, enough: number) {
    const range = { start: openRowKey(series, firstRow), end: openRowKey(series, endRow) };
    let readings: Reading[] = [];
    let end = firstRow;
    for await (const { key, value } of this.kv.list<Uint8Array>(range, { batchSize: 100 })) {
      readings = merge(readings, unpackReadings(value));
      end = numberIn(key) + 1;
      if (readings.length >= enough) break;
    }
    return { readings, end };
  }

  async #compact(series: Series): Promise<void> {
    const entry = await this.kv.get<Head>(headKey(series));
    if (!entry.value) return;
    const head = entry.value;
    const { firstRow: first, nextRow } = head;
    const endRow = Math.min(nextRow, first + ROWS_A_COMPACTION);
    const { readings, end } = await this.#openRows(series, first, endRow, READINGS_A_COMPACTION);
    if (readings.length === 0) return;
    const plan = await planSeal(this.reader, series, readings, head.sealedThrough);
    const atomic = this.kv.atomic().check(entry);
    applyPlan(atomic, plan);
    for (let row = first; row < end; row++) atomic.delete(openRowKey(series, row));
    // What the plan left open takes the place of the last rows that it emptied.
    const left = rowsOf(plan.left);
    const firstRow = end - left.length;
    left.forEach((row, i) => atomic.set(openRowKey(series, firstRow + i), row));
    atomic.set(headKey(series), { ...head, sealedThrough: plan.sealedThrough, firstRow });
    await atomic.commit();
    if (nextRow - firstRow >= ROWS_TO_COMPACT) this.#compactDue.add(series);
  }
}

function rowsOf(readings: Reading[]): Uint8Array[] {
  const rows: Uint8Array[] = [];
  for (let at = 0; at < readings.length; at += READINGS_A_ROW) {
    rows.push(packReadings(readings.slice(at, at + READINGS_A_ROW)).value);
  }
  return rows;
}

/** The batch by series, some of them at a time. */
function groupsOf(batch: Append[]): Work[][] {
  const bySeries = new Map<Series, Work>();
  batch.forEach(({ series, readings }, at) => {
    const work = bySeries.get(series) ?? { series, appends: [] };
    work.appends.push({ at, readings });
    bySeries.set(series, work);
  });
  const works = [...bySeries.values()];
  const groups: Work[][] = [];
  for (let i = 0; i < works.length; i += SERIES_AN_ATOMIC) {
    groups.push(works.slice(i, i + SERIES_AN_ATOMIC));
  }
  return groups;
}
