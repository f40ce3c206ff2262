/** The tariffs that an import file names, looked up once however many points are to have them. */
import { instantIn } from "../domain/calendar.ts";
import type { ImportError, PlannedPoint } from "../domain/import-plan.ts";
import { ALL, TARIFFS } from "./kinds.ts";
import type { Records } from "./records.ts";
import type { TariffRecord } from "./tariffs.ts";

/** Those in use, by their id and by their name, which several may have. */
export class NamedTariffs {
  #named = new Map<string, TariffRecord[]>();

  static async of(records: Records, points: PlannedPoint[]): Promise<NamedTariffs> {
    const tariffs = new NamedTariffs();
    const wanted = new Set(points.flatMap(({ tariff }) => tariff ?? []));
    if (wanted.size === 0) return tariffs;
    for await (const record of records.all(TARIFFS, ALL)) {
      for (const name of [record.id, record.name]) {
        if (wanted.has(name)) tariffs.#add(name, record);
      }
    }
    return tariffs;
  }

  #add(name: string, record: TariffRecord): void {
    this.#named.set(name, [...this.#named.get(name) ?? [], record]);
  }

  /** Of a name with which nothing is wrong. */
  idOf(name: string): string | undefined {
    return this.#named.get(name)?.[0].id;
  }

  /** What is wrong with the tariff of a point that is to be new. */
  faultOf(point: PlannedPoint, timezone: string, now: number): ImportError | undefined {
    const { line, tariff } = point;
    if (tariff === undefined) return undefined;
    const [found, ...others] = this.#named.get(tariff) ?? [];
    if (!found) {
      return { line, column: "tariff", message: "is neither the id nor the name of one in use" };
    }
    if (others.length > 0) {
      const message = `is the name of ${1 + others.length} tariffs: give the id`;
      return { line, column: "tariff", message };
    }
    if (startOf(point, timezone, now) >= found.from) return undefined;
    const begin = new Date(found.from * 1000).toISOString().replace(".000", "");
    const message = `must not be before ${begin}, when the tariff begins`;
    return { line, column: "tariffFrom", message };
  }
}

/** From when on a point is to have its tariff. */
export const startOf = (
  { tariffFrom, timezone }: PlannedPoint,
  usualTimezone: string,
  now: number,
): number =>
  tariffFrom === undefined ? now : instantIn(tariffFrom, timezone ?? usualTimezone) ?? now;
