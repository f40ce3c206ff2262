/**
 * What people know of a register beyond its readings: why it fell, which readings are wrong, and
 * what stood on it where its time at a point began and ended.
 *
 * Readings stay as they were said. With all that, they come to a line: readings each at the instant
 * and the register of one that never falls and never runs backwards. A profile of the plain readings
 * is amended by the difference between that line's and theirs, around the places that it concerns.
 */
import { type Profile, profile } from "./energy.ts";
import { bestTime, type Reading } from "./reading.ts";

/** Registers are milliwatt-hours. */
export type Resolution =
  /** The register began anew, at `start` or 0; what it counted last before is lost. */
  | { kind: "reset"; start?: number }
  /** Another register took its place. */
  | { kind: "exchange"; final: number; start: number }
  /** The readings with these numbers are wrong. Their times are right. */
  | { kind: "fault"; fromN: number; toN: number };

/** What was found out about a fall behind the number `afterN` and up to `byN`. */
export interface Correction {
  afterN: number;
  byN: number;
  resolution: Resolution;
}

/** A register that a person read. */
export interface RegisterAt {
  time: number;
  milliwattHours: number;
}

export interface Amendments {
  corrections: Correction[];
  /** Where the series begins to count, whatever was before. */
  start?: RegisterAt;
  /** Where it ends, whatever comes after. */
  final?: RegisterAt;
}

/** Readings with `afterN < n <= byN` are those that something may change around. */
export interface Span {
  /** The number of the last good reading before; 0 if there is none. */
  afterN: number;
  /** That of the first good one behind; Infinity if there is none. */
  byN: number;
}

export interface Line {
  readings: Reading[];
  /** From when to when the energy itself is not known for sure. */
  doubts: [since: number, until: number][];
}

/** The numbers next to which good readings show the line again as it was. */
export const reachOf = ({ afterN, byN, resolution }: Correction): Span =>
  resolution.kind === "fault"
    ? { afterN: resolution.fromN - 1, byN: resolution.toN + 1 }
    : { afterN, byN };

/** The wrong readings, by number from one to another, that `n` is among. */
export function faultAt(corrections: Correction[], n: number) {
  for (const { resolution } of corrections) {
    if (resolution.kind === "fault" && resolution.fromN <= n && n <= resolution.toN) {
      return resolution;
    }
  }
}

export function lineOf(readings: Reading[], { corrections, start, final }: Amendments): Line {
  let good = inTime(readings).filter(({ n }) => !faultAt(corrections, n));
  if (final) good = endedBy(final, good);
  if (start) good = begunBy(start, good);
  return continued(good, corrections);
}

const inTime = (readings: Reading[]): Reading[] => {
  let time = -Infinity;
  return readings.map((reading) => {
    time = Math.max(time, bestTime(reading));
    return { ...reading, time, skew: 0 };
  });
};

const readByPerson = (n: number, { time, milliwattHours }: RegisterAt): Reading => ({
  n,
  time,
  milliwattHours,
  quality: 0,
  skew: 0,
});

function endedBy(final: RegisterAt, readings: Reading[]): Reading[] {
  const before = readings.filter(({ time }) => time <= final.time);
  return [...before, readByPerson((before.at(-1)?.n ?? 0) + 0.5, final)];
}

/** A reading of the same second comes after what the person read, so that nothing falls between. */
function begunBy(start: RegisterAt, readings: Reading[]): Reading[] {
  const since = readings.filter(({ time }) => time >= start.time).map((reading) =>
    reading.time === start.time ? { ...reading, time: start.time + 1 } : reading
  );
  return [readByPerson((since[0]?.n ?? 1) - 0.5, start), ...since];
}

function continued(readings: Reading[], corrections: Correction[]): Line {
  const restarts = restartsIn(readings, corrections);
  const doubts: Line["doubts"] = [];
  let level = 0;
  const line = readings.map((reading, i) => {
    const before = readings[i - 1];
    if (before) level += rise(before.milliwattHours, reading.milliwattHours, restarts.get(i) ?? []);
    if (restarts.has(i)) doubts.push([before.time, reading.time]);
    return { ...reading, milliwattHours: level };
  });
  return { readings: line, doubts };
}

type Restart = Exclude<Resolution, { kind: "fault" }>;

/** Where each restart belongs, by the place of the reading behind it: where the register fell most. */
function restartsIn(readings: Reading[], corrections: Correction[]): Map<number, Restart[]> {
  const restarts = new Map<number, Restart[]>();
  for (const { resolution, ...range } of corrections) {
    if (resolution.kind === "fault") continue;
    const place = deepestFall(readings, range);
    if (place === undefined) continue;
    restarts.set(place, [...restarts.get(place) ?? [], resolution]);
  }
  return restarts;
}

function deepestFall(readings: Reading[], { afterN, byN }: Span): number | undefined {
  let deepest: number | undefined;
  let depth = 0;
  for (let i = 1; i < readings.length; i++) {
    if (readings[i].n <= afterN || readings[i - 1].n >= byN) continue;
    const fall = readings[i - 1].milliwattHours - readings[i].milliwattHours;
    if (fall <= depth) continue;
    depth = fall;
    deepest = i;
  }
  return deepest;
}

function rise(from: number, to: number, restarts: Restart[]): number {
  let level = from;
  let energy = 0;
  for (const restart of restarts) {
    if (restart.kind === "exchange") energy += Math.max(0, restart.final - level);
    level = restart.start ?? 0;
  }
  return energy + Math.max(0, to - level);
}

/** Amends the profile of a series over one span, of which `readings` are all that it depends on. */
export function amend(
  whole: Profile,
  readings: Reading[],
  amendments: Amendments,
  { afterN, byN }: Span,
  gap: number,
): void {
  const line = lineOf(readings, amendments);
  const timeOf = (n: number) => line.readings.find((reading) => reading.n === n)?.time;
  const since = timeOf(afterN) ?? -Infinity;
  const until = timeOf(byN) ?? Infinity;
  const first = Math.max(0, whole.edges.findLastIndex((edge) => edge < since));
  const end = whole.edges.findIndex((edge) => edge >= until);
  const edges = whole.edges.slice(first, end < 0 ? undefined : end + 1);
  if (edges.length < 2) return;
  const plain = profile(readings, edges, gap);
  const amended = profile(line.readings, edges, gap);
  whole.unsure ??= whole.energies.map(() => false);
  for (let i = 0; i < edges.length; i++) {
    const isWithin = since <= edges[i] && edges[i] <= until;
    if (isWithin) whole.qualities[first + i] = amended.qualities[i];
    if (i === amended.energies.length) return;
    const [start, end] = [edges[i], edges[i + 1]];
    whole.energies[first + i] += amended.energies[i] - plain.energies[i];
    if (isWithin && end <= until) whole.holdsReading[first + i] = amended.holdsReading[i];
    whole.unsure[first + i] ||= line.doubts.some((doubt) => isDoubted(doubt, start, end));
  }
}

/** What happens at one instant counts before it. */
const isDoubted = ([since, until]: Line["doubts"][number], start: number, end: number): boolean =>
  start < until && end > Math.min(since, until - 1);
