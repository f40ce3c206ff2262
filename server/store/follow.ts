/** Telling those who follow a series what was stored of it. */
import type { Reading } from "../domain/reading.ts";
import type { ReportProblem } from "../errors.ts";
import type { Series } from "./keys.ts";

/** Is told of readings once they are durable, in rising order of `n`. Others wait for it. */
export type Listener = (readings: Reading[]) => void;

export interface Followable {
  /** What is stored from now on, some of it perhaps twice; ends with a call of what it gives. */
  follow(series: Series, listener: Listener): () => void;
}

export class Followers implements Followable {
  #listeners = new Map<Series, Set<Listener>>();

  constructor(readonly report: ReportProblem) {}

  get seriesCount(): number {
    return this.#listeners.size;
  }

  has(series: Series): boolean {
    return this.#listeners.has(series);
  }

  follow(series: Series, listener: Listener): () => void {
    const listeners = this.#listeners.get(series) ?? new Set();
    this.#listeners.set(series, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(series) === listeners) {
        this.#listeners.delete(series);
      }
    };
  }

  /** A listener that fails must not make a commit look as if it had. */
  tell(series: Series, readings: Reading[]): void {
    for (const listener of this.#listeners.get(series) ?? []) {
      try {
        listener(readings);
      } catch (error) {
        this.report("Cannot tell of new readings", error);
      }
    }
  }
}
