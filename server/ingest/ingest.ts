/**
 * The one way by which readings come in.
 *
 *   decode → queue → key → tag → clock rules → group commit → acknowledgement
 *
 * Datagrams wait unverified in a bounded queue, but only those that have the form of a report. One
 * loop takes what has gathered, verifies it, has it stored in one commit, and only then answers.
 * What fails on the way is counted and, over UDP, met with silence: the meter repeats. Readings of
 * devices that speak JSON join at the commit.
 */
import {
  decodeReport,
  encodeAcknowledgement,
  MAX_REPORT_BYTES,
  type Report,
  type Sign,
  STATUS_CONFLICT,
  STATUS_STORED,
  tagIsValid,
} from "../../meter-firmware/protocol/datagram.ts";
import { type Reading, receive } from "../domain/reading.ts";
import type { ReportProblem } from "../errors.ts";
import { type Series, seriesOf } from "../store/keys.ts";
import type { Append, Conflict, Outcome, ReadingStore } from "../store/store.ts";
import { DropOldestQueue } from "./queue.ts";

export const MAX_DATAGRAM_BYTES = MAX_REPORT_BYTES;

/** Why bytes are not a report. */
export function faultOf(bytes: Uint8Array): string | undefined {
  const decoded = decodeReport(bytes);
  return decoded.ok ? undefined : decoded.reason;
}

export const DATAGRAM_OUTCOMES = [
  "acknowledged",
  "conflict",
  "malformed",
  "unknownMeter",
  "wrongTag",
  "dropped",
  "failed",
] as const;
export type DatagramOutcome = typeof DATAGRAM_OUTCOMES[number];

/** What becomes of a datagram; the acknowledgement only where there is one to send. */
export type Answer = (outcome: DatagramOutcome, acknowledgement?: Uint8Array) => void;

export interface IngestParts {
  store: ReadingStore;
  /** The key that `keyId` names, if the meter is known and has it. */
  findKey: (
    meter: string,
    keyId: number,
  ) => { key: Uint8Array; unconfirmed: boolean } | undefined;
  /**
   * Asks the database for meters that another server may have registered, and tells for which
   * reports it has been asked: there may be too many at once.
   */
  loadKeys?: (wanted: Report[]) => Promise<Set<Report>>;
  /** Records that a key is in use, before its first datagram is acknowledged. */
  confirmKey: (meter: string, keyId: number) => Promise<void>;
  recordConflicts: (meter: string, channel: number, conflicts: Conflict[]) => Promise<void>;
  signWith: (key: Uint8Array) => Sign;
  /** Unix seconds. */
  now: () => number;
  /** Lets more datagrams gather before a commit, the longer the more of them come. */
  linger: (isBusy: boolean) => Promise<void>;
  /** Measures a commit. */
  timed: <T>(commit: () => Promise<T>) => Promise<T>;
  report: ReportProblem;
  /** Told of each datagram that gets no acknowledgement. */
  refused?: (outcome: DatagramOutcome) => void;
}

export interface IngestLimits {
  queuedDatagrams: number;
  /** So many waiting appends of JSON devices; one more is refused. */
  queuedAppends: number;
  /** One commit takes datagrams until they bring so many readings. */
  readingsACommit: number;
  /** And appends of JSON devices until they do; both fit into an atomic, at 27 bytes a reading. */
  uploadedACommit: number;
  /** Datagrams looked at for one commit, most of which may turn out not to count. */
  datagramsACommit: number;
  reportIntervalSeconds: number;
}

export const DEFAULT_INGEST_LIMITS: IngestLimits = {
  queuedDatagrams: 16_384,
  queuedAppends: 256,
  readingsACommit: 1_024,
  uploadedACommit: 4_096,
  datagramsACommit: 2_048,
  reportIntervalSeconds: 5,
};

/** A batch of so many calls for a longer wait before the next. */
const BUSY_BATCH = 64;

interface Waiting {
  report: Report;
  bytes: Uint8Array;
  answer: Answer;
}

interface Verified {
  meter: string;
  channel: number;
  append: Append;
  settle: (outcome: Outcome | undefined) => void;
}

export class Ingest {
  readonly counts = Object.fromEntries(DATAGRAM_OUTCOMES.map((name) => [name, 0])) as Record<
    DatagramOutcome,
    number
  >;
  readonly readings = { stored: 0, duplicate: 0, conflict: 0 };
  #queue: DropOldestQueue<Waiting>;
  #appends: Verified[] = [];
  #wake: () => void = () => {};
  #closing = false;
  #isBusy = false;
  #finished: Promise<void>;

  constructor(readonly parts: IngestParts, readonly limits = DEFAULT_INGEST_LIMITS) {
    this.#queue = new DropOldestQueue(limits.queuedDatagrams);
    this.#finished = this.#run();
  }

  get queued(): number {
    return this.#queue.length + this.#appends.length;
  }

  /** Takes a datagram. What waits is a copy, as `bytes` may be a view of many datagrams. */
  take(bytes: Uint8Array, answer: Answer): void {
    if (this.#closing) return this.#end(answer, "dropped");
    const decoded = decodeReport(bytes);
    if (!decoded.ok) return this.#end(answer, "malformed");
    const dropped = this.#queue.push({ report: decoded.value, bytes: bytes.slice(), answer });
    if (dropped) this.#end(dropped.answer, "dropped");
    this.#wake();
  }

  /** Takes readings whose sender is known. Undefined: they could not be stored, try again later. */
  takeReadings(meter: string, channel: number, readings: Reading[]): Promise<Outcome | undefined> {
    if (this.#closing || this.#appends.length >= this.limits.queuedAppends) {
      return Promise.resolve(undefined);
    }
    return new Promise((settle) => {
      const append = { series: seriesOf(meter, channel), readings };
      this.#appends.push({ meter, channel, append, settle });
      this.#wake();
    });
  }

  /** Stores and answers what was taken so far, then ends. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#wake();
    await this.#finished;
  }

  async #run(): Promise<void> {
    let moreToMaintain = true;
    for (;;) {
      if (this.queued === 0) {
        if (this.#closing) return;
        if (!moreToMaintain) await new Promise<void>((wake) => this.#wake = wake);
      }
      if (this.queued > 0) await this.#takeBatch();
      moreToMaintain = await this.#maintain();
    }
  }

  /** Neither kind of sender can keep the other, nor what is verified already, from its commit. */
  async #takeBatch(): Promise<void> {
    const { readingsACommit } = this.limits;
    if (!this.#closing && this.queued < readingsACommit) await this.parts.linger(this.#isBusy);
    const batch = [...this.#takeAppends(), ...await this.#takeDatagrams()];
    this.#isBusy = batch.length >= BUSY_BATCH;
    if (batch.length > 0) await this.#commit(batch);
  }

  #takeAppends(): Verified[] {
    const taken: Verified[] = [];
    let readings = 0;
    while (this.#appends.length > 0 && readings < this.limits.uploadedACommit) {
      const append = this.#appends.shift()!;
      taken.push(append);
      readings += append.append.readings.length;
    }
    return taken;
  }

  async #takeDatagrams(): Promise<Verified[]> {
    const { readingsACommit, datagramsACommit } = this.limits;
    const count = Math.min(datagramsACommit, this.#queue.length);
    const isUnknown = await this.#loadKeys(count);
    const taken: Verified[] = [];
    let readings = 0;
    for (let items = 0; readings < readingsACommit && items < count; items++) {
      const waiting = this.#queue.shift();
      if (!waiting) break;
      const verified = await this.#verify(waiting, isUnknown, taken);
      if (verified) {
        taken.push(verified);
        readings += verified.append.readings.length;
      }
    }
    return taken;
  }

  /** Tells apart reports of unknown meters from those for which there was no look-up. */
  async #loadKeys(count: number): Promise<(report: Report) => boolean> {
    const { findKey, loadKeys } = this.parts;
    if (!loadKeys) return () => true;
    const reports = this.#queue.first(count).map(({ report }) => report);
    const wanted = reports.filter(({ meter, keyId }) => !findKey(meter, keyId));
    if (wanted.length === 0) return () => false;
    try {
      const asked = await loadKeys(wanted);
      return (report) => asked.has(report);
    } catch (error) {
      this.parts.report("Cannot look up meters", error);
      return () => false;
    }
  }

  /** Key, tag, clock: what passes is a report that its meter really sent. */
  async #verify(
    { report, bytes, answer }: Waiting,
    isUnknown: (report: Report) => boolean,
    taken: Verified[],
  ): Promise<Verified | undefined> {
    const { meter, keyId } = report;
    const { parts } = this;
    try {
      const found = parts.findKey(meter, keyId);
      if (!found) return this.#end(answer, isUnknown(report) ? "unknownMeter" : "dropped");
      const sign = parts.signWith(found.key);
      if (!tagIsValid(bytes, sign)) return this.#end(answer, "wrongTag");
      if (found.unconfirmed) await parts.confirmKey(meter, keyId);
      const append = await this.#appendOf(report, taken);
      const settle = (outcome: Outcome | undefined) => this.#settle(report, sign, answer, outcome);
      return { meter, channel: report.channel, append, settle };
    } catch (error) {
      parts.report("Cannot verify a datagram", error);
      return this.#end(answer, "failed");
    }
  }

  async #appendOf(report: Report, taken: Verified[]): Promise<Append> {
    const series = seriesOf(report.meter, report.channel);
    const untimed = report.readings.some((reading) => reading.time === 0);
    const readings = receive(report.readings, {
      receivedAt: this.parts.now(),
      sentAt: report.sentAt,
      intervalSeconds: this.limits.reportIntervalSeconds,
      newest: untimed ? await this.#newest(series, taken) : undefined,
    });
    return { series, readings };
  }

  /** The reading with the highest number, stored or about to be. */
  async #newest(series: Series, taken: Verified[]): Promise<Reading | undefined> {
    let [newest] = await this.parts.store.reader.newest(series, 1);
    for (const { append } of taken) {
      const last = append.readings[append.readings.length - 1];
      if (append.series === series && last.n > (newest?.n ?? 0)) newest = last;
    }
    return newest;
  }

  /** The answers leave together, but for those that must wait until a conflict is recorded. */
  async #commit(batch: Verified[]): Promise<void> {
    const outcomes = await this.#store(batch.map(({ append }) => append));
    const inConflict: Promise<void>[] = [];
    for (const [i, verified] of batch.entries()) {
      const outcome = outcomes[i];
      if (outcome && outcome.conflicts.length > 0) {
        inConflict.push(this.#settleConflict(verified, outcome));
      } else this.#finish(verified, outcome);
    }
    await Promise.all(inConflict);
  }

  #finish({ settle }: Verified, outcome: Outcome | undefined): void {
    if (outcome) this.#countReadings(outcome);
    settle(outcome);
  }

  async #store(appends: Append[]): Promise<(Outcome | undefined)[]> {
    try {
      return await this.parts.timed(() => this.parts.store.append(appends));
    } catch (error) {
      this.parts.report("Cannot store readings", error);
      return [];
    }
  }

  async #settleConflict(verified: Verified, outcome: Outcome): Promise<void> {
    const { meter, channel } = verified;
    try {
      await this.parts.recordConflicts(meter, channel, outcome.conflicts);
      this.#finish(verified, outcome);
    } catch (error) {
      this.parts.report("Cannot record a conflict of readings", error);
      this.#finish(verified, undefined);
    }
  }

  #settle(report: Report, sign: Sign, answer: Answer, outcome: Outcome | undefined): void {
    if (!outcome) return this.#end(answer, "failed");
    const conflict = outcome.conflicts.length > 0;
    const acknowledgement = encodeAcknowledgement({
      keyId: report.keyId,
      status: conflict ? STATUS_CONFLICT : STATUS_STORED,
      meter: report.meter,
      serverTime: this.parts.now(),
      echo: report.readings[report.readings.length - 1].n,
      intervalSeconds: this.limits.reportIntervalSeconds,
    }, sign);
    this.#end(answer, conflict ? "conflict" : "acknowledged", acknowledgement);
  }

  #countReadings({ stored, duplicates, conflicts }: Outcome): void {
    this.readings.stored += stored;
    this.readings.duplicate += duplicates;
    this.readings.conflict += conflicts.length;
  }

  #end(answer: Answer, outcome: DatagramOutcome, acknowledgement?: Uint8Array): undefined {
    this.counts[outcome]++;
    if (!acknowledgement) this.parts.refused?.(outcome);
    answer(outcome, acknowledgement);
  }

  async #maintain(): Promise<boolean> {
    try {
      return await this.parts.store.maintain();
    } catch (error) {
      this.parts.report("Cannot tidy up the store", error);
      return false;
    }
  }
}
