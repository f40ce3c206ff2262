/**
 * The keyring where other servers change the meters too: a meter is looked up when it is first heard
 * of and again now and then, so that a key rotated or a meter retired elsewhere is noticed. Unknown
 * ids are remembered for a while, as anyone can send them.
 */
import type { MeterRecord } from "../store/meters.ts";
import type { Keyring, MeterKey } from "./keyring.ts";

const FRESH_SECONDS = 60;
const UNKNOWN_SECONDS = 10;
const MAX_REMEMBERED = 200_000;

export class SharedKeys {
  /** When each meter, or each unknown key of one, was last looked up. */
  #lookedUp = new Map<string, number>();

  constructor(
    readonly keyring: Keyring,
    readonly get: (meter: string) => Promise<MeterRecord | undefined>,
    readonly now: () => number,
  ) {}

  find(meter: string, keyId: number): MeterKey | undefined {
    const age = this.now() - (this.#lookedUp.get(meter) ?? -Infinity);
    return age < FRESH_SECONDS ? this.keyring.find(meter, keyId) : undefined;
  }

  async load(meter: string, keyId: number): Promise<void> {
    const asked = `${meter} ${keyId}`;
    if (this.now() - (this.#lookedUp.get(asked) ?? -Infinity) < UNKNOWN_SECONDS) return;
    if (this.#lookedUp.size >= MAX_REMEMBERED) this.#lookedUp.clear();
    const record = await this.get(meter);
    this.#lookedUp.set(asked, this.now());
    if (!record) return;
    this.keyring.put(record);
    this.#lookedUp.set(meter, this.now());
  }
}
