/**
 * Work that one server at a time is to do. Whatever is written in its course checks the lease, so a
 * server that was held up and lost it writes nothing any more.
 */
import { leaseKey } from "./keys.ts";

interface Held {
  holder: string;
  /** Unix seconds. */
  until: number;
}

const LEASE_SECONDS = 60;

export class Lease {
  #check: Deno.AtomicCheck | undefined;
  #renewAt = 0;

  constructor(
    readonly kv: Deno.Kv,
    readonly work: string,
    /** Of this run of the server. */
    readonly holder: string,
    /** Where no other server can be at it, a lease that is left from before is void. */
    readonly isAlone: boolean,
  ) {}

  /** Takes or keeps it; whether it is this server's now. */
  async hold(now: number): Promise<boolean> {
    if (this.#check && now < this.#renewAt) return true;
    const key = leaseKey(this.work);
    const entry = await this.kv.get<Held>(key);
    const isOthers = entry.value && entry.value.holder !== this.holder &&
      entry.value.until > now;
    this.#check = undefined;
    if (isOthers && !this.isAlone) return false;
    const held = { holder: this.holder, until: now + LEASE_SECONDS };
    const result = await this.kv.atomic().check(entry).set(key, held).commit();
    if (!result.ok) return false;
    this.#check = { key, versionstamp: result.versionstamp };
    this.#renewAt = now + LEASE_SECONDS / 3;
    return true;
  }

  get isHeld(): boolean {
    return this.#check !== undefined;
  }

  /** For each atomic of the work. */
  get check(): Deno.AtomicCheck {
    if (!this.#check) throw new Error(`The lease of ${this.work} is not held`);
    return this.#check;
  }

  /** Once something could not be written: another server may have it. */
  lose(): void {
    this.#check = undefined;
  }

  /** Lets the next server begin at once. */
  async release(): Promise<void> {
    if (!this.#check) return;
    const check = this.#check;
    this.#check = undefined;
    await this.kv.atomic().check(check).delete(check.key).commit();
  }
}
