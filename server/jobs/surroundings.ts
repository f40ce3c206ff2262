/** What a look at a point needs to know beside it, gathered once for all points of a sweep. */
import { keyIn } from "../domain/alert-life.ts";
import type { Limits } from "../domain/alert-limits.ts";
import type { MeterFacts } from "../domain/alert-meter.ts";
import { type ClockDay, dayFinder, type Place } from "../domain/alert-watch.ts";
import { tariffIdAt } from "../domain/chosen-tariff.ts";
import { caseId, type Cases } from "../store/cases.ts";
import { limitsFor } from "../store/point-limits.ts";
import { readingOf } from "../store/point-periods.ts";
import type { PointRecord } from "../store/points.ts";
import type { Sign, Signs } from "../store/signs.ts";
import type { TariffRecord, Tariffs } from "../store/tariffs.ts";

export type OpenCase = NonNullable<MeterFacts["openCase"]> & {
  /** When the latest of them was seen. */
  latestAt: number;
};

/** What is known beside the point itself. */
export interface Around {
  now: number;
  listeningSince: number;
  limits: Limits;
  place: Omit<Place, "feedsIn">;
  /** When the outage of its region began, if one is open. */
  outageSince?: number;
  signsOf: (meter: string) => Sign[];
  openCaseOf: (meter: string) => OpenCase | undefined;
  /** Whether one more bill may be worked out. */
  mayRate: () => boolean;
}

/** So many bills are worked out in a sweep; the others have the one of before until the next. */
const RATINGS_A_SWEEP = 2_000;
const CASES_A_PAGE = 500;
const MOST_CASES = 20_000;

export class Surroundings {
  /** The alert on the outage that is open in a region. */
  outages = new Map<string, string>();
  #signs = new Map<string, Sign[]>();
  #cases = new Map<string, OpenCase>();
  #tariffs = new Map<string, Promise<TariffRecord | undefined>>();
  #days = new Map<string, (instant: number) => ClockDay>();
  #ratings = 0;

  constructor(
    readonly tariffs: Tariffs,
    readonly cases: Cases,
    readonly signs: Signs,
  ) {}

  async begin(outages: Map<string, string>): Promise<void> {
    this.outages = outages;
    this.#signs = await this.signs.all();
    this.#cases = await this.#openCases();
    this.#tariffs.clear();
    this.#ratings = 0;
  }

  async of(point: PointRecord, now: number, listeningSince: number): Promise<Around> {
    const { timezone: timeZone, region = "" } = point;
    const outage = this.outages.get(region);
    return {
      now,
      listeningSince,
      limits: limitsFor(point, await this.#tariffOf(point, now)),
      place: { dayAt: this.#dayAt(timeZone), timeZone, reading: readingOf(point) },
      outageSince: outage === undefined ? undefined : Number(keyIn(outage)),
      signsOf: (meter) => this.#signs.get(meter) ?? [],
      openCaseOf: (meter) => this.#cases.get(meter),
      mayRate: () => this.#ratings++ < RATINGS_A_SWEEP,
    };
  }

  #tariffOf(point: PointRecord, now: number): Promise<TariffRecord | undefined> {
    const id = tariffIdAt(point, now);
    if (id === undefined) return Promise.resolve(undefined);
    const known = this.#tariffs.get(id) ?? this.tariffs.get(id);
    this.#tariffs.set(id, known);
    return known;
  }

  #dayAt(timeZone: string): (instant: number) => ClockDay {
    const known = this.#days.get(timeZone) ?? dayFinder(timeZone);
    this.#days.set(timeZone, known);
    return known;
  }

  /** The oldest of each meter, and how many. */
  async #openCases(): Promise<Map<string, OpenCase>> {
    const found = new Map<string, OpenCase>();
    let cursor: string | undefined;
    let count = 0;
    do {
      const page = await this.cases.list({ open: true, limit: CASES_A_PAGE, cursor });
      for (const one of page.items) {
        const { meterId, seenAt } = one;
        const first = found.get(meterId) ?? { id: caseId(one), seenAt, cases: 0 };
        found.set(meterId, { ...first, latestAt: seenAt, cases: first.cases + 1 });
      }
      count += page.items.length;
      cursor = page.next;
    } while (cursor !== undefined && count < MOST_CASES);
    return found;
  }
}
