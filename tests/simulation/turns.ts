/**
 * Calls of the database one at a time, the next one always chosen by the seed among those that wait:
 * two servers interleave in every way, and the same seed interleaves them in the same way.
 *
 * Between two calls everything that can go on without the database does. So once no call waits,
 * nothing in the simulated servers moves any more, and the next event may happen.
 */
import { setImmediate } from "node:timers";
import type { Random } from "../../meter-sim/random.ts";

const allElseIsDone = () => new Promise<void>((resolve) => setImmediate(resolve));

export class Turns {
  #waiting: (() => Promise<void>)[] = [];

  constructor(readonly random: Random) {}

  take<Value>(call: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => call().then(resolve, reject));
    });
  }

  async settle(): Promise<void> {
    await allElseIsDone();
    while (this.#waiting.length > 0) {
      const chosen = Math.floor(this.random() * this.#waiting.length);
      const [call] = this.#waiting.splice(chosen, 1);
      await call();
      await allElseIsDone();
    }
  }

  /** Work that waits for nothing but the database. */
  async finish<Value>(work: Promise<Value>): Promise<Value> {
    // A rejection must have a listener while the turns go on.
    const settled = Promise.allSettled([work]);
    await this.settle();
    await settled;
    return await work;
  }
}
