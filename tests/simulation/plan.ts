/** What a seed stands for: which servers, which meters, how long, and how much goes wrong. */
import type { Faults } from "../../meter-sim/network.ts";
import { between, type Random, seededRandom } from "../../meter-sim/random.ts";
import type { EmbeddedLimits } from "../../server/store/embedded.ts";
import type { KvFaults } from "./faulty-kv.ts";

export interface MeterPlan {
  channel: number;
  intervalSeconds: number;
  outboxCapacity: number;
  /** The board's seconds are longer or shorter by this part. */
  drift: number;
  /** The largest load; a wild one packs badly, so that its history has more rows. */
  maxWatts: number;
}

export interface FeederPlan {
  intervalSeconds: number;
}

export interface Plan {
  isShared: boolean;
  startMs: number;
  spanMs: number;
  /** What the servers tell the meters to use; 0 leaves them their own. */
  intervalSeconds: number;
  meters: MeterPlan[];
  feeders: FeederPlan[];
  network: Faults;
  kv: KvFaults;
  store: EmbeddedLimits;
  incidents: number;
  /** The part of all events after which the servers finish their work before the next. */
  settles: number;
  timezone: string;
}

const INTERVALS = [5, 15, 60, 300, 600, 600];
/** A life of weeks in few readings, so that history comes from the totals of days. */
const LONG_INTERVALS = [600, 1200, 1800];
const TIMEZONES = ["UTC", "America/Sao_Paulo", "America/New_York", "Asia/Kolkata"];
const BEGINNING = Date.UTC(2025, 0, 1);
const DAY_MS = 86_400_000;

export const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)];

export function planOf(seed: number): Plan {
  const random = seededRandom(seed);
  const isShared = random() < 0.4;
  const isLong = random() < 0.4;
  const meterCount = isLong ? 1 : random() < 0.1 ? 13 : pick(random, [1, 1, 2, 3]);
  const intervalSeconds = isLong
    ? pick(random, LONG_INTERVALS)
    : random() < 0.2
    ? 0
    : pick(random, INTERVALS);
  const meters = Array.from({ length: meterCount }, () => meterPlan(random));
  const mean = intervalSeconds || 60;
  const readingsEach = between(random, 100, 500) / meterCount;
  return {
    isShared,
    startMs: startMs(random),
    spanMs: Math.floor(readingsEach * mean) * 1000,
    intervalSeconds,
    meters,
    feeders: isLong || random() < 0.3 ? [{ intervalSeconds: mean }] : [],
    network: networkFaults(random, mean),
    kv: kvFaults(random, isShared),
    store: {
      sealBytes: pick(random, [20, 40, 100, 400]),
      checkpointBytes: pick(random, [500, 2_000, 6_000]),
    },
    incidents: Math.floor(between(random, 5, 50)),
    settles: pick(random, [1, 0.9, 0.4]),
    timezone: pick(random, TIMEZONES),
  };
}

/** Often just before midnight, so that short spans cross it too. */
function startMs(random: Random): number {
  const midnight = BEGINNING + Math.floor(random() * 700) * DAY_MS;
  const before = random() < 0.5 ? between(random, 0, 600_000) : between(random, 0, DAY_MS);
  return midnight - Math.floor(before / 1000) * 1000;
}

function meterPlan(random: Random): MeterPlan {
  return {
    channel: random() < 0.2 ? 1 : 0,
    intervalSeconds: pick(random, INTERVALS),
    outboxCapacity: pick(random, [7, 60, 1024, 1024]),
    drift: pick(random, [0, 0, 0.0001, -0.0001, 0.01]),
    maxWatts: pick(random, [0, 500, 8_000, 8_000, 2 ** 26]),
  };
}

function networkFaults(random: Random, intervalSeconds: number): Faults {
  const rough = pick(random, [0, 0.02, 0.2]);
  return {
    loss: rough * between(random, 0, 2),
    duplicate: rough * between(random, 0, 2),
    minDelayMs: 1,
    maxDelayMs: pick(random, [20, 2_000, 2_000 * intervalSeconds]),
    bitFlip: rough / 4,
  };
}

function kvFaults(random: Random, isShared: boolean): KvFaults {
  const rough = pick(random, [0, 0.01, 0.08]);
  return {
    readFails: rough * random() / 2,
    failsUnwritten: rough * random(),
    failsWritten: rough * random(),
    deniesWritten: isShared ? rough * random() : 0,
    pageSize: pick(random, [3, 20, 1000]),
  };
}
