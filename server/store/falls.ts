/**
 * Where a register falls from one reading to the next. A register should rise: that it did not is
 * for a person to explain. Almost all readings do rise behind the newest one, so a store tells
 * cheaply when there is nothing to look for, and only else the readings around are looked at.
 */
import type { Reading } from "../domain/reading.ts";
import type { Series } from "./keys.ts";
import { Neighbours, placeOf } from "./neighbours.ts";
import type { SeriesReader } from "./series-reader.ts";

export interface Fall {
  before: Reading;
  after: Reading;
}

const fallsWithin = (readings: Reading[]): boolean =>
  readings.some((reading, i) => i > 0 && reading.milliwattHours < readings[i - 1].milliwattHours);

/** Of readings behind the newest, whose register is NaN where it is not at hand. */
export const mayFallBehind = (newestRegister: number, readings: Reading[]): boolean =>
  !(readings[0].milliwattHours >= newestRegister) || fallsWithin(readings);

/** Of readings among others, of which `near` are all behind `sealedThrough` and maybe some before. */
export function mayFallAmong(near: Reading[], sealedThrough: number, readings: Reading[]): boolean {
  const begin = placeOf(readings[0].n, near) - 1;
  const isFirst = begin < 0 && sealedThrough === 0;
  if (!isFirst && !(near[begin]?.n > sealedThrough)) return true;
  const end = placeOf(readings[readings.length - 1].n + 1, near);
  return fallsWithin(near.slice(Math.max(0, begin), end + 1));
}

/** The falls from and to those with the numbers of `readings`, which are in rising order. */
export async function fallsAt(
  reader: SeriesReader,
  series: Series,
  readings: Reading[],
): Promise<Fall[]> {
  const near = new Neighbours(reader.sealed, series, await reader.openOf(series));
  const falls = new Map<number, Fall>();
  const look = (before: Reading | undefined, after: Reading | undefined): void => {
    if (!before || !after || before.milliwattHours <= after.milliwattHours) return;
    falls.set(after.n, { before, after });
  };
  for (const { n } of readings) {
    const before = await near.below(n);
    const stored = await near.from(n);
    look(before, stored);
    look(stored, await near.from(n + 1));
  }
  return [...falls.values()];
}
