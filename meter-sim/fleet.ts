/**
 * Many meters in one process. No timer each: they stand around a wheel that turns once a second, and
 * whoever runs the fleet turns it on, in real time or in any other. What is sent is thereby spread
 * over the second, and no burst is longer than a socket can hold.
 */
import type { MeterState } from "./fleet-state.ts";
import { createHousehold, type Household } from "./household.ts";
import { seededRandom } from "./random.ts";
import { createSimulatedMeter, type SimulatedMeter } from "./simulated-meter.ts";
import type { Uplink } from "./uplink.ts";

export interface FleetCounts {
  meters: number;
  /** Readings since the start. */
  sent: number;
  acknowledged: number;
  waiting: number;
  /** Pushed out of a full outbox: resolution that is lost, and no energy. */
  dropped: number;
}

export interface Fleet {
  /** Has each meter do what is due by now. To be called every `STEP_MS`; where that was missed, once is enough. */
  advance(): void;
  counts(): FleetCounts;
  /** The meters as they may go on from `time`, in Unix seconds, after this process has ended. */
  states(time: number): MeterState[];
  /** Hears no answer any more. */
  close(): void;
}

export interface FleetParts {
  /** Milliseconds since 1970 by a clock that is never set, so that it never steps. */
  now(): number;
  uplink: Pick<Uplink, "listen" | "send" | "postHttp">;
  householdOf?: (seed: number) => Household;
  intervalSeconds?: number;
  /** How many readings of a meter may wait; they take 27 bytes each. */
  outboxCapacity?: number;
}

export const STEP_MS = 20;

const TURN_MS = 1000;
const STEPS_A_TURN = TURN_MS / STEP_MS;
const DEFAULT_INTERVAL_SECONDS = 5;
const DEFAULT_OUTBOX_CAPACITY = 128;

export const householdOfSeed = (seed: number): Household => createHousehold(seededRandom(seed));

const sum = (meters: SimulatedMeter[], count: (meter: SimulatedMeter) => number): number =>
  meters.reduce((total, meter) => total + count(meter), 0);

export const createFleet = (states: MeterState[], parts: FleetParts): Fleet => {
  const { now } = parts;
  const meterParts = {
    householdOf: householdOfSeed,
    intervalSeconds: DEFAULT_INTERVAL_SECONDS,
    outboxCapacity: DEFAULT_OUTBOX_CAPACITY,
    ...parts,
  };
  const meters = states.map((state) => createSimulatedMeter(state, meterParts));
  const startedAt = now();
  /** Most meters are passed by without being touched. */
  const quietUntil = new Float64Array(meters.length);
  let stepsDone = 0;

  const tickMetersAt = (place: number): void => {
    for (let i = place; i < meters.length; i += STEPS_A_TURN) {
      if (quietUntil[i] <= now()) quietUntil[i] = meters[i].tick();
    }
  };

  return {
    advance: () => {
      const stepsDue = Math.floor((now() - startedAt) / STEP_MS);
      stepsDone = Math.max(stepsDone, stepsDue - STEPS_A_TURN);
      for (; stepsDone < stepsDue; stepsDone++) tickMetersAt(stepsDone % STEPS_A_TURN);
    },
    counts: () => {
      const sent = sum(meters, (meter) => meter.taken());
      const acknowledged = sum(meters, (meter) => meter.acknowledged());
      const waiting = sum(meters, (meter) => meter.waiting());
      const dropped = sent - acknowledged - waiting;
      return { meters: meters.length, sent, acknowledged, waiting, dropped };
    },
    states: (time) => meters.map((meter) => meter.state(time)),
    close: () => meters.forEach((meter) => meter.leave()),
  };
};
