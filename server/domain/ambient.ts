/**
 * What a sensor tells of the air around it, as the whole numbers that the store keeps: each quantity
 * is a channel of its own, in hundredths of its unit above a zero that no value lies below.
 */
import type { Reading } from "./reading.ts";

export const QUANTITIES = ["temperature", "humidity", "pressure"] as const;
export type Quantity = typeof QUANTITIES[number];

interface Scale {
  channel: number;
  unit: string;
  /** Hundredths at which the stored numbers begin. */
  zero: number;
  lowest: number;
  highest: number;
}

export const SCALES: Record<Quantity, Scale> = {
  temperature: { channel: 2, unit: "C", zero: -9_000, lowest: -90, highest: 90 },
  humidity: { channel: 3, unit: "%", zero: 0, lowest: 0, highest: 100 },
  pressure: { channel: 4, unit: "hPa", zero: 0, lowest: 300, highest: 1_100 },
};

/** What was said at one instant; some of it may be missing. */
export type Ambient = { time: number } & Partial<Record<Quantity, number>>;

const toStored = (quantity: Quantity, value: number): number =>
  Math.round(value * 100) - SCALES[quantity].zero;

export const fromStored = (quantity: Quantity, stored: number): number =>
  (stored + SCALES[quantity].zero) / 100;

/** As readings of each channel that has some, in order. The second is the number. */
export function asReadings(said: Ambient[]): { channel: number; readings: Reading[] }[] {
  const inOrder = said.toSorted((a, b) => a.time - b.time);
  return QUANTITIES.map((quantity) => ({
    channel: SCALES[quantity].channel,
    readings: inOrder.flatMap(({ time, [quantity]: value }) =>
      value === undefined
        ? []
        : [{ n: time, time, milliwattHours: toStored(quantity, value), quality: 0, skew: 0 }]
    ),
  })).filter(({ readings }) => readings.length > 0);
}

/** What readings of the channels say, together by instant. */
export function fromReadings(channels: [Quantity, Reading[]][]): Ambient[] {
  const byTime = new Map<number, Ambient>();
  for (const [quantity, readings] of channels) {
    for (const { time, milliwattHours } of readings) {
      const said: Ambient = byTime.get(time) ?? { time };
      said[quantity] = fromStored(quantity, milliwattHours);
      byTime.set(time, said);
    }
  }
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

export interface Summary {
  mean: number;
  min: number;
  max: number;
}

/** Values summed up between successive edges. */
export class Summaries {
  #sums: { sum: number; count: number; min: number; max: number }[];
  #at = 0;

  constructor(readonly edges: number[]) {
    this.#sums = edges.slice(1).map(() => ({ sum: 0, count: 0, min: Infinity, max: -Infinity }));
  }

  /** An instant from the first edge on and before the last. */
  add(time: number, value: number): void {
    if (time < this.edges[this.#at]) this.#at = 0;
    while (this.edges[this.#at + 1] <= time) this.#at++;
    const step = this.#sums[this.#at];
    step.sum += value;
    step.count++;
    step.min = Math.min(step.min, value);
    step.max = Math.max(step.max, value);
  }

  /** Of each stretch; null where nothing was said. */
  all(): (Summary | null)[] {
    return this.#sums.map(({ sum, count, min, max }) =>
      count === 0 ? null : { mean: Math.round(sum / count * 100) / 100, min, max }
    );
  }
}
