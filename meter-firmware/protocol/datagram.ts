/**
 * The datagram, version 1: what a meter sends and what it gets back, byte for byte.
 *
 * The same bytes travel over UDP and in an HTTP body. This folder is written in the subset of the
 * language that Espruino runs (no hoisting, no destructuring, no default parameters, no Map, no
 * BigInt), because the meter is its most restricted user; it imports nothing outside its folder.
 * Signing takes place over a `Sign` that the caller brings along.
 *
 * All integers are big-endian and unsigned. A register needs more than 32 bits and Espruino has no
 * 64-bit integers, so it is written as two halves; numbers are exact up to 2⁵³−1.
 */

/** HMAC-SHA-256 under one meter's key, at least its first 16 bytes. */
export type Sign = (message: Uint8Array) => Uint8Array;

export interface WireReading {
  /** The reading's number in the meter's life, from 1, never used twice. */
  n: number;
  /** Unix seconds; 0 when the clock was not set. */
  time: number;
  /** The accumulated register. */
  milliwattHours: number;
  /** Bits of `QUALITY_…`. */
  quality: number;
}

export interface Report {
  keyId: number;
  channel: number;
  /** Bits of `FLAG_…`. */
  flags: number;
  /** 16 hexadecimal digits. */
  meter: string;
  /** Unix seconds; 0 when the meter's clock is not set. */
  sentAt: number;
  readings: WireReading[];
}

export interface Acknowledgement {
  keyId: number;
  /** 0: every reading of the report is stored. Anything else: keep them and send again later. */
  status: number;
  meter: string;
  serverTime: number;
  /** `n` of the last reading in the report answered. */
  echo: number;
  /** Report interval to use from now on; 0 keeps the meter's own. */
  intervalSeconds: number;
}

export type Decoded<Value> = { ok: true; value: Value } | { ok: false; reason: string };

export const FLAG_CLOCK_SET = 1;
export const FLAG_BACKLOG = 2;
export const FLAG_TAMPER = 4;

export const QUALITY_TIME_ESTIMATED = 1;
export const QUALITY_FIRST_AFTER_BOOT = 2;
export const QUALITY_OLDER_CHECKPOINT = 4;
export const QUALITY_TAMPER = 8;

export const STATUS_STORED = 0;
/** At least one reading has a number that is taken by a reading with other content. */
export const STATUS_CONFLICT = 1;

export const MAX_READINGS_PER_REPORT = 64;
export const MAX_REPORT_BYTES = 1124;
export const ACKNOWLEDGEMENT_BYTES = 44;
export const TAG_BYTES = 16;

const HEADER_BYTES = 20;
const READING_BYTES = 17;
const MAGIC = 0x434c;
const VERSION = 1;
const TYPE_REPORT = 1;
const TYPE_ACKNOWLEDGEMENT = 2;
const TWO_TO_32 = 4294967296;
/** The upper half of 2⁵³−1. */
const MAX_UPPER_HALF = 0x1fffff;
const HEX = "0123456789abcdef";

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const readMeterId = (bytes: Uint8Array): string => {
  let id = "";
  for (let i = 8; i < 16; i++) id += HEX.charAt(bytes[i] >> 4) + HEX.charAt(bytes[i] & 15);
  return id;
};

const writeMeterId = (bytes: Uint8Array, meter: string): void => {
  for (let i = 0; i < 8; i++) bytes[8 + i] = parseInt(meter.substr(2 * i, 2), 16);
};

const writeTag = (bytes: Uint8Array, sign: Sign): Uint8Array => {
  const end = bytes.length - TAG_BYTES;
  const tag = sign(bytes.subarray(0, end));
  for (let i = 0; i < TAG_BYTES; i++) bytes[end + i] = tag[i];
  return bytes;
};

/** Compares the tag in constant time: the work is the same wherever the first difference is. */
export const tagIsValid = (bytes: Uint8Array, sign: Sign): boolean => {
  if (bytes.length <= TAG_BYTES) return false;
  const end = bytes.length - TAG_BYTES;
  const tag = sign(bytes.subarray(0, end));
  let difference = 0;
  for (let i = 0; i < TAG_BYTES; i++) difference |= bytes[end + i] ^ tag[i];
  return difference === 0;
};

export const encodeReport = (report: Report, sign: Sign): Uint8Array => {
  const count = report.readings.length;
  const bytes = new Uint8Array(HEADER_BYTES + READING_BYTES * count + TAG_BYTES);
  const view = viewOf(bytes);
  view.setUint16(0, MAGIC);
  bytes[2] = VERSION;
  bytes[3] = TYPE_REPORT;
  bytes[4] = report.keyId;
  bytes[5] = report.channel;
  bytes[6] = report.flags;
  bytes[7] = count;
  writeMeterId(bytes, report.meter);
  view.setUint32(16, report.sentAt);
  for (let i = 0; i < count; i++) {
    const reading = report.readings[i];
    const at = HEADER_BYTES + READING_BYTES * i;
    view.setUint32(at, reading.n);
    view.setUint32(at + 4, reading.time);
    view.setUint32(at + 8, Math.floor(reading.milliwattHours / TWO_TO_32));
    view.setUint32(at + 12, reading.milliwattHours % TWO_TO_32);
    bytes[at + 16] = reading.quality;
  }
  return writeTag(bytes, sign);
};

const refuse = (reason: string): { ok: false; reason: string } => {
  return { ok: false, reason: reason };
};

const decodeReadings = (bytes: Uint8Array, view: DataView): Decoded<WireReading[]> => {
  const readings: WireReading[] = [];
  let previous = 0;
  for (let i = 0; i < bytes[7]; i++) {
    const at = HEADER_BYTES + READING_BYTES * i;
    const n = view.getUint32(at);
    const upper = view.getUint32(at + 8);
    if (n <= previous) return refuse("reading numbers do not rise from 1");
    if (upper > MAX_UPPER_HALF) return refuse("a register is above 2^53-1");
    previous = n;
    readings.push({
      n: n,
      time: view.getUint32(at + 4),
      milliwattHours: upper * TWO_TO_32 + view.getUint32(at + 12),
      quality: bytes[at + 16],
    });
  }
  return { ok: true, value: readings };
};

/** Reads a report without looking at its tag; refuses with a reason and never throws. */
export const decodeReport = (bytes: Uint8Array): Decoded<Report> => {
  if (bytes.length < HEADER_BYTES + READING_BYTES + TAG_BYTES) return refuse("too short");
  const view = viewOf(bytes);
  if (view.getUint16(0) !== MAGIC) return refuse("not a Contaluz datagram");
  if (bytes[2] !== VERSION) return refuse("unknown version");
  if (bytes[3] !== TYPE_REPORT) return refuse("not a report");
  if (bytes[5] > 1) return refuse("unknown channel");
  const count = bytes[7];
  if (count < 1 || count > MAX_READINGS_PER_REPORT) return refuse("count is not 1 to 64");
  if (bytes.length !== HEADER_BYTES + READING_BYTES * count + TAG_BYTES) {
    return refuse("length does not match the count");
  }
  const readings = decodeReadings(bytes, view);
  if (!readings.ok) return readings;
  return {
    ok: true,
    value: {
      keyId: bytes[4],
      channel: bytes[5],
      flags: bytes[6],
      meter: readMeterId(bytes),
      sentAt: view.getUint32(16),
      readings: readings.value,
    },
  };
};

export const encodeAcknowledgement = (ack: Acknowledgement, sign: Sign): Uint8Array => {
  const bytes = new Uint8Array(ACKNOWLEDGEMENT_BYTES);
  const view = viewOf(bytes);
  view.setUint16(0, MAGIC);
  bytes[2] = VERSION;
  bytes[3] = TYPE_ACKNOWLEDGEMENT;
  bytes[4] = ack.keyId;
  bytes[5] = ack.status;
  writeMeterId(bytes, ack.meter);
  view.setUint32(16, ack.serverTime);
  view.setUint32(20, ack.echo);
  view.setUint16(24, ack.intervalSeconds);
  return writeTag(bytes, sign);
};

/** Reads an acknowledgement without looking at its tag; refuses with a reason and never throws. */
export const decodeAcknowledgement = (bytes: Uint8Array): Decoded<Acknowledgement> => {
  if (bytes.length !== ACKNOWLEDGEMENT_BYTES) return refuse("not 44 bytes long");
  const view = viewOf(bytes);
  if (view.getUint16(0) !== MAGIC) return refuse("not a Contaluz datagram");
  if (bytes[2] !== VERSION) return refuse("unknown version");
  if (bytes[3] !== TYPE_ACKNOWLEDGEMENT) return refuse("not an acknowledgement");
  return {
    ok: true,
    value: {
      keyId: bytes[4],
      status: bytes[5],
      meter: readMeterId(bytes),
      serverTime: view.getUint32(16),
      echo: view.getUint32(20),
      intervalSeconds: view.getUint16(24),
    },
  };
};
