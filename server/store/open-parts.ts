/**
 * The open part of every series: readings that are durable in the journal but not yet in a row of
 * their own. Rows of numbers instead of objects, and packed streams in chains, keep a series at
 * a few hundred bytes. Nothing here is durable or asynchronous.
 */
import type { Reading } from "../domain/reading.ts";
import { BitReader, BitWriter } from "./bits.ts";
import { type Chain, Chains, emptyChain } from "./chains.ts";
import { emptyState, pack, type PackState, unpack } from "./packing.ts";

/**
 * One row of numbers a series: where its sealed part ends, and all that is needed to continue its
 * stream. A row's numbers stand together, as series are met in any order and each look into memory
 * far away costs more than all that is done with them.
 */
const SEALED_THROUGH = 0;
const COUNT = 1;
const BITS = 2;
const N = 3;
const TIME = 4;
const STEP = 5;
const MILLIWATT_HOURS = 6;
const INCREMENT = 7;
const QUALITY = 8;
const SKEW = 9;
const MEAN = 10;
/** Up to here the numbers mean something outside this memory, too. */
const SNAPSHOT_END = 11;
const HEAD = 11;
const TAIL = 12;
/** The register at the highest number when something was sealed last. */
const SEALED_REGISTER = 13;
const ROW = 14;

export class OpenParts {
  #rowOfSeries = new Map<string, number>();
  #rows = new Float64Array(ROW * 1024);
  #chains = new Chains();
  #chain: Chain = emptyChain();
  #state: PackState = emptyState();
  #scratch = new BitWriter();
  #readings = 0;

  get seriesCount(): number {
    return this.#rowOfSeries.size;
  }

  get readingCount(): number {
    return this.#readings;
  }

  series(): IterableIterator<string> {
    return this.#rowOfSeries.keys();
  }

  /** The highest number among the sealed readings; 0 if there are none. */
  sealedThrough(series: string): number {
    return this.#get(series, SEALED_THROUGH);
  }

  count(series: string): number {
    return this.#get(series, COUNT);
  }

  bits(series: string): number {
    return this.#get(series, BITS);
  }

  /** The highest number stored anywhere. */
  newestN(series: string): number {
    const row = this.#rowOfSeries.get(series);
    if (row === undefined) return 0;
    return Math.max(this.#rows[row + N], this.#rows[row + SEALED_THROUGH]);
  }

  /** The register at that number; NaN where it would have to be looked up. */
  newestRegister(series: string): number {
    const row = this.#rowOfSeries.get(series);
    return row === undefined ? 0 : this.#newestRegister(row);
  }

  #newestRegister(row: number): number {
    const isOpen = this.#rows[row + N] >= this.#rows[row + SEALED_THROUGH];
    return this.#rows[row + (isOpen ? MILLIWATT_HOURS : SEALED_REGISTER)];
  }

  readings(series: string): Reading[] {
    const row = this.#rowOfSeries.get(series);
    if (row === undefined || this.#rows[row + COUNT] === 0) return [];
    return unpack(this.#chains.read(this.#loadChain(row)), this.#rows[row + COUNT]);
  }

  /** Adds readings in rising order of `n`. One that is there already under its number is replaced. */
  add(series: string, readings: Reading[]): void {
    const row = this.#rowOf(series);
    if (readings[0].n > this.#rows[row + N]) this.#append(row, readings);
    else this.#write(row, merge(this.readings(series), readings));
  }

  /** Lets go of the readings up to `placedThrough`, which are rows now. */
  seal(series: string, sealedThrough: number, placedThrough: number): void {
    const row = this.#rowOf(series);
    const isNewestKnown = this.newestN(series) >= sealedThrough;
    this.#rows[row + SEALED_REGISTER] = isNewestKnown ? this.#newestRegister(row) : NaN;
    this.#rows[row + SEALED_THROUGH] = sealedThrough;
    this.#write(row, this.readings(series).filter(({ n }) => n > placedThrough));
  }

  /** About what a snapshot takes. */
  snapshotBytes(series: string): number {
    return 64 + this.bits(series) / 8;
  }

  /** Writes the row and its stream, so that `restore` need not unpack anything. */
  snapshot(series: string, writer: BitWriter): void {
    const row = this.#rowOf(series);
    for (let i = 0; i < SNAPSHOT_END; i++) writer.writeSigned(this.#rows[row + i]);
    writer.writeBytes(this.#chains.read(this.#loadChain(row)));
  }

  restore(series: string, reader: BitReader): void {
    const row = this.#rowOf(series);
    this.#clear(row);
    for (let i = 0; i < SNAPSHOT_END; i++) this.#rows[row + i] = reader.readSigned();
    this.#rows[row + SEALED_REGISTER] = NaN;
    const bits = this.#rows[row + BITS];
    const chain = emptyChain();
    this.#chains.append(chain, reader.readBytes((bits + 7) >> 3), bits);
    this.#saveChain(row, chain);
    this.#readings += this.#rows[row + COUNT];
  }

  #get(series: string, field: number): number {
    const row = this.#rowOfSeries.get(series);
    return row === undefined ? 0 : this.#rows[row + field];
  }

  /** Where the row of a series begins. */
  #rowOf(series: string): number {
    const known = this.#rowOfSeries.get(series);
    if (known !== undefined) return known;
    const row = this.#rowOfSeries.size * ROW;
    if (row === this.#rows.length) this.#grow();
    this.#rowOfSeries.set(series, row);
    this.#saveState(row, emptyState());
    this.#saveChain(row, emptyChain());
    return row;
  }

  #grow(): void {
    const rows = new Float64Array(ROW * Math.ceil(this.#rowOfSeries.size * 1.5));
    rows.set(this.#rows);
    this.#rows = rows;
  }

  #write(row: number, readings: Reading[]): void {
    this.#clear(row);
    this.#append(row, readings);
  }

  #append(row: number, readings: Reading[]): void {
    if (readings.length === 0) return;
    const state = this.#loadState(row);
    const chain = this.#loadChain(row);
    for (const reading of readings) {
      this.#scratch.clear();
      pack(this.#scratch, state, reading);
      this.#chains.append(chain, this.#scratch.bytes, this.#scratch.bits);
    }
    this.#rows[row + COUNT] += readings.length;
    this.#readings += readings.length;
    this.#saveState(row, state);
    this.#saveChain(row, chain);
  }

  #clear(row: number): void {
    this.#chains.clear(this.#loadChain(row));
    this.#readings -= this.#rows[row + COUNT];
    this.#rows[row + COUNT] = 0;
    this.#saveState(row, emptyState());
    this.#saveChain(row, emptyChain());
  }

  #loadChain(row: number): Chain {
    this.#chain.head = this.#rows[row + HEAD];
    this.#chain.tail = this.#rows[row + TAIL];
    this.#chain.bits = this.#rows[row + BITS];
    return this.#chain;
  }

  #saveChain(row: number, { head, tail, bits }: Chain): void {
    this.#rows[row + HEAD] = head;
    this.#rows[row + TAIL] = tail;
    this.#rows[row + BITS] = bits;
  }

  #loadState(row: number): PackState {
    const rows = this.#rows;
    const state = this.#state;
    state.n = rows[row + N];
    state.time = rows[row + TIME];
    state.step = rows[row + STEP];
    state.milliwattHours = rows[row + MILLIWATT_HOURS];
    state.increment = rows[row + INCREMENT];
    state.quality = rows[row + QUALITY];
    state.skew = rows[row + SKEW];
    state.mean = rows[row + MEAN];
    return state;
  }

  #saveState(row: number, state: PackState): void {
    const rows = this.#rows;
    rows[row + N] = state.n;
    rows[row + TIME] = state.time;
    rows[row + STEP] = state.step;
    rows[row + MILLIWATT_HOURS] = state.milliwattHours;
    rows[row + INCREMENT] = state.increment;
    rows[row + QUALITY] = state.quality;
    rows[row + SKEW] = state.skew;
    rows[row + MEAN] = state.mean;
  }
}

/** Two lists in rising order of `n` as one; where both have a number, the second's reading stays. */
export function merge(older: Reading[], newer: Reading[]): Reading[] {
  const merged: Reading[] = [];
  let at = 0;
  for (const reading of newer) {
    while (at < older.length && older[at].n < reading.n) merged.push(older[at++]);
    if (at < older.length && older[at].n === reading.n) at++;
    merged.push(reading);
  }
  while (at < older.length) merged.push(older[at++]);
  return merged;
}
