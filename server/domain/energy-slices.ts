/**
 * Energy over time in pieces that may be cut anywhere: what is cut is spread evenly in whole
 * milliwatt-hours, and the pieces add up to what they were cut from.
 */
import type { Quality, Value } from "./energy.ts";
import { shareOf } from "./money.ts";

/** A copy; mostly it is in order already, and to see that takes less than to sort. */
export function inOrder(slices: Value[]): Value[] {
  const isInOrder = slices.every(({ start }, i) => i === 0 || slices[i - 1].start <= start);
  return isInOrder ? [...slices] : slices.toSorted((a, b) => a.start - b.start);
}

export const energyOf = (slices: Value[]): number =>
  slices.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);

export const estimatedOf = (slices: Value[]): number =>
  slices.reduce(
    (sum, { milliwattHours, quality }) => quality === "estimated" ? sum + milliwattHours : sum,
    0,
  );

export const missingSecondsOf = (slices: Value[]): number =>
  slices.reduce(
    (sum, { start, end, quality }) => quality === "missing" ? sum + end - start : sum,
    0,
  );

/** The part of a slice that lies between two instants, of which it has something. */
export function partOf(slice: Value, from: number, to: number): Value {
  if (from <= slice.start && slice.end <= to) return slice;
  const start = Math.max(from, slice.start);
  const end = Math.min(to, slice.end);
  return { ...slice, start, end, milliwattHours: upTo(slice, end) - upTo(slice, start) };
}

const upTo = ({ start, end, milliwattHours }: Value, instant: number): number =>
  shareOf(milliwattHours, instant - start, end - start);

/** What of the slices lies between two instants; mostly that is all. */
export const within = (slices: Value[], from: number, to: number): Value[] =>
  slices.every(({ start, end }) => from <= start && end <= to)
    ? slices
    : slices.filter(({ start, end }) => start < to && end > from)
      .map((slice) => partOf(slice, from, to));

/** Each slice in pieces of so many seconds, from its start on. */
export const inPieces = (slices: Value[], seconds: number): Value[] =>
  slices.flatMap((slice) =>
    slice.end - slice.start <= seconds ? [slice] : piecesOf(slice, seconds)
  );

function piecesOf(slice: Value, seconds: number): Value[] {
  const pieces: Value[] = [];
  for (let from = slice.start; from < slice.end; from += seconds) {
    pieces.push(partOf(slice, from, Math.min(slice.end, from + seconds)));
  }
  return pieces;
}

/** Each slice in parts by runs that follow each other; both in order, from the first run on. */
export function eachPart<Run extends { from: number; to: number }>(
  slices: Value[],
  runs: Run[],
  take: (part: Value, run: Run) => void,
): void {
  let first = 0;
  for (const slice of slices) {
    while (first < runs.length && runs[first].to <= slice.start) first++;
    for (let i = first; i < runs.length && runs[i].from < slice.end; i++) {
      take(partOf(slice, runs[i].from, runs[i].to), runs[i]);
    }
  }
}

/** Slices of one length and quality that follow each other, which is how they are kept. */
export interface Run {
  start: number;
  seconds: number;
  quality: Quality;
  milliwattHours: number[];
}

export function packed(slices: Value[]): Run[] {
  const runs: Run[] = [];
  let end = -Infinity;
  for (const slice of inOrder(slices)) {
    const seconds = slice.end - slice.start;
    const run = runs.at(-1);
    const goesOn = run && slice.start === end && run.seconds === seconds &&
      run.quality === slice.quality;
    if (goesOn) run.milliwattHours.push(slice.milliwattHours);
    else {
      const { start, quality, milliwattHours } = slice;
      runs.push({ start, seconds, quality, milliwattHours: [milliwattHours] });
    }
    end = slice.end;
  }
  return runs;
}

export const unpacked = (runs: Run[]): Value[] =>
  runs.flatMap(({ start, seconds, quality, milliwattHours }) =>
    milliwattHours.map((milliwattHours, i) => ({
      start: start + i * seconds,
      end: start + (i + 1) * seconds,
      milliwattHours,
      quality,
    }))
  );
