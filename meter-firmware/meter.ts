/**
 * The meter: counted energy becomes a register, the register readings, readings signed reports.
 *
 * The board calls `add` for energy, `tick` about once a second or oftener, and `receive` for each
 * datagram; what is due is decided here, from the board's uptime. A reading is taken at every
 * interval, reports may be rarer. A reading that has been sent once keeps exactly that content: the
 * server would take other content under the same number for a conflict.
 *
 * No input or output of its own and no clock: everything passes through `Board`. The parts each
 * hold one promise: `register.ts` that no number comes twice, `outbox.ts` what still waits,
 * `dispatch.ts` what an answer settles, `link.ts` when and which way, `clock.ts` what time it is.
 */
import type { Board } from "./board.ts";
import { type Clock, createClock } from "./clock.ts";
import { createDispatch } from "./dispatch.ts";
import { createLink } from "./link.ts";
import { createOutbox, type WaitingReading } from "./outbox.ts";
import {
  decodeAcknowledgement,
  encodeReport,
  FLAG_BACKLOG,
  FLAG_CLOCK_SET,
  FLAG_TAMPER,
  QUALITY_FIRST_AFTER_BOOT,
  QUALITY_OLDER_CHECKPOINT,
  QUALITY_TAMPER,
  QUALITY_TIME_ESTIMATED,
  STATUS_STORED,
  tagIsValid,
} from "./protocol/datagram.ts";
import { hmacSha256 } from "./protocol/hmac.ts";
import { createRegister, type Register } from "./register.ts";

export interface MeterConfig {
  /** 16 hexadecimal digits in lower case. */
  meter: string;
  key: Uint8Array;
  keyId: number;
  channel: number;
  intervalSeconds: number;
  /** How many readings may wait for an acknowledgement, at least 2; 1,024 when left out. */
  outboxCapacity?: number;
}

export interface Status {
  milliwattHours: number;
  lastNumber: number;
  waiting: number;
  /** Reports in a row without an answer. */
  unanswered: number;
  clockIsSet: boolean;
  intervalSeconds: number;
}

export interface Meter {
  /** Energy counted since the last call, a whole number. */
  add(milliwattHours: number): void;
  tamper(isOpen: boolean): void;
  tick(): void;
  receive(bytes: Uint8Array): void;
  status(): Status;
}

const DEFAULT_OUTBOX_CAPACITY = 1024;
const SHORTEST_INTERVAL_SECONDS = 1;
const LONGEST_INTERVAL_SECONDS = 3600;

interface Reader {
  tamper(isOpen: boolean): void;
  tamperIsOpen(): boolean;
  /** Undefined while no number can be had. */
  take(uptime: number): WaitingReading | undefined;
}

const createReader = (register: Register, clock: Clock): Reader => {
  let tamperIsOpen = false;
  let tamperWasOpen = false;
  let bootQuality = QUALITY_FIRST_AFTER_BOOT;
  if (register.cameFromFlash) bootQuality |= QUALITY_OLDER_CHECKPOINT;

  return {
    tamper: (isOpen) => {
      tamperIsOpen = isOpen;
      tamperWasOpen = tamperWasOpen || isOpen;
    },
    tamperIsOpen: () => tamperIsOpen,
    take: (uptime) => {
      const n = register.takeNumber();
      if (n === 0) return undefined;
      const quality = bootQuality | (tamperWasOpen ? QUALITY_TAMPER : 0);
      bootQuality = 0;
      tamperWasOpen = tamperIsOpen;
      return {
        n: n,
        time: clock.unixSeconds(uptime),
        milliwattHours: register.milliwattHours(),
        quality: quality,
        takenAt: uptime,
        sent: false,
        refusals: 0,
      };
    },
  };
};

const intervalMsWithin = (seconds: number): number =>
  Math.min(LONGEST_INTERVAL_SECONDS, Math.max(SHORTEST_INTERVAL_SECONDS, seconds)) * 1000;

/** The register may be one that counted before there was a configuration. */
export const createMeter = (board: Board, config: MeterConfig, counted?: Register): Meter => {
  const sign = hmacSha256(board.sha256, config.key);
  const outbox = createOutbox(config.outboxCapacity || DEFAULT_OUTBOX_CAPACITY);
  const register = counted === undefined ? createRegister(board) : counted;
  const clock = createClock();
  const reader = createReader(register, clock);
  const dispatch = createDispatch(outbox);
  const link = createLink(board);
  let intervalMs = intervalMsWithin(config.intervalSeconds);
  // Meters that get their power back together must not all report in the same moment.
  let nextReadingAt = board.uptime() + board.random() * intervalMs;

  const changeInterval = (seconds: number): void => {
    if (seconds === 0) return;
    intervalMs = intervalMsWithin(seconds);
    nextReadingAt = Math.min(nextReadingAt, board.uptime() + intervalMs);
  };

  const accept = (bytes: Uint8Array, byHttp: boolean): void => {
    const decoded = decodeAcknowledgement(bytes);
    if (!decoded.ok) return;
    const ack = decoded.value;
    const report = dispatch.find(ack.echo);
    if (report === undefined || ack.meter !== config.meter || ack.keyId !== config.keyId) return;
    if (!tagIsValid(bytes, sign)) return;
    if (ack.status === STATUS_STORED) dispatch.stored(report);
    else dispatch.refused(report);
    clock.adjust(ack.serverTime, report.sentAt, board.uptime());
    link.answered(byHttp);
    changeInterval(ack.intervalSeconds);
  };

  const acceptByHttp = (bytes: Uint8Array): void => accept(bytes, true);

  /** The reading at this place of the outbox, final from now on. */
  const readingToSend = (index: number): WaitingReading => {
    const reading = outbox.read(index);
    if (reading.sent) return reading;
    if (reading.time === 0 && clock.isSet()) {
      reading.time = clock.estimate(reading.takenAt);
      reading.quality |= QUALITY_TIME_ESTIMATED;
    }
    reading.sent = true;
    outbox.write(index, reading);
    return reading;
  };

  const flags = (readingCount: number): number =>
    (clock.isSet() ? FLAG_CLOCK_SET : 0) |
    (outbox.size() > readingCount ? FLAG_BACKLOG : 0) |
    (reader.tamperIsOpen() ? FLAG_TAMPER : 0);

  const report = (uptime: number): void => {
    const readings = dispatch.pick().map(readingToSend);
    const numbers = new Uint32Array(readings.length);
    for (let i = 0; i < readings.length; i++) numbers[i] = readings[i].n;
    dispatch.remember({ numbers: numbers, sentAt: uptime });
    const bytes = encodeReport({
      keyId: config.keyId,
      channel: config.channel,
      flags: flags(readings.length),
      meter: config.meter,
      sentAt: clock.unixSeconds(uptime),
      readings: readings,
    }, sign);
    link.send(bytes, intervalMs, acceptByHttp);
  };

  const takeReading = (uptime: number): void => {
    nextReadingAt += intervalMs;
    if (nextReadingAt <= uptime) nextReadingAt = uptime + intervalMs;
    const reading = reader.take(uptime);
    if (reading === undefined) return;
    outbox.add(reading);
    if (link.isReady(uptime)) report(uptime);
  };

  return {
    add: register.add,
    tamper: reader.tamper,
    tick: () => {
      const uptime = board.uptime();
      if (uptime >= nextReadingAt) takeReading(uptime);
      register.saveWhenDue();
    },
    receive: (bytes) => accept(bytes, false),
    status: () => {
      return {
        milliwattHours: register.milliwattHours(),
        lastNumber: register.lastNumber(),
        waiting: outbox.size(),
        unanswered: link.unanswered(),
        clockIsSet: clock.isSet(),
        intervalSeconds: intervalMs / 1000,
      };
    },
  };
};
