/**
 * The readings that no acknowledgement has covered yet, in the order of their numbers.
 *
 * Bounded: when it is full, a new reading pushes out the one whose neighbours were taken closest
 * together. What remains is spread evenly over the outage, and since registers are absolute, only
 * resolution is lost and no energy. The oldest and the newest always stay.
 *
 * Readings are kept packed in one buffer because a chip has about 16,000 variables of 14 bytes: as
 * objects, of 13 variables or more each, 1,024 readings would leave no room for the meter itself;
 * packed they take an eighth.
 *
 * It knows nothing of reports on their way or of time: `dispatch.ts` and `meter.ts` do.
 */
import type { WireReading } from "./protocol/datagram.ts";

export interface WaitingReading extends WireReading {
  /** Uptime in milliseconds. */
  takenAt: number;
  /** Its content has left the meter and must never change again. */
  sent: boolean;
  /** How often the server refused it when it was the one to suspect; counts up to 255. */
  refusals: number;
}

export interface Outbox {
  size(): number;
  /** The reading must have a higher number than all before it. */
  add(reading: WaitingReading): void;
  read(index: number): WaitingReading;
  write(index: number, reading: WaitingReading): void;
  /**
   * Where the readings of the next report are, in the order of their numbers: the newest last,
   * before it up to `backlogLimit` of the oldest that were never refused. Only when none of those
   * waits and `retryRefused` is set, one refused reading takes their place.
   */
  pick(backlogLimit: number, retryRefused: boolean): number[];
  remove(rising: ArrayLike<number>): void;
  refuse(n: number): void;
}

interface Records {
  bytes: Uint8Array;
  view: DataView;
  size: number;
}

const RECORD_BYTES = 27;
const TIME = 4;
const REGISTER = 8;
const TAKEN_AT = 16;
const QUALITY = 24;
const SENT = 25;
const REFUSALS = 26;
const MAX_REFUSALS = 255;

const numberAt = (records: Records, index: number): number =>
  records.view.getUint32(RECORD_BYTES * index);

const takenAt = (records: Records, index: number): number =>
  records.view.getFloat64(RECORD_BYTES * index + TAKEN_AT);

const refusalsAt = (records: Records, index: number): number =>
  records.bytes[RECORD_BYTES * index + REFUSALS];

const readRecord = (records: Records, index: number): WaitingReading => {
  const at = RECORD_BYTES * index;
  return {
    n: records.view.getUint32(at),
    time: records.view.getUint32(at + TIME),
    milliwattHours: records.view.getFloat64(at + REGISTER),
    quality: records.bytes[at + QUALITY],
    takenAt: records.view.getFloat64(at + TAKEN_AT),
    sent: records.bytes[at + SENT] === 1,
    refusals: records.bytes[at + REFUSALS],
  };
};

const writeRecord = (records: Records, index: number, reading: WaitingReading): void => {
  const at = RECORD_BYTES * index;
  records.view.setUint32(at, reading.n);
  records.view.setUint32(at + TIME, reading.time);
  records.view.setFloat64(at + REGISTER, reading.milliwattHours);
  records.view.setFloat64(at + TAKEN_AT, reading.takenAt);
  records.bytes[at + QUALITY] = reading.quality;
  records.bytes[at + SENT] = reading.sent ? 1 : 0;
  records.bytes[at + REFUSALS] = reading.refusals;
};

/** Moves the records from `start` to before `end` towards the front. */
const moveRecords = (records: Records, start: number, end: number, target: number): void => {
  if (start === end || start === target) return;
  records.bytes.set(
    records.bytes.subarray(RECORD_BYTES * start, RECORD_BYTES * end),
    RECORD_BYTES * target,
  );
};

const dropOneFromTheDensestPart = (records: Records): void => {
  let densest = 1;
  let smallestGap = Infinity;
  let before = takenAt(records, 0);
  let here = takenAt(records, 1);
  for (let i = 1; i < records.size - 1; i++) {
    const after = takenAt(records, i + 1);
    if (after - before < smallestGap) {
      smallestGap = after - before;
      densest = i;
    }
    before = here;
    here = after;
  }
  moveRecords(records, densest + 1, records.size, densest);
  records.size -= 1;
};

const indexOfNumber = (records: Records, n: number, start: number): number => {
  let low = start;
  let high = records.size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberAt(records, middle) < n) low = middle + 1;
    else high = middle;
  }
  return low < records.size && numberAt(records, low) === n ? low : -1;
};

const removeNumbers = (records: Records, rising: ArrayLike<number>): void => {
  let kept = 0;
  let looked = 0;
  for (let i = 0; i < rising.length; i++) {
    const index = indexOfNumber(records, rising[i], looked);
    if (index < 0) continue;
    moveRecords(records, looked, index, kept);
    kept += index - looked;
    looked = index + 1;
  }
  moveRecords(records, looked, records.size, kept);
  records.size = kept + records.size - looked;
};

const leastRefusedBefore = (records: Records, end: number): number => {
  let least = 0;
  for (let i = 1; i < end; i++) {
    if (refusalsAt(records, i) < refusalsAt(records, least)) least = i;
  }
  return least;
};

const pickIndexes = (records: Records, backlogLimit: number, retryRefused: boolean): number[] => {
  const newest = records.size - 1;
  const picked: number[] = [];
  for (let i = 0; i < newest && picked.length < backlogLimit; i++) {
    if (refusalsAt(records, i) === 0) picked.push(i);
  }
  if (picked.length === 0 && retryRefused && backlogLimit > 0 && newest > 0) {
    picked.push(leastRefusedBefore(records, newest));
  }
  picked.push(newest);
  return picked;
};

/** `capacity` is at least 2: the oldest and the newest. */
export const createOutbox = (capacity: number): Outbox => {
  // One place more than the capacity, so that a reading is in before another has to leave.
  const bytes = new Uint8Array(RECORD_BYTES * (capacity + 1));
  const records: Records = { bytes: bytes, view: new DataView(bytes.buffer), size: 0 };
  return {
    size: () => records.size,
    add: (reading) => {
      writeRecord(records, records.size, reading);
      records.size += 1;
      if (records.size > capacity) dropOneFromTheDensestPart(records);
    },
    read: (index) => readRecord(records, index),
    write: (index, reading) => writeRecord(records, index, reading),
    pick: (backlogLimit, retryRefused) => pickIndexes(records, backlogLimit, retryRefused),
    remove: (rising) => removeNumbers(records, rising),
    refuse: (n) => {
      const index = indexOfNumber(records, n, 0);
      if (index < 0 || refusalsAt(records, index) === MAX_REFUSALS) return;
      records.bytes[RECORD_BYTES * index + REFUSALS] += 1;
    },
  };
};
