/** How many live connections there may be: of one owner, and of all together. */
import { done, failed, type Result } from "../errors.ts";

const MAX_CONNECTIONS = 5_000;
const RETRY_AFTER_SECONDS = 30;

export class Admission {
  #byOwner = new Map<string, number>();
  #total = 0;

  constructor(readonly maxTotal = MAX_CONNECTIONS) {}

  get total(): number {
    return this.#total;
  }

  get owners(): number {
    return this.#byOwner.size;
  }

  /** Gives what is to be called, once or more often, when the connection is over. */
  admit(owner: string, limit: number): Result<() => void> {
    const open = this.#byOwner.get(owner) ?? 0;
    if (open >= limit) return failed("tooMany", `${limit} live connections are open: close one.`);
    if (this.#total >= this.maxTotal) return full(this.maxTotal);
    this.#count(owner, 1);
    let isOpen = true;
    return done(() => {
      if (isOpen) this.#count(owner, -1);
      isOpen = false;
    });
  }

  #count(owner: string, change: 1 | -1): void {
    this.#total += change;
    const open = (this.#byOwner.get(owner) ?? 0) + change;
    if (open > 0) this.#byOwner.set(owner, open);
    else this.#byOwner.delete(owner);
  }
}

const full = (total: number) => ({
  ...failed("unavailable", `The server has ${total} live connections, as many as it takes.`),
  retryAfterSeconds: RETRY_AFTER_SECONDS,
});
