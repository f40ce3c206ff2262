/**
 * The meters' keys, open in memory, at the speed of ingest. One block holds them all, as an object
 * each would weigh several times the key.
 */
import type { ReportProblem } from "../errors.ts";
import type { MeterRecord } from "../store/meters.ts";

export interface MeterKey {
  key: Uint8Array;
  /** Whether the meter's record must be told before this key's first use is acknowledged. */
  unconfirmed: boolean;
}

const KEY_BYTES = 32;

export class Keyring {
  #slots = new Map<string, number>();
  #free: number[] = [];
  #keys = new Uint8Array(KEY_BYTES * 1024);
  #keyIds = new Uint8Array(1024);
  /** Next keys, and current ones of meters that have just been enrolled or bring JSON: few. */
  #unconfirmed = new Map<string, Map<number, Uint8Array>>();

  constructor(
    readonly openKey: (meter: string, keyId: number, sealed: Uint8Array) => Uint8Array,
  ) {}

  get size(): number {
    return this.#slots.size;
  }

  find(meter: string, keyId: number): MeterKey | undefined {
    const slot = this.#slots.get(meter);
    if (slot === undefined) return undefined;
    const unconfirmed = this.#unconfirmed.get(meter)?.get(keyId);
    if (unconfirmed) return { key: unconfirmed, unconfirmed: true };
    if (this.#keyIds[slot] !== keyId) return undefined;
    const key = this.#keys.subarray(slot * KEY_BYTES, (slot + 1) * KEY_BYTES);
    return { key, unconfirmed: false };
  }

  /** Follows a meter's record. */
  put(meter: MeterRecord): void {
    this.#unconfirmed.delete(meter.id);
    const [current] = meter.keys;
    if (!current) return this.#remove(meter.id);
    const key = this.openKey(meter.id, current.id, current.sealed);
    const slot = this.#slotOf(meter.id);
    this.#keys.set(key, slot * KEY_BYTES);
    this.#keyIds[slot] = current.id;
    const isSilent = meter.enrolmentEndsAt !== undefined || meter.jsonSince !== undefined;
    const unconfirmed = isSilent ? meter.keys : meter.keys.slice(1);
    if (unconfirmed.length === 0) return;
    const opened = unconfirmed.map(({ id, sealed }) =>
      [id, this.openKey(meter.id, id, sealed)] as const
    );
    this.#unconfirmed.set(meter.id, new Map(opened));
  }

  /** One damaged record keeps no other meter out. If none opens, the secret is another one. */
  async putAll(
    meters: AsyncIterable<MeterRecord>,
    report: ReportProblem,
  ): Promise<void> {
    const errors: unknown[] = [];
    for await (const meter of meters) {
      try {
        this.put(meter);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0 && this.size === 0) throw errors[0];
    for (const error of errors) report("Cannot open the key of a meter", error);
  }

  #remove(meter: string): void {
    const slot = this.#slots.get(meter);
    if (slot === undefined) return;
    this.#slots.delete(meter);
    this.#free.push(slot);
  }

  #slotOf(meter: string): number {
    const known = this.#slots.get(meter);
    if (known !== undefined) return known;
    const slot = this.#free.pop() ?? this.#slots.size;
    if (slot === this.#keyIds.length) this.#grow();
    this.#slots.set(meter, slot);
    return slot;
  }

  #grow(): void {
    const capacity = Math.ceil(this.#keyIds.length * 1.5);
    const keys = new Uint8Array(capacity * KEY_BYTES);
    keys.set(this.#keys);
    this.#keys = keys;
    const keyIds = new Uint8Array(capacity);
    keyIds.set(this.#keyIds);
    this.#keyIds = keyIds;
  }
}
