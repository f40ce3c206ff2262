/**
 * A meter's past: the readings that it would have taken every so often. The household is
 * looked at once a minute, which is fine enough for a shower and sixty times quicker than each
 * second. The same state and the same end give the same readings, so a past that was interrupted may
 * be sent anew: what the server has already counts as stored.
 */
import type { WireReading } from "../meter-firmware/protocol/datagram.ts";
import type { MeterState } from "./fleet-state.ts";
import type { Household } from "./household.ts";
import { createCounter } from "./simulated-meter.ts";

export interface Past {
  /** The next readings, at most `count`; none at the end. */
  next(count: number): WireReading[];
  /** The meter as it is after all readings that were given so far. */
  state(): MeterState;
}

/** Until when, and how far its readings are apart, all in seconds. */
export interface Span {
  to: number;
  every: number;
}

const LOOK_EVERY_SECONDS = 60;

/** Every full step after the state's time, and the end itself. */
export const countPast = ({ time }: MeterState, { to, every }: Span): number =>
  to > time ? Math.ceil(to / every) - Math.floor(time / every) : 0;

export const createPast = (state: MeterState, household: Household, { to, every }: Span): Past => {
  const counter = createCounter();
  let { time, milliwattHours, reservedThrough } = state;
  const nextStep = (): number => (Math.floor(time / every) + 1) * every;

  const liveUntil = (end: number): void => {
    while (time < end) {
      const seconds = Math.min(LOOK_EVERY_SECONDS, end - time);
      milliwattHours += counter(household.watts(time + seconds / 2), 1000 * seconds);
      time += seconds;
    }
  };

  const read = (): WireReading => {
    liveUntil(Math.min(to, nextStep()));
    reservedThrough += 1;
    return { n: reservedThrough, time, milliwattHours, quality: 0 };
  };

  return {
    next: (count) => {
      const readings: WireReading[] = [];
      while (time < to && readings.length < count) readings.push(read());
      return readings;
    },
    state: () => ({ ...state, time, milliwattHours, reservedThrough }),
  };
};
