/**
 * The register over time, the slow way: all readings of a series at once and nothing remembered.
 * What the fast way over day rows says must be the same.
 */
import type { Reading } from "../../server/domain/reading.ts";

export class SlowLine {
  /** By number: the latest best time so far, and the sum of all rises so far. */
  readonly points: { time: number; total: number }[] = [];

  constructor(readings: Reading[]) {
    let time = -Infinity;
    let total = 0;
    readings.forEach(({ time: said, skew, milliwattHours }, i) => {
      time = Math.max(time, said + skew);
      if (i > 0) total += Math.max(0, milliwattHours - readings[i - 1].milliwattHours);
      this.points.push({ time, total });
    });
  }

  energy(from: number, to: number): number {
    return this.#at(to) - this.#at(from);
  }

  #at(time: number): number {
    const { points } = this;
    const after = points.findIndex((point) => point.time > time);
    if (after < 0) return points.at(-1)?.total ?? 0;
    if (after === 0) return 0;
    const [left, right] = [points[after - 1], points[after]];
    const part = (time - left.time) / (right.time - left.time);
    return left.total + Math.floor((right.total - left.total) * part);
  }
}
