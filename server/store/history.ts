/** What a point used, over the meters that counted there, each for its time. */
import { edgesOf, type Step, STEP_SECONDS } from "../domain/calendar.ts";
import {
  addTo,
  emptyTotal,
  gapSeconds,
  type Profile,
  type Value,
  valuesOf,
} from "../domain/energy.ts";
import { bestTime, type Reading } from "../domain/reading.ts";
import { seriesOf } from "./keys.ts";
import type { Assignment, PointRecord } from "./points.ts";
import type { SeriesReader } from "./series-reader.ts";

export interface Period {
  /** Unix seconds. */
  from: number;
  to: number;
  step: Step;
}

/** The register as it stands, and how fast it moves. */
export interface Now {
  newest: Reading;
  /** Unknown when the last readings are too old or too far apart, or the register fell. */
  watts?: number;
}

/** Two readings further apart than this, or older, say nothing about the power now. */
const MAX_POWER_GAP_SECONDS = 900;

export class History {
  constructor(readonly reader: SeriesReader) {}

  /** The values of all steps, which add up to the energy of the whole period. */
  async consumption(point: PointRecord, channel: number, period: Period): Promise<Value[]> {
    const edges = edgesOf(period.from, period.to, period.step, point.timezone);
    const gap = gapSeconds(STEP_SECONDS[period.step]);
    const total = emptyTotal(edges);
    for (const assignment of point.assignments) {
      const part = await this.#assigned(assignment, channel, edges, gap);
      if (part) addTo(total, part);
    }
    return valuesOf(total);
  }

  /** Up to `limit` readings from the number `fromN` on, those that lie in the period. */
  page(meter: string, channel: number, fromN: number, limit: number, from: number, to: number) {
    return this.reader.page(seriesOf(meter, channel), fromN, limit, from, to);
  }

  async now(meter: string, channel: number, at: number): Promise<Now | undefined> {
    const [before, newest] = await this.reader.newest(seriesOf(meter, channel), 2);
    if (!newest) return before && { newest: before };
    if (at - bestTime(newest) > MAX_POWER_GAP_SECONDS) return { newest };
    const seconds = bestTime(newest) - bestTime(before);
    const rise = newest.milliwattHours - before.milliwattHours;
    if (seconds <= 0 || seconds > MAX_POWER_GAP_SECONDS || rise < 0) return { newest };
    return { newest, watts: Math.round(rise * 3.6 / seconds) };
  }

  async #assigned(
    { meterId, from, to = Infinity }: Assignment,
    channel: number,
    edges: number[],
    gap: number,
  ): Promise<Profile | undefined> {
    const begin = Math.max(from, edges[0]);
    const end = Math.min(to, edges[edges.length - 1]);
    if (begin >= end) return undefined;
    const inner = edges.filter((edge) => edge > begin && edge < end);
    return await this.reader.profile(seriesOf(meterId, channel), [begin, ...inner, end], gap);
  }
}
