/** The versions of tariffs as they count: with the months that are announced, read once. */
import { type TariffVersion, withMonths } from "../domain/tariff.ts";
import { tariffVersions } from "./keys.ts";
import type { TariffRecord } from "./tariffs.ts";

/** Each is a value of its own, and large. */
const VERSIONS_A_READ = 10;
/** Characters of JSON: some thousands of versions, or 250 of the longest. */
const MAX_KEPT = 8_000_000;

interface Kept {
  /** Of the record that they were read for. */
  stamp?: string;
  versions: TariffVersion[];
  size: number;
}

export class TariffVersions {
  #kept = new Map<string, Kept>();

  constructor(readonly kv: Deno.Kv) {}

  /** As they were entered, in that order. */
  async entered(id: string): Promise<TariffVersion[]> {
    const rows = this.kv.list<TariffVersion>(tariffVersions(id), { batchSize: VERSIONS_A_READ });
    return (await Array.fromAsync(rows)).map(({ value }) => value);
  }

  /** A new version, or a month that is announced, changes the record, too. */
  async counting({ id, version: stamp, months = {} }: TariffRecord): Promise<TariffVersion[]> {
    const kept = this.#kept.get(id);
    if (kept && kept.stamp === stamp) return kept.versions;
    const versions = (await this.entered(id)).map((version) => withMonths(version, months));
    this.#keep(id, { stamp, versions, size: JSON.stringify(versions).length });
    return versions;
  }

  /** Those read last, as far as there is room. */
  #keep(id: string, kept: Kept): void {
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    let size = 0;
    for (const [id, kept] of [...this.#kept].reverse()) {
      size += kept.size;
      if (size > MAX_KEPT) this.#kept.delete(id);
    }
  }
}
