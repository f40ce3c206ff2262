/**
 * Readings of one series, in order of `n`, packed by the bit: a stream that can always be
 * continued, so that the open part of a series in memory is already what later becomes a row.
 *
 * A reading that comes one number and one step after the last with the same quality costs a single
 * bit and its energy; so does one whose number is its second. The energy is coded as the change of the increment, by a Rice code whose
 * width follows the recent mean: loads stay for a while, so the change is small. What does not fit
 * (a first reading, a jump) is written whole.
 */
import { CLOCK_WRONG, type Reading } from "../domain/reading.ts";
import { BitReader, type BitWriter } from "./bits.ts";

/** What is needed to continue a stream. */
export interface PackState {
  n: number;
  time: number;
  /** The usual seconds between two readings. */
  step: number;
  milliwattHours: number;
  /** The last increment of the register. */
  increment: number;
  quality: number;
  skew: number;
  /** Sixteen times the mean of the coded changes. */
  mean: number;
}

export const emptyState = (): PackState => ({
  n: 0,
  time: 0,
  step: 0,
  milliwattHours: 0,
  increment: 0,
  quality: 0,
  skew: 0,
  mean: 1024,
});

/** What meters do unless told otherwise; a guess about the second reading, nothing more. */
const USUAL_STEP = 5;
/** A jitter of the time of −7 to +7 s fits into four bits. */
const MAX_JITTER = 7;
/** So many ones announce a change that the code does not fit, or a register written whole. */
const MAX_QUOTIENT = 15;
const MAX_RICE_CHANGE = 2 ** 30;
const MAX_CHANGE = 2 ** 50;
const MAX_MEAN = 2 ** 24;

const riceWidth = (mean: number): number => 31 - Math.clz32(((mean * 11) >>> 8) | 1);

const zigzag = (value: number): number => value < 0 ? -2 * value - 1 : 2 * value;
const unzigzag = (value: number): number => value & 1 ? -((value + 1) / 2) : value / 2;

/** Appends one reading to the stream; its `n` must be above the last one's. */
export function pack(writer: BitWriter, state: PackState, reading: Reading): void {
  packPosition(writer, state, reading);
  packRegister(writer, state, reading.milliwattHours);
}

function packPosition(writer: BitWriter, state: PackState, reading: Reading): void {
  const step = reading.time - state.time;
  const jitter = step - state.step;
  const plain = reading.n === nextN(state, reading.time) && reading.quality === state.quality &&
    reading.skew === state.skew;
  if (plain && jitter === 0) {
    writer.write(0, 1);
  } else if (plain && Math.abs(jitter) <= MAX_JITTER) {
    writer.write(0b10, 2);
    writer.write(zigzag(jitter), 4);
  } else {
    writer.write(0b11, 2);
    writer.writeNumber(reading.n - state.n);
    writer.writeSigned(step);
    writer.writeNumber(reading.quality);
    if (reading.quality & CLOCK_WRONG) writer.writeSigned(reading.skew);
    state.step = state.n === 0 ? USUAL_STEP : step;
  }
  state.n = reading.n;
  state.time = reading.time;
  state.quality = reading.quality;
  state.skew = reading.skew;
}

/** A device that does not count its readings has them numbered by their second. */
const nextN = ({ n, time }: PackState, nextTime: number): number => n === time ? nextTime : n + 1;

function packRegister(writer: BitWriter, state: PackState, milliwattHours: number): void {
  const increment = milliwattHours - state.milliwattHours;
  const change = zigzag(increment - state.increment);
  const width = riceWidth(state.mean);
  if (change < MAX_RICE_CHANGE && change >>> width < MAX_QUOTIENT) {
    const quotient = change >>> width;
    writer.write(2 ** (quotient + 1) - 2, quotient + 1);
    writer.write(change, width);
    return follow(state, increment, change);
  }
  writer.write(2 ** MAX_QUOTIENT - 1, MAX_QUOTIENT);
  const whole = change > MAX_CHANGE || change > milliwattHours;
  writer.write(whole ? 1 : 0, 1);
  writer.writeNumber(whole ? milliwattHours : change);
  if (whole) beginAt(state, milliwattHours);
  else follow(state, increment, change);
}

/** A single large change moves the mean only a little: switching an oven on is not the new usual. */
function follow(state: PackState, increment: number, change: number): void {
  state.milliwattHours += increment;
  state.increment = increment;
  const weight = Math.min(change * 16, state.mean * 8 + 1024, MAX_MEAN);
  state.mean += (weight - state.mean) >> 4;
}

function beginAt(state: PackState, milliwattHours: number): void {
  state.milliwattHours = milliwattHours;
  state.increment = 0;
}

/** Reads `count` readings from the beginning of a stream. */
export function unpack(bytes: Uint8Array, count: number): Reading[] {
  const reader = new BitReader(bytes);
  const state = emptyState();
  const readings: Reading[] = [];
  for (let i = 0; i < count; i++) readings.push(unpackNext(reader, state));
  return readings;
}

export function unpackNext(reader: BitReader, state: PackState): Reading {
  unpackPosition(reader, state);
  unpackRegister(reader, state);
  const { n, time, milliwattHours, quality, skew } = state;
  return { n, time, milliwattHours, quality, skew };
}

function unpackPosition(reader: BitReader, state: PackState): void {
  const plain = reader.read(1) === 0;
  if (plain || reader.read(1) === 0) {
    const jitter = plain ? 0 : unzigzag(reader.read(4));
    const time = state.time + (state.step + jitter);
    state.n = nextN(state, time);
    state.time = time;
  } else {
    const numbers = reader.readNumber();
    const step = reader.readSigned();
    state.step = state.n === 0 ? USUAL_STEP : step;
    state.n += numbers;
    state.time += step;
    state.quality = reader.readNumber();
    state.skew = state.quality & CLOCK_WRONG ? reader.readSigned() : 0;
  }
}

function unpackRegister(reader: BitReader, state: PackState): void {
  const width = riceWidth(state.mean);
  let quotient = 0;
  while (quotient < MAX_QUOTIENT && reader.read(1) === 1) quotient++;
  if (quotient < MAX_QUOTIENT) {
    const change = quotient * 2 ** width + reader.read(width);
    return follow(state, state.increment + unzigzag(change), change);
  }
  const whole = reader.read(1) === 1;
  const number = reader.readNumber();
  if (whole) beginAt(state, number);
  else follow(state, state.increment + unzigzag(number), number);
}
