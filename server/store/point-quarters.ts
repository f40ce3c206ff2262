/**
 * The energy of a point by quarters of an hour since somebody last looked, with the readings behind
 * it. Mostly it comes from the end of one series, which is at hand; where a meter was exchanged, a
 * register fell or a long time is asked for, from the point's history, which comes to the same.
 */
import { addTo, emptyTotal, gapSeconds, profile, type Value, valuesOf } from "../domain/energy.ts";
import { inPieces } from "../domain/energy-slices.ts";
import { bestTime, type Reading } from "../domain/reading.ts";
import { QUARTER } from "../domain/time-of-use.ts";
import type { History } from "./history.ts";
import { seriesOf } from "./keys.ts";
import type { Assignment, PointRecord } from "./points.ts";

export interface MeterReadings {
  meterId: string;
  /** In order of number, from the last one before on; of what is fed in, where that is all. */
  readings: Reading[];
}

interface Found extends MeterReadings {
  /** Whether they are of what is drawn, and all since that instant. */
  isDrawn: boolean;
  isWhole: boolean;
}

export interface KnownQuarters {
  quarters: Value[];
  /** Of the meters that count now. */
  meters: MeterReadings[];
}

const DRAWN = 0;
const FED_IN = 1;
/** For so long a quarter waits for readings that are on their way; then it is missing. */
const GRACE_SECONDS = 3_600;
const GAPS_SEEN = 20;

export const startOfQuarter = (instant: number): number => instant - instant % QUARTER;

export class PointQuarters {
  constructor(readonly history: History) {}

  /** The quarters from an instant on that are over and known, or for which nobody waits any more. */
  async since(
    point: PointRecord,
    from: number,
    now: number,
    usualGap: number,
  ): Promise<KnownQuarters> {
    const meters = await Promise.all(
      countingAt(point, now).map(({ meterId }) => this.#readings(meterId, from)),
    );
    const drawn = meters.filter(({ isDrawn }) => isDrawn);
    const until = knownUntil(drawn, now);
    if (drawn.length === 0 || until <= from) return { quarters: [], meters };
    const values = await this.#values(point, drawn, from, until);
    return { quarters: quartersOf(values, usualGap), meters };
  }

  /** About how far apart its readings are; 0 if that is not known. */
  async usualGap(point: PointRecord, now: number): Promise<number> {
    const [meter] = countingAt(point, now);
    if (!meter) return 0;
    const newest = await this.history.reader.newest(seriesOf(meter.meterId, DRAWN), GAPS_SEEN + 1);
    const gaps = newest.slice(1).map((reading, i) => bestTime(reading) - bestTime(newest[i]))
      .sort((a, b) => a - b);
    return gaps[Math.floor(gaps.length / 2)] ?? 0;
  }

  /** Whether what counts there now also counts what is fed into the grid. */
  async feedsIn({ assignments }: PointRecord): Promise<boolean> {
    const counting = assignments.filter(({ to }) => to === undefined);
    const knows = counting.map(({ meterId }) => this.history.knows(meterId, FED_IN));
    return (await Promise.all(knows)).includes(true);
  }

  async between(
    point: PointRecord,
    from: number,
    to: number,
    usualGap: number,
  ): Promise<Value[]> {
    return quartersOf(await this.#history(point, from, to), usualGap);
  }

  async #history(point: PointRecord, from: number, to: number): Promise<Value[]> {
    if (from >= to) return [];
    return await this.history.consumption(point, DRAWN, { from, to, step: "15m" });
  }

  async #readings(meterId: string, from: number): Promise<Found> {
    const { reader } = this.history;
    const drawn = seriesOf(meterId, DRAWN);
    const recent = await reader.recent(drawn, from);
    const readings = recent ?? await reader.newest(drawn, 2);
    if (readings.length > 0) {
      return { meterId, readings, isDrawn: true, isWhole: recent !== undefined };
    }
    const fedIn = await reader.recent(seriesOf(meterId, FED_IN), from) ?? [];
    return { meterId, readings: fedIn, isDrawn: false, isWhole: false };
  }

  async #values(point: PointRecord, meters: Found[], from: number, until: number) {
    const [meter, ...others] = meters;
    const isPlain = meter && others.length === 0 && meter.isWhole && !mayFall(meter.readings) &&
      coversAlone(point.assignments, from, until);
    if (!isPlain) return await this.#history(point, from, until);
    const edges: number[] = [];
    for (let edge = from; edge <= until; edge += QUARTER) edges.push(edge);
    const total = emptyTotal(edges);
    addTo(total, profile(meter.readings, edges, gapSeconds(QUARTER)));
    return valuesOf(total);
  }
}

const countingAt = ({ assignments }: PointRecord, now: number): Assignment[] =>
  assignments.filter((one) => one.from <= now && one.to === undefined);

/** A meter whose readings are further apart knows no quarters, and is not worse for it. */
const SLOW_SECONDS = 450;
const MOST_GAPS = 4;

/** Between two readings that a meter makes seldom anyway, nothing is uncertain. */
const quartersOf = (values: Value[], usualGap: number): Value[] =>
  inPieces(
    values.map((value) => {
      const isUsual = value.quality === "estimated" && usualGap > SLOW_SECONDS &&
        value.end - value.start <= MOST_GAPS * usualGap;
      return isUsual ? { ...value, quality: "measured" } : value;
    }),
    QUARTER,
  );

/** One that has never been heard, like one for what is fed in, holds up nothing. */
function knownUntil(meters: MeterReadings[], now: number): number {
  const known = Math.min(now, ...meters.map(({ readings }) => lastTime(readings)));
  return startOfQuarter(Math.max(known, now - GRACE_SECONDS));
}

const lastTime = (readings: Reading[]): number =>
  readings.reduce((last, reading) => Math.max(last, bestTime(reading)), 0);

/** What was answered of a register that fell counts otherwise. */
const mayFall = (readings: Reading[]): boolean =>
  readings.some(({ milliwattHours }, i) =>
    i > 0 && milliwattHours < readings[i - 1].milliwattHours
  );

const coversAlone = (assignments: Assignment[], from: number, until: number): boolean =>
  assignments.every((one) =>
    one.to === undefined
      ? one.from <= from && (one.start === undefined || one.from < from)
      : one.to <= from || one.from >= until
  );
