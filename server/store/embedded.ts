/**
 * The reading store over a database file that one process owns.
 *
 * A row per reading, or a row per series rewritten with each reading, makes the database write whole
 * pages for a few bytes each. So a commit is one packed journal value for all the readings that
 * came together; the open part of each series lives in memory; when it is long enough it becomes a
 * row (it is sealed); and now and then the open parts are written to the journal's end as they are
 * (a checkpoint), so that all before it can be cut. Starting means replaying the journal.
 *
 * Calls of `append` and `maintain` must follow one another; reading may happen at any time.
 */
import type { Reading } from "../domain/reading.ts";
import type { ReportProblem } from "../errors.ts";
import { type Followable, Followers, type Listener } from "./follow.ts";
import { JournalWriter, replay, setJournal } from "./journal.ts";
import { mayFallAmong, mayFallBehind } from "./falls.ts";
import { journalKey, type Series } from "./keys.ts";
import { merge, OpenParts } from "./open-parts.ts";
import { applyPlan, planSeal, type SealPlan } from "./seal.ts";
import { Sealed } from "./sealed.ts";
import { SeriesReader } from "./series-reader.ts";
import { type Append, decide, type Outcome, type ReadingStore, type StoreStats } from "./store.ts";

export interface EmbeddedLimits {
  /** An open part of so many bytes becomes a row; a little more or less, so that not all do at once. */
  sealBytes: number;
  /** So much new journal, or as much again as the last checkpoint left, makes the next one due. */
  checkpointBytes: number;
}

const DEFAULT_LIMITS: EmbeddedLimits = { sealBytes: 448, checkpointBytes: 32 * 2 ** 20 };

/** What one turn of housekeeping may do, so that ingest never waits long. */
const SEALS_A_TURN = 16;
const SEAL_ROWS_A_TURN = 300;
const CHECKPOINT_BYTES_A_TURN = 400_000;
const CUTS_A_TURN = 500;

interface Checkpoint {
  /** The journal before this is not needed once every series has been written. */
  cutBefore: number;
  bytesBefore: number;
  left: Iterator<Series>;
  /** The series that comes next, and the number up to which it has been written already. */
  next: { series: Series; afterN: number } | undefined;
}

export class EmbeddedStore implements ReadingStore, Followable {
  readonly reader: SeriesReader;
  readonly followers: Followers;
  #sealDue = new Set<Series>();
  #sealNow = false;
  /** Series that could not be sealed are tried again when their open part has as many bits. */
  #sealAgainAt = new Map<Series, number>();
  #checkpoint: Checkpoint | undefined;
  #cutBefore: number;
  #bytesAfterCut = 0;

  private constructor(
    readonly kv: Deno.Kv,
    readonly report: ReportProblem,
    readonly open: OpenParts,
    readonly limits: EmbeddedLimits,
    private journal: { first: number; next: number; bytes: number },
  ) {
    this.reader = new SeriesReader(
      new Sealed(kv),
      (series) => open.readings(series),
      undefined,
      (series) => open.sealedThrough(series),
    );
    this.followers = new Followers(report);
    this.#cutBefore = journal.first;
    for (const series of open.series()) this.#noteIfFull(series);
  }

  static async open(
    kv: Deno.Kv,
    report: ReportProblem,
    limits = DEFAULT_LIMITS,
  ): Promise<EmbeddedStore> {
    const open = new OpenParts();
    return new EmbeddedStore(kv, report, open, limits, await replay(kv, open));
  }

  stats(): StoreStats {
    return {
      series: this.open.seriesCount,
      openReadings: this.open.readingCount,
      journalBytes: this.journal.bytes,
    };
  }

  follow(series: Series, listener: Listener): () => void {
    return this.followers.follow(series, listener);
  }

  async append(batch: Append[]): Promise<(Outcome | undefined)[]> {
    const staged = new Map<Series, Reading[]>();
    const outcomes: (Outcome | undefined)[] = [];
    for (const append of batch) outcomes.push(await this.#stage(append, staged));
    if (staged.size > 0) await this.#commit(staged);
    return outcomes;
  }

  async maintain(): Promise<boolean> {
    if (this.#sealIsDue()) await this.#seal();
    else if (this.#checkpoint) await this.#continueCheckpoint(this.#checkpoint);
    else if (this.journal.first < this.#cutBefore) await this.#cut();
    else if (this.#checkpointIsDue()) this.#beginCheckpoint();
    else return false;
    return true;
  }

  /** Undefined where a damaged row leaves open what is stored: other series must not wait for it. */
  async #stage(
    { series, readings }: Append,
    staged: Map<Series, Reading[]>,
  ): Promise<Outcome | undefined> {
    const waiting = staged.get(series) ?? [];
    try {
      const newest = this.#newest(series, waiting);
      const isBehind = readings[0].n > newest.n;
      const near = isBehind ? [] : merge(this.open.readings(series), waiting);
      const known = isBehind ? new Map() : await this.#known(series, readings, near);
      const { accepted, ...outcome } = decide(readings, known);
      if (accepted.length > 0) staged.set(series, merge(waiting, accepted));
      const mayFall = isBehind
        ? mayFallBehind(newest.register, readings)
        : mayFallAmong(merge(near, accepted), this.open.sealedThrough(series), readings);
      return { ...outcome, mayFall };
    } catch (error) {
      this.report(`Cannot take readings of series ${series}`, error);
    }
  }

  /** The highest number that is stored or about to be, and the register there. */
  #newest(series: Series, waiting: Reading[]): { n: number; register: number } {
    const n = this.open.newestN(series);
    const last = waiting.at(-1);
    if (last && last.n > n) return { n: last.n, register: last.milliwattHours };
    return { n, register: this.open.newestRegister(series) };
  }

  /** What is stored, or about to be, under the numbers of `readings`, given all that is not sealed. */
  async #known(series: Series, readings: Reading[], near: Reading[]) {
    const known = new Map<number, Reading>();
    const sealedThrough = this.open.sealedThrough(series);
    const old = readings.filter(({ n }) => n <= sealedThrough).map(({ n }) => n);
    if (old.length > 0) {
      const found = await this.reader.sealed.find(series, old);
      for (const [n, reading] of found) known.set(n, reading);
    }
    for (const reading of near) known.set(reading.n, reading);
    return known;
  }

  async #commit(staged: Map<Series, Reading[]>): Promise<void> {
    const journal = new JournalWriter();
    for (const [series, readings] of staged) {
      journal.readings(series, readings);
    }
    await this.#write(journal, this.kv.atomic());
    for (const [series, readings] of staged) {
      this.open.add(series, readings);
      this.#noteIfFull(series);
      this.followers.tell(series, readings);
    }
  }

  /** Commits the journal's records with whatever else is in the atomic, all or nothing. */
  async #write(writer: JournalWriter, atomic: Deno.AtomicOperation): Promise<void> {
    const values = writer.finish();
    const begin = this.journal.next;
    // A commit that failed may have been written all the same: its numbers are not used again.
    this.journal.next += values.length;
    values.forEach((value, i) => setJournal(atomic, begin + i, value));
    await atomic.commit();
    this.journal.bytes += values.reduce((sum, value) => sum + value.length, 0);
  }

  #noteIfFull(series: Series): void {
    if (this.open.bits(series) < (this.#sealAgainAt.get(series) ?? 0)) return;
    const spread = 0.75 + (parseInt(series.slice(12, 16), 16) / 0xffff) / 2;
    const full = this.open.bits(series) / (this.limits.sealBytes * 8 * spread);
    if (full > 1) this.#sealDue.add(series);
    if (full > 1.5) this.#sealNow = true;
  }

  /** Sealing several at once shares the pages that every commit writes. */
  #sealIsDue(): boolean {
    if (this.#sealDue.size === 0) this.#sealNow = false;
    const waiting = this.#sealNow || this.#checkpoint || this.#checkpointIsDue();
    return this.#sealDue.size >= (waiting ? 1 : SEALS_A_TURN);
  }

  async #seal(): Promise<void> {
    const plans = new Map<Series, SealPlan>();
    const journal = new JournalWriter();
    const atomic = this.kv.atomic();
    let rows = 0;
    for (const series of this.#sealDue) {
      const plan = await this.#plan(series);
      if (!plan) continue;
      applyPlan(atomic, plan);
      journal.sealed(series, plan.sealedThrough, plan.placedThrough);
      plans.set(series, plan);
      rows += plan.set.length + plan.delete.length;
      if (plans.size === SEALS_A_TURN || rows > SEAL_ROWS_A_TURN) break;
    }
    await this.#write(journal, atomic);
    for (const [series, plan] of plans) {
      this.open.seal(series, plan.sealedThrough, plan.placedThrough);
      this.#sealDue.delete(series);
      this.#noteIfFull(series);
    }
  }

  /** Undefined where a damaged row is in the way: other series and the journal must not wait. */
  async #plan(series: Series): Promise<SealPlan | undefined> {
    const { reader, open } = this;
    try {
      const sealedThrough = open.sealedThrough(series);
      const plan = await planSeal(reader, series, open.readings(series), sealedThrough);
      this.#sealAgainAt.delete(series);
      return plan;
    } catch (error) {
      this.report(`Cannot seal series ${series}`, error);
      this.#sealDue.delete(series);
      this.#sealAgainAt.set(series, 2 * open.bits(series));
    }
  }

  #checkpointIsDue(): boolean {
    const grown = this.journal.bytes - this.#bytesAfterCut;
    return grown > Math.max(this.limits.checkpointBytes, this.#bytesAfterCut);
  }

  #beginCheckpoint(): void {
    const left = this.open.series();
    this.#checkpoint = {
      cutBefore: this.journal.next,
      bytesBefore: this.journal.bytes,
      left,
      next: nextOf(left),
    };
  }

  async #continueCheckpoint(checkpoint: Checkpoint): Promise<void> {
    const writer = new JournalWriter();
    while (checkpoint.next && writer.bytes <= CHECKPOINT_BYTES_A_TURN) {
      const { series, afterN } = checkpoint.next;
      const throughN = writer.snapshot(series, this.open, afterN, CHECKPOINT_BYTES_A_TURN);
      checkpoint.next = throughN === undefined
        ? nextOf(checkpoint.left)
        : { series, afterN: throughN };
    }
    // What was gone past is lost with a failed write, so such a checkpoint begins anew.
    this.#checkpoint = undefined;
    await this.#write(writer, this.kv.atomic());
    if (checkpoint.next) {
      this.#checkpoint = checkpoint;
      return;
    }
    this.#cutBefore = checkpoint.cutBefore;
    this.journal.bytes -= checkpoint.bytesBefore;
    this.#bytesAfterCut = this.journal.bytes;
  }

  async #cut(): Promise<void> {
    const atomic = this.kv.atomic();
    const end = Math.min(this.#cutBefore, this.journal.first + CUTS_A_TURN);
    for (let i = this.journal.first; i < end; i++) atomic.delete(journalKey(i));
    await atomic.commit();
    this.journal.first = end;
  }
}

function nextOf(left: Iterator<Series>): Checkpoint["next"] {
  const { done, value } = left.next();
  return done ? undefined : { series: value, afterN: 0 };
}
