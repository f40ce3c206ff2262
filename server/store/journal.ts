/**
 * The journal: what makes a batch of readings durable in one small write.
 *
 * Each commit appends one packed value (or a few, as a value is limited). A value is a list of
 * records: readings that came in; that those of a series up to a number were sealed and so are done
 * with; or a snapshot of a series' open part, which replaces what was said before.
 * Reading the values in order therefore rebuilds the open parts, and once every series has a
 * snapshot behind some point, all before that point can be cut.
 */
import type { Reading } from "../domain/reading.ts";
import { BitReader, BitWriter } from "./bits.ts";
import { checkedBody, withChecksum } from "./checksum.ts";
import {
  JOURNAL,
  journalKey,
  type Series,
  SERIES_BYTES,
  seriesBytes,
  seriesFromBytes,
} from "./keys.ts";
import type { OpenParts } from "./open-parts.ts";
import { emptyState, pack, unpackNext } from "./packing.ts";

/** A value of the database holds at most 65,536 bytes. */
const MAX_VALUE_BYTES = 60_000;
const READINGS_A_RECORD = 1_000;

const KIND_BITS = 2;
const END = 0;
const READINGS = 1;
const SEALED = 2;
const SNAPSHOT = 3;

/** Collects the records of one commit. */
export class JournalWriter {
  readonly values: Uint8Array[] = [];
  #writer = new BitWriter(MAX_VALUE_BYTES);
  #closedBytes = 0;

  get bytes(): number {
    return this.#closedBytes + this.#writer.written.length;
  }

  readings(series: Series, readings: Reading[]): void {
    for (let at = 0; at < readings.length; at += READINGS_A_RECORD) {
      const slice = readings.slice(at, at + READINGS_A_RECORD);
      const writer = this.#begin(series, READINGS);
      writer.writeNumber(slice.length);
      const state = emptyState();
      for (const reading of slice) pack(writer, state, reading);
    }
  }

  /** The open readings of a series became rows up to the number `placedThrough`. */
  sealed(series: Series, sealedThrough: number, placedThrough: number): void {
    const writer = this.#begin(series, SEALED);
    writer.writeNumber(sealedThrough);
    writer.writeNumber(placedThrough);
  }

  /**
   * The open part of a series as it is now. One that could not be sealed for long may be too much
   * for one value or even one commit. So it is written as readings, which replace nothing: those
   * behind `afterN` until about `maxBytes` are full. Answers with the number to go on behind.
   */
  snapshot(series: Series, open: OpenParts, afterN = 0, maxBytes = Infinity): number | undefined {
    if (afterN === 0 && open.snapshotBytes(series) < MAX_VALUE_BYTES / 2) {
      open.snapshot(series, this.#begin(series, SNAPSHOT));
      return;
    }
    this.sealed(series, open.sealedThrough(series), 0);
    const readings = open.readings(series).filter(({ n }) => n > afterN);
    for (let at = 0; at < readings.length; at += READINGS_A_RECORD) {
      if (this.bytes > maxBytes) return readings[at].n - 1;
      this.readings(series, readings.slice(at, at + READINGS_A_RECORD));
    }
  }

  finish(): Uint8Array[] {
    this.#close();
    return this.values;
  }

  #begin(series: Series, kind: number): BitWriter {
    if (this.#writer.written.length > MAX_VALUE_BYTES / 2) this.#close();
    this.#writer.write(kind, KIND_BITS);
    this.#writer.writeBytes(seriesBytes(series));
    return this.#writer;
  }

  #close(): void {
    if (this.#writer.bits === 0) return;
    this.#writer.write(END, KIND_BITS);
    const value = withChecksum(this.#writer.written);
    this.values.push(value);
    this.#closedBytes += value.length;
    this.#writer.clear();
  }
}

/** Puts the records of values, in their order, into the open parts. */
export class Replay {
  /**
   * Readings that are not above those already there. Each time that some are put among the others
   * costs as much as all of them, so these wait until they must be.
   */
  #late = new Map<Series, Reading[]>();

  constructor(readonly open: OpenParts) {}

  take(value: Uint8Array): void {
    const reader = new BitReader(checkedBody(value));
    for (let kind = reader.read(KIND_BITS); kind !== END; kind = reader.read(KIND_BITS)) {
      const series = seriesFromBytes(reader.readBytes(SERIES_BYTES));
      if (kind === READINGS) this.#add(series, readingsIn(reader));
      else if (kind === SEALED) this.#seal(series, reader.readNumber(), reader.readNumber());
      else this.#restore(series, reader);
    }
  }

  finish(): void {
    for (const series of this.#late.keys()) this.#addLate(series);
  }

  #add(series: Series, readings: Reading[]): void {
    const late = this.#late.get(series);
    if (late) late.push(...readings);
    else if (readings[0].n > this.open.newestN(series)) this.open.add(series, readings);
    else this.#late.set(series, readings);
  }

  #seal(series: Series, sealedThrough: number, placedThrough: number): void {
    this.#addLate(series);
    this.open.seal(series, sealedThrough, placedThrough);
  }

  #restore(series: Series, reader: BitReader): void {
    this.#late.delete(series);
    this.open.restore(series, reader);
  }

  #addLate(series: Series): void {
    const late = this.#late.get(series);
    if (!late) return;
    this.#late.delete(series);
    const byNumber = new Map(late.map((reading) => [reading.n, reading]));
    this.open.add(series, [...byNumber.values()].sort((a, b) => a.n - b.n));
  }
}

function readingsIn(reader: BitReader): Reading[] {
  const count = reader.readNumber();
  const state = emptyState();
  const readings: Reading[] = [];
  for (let i = 0; i < count; i++) readings.push(unpackNext(reader, state));
  return readings;
}

/** Replays the whole journal; answers with its length in values and bytes. */
export async function replay(kv: Deno.Kv, open: OpenParts) {
  let first = 0;
  let next = 1;
  let bytes = 0;
  const journal = new Replay(open);
  for await (const { key, value } of kv.list<Uint8Array>({ prefix: JOURNAL }, { batchSize: 100 })) {
    const sequence = key[1] as number;
    try {
      journal.take(value);
    } catch (error) {
      throw new Error(`Cannot read journal value ${sequence}: ${(error as Error).message}`);
    }
    first ||= sequence;
    next = sequence + 1;
    bytes += value.length;
  }
  journal.finish();
  return { first: first || next, next, bytes };
}

export const setJournal = (atomic: Deno.AtomicOperation, sequence: number, value: Uint8Array) =>
  atomic.set(journalKey(sequence), value);
