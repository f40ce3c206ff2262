/** How fast a register moves. */
import { bestTime, type Reading } from "./reading.ts";

/** Two readings further apart than this, or older, say nothing about the power now. */
const MAX_POWER_GAP_SECONDS = 900;

/** Unknown when the last readings are too old or too far apart, or the register fell. */
export function wattsAt(at: number, newest: Reading, before?: Reading): number | undefined {
  if (!before || at - bestTime(newest) > MAX_POWER_GAP_SECONDS) return undefined;
  const seconds = bestTime(newest) - bestTime(before);
  const rise = newest.milliwattHours - before.milliwattHours;
  if (seconds <= 0 || seconds > MAX_POWER_GAP_SECONDS || rise < 0) return undefined;
  return Math.round(rise * 3.6 / seconds);
}
