/**
 * The sealed part of a series: rows of packed readings, and one row of totals a day.
 *
 * A chunk row holds some hundred readings: rewriting a small row for each reading would write a
 * page of the database for each. Readings are found by number; day rows tell at which number a day
 * begins, and keep its energy by quarters of an hour, so that a year's history never unpacks raw
 * readings. A day row is derived: dropping one costs time, never truth.
 */
import { EDGE_OUTSIDE, type EdgeQuality, type Profile } from "../domain/energy.ts";
import { MAX_N, type Reading } from "../domain/reading.ts";
import { BitReader, BitWriter } from "./bits.ts";
import { checkedBody, withChecksum } from "./checksum.ts";
import { chunkEnd, chunkKey, dayKey, numberIn, type Series } from "./keys.ts";
import { emptyState, pack, unpack } from "./packing.ts";
import { remembering } from "./remembering.ts";

/** A row longer than about 1,000 bytes would leave its database page for another, mostly empty one. */
export const MAX_CHUNK_BYTES = 900;
const COUNT_BYTES = 2;
/** Mostly the first row is the one looked for. */
const ROWS_A_LOOK_BACK = 3;

export interface Row {
  key: Deno.KvKey;
  value: Uint8Array;
}

export interface Chunk {
  key: Deno.KvKey;
  bytes: number;
  readings: Reading[];
}

/** Readings in rising order of `n` as rows. */
export function chunkRows(series: Series, readings: Reading[]): Row[] {
  const rows: Row[] = [];
  for (let first = 0; first < readings.length;) {
    const { value, count } = packReadings(readings, first, MAX_CHUNK_BYTES);
    rows.push({ key: chunkKey(series, readings[first].n), value });
    first += count;
  }
  return rows;
}

/** As many readings as go into `maxBytes` or a little more, in one value. */
export function packReadings(readings: Reading[], first = 0, maxBytes = Infinity) {
  const writer = new BitWriter();
  const state = emptyState();
  let count = 0;
  while (first + count < readings.length && writer.written.length < maxBytes) {
    pack(writer, state, readings[first + count]);
    count++;
  }
  const body = new Uint8Array(COUNT_BYTES + writer.written.length);
  new DataView(body.buffer).setUint16(0, count);
  body.set(writer.written, COUNT_BYTES);
  return { value: withChecksum(body), count };
}

export function unpackReadings(value: Uint8Array): Reading[] {
  const body = checkedBody(value);
  const count = new DataView(body.buffer, body.byteOffset).getUint16(0);
  return unpack(body.subarray(COUNT_BYTES), count);
}

export const SECONDS_A_DAY = 86_400;
export const SLOT_SECONDS = 900;
const SLOTS_A_DAY = SECONDS_A_DAY / SLOT_SECONDS;

export function slotEdges(day: number): number[] {
  const edges: number[] = [];
  for (let i = 0; i <= SLOTS_A_DAY; i++) edges.push(day * SECONDS_A_DAY + i * SLOT_SECONDS);
  return edges;
}

/** The energy of one UTC day, with the numbers of the readings that it was computed from. */
export interface DayRow {
  day: number;
  milliwattHours: number;
  /** All readings from `fromN`, with its time, to `toN` were known when this was computed. */
  fromN: number;
  fromTime: number;
  toN: number;
  /** None of those behind `fromN` is from before this. */
  lowestTime: number;
  /** The reading from which the next day's computation sets out. */
  endN: number;
  /** How well the register is known at the day's two ends. */
  start: EdgeQuality;
  end: EdgeQuality;
  /** The day by quarters of an hour. */
  slots: () => Profile;
}

export function packDay(row: DayRow): Uint8Array {
  const writer = new BitWriter(512);
  const { milliwattHours, fromN, fromTime, toN, lowestTime, endN } = row;
  for (const number of [milliwattHours, fromN, fromTime, toN, lowestTime, endN]) {
    writer.writeNumber(number);
  }
  writer.write(row.start, 2);
  writer.write(row.end, 2);
  const { energies, qualities, holdsReading } = row.slots();
  for (let i = 0; i < SLOTS_A_DAY; i++) {
    writer.writeNumber(energies[i]);
    writer.write(holdsReading[i] ? 1 : 0, 1);
    writer.write(qualities[i + 1], 2);
  }
  return withChecksum(writer.written);
}

function unpackDay(day: number, value: Uint8Array): DayRow {
  const body = checkedBody(value);
  const reader = new BitReader(body);
  const milliwattHours = reader.readNumber();
  const fromN = reader.readNumber();
  const fromTime = reader.readNumber();
  const toN = reader.readNumber();
  const lowestTime = reader.readNumber();
  const endN = reader.readNumber();
  const start = reader.read(2) as EdgeQuality;
  const end = reader.read(2) as EdgeQuality;
  const at = reader.at;
  const slots = () => unpackSlots(day, start, new BitReader(body, at));
  return { day, milliwattHours, fromN, fromTime, toN, lowestTime, endN, start, end, slots };
}

function unpackSlots(day: number, start: EdgeQuality, reader: BitReader): Profile {
  const slots: Profile = {
    edges: slotEdges(day),
    energies: [],
    qualities: [start],
    holdsReading: [],
  };
  for (let i = 0; i < SLOTS_A_DAY; i++) {
    slots.energies.push(reader.readNumber());
    slots.holdsReading.push(reader.read(1) === 1);
    slots.qualities.push(Math.min(reader.read(2), EDGE_OUTSIDE) as EdgeQuality);
  }
  return slots;
}

/** What is sealed of the series in one database, to be read. */
export class Sealed {
  constructor(readonly kv: Deno.Kv) {}

  /** One that reads no day twice. */
  remembering(): Sealed {
    const sealed = new Sealed(this.kv);
    sealed.days = remembering((...asked) => this.days(...asked));
    return sealed;
  }

  /**
   * The readings from `fromN` on, chunk by chunk. The rows come in several looks into the database;
   * of a chunk split between two, the second part was given already.
   */
  async *chunks(series: Series, fromN: number): AsyncGenerator<Reading[]> {
    let given = fromN - 1;
    for await (const { value } of this.#rowsFrom(series, fromN)) {
      const chunk = unpackReadings(value);
      const readings = chunk[0].n > given ? chunk : chunk.filter(({ n }) => n > given);
      if (readings.length === 0) continue;
      given = readings[readings.length - 1].n;
      yield readings;
    }
  }

  /** Mostly the first one is enough. */
  async *#rowsFrom(series: Series, n: number): AsyncGenerator<Row> {
    const first = await this.#rowAt(series, n);
    if (first) yield first;
    const start = first ? chunkEnd(series, numberIn(first.key)) : chunkKey(series, n);
    const range = { start, end: chunkEnd(series, MAX_N) };
    yield* this.kv.list<Uint8Array>(range, { batchSize: 50 });
  }

  /** The chunk whose lowest number is the highest up to `n`. */
  async chunkAt(series: Series, n: number): Promise<Chunk | undefined> {
    const row = await this.#rowAt(series, n);
    return row && { key: row.key, bytes: row.value.length, readings: unpackReadings(row.value) };
  }

  async #rowAt(series: Series, n: number): Promise<Row | undefined> {
    const range = { start: chunkKey(series, 0), end: chunkEnd(series, n) };
    const options = { reverse: true, limit: 1 };
    for await (const row of this.kv.list<Uint8Array>(range, options)) return row;
  }

  /** The lowest number of the chunk after `n`, if there is one. */
  async nextChunkN(series: Series, n: number): Promise<number | undefined> {
    const range = { start: chunkEnd(series, n), end: chunkEnd(series, MAX_N) };
    for await (const { key } of this.kv.list(range, { limit: 1 })) return numberIn(key);
  }

  /** The sealed readings among those with the numbers `ns`, in rising order. */
  async find(series: Series, ns: number[]): Promise<Map<number, Reading>> {
    const found = new Map<number, Reading>();
    let chunk: Reading[] = [];
    for (const n of ns) {
      const last = chunk[chunk.length - 1];
      if (!last || n > last.n) chunk = (await this.chunkAt(series, n))?.readings ?? [];
      const reading = chunk.find((reading) => reading.n === n);
      if (reading) found.set(n, reading);
    }
    return found;
  }

  /** The day rows from one day up to, not including, another. */
  async days(series: Series, from: number, to: number): Promise<Map<number, DayRow>> {
    const range = { start: dayKey(series, from), end: dayKey(series, to) };
    const rows = new Map<number, DayRow>();
    for await (const { key, value } of this.kv.list<Uint8Array>(range, { batchSize: 500 })) {
      const day = numberIn(key);
      rows.set(day, unpackDay(day, value));
    }
    return rows;
  }

  /** The day rows before a day, the last one first. */
  async *daysBefore(series: Series, day: number): AsyncGenerator<DayRow> {
    const range = { start: dayKey(series, 0), end: dayKey(series, day) };
    const options = { reverse: true, batchSize: ROWS_A_LOOK_BACK };
    for await (const { key, value } of this.kv.list<Uint8Array>(range, options)) {
      yield unpackDay(numberIn(key), value);
    }
  }
}
