/** Where deliveries go to: one that is down is left alone, and not asked with all that waits. */
import type { Told } from "../domain/delivery-tries.ts";

const FAILURES_IN_A_ROW = 3;
const FIRST_REST_SECONDS = 10;
/** What is down may be up again before what failed is to be tried again. */
const MOST_REST_SECONDS = 5 * 60;

export class Endpoint {
  #failures = 0;
  #rest = FIRST_REST_SECONDS;
  /** Until when it is left alone. */
  restsUntil = 0;

  /**
   * What is news: that it begins to be left alone, or works again. What is said of one delivery alone
   * says nothing of where it goes.
   */
  heard(told: Told, now: number): "fails" | "works" | undefined {
    const wasFailing = this.#rest > FIRST_REST_SECONDS;
    if (told.ok) this.#worked();
    else if (!told.isOfThisOne && !told.isFinal && !told.isGone) this.#failed(now);
    const isFailing = this.#rest > FIRST_REST_SECONDS;
    if (isFailing !== wasFailing) return isFailing ? "fails" : "works";
  }

  #worked(): void {
    this.#failures = 0;
    this.#rest = FIRST_REST_SECONDS;
  }

  /** Longer each time, until it works again. */
  #failed(now: number): void {
    if (++this.#failures < FAILURES_IN_A_ROW) return;
    this.#failures = 0;
    this.restsUntil = now + this.#rest;
    this.#rest = Math.min(3 * this.#rest, MOST_REST_SECONDS);
  }

  isResting(now: number): boolean {
    return now < this.restsUntil;
  }
}
