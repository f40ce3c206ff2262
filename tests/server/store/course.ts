/**
 * A course of events for a reading store, and a plain map of readings to compare it with. Meters
 * bring what they measured in order, late, twice, or under a number that is taken.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../../meter-sim/random.ts";
import { profile } from "../../../server/domain/energy.ts";
import { bestTime, CLOCK_WRONG, type Reading } from "../../../server/domain/reading.ts";
import { SeriesReader } from "../../../server/store/series-reader.ts";
import type { Append, Outcome } from "../../../server/store/store.ts";
import { DAY, reading, seriesNamed, START } from "./readings.ts";

export const SERIES_COUNT = 3;

/** What one report brings. */
export interface Delivery {
  series: number;
  /** So many new readings, of which the first `heldBack` do not arrive yet. */
  fresh: number;
  heldBack: number;
  /** So many of those held back before. */
  late: number;
  repeated: number;
  conflicting: number;
}

export const anyDelivery: fc.Arbitrary<Delivery> = fc.record({
  series: fc.nat(SERIES_COUNT - 1),
  fresh: fc.oneof(fc.nat(8), fc.integer({ min: 30, max: 90 })),
  heldBack: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(12)),
  late: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(15)),
  repeated: fc.nat(4),
  conflicting: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(2)),
});

/**
 * How a meter measures: the usual seconds between readings, how far its clock jitters, and whether it
 * is put back now and then, by a few steps or a few dozen.
 */
export interface Habit {
  seed: number;
  step: number;
  jitter: number;
  isPutBack: boolean;
}

export const anyHabit: fc.Arbitrary<Habit> = fc.record({
  seed: fc.nat(),
  step: fc.constantFrom(5, 300, 900, 3_600, 20_000, DAY),
  jitter: fc.constantFrom(0, 0, 3, 100),
  isPutBack: fc.boolean(),
});

class Meter {
  readonly stored = new Map<number, Reading>();
  readonly #waiting: Reading[] = [];
  readonly #random: () => number;
  #last: Reading;

  constructor(readonly habit: Habit, offset: number) {
    this.#random = seededRandom(habit.seed + offset);
    this.#last = reading({ n: 0, time: START - offset * 5_000, milliwattHours: 10 ** 9 });
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #rarely(): boolean {
    return this.below(20) === 0;
  }

  #measure(): Reading {
    const { step, isPutBack } = this.habit;
    const pause = this.#rarely() ? this.below(40) : 1;
    const back = isPutBack && this.#rarely() ? this.below(40) : 0;
    const rise = this.#rarely() ? -this.below(10 ** 9) : this.below(2 ** 40);
    this.#last = reading({
      n: this.#last.n + (this.#rarely() ? 1 + this.below(128) : 1),
      time: this.#last.time + step * (pause - back),
      milliwattHours: Math.max(0, this.#last.milliwattHours + rise),
    });
    const skew = this.#rarely() ? 500 : 0;
    const jitter = this.below(this.habit.jitter + 1);
    const quality = skew ? CLOCK_WRONG : this.#rarely() ? 1 : 0;
    return { ...this.#last, time: this.#last.time + jitter - skew, quality, skew };
  }

  /** The report's readings in rising order of number. */
  deliver(delivery: Delivery): Reading[] {
    const measured = Array.from({ length: delivery.fresh }, () => this.#measure());
    const late = this.#waiting.splice(this.below(this.#waiting.length + 1), delivery.late);
    this.#waiting.push(...measured.splice(0, delivery.heldBack));
    const known = [...this.stored.values()];
    const some = (count: number) =>
      known.length === 0
        ? []
        : Array.from({ length: count }, () => known[this.below(known.length)]);
    const repeated = some(delivery.repeated);
    const conflicting = some(delivery.conflicting).map((reading) => ({
      ...reading,
      milliwattHours: reading.milliwattHours + 1,
    }));
    return [...measured, ...late, ...repeated, ...conflicting].sort((a, b) => a.n - b.n);
  }
}

/** All that should be stored. */
export class Model {
  readonly #meters: Meter[];

  constructor(habit: Habit) {
    this.#meters = Array.from({ length: SERIES_COUNT }, (_, i) => new Meter(habit, i));
  }

  /** Reports as the store is to take them, with the outcomes that it should come to. */
  deliver(deliveries: Delivery[]): { appends: Append[]; expected: Outcome[] } {
    const appends: Append[] = [];
    const expected: Outcome[] = [];
    for (const delivery of deliveries) {
      const readings = this.#meters[delivery.series].deliver(delivery);
      if (readings.length === 0) continue;
      appends.push({ series: seriesNamed(delivery.series), readings });
      expected.push(this.#take(delivery.series, readings));
    }
    return { appends, expected };
  }

  #take(at: number, readings: Reading[]): Outcome {
    const { stored } = this.#meters[at];
    const outcome: Outcome = { stored: 0, duplicates: 0, conflicts: [], mayFall: false };
    for (const reading of readings) {
      const known = stored.get(reading.n);
      if (known === undefined) {
        stored.set(reading.n, reading);
        outcome.stored++;
      } else if (known.milliwattHours === reading.milliwattHours) outcome.duplicates++;
      else outcome.conflicts.push({ stored: known, refused: reading });
    }
    outcome.mayFall = fallsAround(this.readings(at), readings);
    return outcome;
  }

  readings(at: number): Reading[] {
    return [...this.#meters[at].stored.values()].sort((a, b) => a.n - b.n);
  }

  /** Compares everything that a store can be asked for. */
  async assertSame(reader: SeriesReader): Promise<void> {
    for (let at = 0; at < SERIES_COUNT; at++) await this.#assertSeries(reader, at);
  }

  async #assertSeries(reader: SeriesReader, at: number): Promise<void> {
    const series = seriesNamed(at);
    const all = this.readings(at);
    assertEquals(await reader.page(series, 0, Infinity, 0, Infinity), { readings: all });
    for (const count of [1, 2, 40]) {
      assertEquals(await reader.newest(series, count), all.slice(-count));
    }
    const { below } = this.#meters[at];
    const random = (limit: number) => below.call(this.#meters[at], limit);
    const last = all.reduce((time, reading) => Math.max(time, bestTime(reading)), START);
    const span = last - START + 2 * DAY;
    for (let i = 0; i < 4; i++) {
      const from = START - DAY + random(span);
      const to = from + random(span);
      await assertPage(reader, series, all, {
        from,
        to,
        fromN: random(200),
        limit: 1 + random(50),
      });
      await assertPage(reader, series, all, { from, to, fromN: 0, limit: Infinity });
      const tired = new SeriesReader(reader.sealed, reader.openOf, 1 + random(200));
      assertEquals(await allPages(tired, series, from, to), inPeriod(all, from, to));
    }
    for (const edges of edgeLists(span, random)) {
      for (const gap of [60, 900]) {
        assertEquals(await reader.profile(series, edges, gap), profile(all, edges, gap));
      }
    }
  }
}

/** Whether the register falls from or to one of the readings `around`. */
function fallsAround(all: Reading[], around: Reading[]): boolean {
  const numbers = new Set(around.map(({ n }) => n));
  return all.some((after, i) => {
    const before = all[i - 1];
    if (!before || !numbers.has(before.n) && !numbers.has(after.n)) return false;
    return after.milliwattHours < before.milliwattHours;
  });
}

/** Stores tell each in its way where a register may fall; none may miss that it does. */
export function assertOutcomes(outcomes: (Outcome | undefined)[], expected: Outcome[]): void {
  const told = outcomes.map((outcome, i) => {
    assert(outcome!.mayFall || !expected[i].mayFall, "a fall is not told");
    return { ...outcome, mayFall: expected[i].mayFall };
  });
  assertEquals(told, expected);
}

async function assertPage(
  reader: SeriesReader,
  series: string,
  all: Reading[],
  { from, to, fromN, limit }: { from: number; to: number; fromN: number; limit: number },
): Promise<void> {
  const wanted = inPeriod(all, from, to).filter(({ n }) => n >= fromN);
  const readings = wanted.slice(0, limit);
  assertEquals(await reader.page(series, fromN, limit, from, to), { readings });
}

const inPeriod = (readings: Reading[], from: number, to: number): Reading[] =>
  readings.filter((reading) => bestTime(reading) >= from && bestTime(reading) < to);

async function allPages(reader: SeriesReader, series: string, from: number, to: number) {
  const found: Reading[] = [];
  for (let fromN: number | undefined = 0; fromN !== undefined;) {
    const { readings, nextN } = await reader.page(series, fromN, Infinity, from, to);
    found.push(...readings);
    fromN = nextN;
  }
  return found;
}

/** Days, quarters of an hour inside two days, and edges that fall anywhere. */
function edgeLists(span: number, random: (limit: number) => number): number[][] {
  const every = (step: number, from: number, to: number) =>
    Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
  const day = START + Math.floor(random(span) / DAY) * DAY;
  const anywhere = Array.from({ length: 12 }, () => START - DAY + random(span));
  return [
    every(DAY, START - DAY, START + span),
    every(900, day - DAY / 2, day + DAY + 4_500),
    every(10_800, START - 900, START + span),
    [...new Set(anywhere)].sort((a, b) => a - b),
    [START - 9 * DAY, START + span + 9 * DAY],
  ];
}
