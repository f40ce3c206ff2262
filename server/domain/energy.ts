/**
 * Energy between instants, from a register read now and then.
 *
 * Between two readings the register is taken to rise evenly, so energy between any two instants is
 * a difference of the interpolated register; sums over neighbouring stretches are exact because
 * they share their edges. A fall of the register adds nothing. Nothing is assumed before the first
 * or after the last reading. What is uncertain is not the energy but the edge: an edge inside a
 * gap makes the values on both its sides estimates, while their sum stays measured.
 */
import { bestTime, type Reading, timeIsUncertain } from "./reading.ts";

export type EdgeQuality = 0 | 1 | 2;
export const EDGE_MEASURED = 0;
export const EDGE_ESTIMATED = 1;
export const EDGE_OUTSIDE = 2;

/** The stretches between successive edges. */
export interface Profile {
  edges: number[];
  /** Milliwatt-hours from `edges[i]` to `edges[i + 1]`. */
  energies: number[];
  /** How well the register is known at `edges[i]`. */
  qualities: EdgeQuality[];
  /** Whether a reading falls into `edges[i]` … `edges[i + 1]`. */
  holdsReading: boolean[];
  /** Whether the energy there is estimated, however well the register is known at its edges. */
  unsure?: boolean[];
}

export type Quality = "measured" | "estimated" | "missing";

export interface Value {
  start: number;
  end: number;
  milliwattHours: number;
  quality: Quality;
}

/** Readings further apart than this leave a gap, at steps of a quarter of an hour and more. */
const GAP_SECONDS = 900;

/** At finer steps even a shorter pause is a gap. */
export const gapSeconds = (stepSeconds: number): number =>
  Math.min(GAP_SECONDS, Math.max(60, 2 * stepSeconds));

/** The profile of `readings`, in order of `n`, over rising `edges`; linear in both. */
export function profile(readings: Reading[], edges: number[], gap: number): Profile {
  const energies: number[] = [];
  const qualities: EdgeQuality[] = [];
  const holdsReading: boolean[] = [];
  const line = new Timeline(readings, gap);
  let before = line.at(edges[0]);
  qualities.push(before.quality);
  for (let i = 1; i < edges.length; i++) {
    const after = line.at(edges[i]);
    energies.push(after.milliwattHours - before.milliwattHours);
    qualities.push(after.quality);
    holdsReading.push(after.passed > before.passed);
    before = after;
  }
  return { edges, energies, qualities, holdsReading };
}

/** The register at an instant that two readings are around, and how well it is known. */
export function registerAt(
  readings: Reading[],
  time: number,
  gap: number,
): { milliwattHours: number; quality: Quality } | undefined {
  const last = readings.findLastIndex((reading) => bestTime(reading) <= time);
  if (last < 0) return undefined;
  const rise = new Timeline(readings.slice(last, last + 2), gap).at(time);
  if (rise.quality === EDGE_OUTSIDE) return undefined;
  return {
    milliwattHours: readings[last].milliwattHours + rise.milliwattHours,
    quality: rise.quality === EDGE_ESTIMATED ? "estimated" : "measured",
  };
}

interface Point {
  milliwattHours: number;
  quality: EdgeQuality;
  /** Readings before this instant. */
  passed: number;
}

/** Readings as a line that never falls and never runs backwards, walked from left to right. */
class Timeline {
  #next = 0;
  #time = -Infinity;
  #milliwattHours = 0;

  constructor(readonly readings: Reading[], readonly gap: number) {}

  /** The line at `time`, which must not be smaller than at the call before. */
  at(time: number): Point {
    const { readings } = this;
    let passed = this.#next;
    while (this.#next < readings.length && bestTime(readings[this.#next]) <= time) {
      this.#pass();
      if (this.#time < time) passed = this.#next;
    }
    const next = readings[this.#next];
    if (this.#next === 0 || next === undefined) {
      const atLast = this.#time === time;
      return { milliwattHours: this.#milliwattHours, quality: atLast ? 0 : 2, passed };
    }
    if (this.#time === time) return { milliwattHours: this.#milliwattHours, quality: 0, passed };
    return { ...this.#between(next, time), passed };
  }

  #pass(): void {
    const reading = this.readings[this.#next];
    this.#time = Math.max(this.#time, bestTime(reading));
    this.#milliwattHours += this.#rise();
    this.#next++;
  }

  /** What the next reading adds to the one before it. */
  #rise(): number {
    if (this.#next === 0) return 0;
    const { readings } = this;
    const rise = readings[this.#next].milliwattHours - readings[this.#next - 1].milliwattHours;
    return Math.max(0, rise);
  }

  #between(next: Reading, time: number): { milliwattHours: number; quality: EdgeQuality } {
    const length = bestTime(next) - this.#time;
    const part = Math.floor(this.#rise() * ((time - this.#time) / length));
    const uncertain = length > this.gap || timeIsUncertain(next) ||
      timeIsUncertain(this.readings[this.#next - 1]);
    return { milliwattHours: this.#milliwattHours + part, quality: uncertain ? 1 : 0 };
  }
}

/** Joins neighbouring stretches so that only `edges`, a selection of the profile's, remain. */
export function regroup(fine: Profile, edges: number[]): Profile {
  if (edges.length === fine.edges.length) return fine;
  const coarse: Profile = { edges, energies: [], qualities: [], holdsReading: [] };
  let at = 0;
  for (const edge of edges) {
    let energy = 0;
    let holds = false;
    while (fine.edges[at] < edge) {
      energy += fine.energies[at];
      holds ||= fine.holdsReading[at];
      at++;
    }
    coarse.qualities.push(fine.qualities[at]);
    if (coarse.qualities.length === 1) continue;
    coarse.energies.push(energy);
    coarse.holdsReading.push(holds);
  }
  return coarse;
}

/** What several series add up to, each of which may count for a part of the time only. */
export interface Total extends Profile {
  /** Also where a series begins or ends to count inside a stretch, at an instant that is estimated. */
  unsure: boolean[];
}

export function emptyTotal(edges: number[]): Total {
  const each = <Value>(value: Value) => new Array<Value>(edges.length - 1).fill(value);
  return {
    edges,
    energies: each(0),
    qualities: [...each<EdgeQuality>(EDGE_OUTSIDE), EDGE_OUTSIDE],
    holdsReading: each(false),
    unsure: each(false),
  };
}

/**
 * Adds a profile whose edges are all those of the total between its first and its last, which may
 * lie inside a stretch. The worst quality shows.
 */
export function addTo(total: Total, part: Profile): void {
  const { edges, energies, qualities, holdsReading, unsure } = total;
  let at = 0;
  for (let i = 0; i < part.edges.length; i++) {
    while (edges[at + 1] <= part.edges[i]) at++;
    if (edges[at] === part.edges[i]) qualities[at] = worse(qualities[at], part.qualities[i]);
    else unsure[at] ||= part.qualities[i] === EDGE_ESTIMATED;
    if (i === part.energies.length) return;
    energies[at] += part.energies[i];
    holdsReading[at] ||= part.holdsReading[i];
    unsure[at] ||= part.unsure?.[i] === true;
  }
}

/** A series that says nothing at an instant does not spoil one that does. */
function worse(a: EdgeQuality, b: EdgeQuality): EdgeQuality {
  if (a === EDGE_OUTSIDE) return b;
  return b === EDGE_OUTSIDE ? a : Math.max(a, b) as EdgeQuality;
}

/**
 * The stretches as values. Steps without a reading next to each other lie in one gap: how its
 * energy was spread is not known, so they are given as one estimated stretch.
 */
export function valuesOf(total: Total): Value[] {
  const { edges, energies, holdsReading } = total;
  const values: Value[] = [];
  let inGap = false;
  for (let i = 0; i < energies.length; i++) {
    const quality = stretchQuality(total, i);
    const unread = quality === "estimated" && !holdsReading[i];
    if (inGap && unread) {
      const stretch = values[values.length - 1];
      stretch.end = edges[i + 1];
      stretch.milliwattHours += energies[i];
    } else {
      values.push({ start: edges[i], end: edges[i + 1], milliwattHours: energies[i], quality });
    }
    inGap = unread;
  }
  return values;
}

function stretchQuality({ qualities, holdsReading, unsure }: Total, i: number): Quality {
  const [start, end] = [qualities[i], qualities[i + 1]];
  if (unsure[i] || start === EDGE_ESTIMATED || end === EDGE_ESTIMATED) return "estimated";
  if (holdsReading[i] || start === EDGE_MEASURED && end === EDGE_MEASURED) return "measured";
  return "missing";
}
