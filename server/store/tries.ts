/**
 * How often secrets may be guessed: of one account, and from one network. Each try is counted before
 * it is carried out, in one atomic, so that many at once get no further than one after the other; a
 * good one is taken back. The counts are in the database, which servers share.
 */
import { createHash } from "node:crypto";
import { networkOf } from "../domain/network.ts";
import { done, failed, type Failure, type Result } from "../errors.ts";
import { triesKey } from "./keys.ts";

export interface TryLimits {
  account: number;
  network: number;
  seconds: number;
}

export const DEFAULT_TRIES: TryLimits = { account: 10, network: 50, seconds: 15 * 60 };

export interface Guesser {
  /** The e-mail address, whether it is anybody's or not. */
  account?: string;
  address: string;
}

interface Counted {
  count: number;
  endsAt: number;
}

/** A try that has been counted. */
export interface Try {
  /** It was a good one. */
  succeeded: () => Promise<void>;
  /** It was not carried out. */
  undo: () => Promise<void>;
}

/** Others may count at the same time, but no more often than there are tries. */
const MAX_ROUNDS = 200;

export class Tries {
  constructor(readonly kv: Deno.Kv, readonly limits: TryLimits = DEFAULT_TRIES) {}

  async take({ account, address }: Guesser, at: number): Promise<Result<Try>> {
    const network = { key: keyOf("network", networkOf(address)), limit: this.limits.network };
    const own = account === undefined
      ? undefined
      : { key: keyOf("account", account), limit: this.limits.account };
    const counters = own ? [network, own] : [network];
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const rows = await this.kv.getMany<Counted[]>(counters.map(({ key }) => key));
      const counts = rows.map(({ value }) => value && value.endsAt > at ? value : undefined);
      const full = counts.filter((counted, i) => (counted?.count ?? 0) >= counters[i].limit);
      if (full.length > 0) return tooMany(Math.max(...full.map((one) => one!.endsAt - at)));
      const atomic = this.kv.atomic();
      rows.forEach((row, i) => {
        const { count = 0, endsAt = at + this.limits.seconds } = counts[i] ?? {};
        const expireIn = 1000 * (endsAt - at);
        atomic.check(row).set(row.key, { count: count + 1, endsAt }, { expireIn });
      });
      if (!(await atomic.commit()).ok) continue;
      return done({
        succeeded: async () => {
          if (own) await this.kv.delete(own.key);
          await this.#takeBack(network.key);
        },
        undo: async () => {
          for (const { key } of counters) await this.#takeBack(key);
        },
      });
    }
    return tooMany(1);
  }

  async #takeBack(key: Deno.KvKey): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const row = await this.kv.get<Counted>(key);
      if (!row.value || row.value.count === 0) return;
      const expireIn = 1000 * this.limits.seconds;
      const less = { ...row.value, count: row.value.count - 1 };
      if ((await this.kv.atomic().check(row).set(key, less, { expireIn }).commit()).ok) return;
    }
  }
}

/** Neither e-mail addresses nor those of machines are kept. */
const keyOf = (of: string, name: string) =>
  triesKey(of, createHash("sha256").update(name).digest("hex"));

const tooMany = (retryAfterSeconds: number): Failure => ({
  ...failed("tooMany", "Too many tries. Try again later."),
  retryAfterSeconds,
});
