/** What would be if something were switched on at another hour: so much of each day's energy moves. */
import { localDays } from "./billing-period.ts";
import type { Value } from "./energy.ts";
import { energyOf, inOrder } from "./energy-slices.ts";
import { scaledTo } from "./forecast.ts";
import { clockOf, QUARTER, quarterOf } from "./time-of-use.ts";

export interface Shift {
  /** On each day, as far as so much was used in that hour. */
  milliwattHours: number;
  /** The hour that begins then, like `19:00`. */
  from: string;
  to: string;
}

export const QUARTERS_AN_HOUR = 4;

/** The energy as it would be, which is as much, and how much of it was moved. */
export function shifted(
  energy: Value[],
  shift: Shift,
  timeZone: string,
): { energy: Value[]; milliwattHours: number } {
  const moved = inOrder(energy);
  if (moved.length === 0) return { energy: [], milliwattHours: 0 };
  let total = 0;
  let next = 0;
  for (const day of localDays(moved[0].start, moved[moved.length - 1].end, timeZone)) {
    const quarterAt = clockOf(day, timeZone);
    const ofDay: number[] = [];
    for (; next < moved.length && moved[next].start < day.to; next++) ofDay.push(next);
    const inHour = (hour: string) =>
      ofDay.filter((i) => {
        const { start, end } = moved[i];
        const quarters = quarterAt(start) - quarterOf(hour);
        return end - start <= QUARTER && 0 <= quarters && quarters < QUARTERS_AN_HOUR;
      });
    total += move(moved, inHour(shift.from), inHour(shift.to), shift.milliwattHours);
  }
  return { energy: moved, milliwattHours: total };
}

function move(slices: Value[], from: number[], to: number[], most: number): number {
  if (to.length === 0) return 0;
  const before = from.map((i) => slices[i]);
  const available = energyOf(before);
  const milliwattHours = Math.min(most, available);
  scaledTo(before, available - milliwattHours).forEach((slice, i) => slices[from[i]] = slice);
  const after = to.map((i) => slices[i]);
  more(after, milliwattHours).forEach((slice, i) => slices[to[i]] = slice);
  return milliwattHours;
}

function more(slices: Value[], milliwattHours: number): Value[] {
  const sum = energyOf(slices);
  if (sum > 0) return scaledTo(slices, sum + milliwattHours);
  return slices.map((slice, i) => i === 0 ? { ...slice, milliwattHours } : slice);
}
