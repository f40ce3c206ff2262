/**
 * What ingest sees of a meter that no reading tells: numbers taken twice, signatures that are wrong.
 * Counted in memory and written now and then, so that a flood of forgeries is no flood of writes.
 * Counts only rise, so whoever remembers how many there were knows what is new.
 */
import type { SignKind } from "../domain/alert-meter.ts";
import { signKey, SIGNS } from "./keys.ts";

/** Of one kind, since a server began. */
export interface Sign {
  meter: string;
  kind: SignKind;
  server: string;
  times: number;
  /** Unix seconds. */
  last: number;
}

/** Of more meters at a time nothing more is told. */
const MAX_SIGNS = 10_000;
const ROWS_AN_ATOMIC = 100;
const KEPT_SECONDS = 24 * 3_600;

export class Signs {
  #seen = new Map<string, Sign>();
  #unwritten = new Set<Sign>();

  constructor(
    readonly kv: Deno.Kv,
    /** Of this run of the server. */
    readonly server: string,
  ) {}

  /** Whether it is the first of its kind. */
  note(meter: string, kind: SignKind, at: number): boolean {
    const place = `${meter} ${kind}`;
    const sign = this.#seen.get(place) ??
      { meter, kind, server: this.server, times: 0, last: at };
    if (this.#seen.size >= MAX_SIGNS && sign.times === 0) return false;
    sign.times++;
    sign.last = at;
    this.#seen.set(place, sign);
    this.#unwritten.add(sign);
    return sign.times === 1;
  }

  /** Those that are new; what cannot be written is for the next time. */
  async write(now: number): Promise<void> {
    const signs = [...this.#unwritten];
    for (let at = 0; at < signs.length; at += ROWS_AN_ATOMIC) {
      const some = signs.slice(at, at + ROWS_AN_ATOMIC).map((sign) => ({ ...sign }));
      const atomic = this.kv.atomic();
      for (const sign of some) {
        const key = signKey(sign.meter, sign.kind, sign.server);
        atomic.set(key, sign, { expireIn: KEPT_SECONDS * 1_000 });
      }
      await atomic.commit();
      for (const [i, { times }] of some.entries()) {
        const sign = signs[at + i];
        if (sign.times === times) this.#unwritten.delete(sign);
      }
    }
    this.#forgetBefore(now - KEPT_SECONDS);
  }

  /** The row of one that was quiet for so long is gone, too. */
  #forgetBefore(time: number): void {
    for (const [place, { last }] of this.#seen) if (last < time) this.#seen.delete(place);
  }

  /** Of all servers, by meter. */
  async all(): Promise<Map<string, Sign[]>> {
    const signs = new Map<string, Sign[]>();
    const options = { limit: 5 * MAX_SIGNS, batchSize: 500 };
    for await (const { value } of this.kv.list<Sign>({ prefix: SIGNS }, options)) {
      const some = signs.get(value.meter);
      if (some) some.push(value);
      else signs.set(value.meter, [value]);
    }
    return signs;
  }
}
