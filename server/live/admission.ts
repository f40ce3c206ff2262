/** How many of a kind may be open at once, as live connections: of one owner, and of all. */
import { done, failed, type Failure, type Result } from "../errors.ts";

const RETRY_AFTER_SECONDS = 30;

export class Admission {
  #byOwner = new Map<string, number>();
  #total = 0;

  /** `what` they are, in the plural. */
  constructor(readonly what: string, readonly maxTotal: number) {}

  get total(): number {
    return this.#total;
  }

  get owners(): number {
    return this.#byOwner.size;
  }

  /** Gives what is to be called, once or more often, when the connection is over. */
  admit(owner: string, limit: number): Result<() => void> {
    const open = this.#byOwner.get(owner) ?? 0;
    if (open >= limit) return failed("tooMany", `${limit} ${this.what} are open: close one.`);
    if (this.#total >= this.maxTotal) return this.#full();
    this.#count(owner, 1);
    let isOpen = true;
    return done(() => {
      if (isOpen) this.#count(owner, -1);
      isOpen = false;
    });
  }

  #full(): Failure {
    const detail = `The server has ${this.maxTotal} ${this.what} open, as many as it takes.`;
    return { ...failed("unavailable", detail), retryAfterSeconds: RETRY_AFTER_SECONDS };
  }

  #count(owner: string, change: 1 | -1): void {
    this.#total += change;
    const open = (this.#byOwner.get(owner) ?? 0) + change;
    if (open > 0) this.#byOwner.set(owner, open);
    else this.#byOwner.delete(owner);
  }
}
