/**
 * A meter on the test bench: a board of which every edge is in the test's hand, and a server that
 * answers only when told to. No assertion in here; power cuts are thrown out of `save`.
 */
import { createHash } from "node:crypto";
import type { Board, Saved } from "../../meter-firmware/board.ts";
import { createMeter, type Meter, type MeterConfig } from "../../meter-firmware/meter.ts";
import {
  type Acknowledgement,
  decodeReport,
  encodeAcknowledgement,
  type Report,
} from "../../meter-firmware/protocol/datagram.ts";
import { serverSign } from "./signers.ts";

export const METER = "0123456789abcdef";
export const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
/** The server's clock as the board gets its power. */
export const POWER_UP_TIME = 1767225600;

export const sha256 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash("sha256").update(bytes).digest());

const sign = serverSign(KEY);

export const CONFIG: MeterConfig = {
  meter: METER,
  key: KEY,
  keyId: 3,
  channel: 0,
  intervalSeconds: 5,
};

/** What survives a reboot; `cut` throws, before or after the value is in flash. */
export interface Flash {
  saved: Saved | undefined;
  saves: Saved[];
  next: "stored" | "failed" | "cut before" | "cut after";
}

export class PowerCut extends Error {}

export const createFlash = (): Flash => ({ saved: undefined, saves: [], next: "stored" });

export const saveTo = (flash: Flash, saved: Saved): boolean => {
  if (flash.next === "cut before") throw new PowerCut();
  if (flash.next === "failed") return false;
  flash.saved = saved;
  flash.saves.push(saved);
  if (flash.next === "cut after") throw new PowerCut();
  return true;
};

export interface Sent {
  bytes: Uint8Array;
  way: "udp" | "http";
  /** Gives the meter an answer the way that the report came. */
  reply(bytes: Uint8Array): void;
}

export interface Bench {
  meter: Meter;
  flash: Flash;
  /** All that left the meter, in order. */
  sent: Sent[];
  uptime(): number;
  /** Lets time pass, a second or less at a time, ticking after each. */
  run(ms: number): void;
  /** Lets time pass without a tick. */
  sleep(ms: number): void;
  /** So many intervals of 5 s, each with a report that is stored. */
  turns(count: number): void;
  reports(): Report[];
  lastReport(): Report;
  /** Gives the meter the server's answer to the last report, or to another of `sent`. */
  answer(changes?: Partial<Acknowledgement>, to?: Sent): void;
}

export const decoded = (bytes: Uint8Array): Report => {
  const report = decodeReport(bytes);
  if (!report.ok) throw new Error(report.reason);
  return report.value;
};

export const acknowledge = (report: Report, changes: Partial<Acknowledgement> = {}): Uint8Array =>
  encodeAcknowledgement({
    keyId: report.keyId,
    status: 0,
    meter: report.meter,
    serverTime: POWER_UP_TIME,
    echo: report.readings[report.readings.length - 1].n,
    intervalSeconds: 0,
    ...changes,
  }, sign);

export const createBench = (
  config: Partial<MeterConfig> = {},
  flash: Flash = createFlash(),
  // A fifth of an interval of 5 s: readings at 1, 6, 11 … seconds.
  random: () => number = () => 0.2,
): Bench => {
  let uptime = 0;
  const sent: Sent[] = [];
  const board: Board = {
    uptime: () => uptime,
    random,
    sha256,
    load: () => flash.saved,
    save: (saved) => saveTo(flash, saved),
    sendUdp: (bytes) => {
      sent.push({ bytes: bytes.slice(), way: "udp", reply: (answer) => meter.receive(answer) });
    },
    postHttp: (bytes, answered) => {
      sent.push({ bytes: bytes.slice(), way: "http", reply: answered });
    },
  };
  const meter: Meter = createMeter(board, { ...CONFIG, ...config });
  const last = () => sent[sent.length - 1];
  const serverTime = () => POWER_UP_TIME + Math.floor(uptime / 1000);
  const run = (ms: number) => {
    const end = uptime + ms;
    while (uptime < end) {
      uptime = Math.min(end, uptime + 1000);
      meter.tick();
    }
  };

  const answer = (changes: Partial<Acknowledgement> = {}, to = last()) => {
    to.reply(acknowledge(decoded(to.bytes), { serverTime: serverTime(), ...changes }));
  };

  return {
    meter,
    flash,
    sent,
    uptime: () => uptime,
    run,
    sleep: (ms) => {
      uptime += ms;
    },
    reports: () => sent.map(({ bytes }) => decoded(bytes)),
    lastReport: () => decoded(last().bytes),
    answer,
    turns: (count) => {
      for (let i = 0; i < count; i++) {
        run(5000);
        answer();
      }
    },
  };
};
