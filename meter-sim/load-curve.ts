/**
 * A load curve as a file: recorded from a home or written by hand, and replayed as the load of one.
 *
 *   time,watts
 *   2026-01-15T08:00:00Z,120
 *   2026-01-15T08:00:05Z,5620.5
 *
 * Times are RFC 3339 or Unix seconds and rise; the header may be left out. Each value holds until
 * the next. The last one holds as long as the one before it did; then the curve begins anew.
 */
import type { Household } from "./household.ts";

export interface LoadPoint {
  /** Unix seconds. */
  time: number;
  watts: number;
}

/** In rising order of time, at least one. */
export type LoadCurve = LoadPoint[];

const MAX_POINTS = 5_000_000;
/** What a lone value holds; any length would do. */
const LONE_SECONDS = 1;
const HEADER = /^\s*time\s*,\s*watts\s*$/i;
const UNIX_SECONDS = /^\d+(?:\.\d+)?$/;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const WATTS = /^\d+(?:\.\d+)?$/;

/** NaN for what is no time. */
const secondsOf = (text: string): number => {
  if (UNIX_SECONDS.test(text)) return Number(text);
  return RFC_3339.test(text) ? Date.parse(text.toUpperCase().replace(" ", "T")) / 1000 : NaN;
};

const pointOf = (line: string, last: LoadPoint | undefined): LoadPoint | string => {
  const fields = line.split(",").map((field) => field.trim());
  if (fields.length !== 2) return "must be a time and watts, with a comma between";
  const time = secondsOf(fields[0]);
  if (Number.isNaN(time)) return "the time must be RFC 3339 with an offset, or Unix seconds";
  if (last && time <= last.time) return "the time must be later than the one before";
  if (!WATTS.test(fields[1])) return "watts must be a number that is not negative";
  return { time, watts: Number(fields[1]) };
};

/** Reads the text of a file; `name` is how an error calls it. */
export const parseLoadCurve = (text: string, name: string): LoadCurve => {
  const refuse = (line: number, reason: string): never => {
    throw new Error(`Cannot read the load curve ${name}, line ${line}: ${reason}`);
  };
  const curve: LoadCurve = [];
  for (const [index, line] of text.replace(/^\ufeff/, "").split(/\r?\n/).entries()) {
    if (line.trim() === "" || (index === 0 && HEADER.test(line))) continue;
    const point = pointOf(line, curve[curve.length - 1]);
    if (typeof point === "string") return refuse(index + 1, point);
    if (curve.length === MAX_POINTS) refuse(index + 1, `there are more than ${MAX_POINTS} values`);
    curve.push(point);
  }
  if (curve.length === 0) throw new Error(`Cannot read the load curve ${name}: it has no values`);
  return curve;
};

const lengthOf = (curve: LoadCurve): number => {
  const last = curve[curve.length - 1].time;
  const step = curve.length > 1 ? last - curve[curve.length - 2].time : LONE_SECONDS;
  return last - curve[0].time + step;
};

/** The last point at this time or before. */
const pointAt = (curve: LoadCurve, time: number): LoadPoint => {
  let low = 0;
  let high = curve.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (curve[middle].time <= time) low = middle;
    else high = middle;
  }
  return curve[low];
};

/** The curve as a load. It begins at `beginsAt`, in Unix seconds; left out, at its own first time. */
export const replay = (curve: LoadCurve, beginsAt: number = curve[0].time): Household => {
  const begin = curve[0].time;
  const length = lengthOf(curve);
  return {
    watts: (unixSeconds) => {
      const passed = (unixSeconds - beginsAt) % length;
      return pointAt(curve, begin + (passed < 0 ? passed + length : passed)).watts;
    },
  };
};

const timeText = (unixSeconds: number): string =>
  new Date(Math.round(unixSeconds * 1000)).toISOString().replace(".000Z", "Z");

/** Takes a load down as lines, to whatever file there is; gives the function to call with each value. */
export const createRecorder = (writeLine: (line: string) => void) => {
  let lastTime = -Infinity;
  writeLine("time,watts");
  return (unixSeconds: number, watts: number): void => {
    // A file can be replayed only where its times rise, to the millisecond.
    const time = Math.round(unixSeconds * 1000);
    if (time <= lastTime) return;
    lastTime = time;
    writeLine(`${timeText(time / 1000)},${Number(watts.toFixed(1))}`);
  };
};
