/**
 * The journal: what makes a batch of readings durable in one small write.
 *
 * Each commit appends one packed value (or a few, as a value is limited). A value is a list of
 * records: readings that came in; that those of a series up to a number were sealed and so are done
 * with; or a snapshot of a series' open part, which replaces what was said before.
 * Reading the values in order therefore rebuilds the open parts, and once every series has a
 * snapshot behind some point, all before that point can be cut.
 */
import { MAX_N, type Reading } from "../domain/reading.ts";
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

  /** The open part of a series as it is now. */
  snapshot(series: Series, open: OpenParts): void {
    if (open.snapshotBytes(series) < MAX_VALUE_BYTES / 2) {
      open.snapshot(series, this.#begin(series, SNAPSHOT));
      return;
    }
    // One that could not be sealed for long may be too much for one value: its readings are not.
    this.sealed(series, open.sealedThrough(series), MAX_N);
    this.readings(series, open.readings(series));
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
    this.values.push(withChecksum(this.#writer.written));
    this.#writer.clear();
  }
}

/** Puts one value's records into the open parts. */
export function replayValue(value: Uint8Array, open: OpenParts): void {
  const reader = new BitReader(checkedBody(value));
  for (let kind = reader.read(KIND_BITS); kind !== END; kind = reader.read(KIND_BITS)) {
    const series = seriesFromBytes(reader.readBytes(SERIES_BYTES));
    if (kind === READINGS) open.add(series, readingsIn(reader));
    else if (kind === SEALED) open.seal(series, reader.readNumber(), reader.readNumber());
    else open.restore(series, reader);
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
  for await (const { key, value } of kv.list<Uint8Array>({ prefix: JOURNAL }, { batchSize: 100 })) {
    const sequence = key[1] as number;
    try {
      replayValue(value, open);
    } catch (error) {
      throw new Error(`Cannot read journal value ${sequence}: ${(error as Error).message}`);
    }
    first ||= sequence;
    next = sequence + 1;
    bytes += value.length;
  }
  return { first: first || next, next, bytes };
}

export const setJournal = (atomic: Deno.AtomicOperation, sequence: number, value: Uint8Array) =>
  atomic.set(journalKey(sequence), value);
