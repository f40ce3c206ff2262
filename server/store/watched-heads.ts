/**
 * Follows series of the shared store, whichever server appends to them. Each append changes the
 * head row of its series, and the database lets ten rows be watched together, so series are watched
 * in groups. A watch tells what is at its beginning, too; so nothing is missed when it is opened
 * anew: because it failed, because the group changed, or because it has been silent for a while,
 * which nobody can tell from one that hangs.
 */
import type { Reading } from "../domain/reading.ts";
import { NoAnswerError, type ReportProblem } from "../errors.ts";
import { type Followable, Followers, type Listener } from "./follow.ts";
import { headKey, openRowKey, type Series } from "./keys.ts";
import { merge } from "./open-parts.ts";
import { unpackReadings } from "./sealed.ts";
import type { SeriesReader } from "./series-reader.ts";
import type { Head } from "./shared.ts";

export interface WatchParts {
  kv: Deno.Kv;
  reader: SeriesReader;
  wait: (ms: number) => Promise<void>;
  /** How long to wait after so many failures in a row. */
  backoffMs: (failures: number) => number;
  report: ReportProblem;
}

const KEYS_A_WATCH = 10;
/** The head and its new rows are read at once, ten keys at most. */
const ROWS_A_LOOK = 9;
/** Series that are followed at about the same time are watched together. */
const GATHER_MS = 50;
const RENEW_MS = 60_000;

/** What was last told of a series; none where nothing has been. */
type Seen = Deno.KvEntryMaybe<Head> | undefined;

interface Group {
  series: Map<Series, Seen>;
  /** Ends the watch that is open, for the next one to begin. */
  reopen: () => void;
  isRunning: boolean;
}

export class WatchedHeads implements Followable {
  #followers: Followers;
  #groups = new Map<Series, Group>();
  #roomy = new Set<Group>();
  #failing = new Set<Group>();

  constructor(readonly parts: WatchParts) {
    this.#followers = new Followers(parts.report);
  }

  get seriesCount(): number {
    return this.#groups.size;
  }

  follow(series: Series, listener: Listener): () => void {
    const unfollow = this.#followers.follow(series, listener);
    if (!this.#groups.has(series)) this.#add(series);
    return () => {
      unfollow();
      if (!this.#followers.has(series)) this.#remove(series);
    };
  }

  #add(series: Series): void {
    const [group = this.#newGroup()] = this.#roomy;
    group.series.set(series, undefined);
    this.#groups.set(series, group);
    if (group.series.size === KEYS_A_WATCH) this.#roomy.delete(group);
    group.reopen();
    if (!group.isRunning) this.#run(group);
  }

  #remove(series: Series): void {
    const group = this.#groups.get(series);
    if (!group) return;
    this.#groups.delete(series);
    group.series.delete(series);
    this.#roomy.add(group);
    if (group.series.size === 0) group.reopen();
  }

  #newGroup(): Group {
    const group = { series: new Map(), reopen: () => {}, isRunning: false };
    this.#roomy.add(group);
    return group;
  }

  async #run(group: Group): Promise<void> {
    const { wait, backoffMs } = this.parts;
    group.isRunning = true;
    let failures = 0;
    const answered = () => {
      failures = 0;
      this.#failing.delete(group);
    };
    while (group.series.size > 0) {
      await wait(failures === 0 ? GATHER_MS : backoffMs(failures));
      try {
        if (group.series.size > 0) await this.#watch(group, answered);
      } catch (error) {
        failures++;
        this.#reportOnce(group, error);
      }
    }
    answered();
    group.isRunning = false;
    this.#roomy.delete(group);
  }

  /** A database that fails lets all groups fail, again and again: one line says it. */
  #reportOnce(group: Group, error: unknown): void {
    if (this.#failing.size === 0) this.parts.report("Cannot watch readings", error);
    this.#failing.add(group);
  }

  /** Ends when the watch is to be opened anew; fails when the database ends it, or says nothing. */
  async #watch(group: Group, answered: () => void): Promise<void> {
    const all = [...group.series.keys()];
    const reader = this.parts.kv.watch<Head[]>(all.map(headKey)).getReader();
    const watch = { isAnswered: false, isLate: false, isLeft: false };
    const leave = () => {
      watch.isLeft = true;
      // Pending reads end at once; the database's side may take as long as it likes, or fail.
      reader.cancel().catch(() => {});
    };
    group.reopen = leave;
    this.parts.wait(RENEW_MS).then(() => {
      watch.isLate = !watch.isAnswered;
      leave();
    });
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done && watch.isLate) throw new NoAnswerError();
        if (done && watch.isLeft) return;
        if (done) throw new Error("the database ended the watch");
        watch.isAnswered = true;
        answered();
        await Promise.all(value.map((entry, i) => this.#look(group, all[i], entry)));
      }
    } finally {
      leave();
    }
  }

  /** What cannot be read is looked at again with the next change, or when the watch is renewed. */
  async #look(group: Group, series: Series, entry: Deno.KvEntryMaybe<Head>): Promise<void> {
    const seen = group.series.get(series);
    if (!group.series.has(series) || seen?.versionstamp === entry.versionstamp) return;
    try {
      const readings = entry.value ? await this.#since(series, seen?.value, entry.value) : [];
      if (!group.series.has(series)) return;
      group.series.set(series, entry);
      if (readings.length > 0) this.#followers.tell(series, readings);
    } catch (error) {
      this.parts.report(`Cannot read what is new of series ${series}`, error);
    }
  }

  /** What the new rows hold. Where that cannot be told, the newest readings say enough. */
  async #since(series: Series, seen: Head | null | undefined, head: Head): Promise<Reading[]> {
    const count = seen ? head.nextRow - seen.nextRow : Infinity;
    if (count === 0) return [];
    if (!seen || count > ROWS_A_LOOK) return await this.parts.reader.newest(series, 2);
    const keys = Array.from({ length: count }, (_, i) => openRowKey(series, seen.nextRow + i));
    const [now, ...rows] = await this.parts.kv.getMany<[Head, ...Uint8Array[]]>([
      headKey(series),
      ...keys,
    ]);
    const isSealed = now.value?.firstRow !== seen.firstRow || rows.some(({ value }) => !value);
    if (isSealed) return await this.parts.reader.newest(series, 2);
    return rows.map(({ value }) => unpackReadings(value!)).reduce(merge);
  }
}
