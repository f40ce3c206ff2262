/**
 * The readings of a series next to a number, whatever is sealed and whatever is still open. Asked
 * for rising numbers close to each other, it seldom looks into the database.
 */
import type { Reading } from "../domain/reading.ts";
import type { Series } from "./keys.ts";
import { merge } from "./open-parts.ts";
import type { Chunk, Sealed } from "./sealed.ts";

export class Neighbours {
  /** All readings from `#low` to `#high`, and open ones around. */
  #stretch: Reading[] = [];
  #low = Infinity;
  #high = -Infinity;

  /** `open` must have been fetched before anything is asked here. */
  constructor(readonly sealed: Sealed, readonly series: Series, readonly open: Reading[]) {}

  /** The reading with the highest number below `n`. */
  async below(n: number): Promise<Reading | undefined> {
    await this.#reach(n);
    return this.#stretch[placeOf(n, this.#stretch) - 1];
  }

  /** The reading with the lowest number from `n` on. */
  async from(n: number): Promise<Reading | undefined> {
    await this.#reach(n);
    return this.#stretch[placeOf(n, this.#stretch)];
  }

  async #reach(n: number): Promise<void> {
    if (this.#low < n && n <= this.#high) return;
    const { sealed, series } = this;
    const before = await sealed.chunkAt(series, n - 1);
    const after = before && lastN(before) >= n ? before : await this.#chunkFrom(n);
    this.#low = before ? before.readings[0].n : -Infinity;
    this.#high = after ? lastN(after) : Infinity;
    const readings = merge(before?.readings ?? [], after?.readings ?? []);
    this.#stretch = merge(readings, this.open);
  }

  async #chunkFrom(n: number): Promise<Chunk | undefined> {
    const nextN = await this.sealed.nextChunkN(this.series, n - 1);
    return nextN === undefined ? undefined : await this.sealed.chunkAt(this.series, nextN);
  }
}

const lastN = ({ readings }: Chunk): number => readings[readings.length - 1].n;

/** The place of the first reading from the number `n` on. */
export function placeOf(n: number, readings: Reading[]): number {
  let [low, high] = [0, readings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (readings[middle].n < n) low = middle + 1;
    else high = middle;
  }
  return low;
}
