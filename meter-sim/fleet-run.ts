/** Turns a fleet's wheel: in real time until told to stop, or in virtual time as fast as it goes. */
import { type Fleet, STEP_MS } from "./fleet.ts";
import { pause, type Schedule } from "./schedule.ts";
import type { Uplink } from "./uplink.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Runs until the signal, in the time of `schedule`. */
export const runLive = async (
  fleet: Fleet,
  schedule: Schedule,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    fleet.advance();
    await pause(schedule, STEP_MS);
  }
};

/**
 * Gives what still waits the time to be acknowledged, first without new readings and then, as only
 * a new one brings back what was lost, with them. Tells whether nothing waits any more.
 */
export const drain = async (
  fleet: Fleet,
  schedule: Schedule,
  uplink: Pick<Uplink, "settled">,
  atMostMs: number,
): Promise<boolean> => {
  await uplink.settled(0);
  for (let ms = 0; ms < atMostMs && fleet.counts().waiting > 0; ms += STEP_MS) {
    fleet.advance();
    await pause(schedule, STEP_MS);
  }
  return fleet.counts().waiting === 0;
};

/** So that an answer which has come in also reaches its meter. */
const runWhatIsDue = (time: VirtualTime): void => {
  let isDone = false;
  time.schedule(0, () => {
    isDone = true;
  });
  while (!isDone) time.runNext();
};

/** The part of a fleet that may wait for an answer: well within an interval. */
const WAITING_PART = 0.3;

/**
 * Runs for so long in virtual time, in step with a server that lives in real time: before too many
 * answers are awaited, time stands still. What is on its way at the end is waited for.
 */
export const runVirtually = async (
  fleet: Fleet,
  time: VirtualTime,
  uplink: Pick<Uplink, "settled" | "waiting">,
  durationMs: number,
): Promise<void> => {
  const end = time.now() + durationMs;
  const limit = Math.ceil(WAITING_PART * fleet.counts().meters);
  const step = (): void => {
    fleet.advance();
    if (time.now() < end) time.schedule(STEP_MS, step);
  };
  time.schedule(0, step);
  while (time.now() < end && time.runNext()) {
    if (uplink.waiting() > limit) await uplink.settled(limit);
  }
  await uplink.settled(0);
  runWhatIsDue(time);
};
