/** A timer that is handed in: the runtime's in a program, virtual time's in a simulation. */

/** Runs once after a delay, unless cancelled before. */
export type Schedule = (delayMs: number, run: () => void) => () => void;

/** The runtime's timers, which only the programs may reach for. */
export interface Timers<Timer> {
  setTimeout: (run: () => void, delayMs: number) => Timer;
  clearTimeout: (timer: Timer) => void;
}

export const createSchedule = <Timer>(timers: Timers<Timer>): Schedule => (delayMs, run) => {
  const timer = timers.setTimeout(run, delayMs);
  return () => timers.clearTimeout(timer);
};

export const pause = (schedule: Schedule, delayMs: number): Promise<void> =>
  new Promise((resolve) => schedule(delayMs, resolve));

/** A pause that the signal ends early. */
export const pauseUnless = (
  signal: AbortSignal,
  schedule: Schedule,
  delayMs: number,
): Promise<void> =>
  new Promise((resolve) => {
    const wake = () => {
      cancel();
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const cancel = schedule(delayMs, wake);
    signal.addEventListener("abort", wake);
    if (signal.aborted) wake();
  });
