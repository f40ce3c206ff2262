/**
 * The world around a meter: its flash over all its boots, a server, and a witness that checks
 * whatever leaves the meter. What happens in it, and in which order, is the test's choice.
 */
import { assert, assertEquals } from "@std/assert";
import {
  FLAG_BACKLOG,
  type Report,
  tagIsValid,
  type WireReading,
} from "../../meter-firmware/protocol/datagram.ts";
import {
  type Bench,
  createBench,
  createFlash,
  decoded,
  type Flash,
  KEY,
  POWER_UP_TIME,
  PowerCut,
  type Sent,
} from "./bench.ts";
import { serverSign } from "./signers.ts";

export interface Answer {
  /** 0 for the last report, 1 for the one before, and so on. */
  back: number;
  status: number;
  isLost: boolean;
  /** How far the server's clock is ahead. */
  aheadSeconds: number;
  intervalSeconds: number;
}

export interface World {
  /** The meter of this boot. */
  bench: Bench;
  tick(ms: number): void;
  reboot(): void;
  answer(answer: Answer): void;
  flash: Flash;
  /** Numbers of this boot that were taken and that the server does not have. */
  missing(): number[];
}

const serverTag = serverSign(KEY);

const contentOf = ({ time, milliwattHours, quality }: WireReading): string =>
  `${time} ${milliwattHours} ${quality}`;

/** What the world has seen leave the meter, over all its boots. */
const createWitness = () => {
  const contents = new Map<number, string>();
  let newest = 0;

  const checkReading = (reading: WireReading) => {
    const content = contents.get(reading.n) ?? contentOf(reading);
    assertEquals(contentOf(reading), content, `reading ${reading.n} was sent with other content`);
    contents.set(reading.n, content);
  };

  const checkOrder = (readings: WireReading[]) => {
    for (let i = 1; i < readings.length; i++) {
      assert(readings[i].milliwattHours >= readings[i - 1].milliwattHours, "the register fell");
      assert(readings[i].time === 0 || readings[i].time >= readings[i - 1].time, "time ran back");
    }
  };

  return (bytes: Uint8Array, flash: Flash): Report => {
    assert(tagIsValid(bytes, serverTag));
    const report = decoded(bytes);
    const last = report.readings[report.readings.length - 1].n;
    assert(last > newest, `the report ends with ${last}, but ${newest} was sent before`);
    assert(last <= flash.saved!.reservedThrough, `number ${last} was not reserved`);
    newest = last;
    report.readings.forEach(checkReading);
    checkOrder(report.readings);
    return report;
  };
};

export const createWorld = (outboxCapacity: number): World => {
  const flash = createFlash();
  const witness = createWitness();
  const stored = new Set<number>();
  const boot = () => createBench({ outboxCapacity }, flash);
  let firstNumber = 1;
  let registerBefore = 0;

  const checkMeter = () => {
    const status = world.bench.meter.status();
    assert(status.waiting <= outboxCapacity, `${status.waiting} readings wait`);
    assert(status.milliwattHours >= registerBefore, "the register fell");
    registerBefore = status.milliwattHours;
  };

  const store = (sent: Sent) => decoded(sent.bytes).readings.forEach(({ n }) => stored.add(n));

  const world: World = {
    bench: boot(),
    flash,
    tick: (ms) => {
      const { meter, sent, sleep } = world.bench;
      const seen = sent.length;
      sleep(ms);
      try {
        meter.tick();
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        world.reboot();
      }
      for (const { bytes } of sent.slice(seen)) {
        const { flags, readings } = witness(bytes, flash);
        assertEquals((flags & FLAG_BACKLOG) !== 0, meter.status().waiting > readings.length);
      }
      checkMeter();
    },
    reboot: () => {
      flash.next = "stored";
      firstNumber = (flash.saved?.reservedThrough ?? 0) + 1;
      registerBefore = 0;
      world.bench = boot();
    },
    answer: ({ back, status, isLost, aheadSeconds, intervalSeconds }) => {
      const { answer, sent, uptime } = world.bench;
      const to = sent.at(-1 - back);
      if (!to) return;
      if (status === 0) store(to);
      const serverTime = POWER_UP_TIME + Math.floor(uptime() / 1000) + aheadSeconds;
      if (!isLost) answer({ status, serverTime, intervalSeconds }, to);
      checkMeter();
    },
    missing: () => {
      const count = world.bench.meter.status().lastNumber - firstNumber + 1;
      const taken = Array.from({ length: Math.max(0, count) }, (_, i) => firstNumber + i);
      return taken.filter((n) => !stored.has(n));
    },
  };
  return world;
};
