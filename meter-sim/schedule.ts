/** A timer that is handed in: the runtime's in a program, virtual time's in a simulation. */

/** Runs once after a delay, unless cancelled before. */
export type Schedule = (delayMs: number, run: () => void) => () => void;

export const pause = (schedule: Schedule, delayMs: number): Promise<void> =>
  new Promise((resolve) => schedule(delayMs, resolve));
