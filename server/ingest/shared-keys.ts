/**
 * The keyring where other servers change the meters too: a meter is looked up when it is first heard
 * of and again now and then, so that a key rotated or a meter retired elsewhere is noticed. Unknown
 * ids are remembered for a while, as anyone can send them.
 */
import type { ReportProblem } from "../errors.ts";
import type { MeterRecord } from "../store/meters.ts";
import type { Keyring, MeterKey } from "./keyring.ts";

export interface WantedKey {
  meter: string;
  keyId: number;
}

const FRESH_SECONDS = 60;
const UNKNOWN_SECONDS = 10;
const MAX_REMEMBERED = 200_000;
/** Anyone can make up ids: no more look-ups than this hold up those who are known. */
const MAX_LOOK_UPS = 512;
const LOOK_UPS_AT_ONCE = 64;

const nameOf = ({ meter, keyId }: WantedKey): string => `${meter} ${keyId}`;

export class SharedKeys {
  /** When each meter, or each unknown key of one, was last looked up. */
  #lookedUp = new Map<string, number>();
  /** Look-ups under way, but for those whose meter this server has changed meanwhile. */
  #current = new Set<WantedKey>();

  constructor(
    readonly keyring: Keyring,
    readonly get: (meter: string) => Promise<MeterRecord | undefined>,
    readonly now: () => number,
    readonly report: ReportProblem,
  ) {}

  find(meter: string, keyId: number): MeterKey | undefined {
    const age = this.now() - (this.#lookedUp.get(meter) ?? -Infinity);
    return age < FRESH_SECONDS ? this.keyring.find(meter, keyId) : undefined;
  }

  /** Follows a record that this server has written; a look-up under way may have read an older one. */
  put(record: MeterRecord): void {
    for (const key of this.#current) {
      if (key.meter === record.id) this.#current.delete(key);
    }
    this.keyring.put(record);
  }

  /** Looks up some of what is wanted. Answers with what the database has been asked for lately. */
  async load<Wanted extends WantedKey>(wanted: Wanted[]): Promise<Set<Wanted>> {
    const due = new Map<string, Wanted>();
    for (const key of wanted) {
      if (due.size < MAX_LOOK_UPS && !this.#wasAsked(key)) due.set(nameOf(key), key);
    }
    const keys = due.values();
    // It ends with its first failure: a silent database would have each key wait in its turn.
    const worker = async () => {
      for (const key of keys) await this.#lookUp(key);
    };
    const ends = await Promise.allSettled(Array.from({ length: LOOK_UPS_AT_ONCE }, worker));
    const failure = ends.find((end) => end.status === "rejected");
    if (failure) this.report("Cannot look up a meter", failure.reason);
    return new Set(wanted.filter((key) => this.#wasAsked(key)));
  }

  #wasAsked(key: WantedKey): boolean {
    return this.now() - (this.#lookedUp.get(nameOf(key)) ?? -Infinity) < UNKNOWN_SECONDS;
  }

  async #lookUp(key: WantedKey): Promise<void> {
    if (this.#lookedUp.size >= MAX_REMEMBERED) this.#lookedUp.clear();
    this.#current.add(key);
    try {
      const record = await this.get(key.meter);
      if (!this.#current.has(key)) return await this.#lookUp(key);
      if (record) {
        this.keyring.put(record);
        this.#lookedUp.set(key.meter, this.now());
      }
      this.#lookedUp.set(nameOf(key), this.now());
    } finally {
      this.#current.delete(key);
    }
  }
}
