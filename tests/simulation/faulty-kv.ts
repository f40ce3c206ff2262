/**
 * The database as one running server sees it: a real one behind, in front of it errors, commits
 * that fail although they were written, and the server's own death at the worst moments. Once dead,
 * a server can do nothing any more, whatever it still tries.
 */
import type { Random } from "../../meter-sim/random.ts";
import { excess, type KvLimits, type Mutation } from "./kv-limits.ts";
import type { Turns } from "./turns.ts";

/** Probabilities from 0 to 1. */
export interface KvFaults {
  readFails: number;
  failsUnwritten: number;
  failsWritten: number;
  /** A remote database whose client repeated a commit says that the checks do not hold. */
  deniesWritten: number;
  /** Not a probability: at most so many entries come from one look into the database. */
  pageSize: number;
}

export const NO_FAULTS: KvFaults = {
  readFails: 0,
  failsUnwritten: 0,
  failsWritten: 0,
  deniesWritten: 0,
  pageSize: 1_000,
};

/** The only errors that a server may meet in a simulation. */
export class InjectedError extends Error {}

export interface FaultyKvParts {
  real: Deno.Kv;
  turns: Turns;
  random: Random;
  faults: KvFaults;
  limits: KvLimits;
}

export class FaultyKv {
  isDead = false;
  diesAt: "before a commit" | "after a commit" | undefined;

  constructor(readonly parts: FaultyKvParts) {}

  asKv(): Deno.Kv {
    return this as unknown as Deno.Kv;
  }

  get(key: Deno.KvKey) {
    return this.#read(() => this.parts.real.get(key));
  }

  getMany(keys: Deno.KvKey[]) {
    return this.#read(() => this.parts.real.getMany(keys));
  }

  set(key: Deno.KvKey, value: unknown) {
    return this.atomic().set(key, value).commit();
  }

  async *list(selector: Deno.KvListSelector, options: Deno.KvListOptions = {}) {
    const { reverse, limit = Infinity, batchSize = 100 } = options;
    let cursor: string | undefined;
    for (let left = limit; left > 0;) {
      const size = Math.min(left, batchSize, this.parts.faults.pageSize);
      const entries = await this.#read(async () => {
        const page = this.parts.real.list(selector, { reverse, limit: size, cursor });
        const entries = await Array.fromAsync(page);
        cursor = page.cursor;
        return entries;
      });
      yield* entries;
      if (entries.length < size) return;
      left -= size;
    }
  }

  atomic(): FaultyAtomic {
    return new FaultyAtomic(this);
  }

  die(): never {
    this.isDead = true;
    throw new InjectedError("the server died");
  }

  happens(fault: Exclude<keyof KvFaults, "pageSize">): boolean {
    return this.parts.random() < this.parts.faults[fault];
  }

  failIfDead(): void {
    if (this.isDead) throw new InjectedError("the server is dead");
  }

  #read<Value>(read: () => Promise<Value>): Promise<Value> {
    return this.parts.turns.take(async () => {
      this.failIfDead();
      if (this.happens("readFails")) throw new InjectedError("the read failed");
      return await read();
    });
  }
}

class FaultyAtomic {
  #checks: Deno.AtomicCheck[] = [];
  #mutations: Mutation[] = [];

  constructor(readonly kv: FaultyKv) {}

  check(...checks: Deno.AtomicCheck[]): this {
    this.#checks.push(...checks);
    return this;
  }

  set(key: Deno.KvKey, value: unknown): this {
    this.#mutations.push({ key, value: { of: value } });
    return this;
  }

  delete(key: Deno.KvKey): this {
    this.#mutations.push({ key });
    return this;
  }

  commit(): Promise<Deno.KvCommitResult | Deno.KvCommitError> {
    return this.kv.parts.turns.take(async () => {
      const { kv } = this;
      kv.failIfDead();
      const tooMuch = excess(this.#checks.length, this.#mutations, kv.parts.limits);
      if (tooMuch.length > 0) throw new TypeError(`Too much in one atomic: ${tooMuch}`);
      if (kv.diesAt === "before a commit") kv.die();
      if (kv.happens("failsUnwritten")) throw new InjectedError("the commit failed");
      const result = await this.#write();
      if (kv.diesAt === "after a commit") kv.die();
      if (kv.happens("failsWritten")) throw new InjectedError("the commit's answer was lost");
      return result.ok && kv.happens("deniesWritten") ? { ok: false } : result;
    });
  }

  #write() {
    const atomic = this.kv.parts.real.atomic().check(...this.#checks);
    for (const { key, value } of this.#mutations) {
      if (value) atomic.set(key, value.of);
      else atomic.delete(key);
    }
    return atomic.commit();
  }
}
