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
} from "../../meter-firmware/protocol/datagram.ts";
import { isRegister, type Reading } from "../domain/reading.ts";
import { type Fall, fallsAt } from "../store/falls.ts";
import { seriesOf } from "../store/keys.ts";
import type { Append, Conflict, Outcome } from "../store/store.ts";
import { DropOldestQueue } from "./queue.ts";
import { Verifier, type VerifyParts } from "./verify.ts";

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

export interface IngestParts extends VerifyParts {
  recordConflicts: (meter: string, channel: number, conflicts: Conflict[]) => Promise<void>;
  recordFalls: (meter: string, channel: number, falls: Fall[]) => Promise<void>;
  /** Lets more datagrams gather before a commit, the longer the more of them come. */
  linger: (isBusy: boolean) => Promise<void>;
  /** Measures a commit. */
  timed: <T>(commit: () => Promise<T>) => Promise<T>;
  /** Told of a known meter whose datagram somebody else has signed. */
  forged?: (meter: string) => void;
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
  #verifier: Verifier;
  #finished: Promise<void>;

  constructor(readonly parts: IngestParts, readonly limits = DEFAULT_INGEST_LIMITS) {
    this.#verifier = new Verifier(parts, limits.reportIntervalSeconds);
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
    const reports = this.#queue.first(count).map(({ report }) => report);
    const isUnknown = await this.#verifier.loadKeys(reports);
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

  async #verify(
    waiting: Waiting,
    isUnknown: (report: Report) => boolean,
    taken: Verified[],
  ): Promise<Verified | undefined> {
    const { report, answer } = waiting;
    const verdict = await this.#verifier.verify(waiting, isUnknown, taken);
    if (verdict.outcome === "wrongTag") this.parts.forged?.(report.meter);
    if (verdict.outcome !== undefined) return this.#end(answer, verdict.outcome);
    const { append, sign } = verdict;
    const settle = (outcome: Outcome | undefined) => this.#settle(report, sign, answer, outcome);
    return { meter: report.meter, channel: report.channel, append, settle };
  }

  /** The answers leave together, but for those that must wait until what is odd is recorded. */
  async #commit(batch: Verified[]): Promise<void> {
    const outcomes = await this.#store(batch.map(({ append }) => append));
    const odd: Promise<void>[] = [];
    for (const [i, verified] of batch.entries()) {
      const outcome = outcomes[i];
      if (outcome && (outcome.conflicts.length > 0 || outcome.mayFall)) {
        odd.push(this.#settleOdd(verified, outcome));
      } else this.#finish(verified, outcome);
    }
    await Promise.all(odd);
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

  async #settleOdd(verified: Verified, outcome: Outcome): Promise<void> {
    const { meter, channel, append } = verified;
    const { conflicts } = outcome;
    try {
      if (conflicts.length > 0) await this.parts.recordConflicts(meter, channel, conflicts);
      if (outcome.mayFall) await this.#recordFalls(verified);
    } catch (error) {
      this.parts.report(`Cannot record what is odd in series ${append.series}`, error);
      return this.#finish(verified, undefined);
    }
    this.#finish(verified, outcome);
  }

  async #recordFalls({ meter, channel, append }: Verified): Promise<void> {
    if (!isRegister(channel)) return;
    const falls = await fallsAt(this.parts.store.reader, append.series, append.readings);
    if (falls.length > 0) await this.parts.recordFalls(meter, channel, falls);
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
