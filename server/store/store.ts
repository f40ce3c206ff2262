/**
 * What the rest of the house knows of the reading store. Two stand behind it: `embedded.ts`, where
 * one process owns the file and memory can be trusted, and `shared.ts`, where it cannot.
 */
import { type Reading, sameContent } from "../domain/reading.ts";
import type { Series } from "./keys.ts";
import type { SeriesReader } from "./series-reader.ts";

export interface Append {
  series: Series;
  /** In rising order of `n`. */
  readings: Reading[];
}

/** A reading kept out because its number is taken by one with other content, which stays. */
export interface Conflict {
  stored: Reading;
  refused: Reading;
}

export interface Outcome {
  stored: number;
  duplicates: number;
  conflicts: Conflict[];
  /** Whether the register may fall from or to one of those that are stored now: look for it. */
  mayFall: boolean;
}

export interface ReadingStore {
  readonly reader: SeriesReader;
  /**
   * Resolves once every accepted reading is durable. Where that could not be, the outcome is
   * undefined, or the whole call throws: then nothing of it may be acknowledged.
   */
  append(batch: Append[]): Promise<(Outcome | undefined)[]>;
  /** A bounded piece of housekeeping, between appends; tells whether there is more to do. */
  maintain(): Promise<boolean>;
  stats(): StoreStats;
}

export interface StoreStats {
  series: number;
  openReadings: number;
  journalBytes: number;
}

/** Decides on each reading, given those `known` under the same numbers, which it adds to. */
export function decide(
  readings: Reading[],
  known: Map<number, Reading>,
): Omit<Outcome, "mayFall"> & { accepted: Reading[] } {
  const accepted: Reading[] = [];
  const conflicts: Conflict[] = [];
  let duplicates = 0;
  for (const reading of readings) {
    const stored = known.get(reading.n);
    if (stored === undefined) {
      accepted.push(reading);
      known.set(reading.n, reading);
    } else if (sameContent(stored, reading)) duplicates++;
    else conflicts.push({ stored, refused: reading });
  }
  return { stored: accepted.length, duplicates, conflicts, accepted };
}
