/**
 * A reading as the server keeps it, and what is decided about it on arrival.
 *
 * What the meter said is kept as it was said. What the server knows better stands beside it: a
 * mark in the upper byte of `quality`, and `skew`, the seconds by which the meter's clock was off,
 * so that consumption falls on the right hour although the stored time is the meter's own.
 */

export interface Reading {
  /** The reading's number; `(meter, channel, n)` is its identity, and its order. */
  n: number;
  /** Unix seconds, as the meter said, or the server's estimate if it had no clock. */
  time: number;
  milliwattHours: number;
  /** The meter's bits (0–7) and the server's marks (8–15). */
  quality: number;
  /** Seconds to add to `time` for the best known time; 0 unless `CLOCK_WRONG`. */
  skew: number;
}

export const TIME_ESTIMATED_BY_METER = 1;
export const FIRST_AFTER_BOOT = 2;
export const OLDER_CHECKPOINT = 4;
export const TAMPER = 8;
export const TIME_ESTIMATED_BY_SERVER = 0x100;
export const CLOCK_WRONG = 0x200;

const METER_BITS = 0xff;
export const CLOCK_TOLERANCE_SECONDS = 120;
/** Unix seconds are 32 bits on the wire. */
export const MAX_TIME = 0xffffffff;
export const MAX_N = 0xffffffff;

/** Channels 0 and 1 count energy, and only rise; others may fall. */
export const isRegister = (channel: number): boolean => channel < 2;

const QUALITY_NAMES = [
  [TIME_ESTIMATED_BY_METER | TIME_ESTIMATED_BY_SERVER, "timeEstimated"],
  [FIRST_AFTER_BOOT, "firstAfterBoot"],
  [OLDER_CHECKPOINT, "olderCheckpoint"],
  [TAMPER, "tamper"],
  [CLOCK_WRONG, "clockWrong"],
] as const;
export type QualityName = typeof QUALITY_NAMES[number][1];

export function qualityNames(quality: number): QualityName[] {
  if (quality === 0) return [];
  return QUALITY_NAMES.filter(([bits]) => quality & bits).map(([, name]) => name);
}

/** The best known time of a reading. */
export const bestTime = (reading: Reading): number => reading.time + reading.skew;

/** Whether the time of a reading is uncertain by more than the clock rules allow. */
export const timeIsUncertain = (reading: Reading): boolean =>
  (reading.quality & (TIME_ESTIMATED_BY_METER | TIME_ESTIMATED_BY_SERVER | CLOCK_WRONG)) !== 0;

/**
 * Whether two readings under one number say the same. The server's own marks do not count: the
 * same reading sent again at another moment may be marked otherwise. A time that the server had to
 * estimate is estimated anew each time, so it does not count either.
 */
export function sameContent(a: Reading, b: Reading): boolean {
  if (a.milliwattHours !== b.milliwattHours) return false;
  if ((a.quality & METER_BITS) !== (b.quality & METER_BITS)) return false;
  if (a.quality & b.quality & TIME_ESTIMATED_BY_SERVER) return true;
  return a.time === b.time &&
    (a.quality & TIME_ESTIMATED_BY_SERVER) === (b.quality & TIME_ESTIMATED_BY_SERVER);
}

export interface Arrival {
  /** Unix seconds on the server's clock. */
  receivedAt: number;
  /** Unix seconds on the meter's clock as it sent; 0 when it has none. */
  sentAt: number;
  intervalSeconds: number;
  /** The newest reading already stored, whose time places those without one. */
  newest?: Reading;
}

interface Raw {
  n: number;
  time: number;
  milliwattHours: number;
  quality: number;
}

/** Applies the clock rules to what arrived: what has no time gets one, what is off is marked. */
export function receive(readings: Raw[], arrival: Arrival): Reading[] {
  const received = readings.map((raw) => marked(raw, arrival));
  if (readings.some((raw) => raw.time === 0)) estimateTimes(received, arrival);
  return received;
}

function marked(raw: Raw, { receivedAt, sentAt }: Arrival): Reading {
  const reading = { ...raw, quality: raw.quality & METER_BITS, skew: 0 };
  const ahead = sentAt === 0 ? 0 : sentAt - receivedAt;
  if (raw.time === 0) {
    reading.quality |= TIME_ESTIMATED_BY_SERVER;
  } else if (isOff(ahead) || raw.time > receivedAt + CLOCK_TOLERANCE_SECONDS) {
    reading.quality |= CLOCK_WRONG;
    reading.skew = Math.max(skewOf(raw.time, ahead, receivedAt), 1 - raw.time);
  }
  return reading;
}

const isOff = (seconds: number): boolean => Math.abs(seconds) > CLOCK_TOLERANCE_SECONDS;

/**
 * A clock that is ahead is put right by what it is ahead. One that seems behind may be right and the
 * report was held up on its way, so its times are left as they are.
 */
function skewOf(time: number, ahead: number, receivedAt: number): number {
  const skew = isOff(ahead) ? Math.min(0, -ahead) : 0;
  return time + skew > receivedAt + CLOCK_TOLERANCE_SECONDS ? receivedAt - time : skew;
}

/** Walks back from what is known to be later: one interval a number. */
function estimateTimes(readings: Reading[], arrival: Arrival): void {
  const last = readings[readings.length - 1];
  let known = { n: last.n, time: arrival.receivedAt };
  if (arrival.newest && arrival.newest.n > last.n) {
    known = { n: arrival.newest.n, time: Math.min(bestTime(arrival.newest), arrival.receivedAt) };
  }
  for (let i = readings.length - 1; i >= 0; i--) {
    const reading = readings[i];
    if (reading.quality & TIME_ESTIMATED_BY_SERVER) {
      reading.time = Math.max(1, known.time - (known.n - reading.n) * arrival.intervalSeconds);
    }
    known = { n: reading.n, time: bestTime(reading) };
  }
}
