/**
 * Passwords as scrypt hashes. A hash carries its parameters, so that they can be raised. Each takes
 * 128 MiB and a third of a second, so only a few are computed at once and few may wait.
 */
import { scrypt, timingSafeEqual } from "node:crypto";
import { done, failed, type Failure, type Result } from "../errors.ts";

export interface ScryptCost {
  log2N: number;
  r: number;
  p: number;
}

export const DEFAULT_COST: ScryptCost = { log2N: 17, r: 8, p: 1 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_MEMORY = 256 * 1024 * 1024;
const MAX_RUNNING = 2;
const MAX_WAITING = 20;
const RETRY_AFTER_SECONDS = 5;

const FORMAT = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/=]+)\$([\w+/=]+)$/;

const busy = (): Failure => ({
  ...failed("unavailable", "Too many sign-ins at once. Try again in a moment."),
  retryAfterSeconds: RETRY_AFTER_SECONDS,
});

export class Passwords {
  #running = 0;
  #waiting: (() => void)[] = [];
  /** What nobody's password fits, for those who have none: it takes as long to find out. */
  #nobodys: string;

  constructor(
    readonly randomBytes: (length: number) => Uint8Array,
    readonly cost: ScryptCost = DEFAULT_COST,
  ) {
    this.#nobodys = written(cost, this.randomBytes(SALT_BYTES), this.randomBytes(HASH_BYTES));
  }

  async hash(password: string): Promise<Result<string>> {
    const salt = this.randomBytes(SALT_BYTES);
    const hash = await this.#inTurn(() => derived(password, salt, this.cost));
    return hash.ok ? done(written(this.cost, salt, hash.value)) : hash;
  }

  /** Takes the same time where there is no hash. */
  async verify(password: string, stored: string | undefined): Promise<Result<boolean>> {
    const { cost, salt, hash } = read(stored ?? this.#nobodys);
    const tried = await this.#inTurn(() => derived(password, salt, cost));
    return tried.ok ? done(timingSafeEqual(tried.value, hash)) : tried;
  }

  /** Whether it was made with other parameters than those of today. */
  isOutdated(stored: string): boolean {
    const { cost: { log2N, r, p } } = read(stored);
    return log2N !== this.cost.log2N || r !== this.cost.r || p !== this.cost.p;
  }

  async #inTurn<Value>(act: () => Promise<Value>): Promise<Result<Value>> {
    if (this.#running >= MAX_RUNNING) {
      if (this.#waiting.length >= MAX_WAITING) return busy();
      await new Promise<void>((turn) => this.#waiting.push(turn));
    } else this.#running++;
    try {
      return done(await act());
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/** Keyboards write the same letter in different ways. */
const bytesOf = (password: string) => new TextEncoder().encode(password.normalize("NFKC"));

function derived(password: string, salt: Uint8Array, { log2N, r, p }: ScryptCost) {
  const options = { N: 2 ** log2N, r, p, maxmem: MAX_MEMORY };
  return new Promise<Uint8Array>((resolve, reject) =>
    scrypt(
      bytesOf(password),
      salt,
      HASH_BYTES,
      options,
      (error, hash) => error ? reject(error) : resolve(hash),
    )
  );
}

const written = ({ log2N, r, p }: ScryptCost, salt: Uint8Array, hash: Uint8Array): string =>
  `$scrypt$ln=${log2N},r=${r},p=${p}$${salt.toBase64()}$${hash.toBase64()}`;

function read(stored: string) {
  const parts = FORMAT.exec(stored);
  if (!parts) throw new Error("the hash of a password is damaged");
  const [log2N, r, p] = parts.slice(1, 4).map(Number);
  return {
    cost: { log2N, r, p },
    salt: Uint8Array.fromBase64(parts[4]),
    hash: Uint8Array.fromBase64(parts[5]),
  };
}
