/** Time limits of tests: one that ends when the test says so, and one that never does. */
import type { StartTimer } from "../../../server/notify/told.ts";

export class HandTimer {
  readonly #over = Promise.withResolvers<void>();
  /** How long each was to last, until it was cancelled. */
  readonly running: number[] = [];

  readonly start: StartTimer = (ms) => {
    this.running.push(ms);
    return { ended: this.#over.promise, cancel: () => this.running.pop() };
  };

  end(): void {
    this.#over.resolve();
  }
}

export const never: StartTimer = () => ({ ended: new Promise(() => {}), cancel: () => {} });

export const real: StartTimer = (ms) => {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const handle = setTimeout(resolve, ms);
  return { ended, cancel: () => clearTimeout(handle) };
};
