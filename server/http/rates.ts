/** How often one may ask: a bucket of requests for each caller, refilled by the second. */
import { failed, type Failure } from "../errors.ts";
import type { Caller } from "./caller.ts";

export interface Rate {
  perSecond: number;
  burst: number;
}

export type RateLimits = Record<Caller["kind"], Rate>;

/** Machines bring the readings of many meters; people click. */
export const DEFAULT_RATES: RateLimits = {
  nobody: { perSecond: 10, burst: 200 },
  person: { perSecond: 50, burst: 500 },
  key: { perSecond: 2_000, burst: 10_000 },
};

interface Bucket {
  left: number;
  at: number;
}

/** Of more callers, those who have not asked for the longest time are forgotten. */
const MAX_BUCKETS = 100_000;

export class Rates {
  #buckets = new Map<string, Bucket>();

  constructor(readonly limits: RateLimits, readonly now: () => number) {}

  /** Takes one request of a caller's, known by `id` among its kind. */
  refusal(kind: Caller["kind"], id: string): Failure | undefined {
    const { perSecond, burst } = this.limits[kind];
    const name = `${kind} ${id}`;
    const bucket = this.#buckets.get(name);
    const now = this.now();
    const gained = bucket ? Math.max(0, now - bucket.at) * perSecond : burst;
    const left = Math.min(burst, (bucket?.left ?? 0) + gained);
    this.#buckets.delete(name);
    this.#buckets.set(name, { left: Math.max(0, left - 1), at: now });
    if (this.#buckets.size > MAX_BUCKETS) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (left >= 1) return undefined;
    const retryAfterSeconds = Math.max(1, Math.ceil((1 - left) / perSecond));
    return { ...failed("tooMany", "Too many requests. Try again later."), retryAfterSeconds };
  }
}
