/**
 * The open part of every series: readings that are durable in the journal but not yet in a row of
 * their own. Columns instead of objects, and packed streams in chains, keep a series at a few
 * hundred bytes. Nothing here is durable or asynchronous.
 */
import type { Reading } from "../domain/reading.ts";
import { BitReader, BitWriter } from "./bits.ts";
import { type Chain, Chains, emptyChain } from "./chains.ts";
import { emptyState, pack, type PackState, unpack } from "./packing.ts";

/** One row a series: where its sealed part ends, and all that is needed to continue its stream. */
const COLUMNS = [
  "sealedThrough",
  "count",
  "head",
  "tail",
  "bits",
  "n",
  "time",
  "step",
  "milliwattHours",
  "increment",
  "quality",
  "skew",
  "mean",
] as const;
type Column = typeof COLUMNS[number];
type NumberArray = Float64Array | Uint32Array | Int32Array;

const FLOATS: Column[] = ["time", "step", "milliwattHours", "increment", "skew"];
const SIGNED: Column[] = ["head", "tail"];

function column(name: Column, length: number): NumberArray {
  if (FLOATS.includes(name)) return new Float64Array(length);
  return SIGNED.includes(name) ? new Int32Array(length) : new Uint32Array(length);
}

export class OpenParts {
  #slots = new Map<string, number>();
  #capacity = 0;
  #columns = {} as Record<Column, NumberArray>;
  #chains = new Chains();
  #chain: Chain = emptyChain();
  #state: PackState = emptyState();
  #scratch = new BitWriter();
  #readings = 0;

  constructor() {
    this.#resize(1024);
  }

  get seriesCount(): number {
    return this.#slots.size;
  }

  get readingCount(): number {
    return this.#readings;
  }

  series(): IterableIterator<string> {
    return this.#slots.keys();
  }

  /** The highest number among the sealed readings; 0 if there are none. */
  sealedThrough(series: string): number {
    return this.#get(series, "sealedThrough");
  }

  count(series: string): number {
    return this.#get(series, "count");
  }

  bits(series: string): number {
    return this.#get(series, "bits");
  }

  /** The highest number stored anywhere. */
  newestN(series: string): number {
    const slot = this.#slots.get(series);
    if (slot === undefined) return 0;
    return Math.max(this.#columns.n[slot], this.#columns.sealedThrough[slot]);
  }

  readings(series: string): Reading[] {
    const slot = this.#slots.get(series);
    if (slot === undefined || this.#columns.count[slot] === 0) return [];
    return unpack(this.#chains.read(this.#loadChain(slot)), this.#columns.count[slot]);
  }

  /** Adds readings in rising order of `n`. One that is there already under its number is replaced. */
  add(series: string, readings: Reading[]): void {
    const slot = this.#slotOf(series);
    if (readings[0].n > this.#columns.n[slot]) this.#append(slot, readings);
    else this.#write(slot, merge(this.readings(series), readings));
  }

  /** Lets go of the readings up to `placedThrough`, which are rows now. */
  seal(series: string, sealedThrough: number, placedThrough: number): void {
    const slot = this.#slotOf(series);
    this.#columns.sealedThrough[slot] = sealedThrough;
    this.#write(slot, this.readings(series).filter(({ n }) => n > placedThrough));
  }

  /** About what a snapshot takes. */
  snapshotBytes(series: string): number {
    return 64 + this.bits(series) / 8;
  }

  /** Writes the whole row and its stream, so that `restore` need not unpack anything. */
  snapshot(series: string, writer: BitWriter): void {
    const slot = this.#slotOf(series);
    for (const name of COLUMNS) {
      if (name === "head" || name === "tail") continue;
      if (FLOATS.includes(name)) writer.writeSigned(this.#columns[name][slot]);
      else writer.writeNumber(this.#columns[name][slot]);
    }
    writer.writeBytes(this.#chains.read(this.#loadChain(slot)));
  }

  restore(series: string, reader: BitReader): void {
    const slot = this.#slotOf(series);
    this.#clear(slot);
    for (const name of COLUMNS) {
      if (name === "head" || name === "tail") continue;
      const value = FLOATS.includes(name) ? reader.readSigned() : reader.readNumber();
      this.#columns[name][slot] = value;
    }
    const bits = this.#columns.bits[slot];
    this.#columns.bits[slot] = 0;
    const chain = this.#loadChain(slot);
    this.#chains.append(chain, reader.readBytes((bits + 7) >> 3), bits);
    this.#saveChain(slot, chain);
    this.#readings += this.#columns.count[slot];
  }

  #get(series: string, name: Column): number {
    const slot = this.#slots.get(series);
    return slot === undefined ? 0 : this.#columns[name][slot];
  }

  #slotOf(series: string): number {
    const known = this.#slots.get(series);
    if (known !== undefined) return known;
    const slot = this.#slots.size;
    if (slot === this.#capacity) this.#resize(Math.ceil(slot * 1.5));
    this.#slots.set(series, slot);
    this.#saveState(slot, emptyState());
    this.#saveChain(slot, emptyChain());
    return slot;
  }

  #resize(capacity: number): void {
    for (const name of COLUMNS) {
      const grown = column(name, capacity);
      if (this.#capacity > 0) grown.set(this.#columns[name]);
      this.#columns[name] = grown;
    }
    this.#capacity = capacity;
  }

  #write(slot: number, readings: Reading[]): void {
    this.#clear(slot);
    this.#append(slot, readings);
  }

  #append(slot: number, readings: Reading[]): void {
    if (readings.length === 0) return;
    const state = this.#loadState(slot);
    const chain = this.#loadChain(slot);
    for (const reading of readings) {
      this.#scratch.clear();
      pack(this.#scratch, state, reading);
      this.#chains.append(chain, this.#scratch.bytes, this.#scratch.bits);
    }
    this.#columns.count[slot] += readings.length;
    this.#readings += readings.length;
    this.#saveState(slot, state);
    this.#saveChain(slot, chain);
  }

  #clear(slot: number): void {
    this.#chains.clear(this.#loadChain(slot));
    this.#readings -= this.#columns.count[slot];
    this.#columns.count[slot] = 0;
    this.#saveState(slot, emptyState());
    this.#saveChain(slot, emptyChain());
  }

  #loadChain(slot: number): Chain {
    const { head, tail, bits } = this.#columns;
    return Object.assign(this.#chain, { head: head[slot], tail: tail[slot], bits: bits[slot] });
  }

  #saveChain(slot: number, chain: Chain): void {
    this.#columns.head[slot] = chain.head;
    this.#columns.tail[slot] = chain.tail;
    this.#columns.bits[slot] = chain.bits;
  }

  #loadState(slot: number): PackState {
    const columns = this.#columns;
    const state = this.#state;
    for (const name in state) {
      state[name as keyof PackState] = columns[name as keyof PackState][slot];
    }
    return state;
  }

  #saveState(slot: number, state: PackState): void {
    for (const name in state) {
      this.#columns[name as keyof PackState][slot] = state[name as keyof PackState];
    }
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
