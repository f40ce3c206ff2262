/** A series while its meter counts at a point that somebody watches. */
import { wattsAt } from "../domain/power.ts";
import { bestTime, type Reading } from "../domain/reading.ts";
import type { Assignment } from "../store/points.ts";

export interface LiveReading {
  point: string;
  meter: string;
  channel: number;
  reading: Reading;
  /** Unknown when the readings do not tell. */
  watts?: number;
}

export class FollowedSeries {
  isLeft = false;
  /** The two readings with the highest numbers. */
  #newest: Reading | undefined;
  #before: Reading | undefined;
  #sent: Reading | undefined;
  /** Where the register stood before it fell last. */
  #fallenFrom = 0;

  constructor(readonly point: string, readonly assignment: Assignment, readonly channel: number) {}

  /** Late readings may take the second place, never the first; readings may come twice. */
  extend(readings: Reading[]): void {
    for (const reading of readings) {
      if (!this.#newest || reading.n > this.#newest.n) {
        this.#before = this.#newest;
        this.#newest = reading;
        this.#noteFall(reading, this.#before);
      } else if (reading.n < this.#newest.n && reading.n > (this.#before?.n ?? 0)) {
        this.#before = reading;
      }
    }
  }

  /** Not where the newest is what the meter read before it came here. */
  get hasNews(): boolean {
    if (this.isLeft || !this.#newest || this.#newest === this.#sent) return false;
    return bestTime(this.#newest) >= this.assignment.from;
  }

  /** The newest, to be sent. */
  news(at: number): LiveReading {
    this.#sent = this.#newest;
    return this.#live(this.#newest!, at);
  }

  /** What was sent last, as it is to be said now; nothing where something newer is about to be. */
  sent(at: number): LiveReading | undefined {
    if (this.#sent && this.#sent === this.#newest) return this.#live(this.#sent, at);
  }

  #noteFall({ milliwattHours }: Reading, before: Reading | undefined): void {
    if (before && milliwattHours < before.milliwattHours) this.#fallenFrom = before.milliwattHours;
  }

  #live(reading: Reading, at: number): LiveReading {
    const { point, channel, assignment: { meterId: meter } } = this;
    return { point, meter, channel, reading, watts: this.#watts(reading, at) };
  }

  /** A register that climbs at once all that it fell says nothing about the power. */
  #watts(reading: Reading, at: number): number | undefined {
    const from = this.#before?.milliwattHours ?? 0;
    if (from < this.#fallenFrom && this.#fallenFrom <= reading.milliwattHours) return undefined;
    return wattsAt(at, reading, this.#before);
  }
}
