/**
 * What a point used, over the meters that counted there, each for its time, with what people found
 * out about their registers.
 */
import { edgesOf, partsOf, type Step, STEP_SECONDS } from "../domain/calendar.ts";
import { faultAt } from "../domain/corrections.ts";
import {
  addTo,
  emptyTotal,
  gapSeconds,
  type Profile,
  registerAt as registerIn,
  type Value,
  valuesOf,
} from "../domain/energy.ts";
import { overlapOf, type Stretch } from "../domain/holding.ts";
import { wattsAt } from "../domain/power.ts";
import { bestTime, type Reading } from "../domain/reading.ts";
import { amendedProfile } from "./amended.ts";
import { type CaseRecord, correctionsIn } from "./cases.ts";
import { seriesOf } from "./keys.ts";
import { remembering } from "./remembering.ts";
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
  /** Unknown when the last readings are too old, too far apart or wrong, or the register fell. */
  watts?: number;
}

/** Of registers: taken from the grid, and fed into it. */
const CHANNELS = [0, 1];
const READINGS_A_PAGE = 2_000;
/** The register that people read. */
const DRAWN = 0;

export class History {
  constructor(
    readonly reader: SeriesReader,
    /** All cases of a meter's channel, in order of number. */
    readonly casesOf: (meter: string, channel: number) => Promise<CaseRecord[]>,
  ) {}

  /** One that reads little twice, for as long as something is worked out. */
  remembering(): History {
    const casesOf = remembering((...asked: [string, number]) => this.casesOf(...asked));
    const history = new History(this.reader.remembering(), casesOf);
    history.knows = remembering((...asked) => this.knows(...asked));
    return history;
  }

  /** The values of all steps, which add up to the energy of the whole period. */
  async consumption(
    point: Pick<PointRecord, "timezone" | "assignments">,
    channel: number,
    period: Period,
  ): Promise<Value[]> {
    const edges = edgesOf(period.from, period.to, period.step, point.timezone);
    const gap = gapSeconds(STEP_SECONDS[period.step]);
    const total = emptyTotal(edges);
    for (const assignment of point.assignments) {
      const part = await this.#assigned(assignment, channel, edges, gap);
      if (part) addTo(total, part);
    }
    return valuesOf(total);
  }

  /**
   * The same for a long period, some values at a time. A stretch whose energy is not known to be
   * spread may end where a part of the period does.
   */
  async *values(
    point: Pick<PointRecord, "timezone" | "assignments">,
    channel: number,
    { from, to, step }: Period,
  ): AsyncGenerator<Value[]> {
    for (const [start, end] of partsOf(from, to, step, point.timezone)) {
      yield await this.consumption(point, channel, { from: start, to: end, step });
    }
  }

  /** All readings of a period in order of number, some at a time. */
  async *readings(
    meter: string,
    channel: number,
    from: number,
    to: number,
  ): AsyncGenerator<Reading[]> {
    for (let n = 1;;) {
      const page = await this.page(meter, channel, n, READINGS_A_PAGE, from, to);
      if (page.readings.length > 0) yield page.readings;
      const isLast = page.readings.length < READINGS_A_PAGE && page.nextN === undefined;
      if (isLast) return;
      n = page.nextN ?? page.readings[page.readings.length - 1].n + 1;
    }
  }

  /** Up to `limit` readings from the number `fromN` on, those that lie in the period. */
  page(meter: string, channel: number, fromN: number, limit: number, from: number, to: number) {
    return this.reader.page(seriesOf(meter, channel), fromN, limit, from, to);
  }

  /** Whether the meter has ever brought a reading. */
  async hasReadings(meter: string): Promise<boolean> {
    const newest = CHANNELS.map((channel) => this.reader.newest(seriesOf(meter, channel), 1));
    return (await Promise.all(newest)).some(({ length }) => length > 0);
  }

  /** The last reading up to an instant that is not known to be wrong; none while that is open. */
  async lastGood(meter: string, channel: number, at: number): Promise<Reading | undefined> {
    const cases = await this.casesOf(meter, channel);
    if (cases.some(({ resolution }) => !resolution)) return undefined;
    const corrections = correctionsIn(cases);
    const series = seriesOf(meter, channel);
    const around = await this.reader.around(series, await this.reader.openOf(series), at, at);
    return around.findLast((reading) =>
      bestTime(reading) <= at && !faultAt(corrections, reading.n)
    );
  }

  async now(meter: string, channel: number, at: number): Promise<Now | undefined> {
    const [before, newest] = await this.reader.newest(seriesOf(meter, channel), 2);
    if (!newest) return before && { newest: before };
    const watts = wattsAt(at, newest, before);
    if (watts === undefined) return { newest };
    const isDoubtful = isDoubted(before, newest, await this.casesOf(meter, channel));
    return isDoubtful ? { newest } : { newest, watts };
  }

  /** A fall of a register in a period that nobody has explained, so that what it counted is in doubt. */
  async openFall(
    { assignments }: Pick<PointRecord, "assignments">,
    period: Required<Stretch>,
  ): Promise<CaseRecord | undefined> {
    for (const assignment of assignments) {
      const stretch = overlapOf(assignment, period);
      if (!stretch) continue;
      for (const channel of CHANNELS) {
        const found = (await this.casesOf(assignment.meterId, channel)).find((one) =>
          !one.resolution && bestTime(one.before) < stretch.to &&
          bestTime(one.after) >= stretch.from
        );
        if (found) return found;
      }
    }
  }

  /** Whether a meter ever sent a channel, as most send but one. */
  async knows(meter: string, channel: number): Promise<boolean> {
    return !await this.reader.isEmpty(seriesOf(meter, channel));
  }

  /** Nothing where it is not known; what is known to be wrong does not count. */
  async registerAt(meter: string, channel: number, time: number) {
    const series = seriesOf(meter, channel);
    const open = await this.reader.openOf(series);
    const readings = await this.reader.around(series, open, time, time);
    const corrections = correctionsIn(await this.casesOf(meter, channel));
    const good = readings.filter(({ n }) => !faultAt(corrections, n));
    const register = registerIn(good, time, gapSeconds(STEP_SECONDS["15m"]));
    return register && { time, ...register };
  }

  async #assigned(
    { meterId, from, to = Infinity, start, final }: Assignment,
    channel: number,
    edges: number[],
    gap: number,
  ): Promise<Profile | undefined> {
    const begin = Math.max(from, edges[0]);
    const end = Math.min(to, edges[edges.length - 1]);
    if (begin >= end) return undefined;
    const inner = edges.filter((edge) => edge > begin && edge < end);
    return await amendedProfile(
      this.reader,
      seriesOf(meterId, channel),
      [begin, ...inner, end],
      gap,
      {
        corrections: correctionsIn(await this.casesOf(meterId, channel)),
        ...channel === DRAWN && { start: readAt(from, start), final: readAt(to, final) },
      },
    );
  }
}

const readAt = (time: number, milliwattHours: number | undefined) =>
  milliwattHours === undefined ? undefined : { time, milliwattHours };

/** Whether one of two readings is wrong, or may be, as all that was fallen is climbed at once. */
function isDoubted(before: Reading, newest: Reading, cases: CaseRecord[]): boolean {
  const corrections = correctionsIn(cases);
  if (faultAt(corrections, before.n) || faultAt(corrections, newest.n)) return true;
  return cases.some(({ resolution, before: { milliwattHours: fallenFrom } }) =>
    !resolution && before.milliwattHours < fallenFrom && fallenFrom <= newest.milliwattHours
  );
}
