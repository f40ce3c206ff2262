/**
 * Tariffs, each with versions that are only ever added, and with prices on top that are announced by
 * month. What is billed stays: no version begins before that, and an invoice keeps what it was
 * computed from, so a bill can be computed anew at any time.
 */
import type { Limits } from "../domain/alert-limits.ts";
import { tariffIdAt } from "../domain/chosen-tariff.ts";
import type { MonthlySurcharge, Months, Tariff, TariffVersion } from "../domain/tariff.ts";
import { done, failed, type Failure, type Result } from "../errors.ts";
import { beforeBilled, billedLongest } from "./billed-to.ts";
import { tariffVersionKey } from "./keys.ts";
import { listOf, OFFERED, POINTS, TARIFFS } from "./kinds.ts";
import type { PointRecord } from "./points.ts";
import { type By, type Listed, type ListQuery, type Records } from "./records.ts";
import { TariffVersions } from "./tariff-versions.ts";

export interface TariffRecord {
  id: string;
  version?: string;
  /** That of the version that was entered last. */
  name: string;
  currency: string;
  createdAt: number;
  retiredAt?: number;
  /** To all customers; others are for those who have them. */
  offered: boolean;
  /** How many versions there are. */
  versions: number;
  /** From when on the first of them counts; 0 is from ever. */
  from: number;
  /** What is announced by month, for all versions. */
  months?: Months;
  /** From where on something is told of the points that have it, unless it is said of a point. */
  limits?: Partial<Limits>;
}

export interface NewVersion {
  tariff: Tariff;
  /** Unix seconds. */
  effectiveFrom: number;
}

const MAX_VERSIONS = 200;
/** With names of 80 characters below the 64 KiB of a value. */
const MAX_MONTHS = 240;

export class Tariffs {
  #versions: TariffVersions;

  constructor(readonly records: Records) {
    this.#versions = new TariffVersions(records.kv);
  }

  get(id: string): Promise<TariffRecord | undefined> {
    return this.records.get(TARIFFS, id);
  }

  /** The one that counts at a point; where none counts yet, the first that is to come. */
  async ofPoint(
    point: Pick<PointRecord, "tariffs">,
    at: number,
  ): Promise<TariffRecord | undefined> {
    const id = tariffIdAt(point, at);
    return id === undefined ? undefined : await this.get(id);
  }

  list(query: ListQuery): Promise<Listed<TariffRecord>> {
    return this.records.list(TARIFFS, query);
  }

  /** Those in use that all customers are offered. */
  offered(query: ListQuery): Promise<Listed<TariffRecord>> {
    return this.records.list(TARIFFS, { ...query, list: OFFERED });
  }

  /** In the order in which they were entered, and as they were; months may be announced besides. */
  entered(id: string): Promise<TariffVersion[]> {
    return this.#versions.entered(id);
  }

  /** As they count; none of a tariff that there is not. */
  async versions(id: string): Promise<TariffVersion[]> {
    const record = await this.get(id);
    return record ? await this.#versions.counting(record) : [];
  }

  /** Nothing is billed by it yet, so it may count from any time on. */
  async add(
    { tariff, effectiveFrom, offered = true }: NewVersion & { offered?: boolean },
    by: By,
  ): Promise<Result<TariffRecord>> {
    return await this.records.transact<TariffRecord>(by, (change) => {
      const { name, currency } = tariff;
      const id = this.records.newId();
      const from = effectiveFrom;
      const record = { id, name, currency, createdAt: by.at, offered, versions: 1, from };
      change.put(TARIFFS, record);
      change.setRow(tariffVersionKey(id, 1), { version: 1, effectiveFrom, tariff });
      return Promise.resolve(done(record));
    });
  }

  async addVersion(
    id: string,
    { tariff, effectiveFrom }: NewVersion,
    by: By,
  ): Promise<Result<TariffRecord>> {
    type Added = TariffRecord;
    return await this.records.updateInUse<Added, Added>(TARIFFS, id, by, async (record, change) => {
      const { currency } = record;
      if (record.versions >= MAX_VERSIONS) {
        return failed("conflict", `The tariff has ${MAX_VERSIONS} versions. Begin a new one.`);
      }
      if (tariff.currency !== currency) {
        const message = `must stay ${currency}: another currency takes another tariff`;
        const path = "tariff.currency";
        return failed("invalid", `${path}: ${message}`, [{ path, message }]);
      }
      const refused = effectiveFrom < by.at && await this.#billedBeyond(id, effectiveFrom);
      if (refused) return refused;
      const version = record.versions + 1;
      record.versions = version;
      record.name = tariff.name;
      record.from = Math.min(record.from, effectiveFrom);
      change.setRow(tariffVersionKey(id, version), { version, effectiveFrom, tariff });
      return done(record);
    });
  }

  /**
   * At a point that has the tariff. One that is billed just now may have a bill at the price from
   * before, which it keeps, as all bills do; what follows has the new one.
   */
  async #billedBeyond(id: string, instant: number): Promise<Failure | undefined> {
    const longest = await billedLongest(this.records.kv, listOf("tariff", id));
    if (!longest || longest.to <= instant) return undefined;
    const point = await this.records.get(POINTS, longest.point);
    const which = `point ${point?.label} (${longest.point})`;
    return beforeBilled("effectiveFrom", longest.to, which);
  }

  /** For all versions, those to come as well. What is billed of the month stays as it is. */
  async announce(
    id: string,
    month: string,
    surcharge: MonthlySurcharge,
    by: By,
  ): Promise<Result<TariffRecord>> {
    type Told = TariffRecord;
    return await this.records.updateInUse<Told, Told>(TARIFFS, id, by, async (record) => {
      const key = tariffVersionKey(id, record.versions);
      const { value: newest } = await this.records.kv.get<TariffVersion>(key);
      if (!newest?.tariff.surcharge) {
        return failed("conflict", `The tariff ${record.name} has no surcharge by month.`);
      }
      const months = { ...record.months, [month]: surcharge };
      if (Object.keys(months).length > MAX_MONTHS) {
        return failed("conflict", `The tariff has ${MAX_MONTHS} months that are announced.`);
      }
      record.months = months;
      return done(record);
    });
  }

  async offer(id: string, offered: boolean, by: By): Promise<Result<TariffRecord>> {
    type Offered = TariffRecord;
    return await this.records.updateInUse<Offered, Offered>(TARIFFS, id, by, (record) => {
      record.offered = offered;
      return done(record);
    });
  }

  /** In place of all that it had. */
  async setLimits(id: string, limits: Partial<Limits>, by: By): Promise<Result<TariffRecord>> {
    type Limited = TariffRecord;
    return await this.records.updateInUse<Limited, Limited>(TARIFFS, id, by, (record) => {
      record.limits = limits;
      return done(record);
    });
  }

  /** No point can be given it any more; what it has billed stays. */
  async retire(id: string, by: By): Promise<Result<void>> {
    return await this.records.update<TariffRecord, void>(TARIFFS, id, by, async (record) => {
      const of = listOf("tariff", id);
      const { items: [point] } = await this.records.list(POINTS, { of, limit: 1 });
      if (point) {
        return failed("conflict", `The tariff is that of point ${point.label} (${point.id}).`);
      }
      record.retiredAt ??= by.at;
      record.offered = false;
      return done(undefined);
    });
  }
}
