/**
 * A meter of the twin: the shipped meter over a board that is nothing but memory, on the line of a
 * simulated household. Light, so that ten thousand of them fit into one process.
 */
import type { Board, Saved } from "../meter-firmware/board.ts";
import { createMeter, type MeterConfig } from "../meter-firmware/meter.ts";
import type { MeterState } from "./fleet-state.ts";
import type { Household } from "./household.ts";
import { drawSeed, seededRandom } from "./random.ts";
import { sha256 } from "./sha256.ts";
import type { Uplink } from "./uplink.ts";

export interface SimulatedMeter {
  /** Does what is due; gives the time before which nothing will be. */
  tick(): number;
  /** Readings since the start: taken, acknowledged, and those that still wait. */
  taken(): number;
  acknowledged(): number;
  waiting(): number;
  /** Covers the readings so far and the next 1,024. */
  state(time: number): MeterState;
  /** No answer is heard any more. */
  leave(): void;
}

export interface MeterParts {
  /** Milliseconds since 1970 by a clock that is never set, so that it never steps. */
  now(): number;
  uplink: Pick<Uplink, "listen" | "send" | "postHttp">;
  householdOf(seed: number): Household;
  intervalSeconds: number;
  /** How many readings of a meter may wait. */
  outboxCapacity: number;
}

const NUMBERS_AHEAD = 1024;
/** A tick comes up to a second late, and must not miss the reading for that. */
const READY_BEFORE_MS = 1000;

/** Energy as whole milliwatt-hours, with what is left over kept for the next time. */
export const createCounter = () => {
  let rest = 0;
  return (watts: number, milliseconds: number): number => {
    const counted = rest + watts * milliseconds / 3600;
    const whole = Math.floor(counted);
    rest = counted - whole;
    return whole;
  };
};

const configOf = (state: MeterState, parts: MeterParts): MeterConfig => ({
  meter: state.meterId,
  key: Uint8Array.fromHex(state.key),
  keyId: state.keyId,
  channel: 0,
  intervalSeconds: parts.intervalSeconds,
  outboxCapacity: parts.outboxCapacity,
});

export const createSimulatedMeter = (state: MeterState, parts: MeterParts): SimulatedMeter => {
  const { now, uplink } = parts;
  const poweredUpAt = now();
  let saved: Saved = state;
  let acknowledged = 0;
  let measuredAt = poweredUpAt;
  let quietUntil = 0;
  const household = parts.householdOf(state.seed);
  const counter = createCounter();

  /** What leaves the outbox when an answer has come was acknowledged by it. */
  const counting = (receive: (bytes: Uint8Array) => void) => (bytes: Uint8Array): void => {
    const before = meter.status().waiting;
    receive(bytes);
    acknowledged += before - meter.status().waiting;
  };

  /** A report leaves with a reading: the next one is due an interval later. */
  const expectQuiet = (): void => {
    quietUntil = now() + 1000 * meter.status().intervalSeconds - READY_BEFORE_MS;
  };

  const board: Board = {
    uptime: () => now() - poweredUpAt,
    // A stream apart from the household's.
    random: seededRandom(drawSeed(seededRandom(~state.seed))),
    sha256,
    load: () => state.reservedThrough > 0 ? saved : undefined,
    save: (next) => {
      saved = next;
      return true;
    },
    sendUdp: (bytes) => {
      expectQuiet();
      uplink.send(state.meterId, bytes);
    },
    postHttp: (bytes, answered) => {
      expectQuiet();
      uplink.postHttp(bytes, (body) => body ? counting(answered)(body) : answered(undefined));
    },
  };
  const meter = createMeter(board, configOf(state, parts));
  const leave = uplink.listen(state.meterId, counting(meter.receive));

  const measure = (): void => {
    const at = now();
    meter.add(counter(household.watts(at / 1000), at - measuredAt));
    measuredAt = at;
  };

  return {
    tick: () => {
      measure();
      meter.tick();
      return quietUntil;
    },
    taken: () => meter.status().lastNumber - state.reservedThrough,
    acknowledged: () => acknowledged,
    waiting: () => meter.status().waiting,
    state: (time) => ({
      ...state,
      reservedThrough: saved.reservedThrough + NUMBERS_AHEAD,
      milliwattHours: meter.status().milliwattHours,
      time,
    }),
    leave,
  };
};
