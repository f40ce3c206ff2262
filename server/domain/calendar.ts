/**
 * Steps of a chart as edges in Unix seconds. Fine steps are counted in UTC; hours and longer follow
 * the clock and the calendar of a time zone, so that a day has 23, 24 or 25 hours where it does.
 */

export const STEPS = ["5s", "1m", "15m", "1h", "1d", "1mo", "1y"] as const;
export type Step = typeof STEPS[number];

/** The usual length of a step; that of a calendar step varies. */
export const STEP_SECONDS: Record<Step, number> = {
  "5s": 5,
  "1m": 60,
  "15m": 900,
  "1h": 3600,
  "1d": 86_400,
  "1mo": 2_592_000,
  "1y": 31_536_000,
};

/** The instants at which a step begins between `from` and `to`, with both of them as the ends. */
export function edgesOf(from: number, to: number, step: Step, timeZone: string): number[] {
  const edges = [from];
  const next = stepper(step, timeZone);
  for (let edge = next(from); edge < to; edge = next(edge)) edges.push(edge);
  edges.push(to);
  return edges;
}

/** So many days have some ten thousand steps. */
const DAYS_A_PART: Partial<Record<Step, number>> = { "5s": 1, "1m": 7, "15m": 100, "1h": 400 };

/** Cuts a period where days begin, so that no part has many steps. */
export function* partsOf(
  from: number,
  to: number,
  step: Step,
  timeZone: string,
): Generator<[from: number, to: number]> {
  const days = DAYS_A_PART[step];
  if (days === undefined) return yield [from, to];
  for (let start = from; start < to;) {
    const end = Math.min(to, startOfDate(dateOf(start, timeZone).add({ days }), timeZone));
    yield [start, end];
    start = end;
  }
}

/** The first beginning of a step after a given instant. */
function stepper(step: Step, timeZone: string): (after: number) => number {
  switch (step) {
    case "5s":
    case "1m":
    case "15m": {
      const length = STEP_SECONDS[step];
      return (after) => (Math.floor(after / length) + 1) * length;
    }
    case "1h":
      return (after) => nextHour(after, timeZone);
    case "1d":
      return (after) => startOfDate(dateOf(after, timeZone).add({ days: 1 }), timeZone);
    case "1mo":
      return (after) =>
        startOfDate(dateOf(after, timeZone).with({ day: 1 }).add({ months: 1 }), timeZone);
    case "1y":
      return (after) =>
        startOfDate(
          dateOf(after, timeZone).with({ month: 1, day: 1 }).add({ years: 1 }),
          timeZone,
        );
  }
}

/** A change of the offset by half an hour begins a step of its own, so that hours stay on the hour. */
function nextHour(after: number, timeZone: string): number {
  const offset = offsetSeconds(after, timeZone);
  const next = (Math.floor((after + offset) / 3600) + 1) * 3600 - offset;
  const change = offsetSeconds(next, timeZone) - offset;
  return change % 3600 === 0 ? next : transitionAfter(after, timeZone) ?? next;
}

function transitionAfter(after: number, timeZone: string): number | undefined {
  const transition = zoned(after, timeZone).getTimeZoneTransition("next");
  return transition ? transition.epochMilliseconds / 1000 : undefined;
}

const zoned = (seconds: number, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(timeZone);

export const dateOf = (seconds: number, timeZone: string): Temporal.PlainDate =>
  zoned(seconds, timeZone).toPlainDate();

export const offsetSeconds = (seconds: number, timeZone: string): number =>
  zoned(seconds, timeZone).offsetNanoseconds / 1e9;

/** The first instant of a date, which is not midnight where the clock skips it. */
export const startOfDate = (date: Temporal.PlainDate, timeZone: string): number =>
  date.toZonedDateTime(timeZone).epochMilliseconds / 1000;

const DATE = /^\d{4}-\d\d-\d\d$/;

/** Whether a text is a day that there is, like `2026-02-28`. */
export function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  try {
    Temporal.PlainDate.from(text);
    return true;
  } catch {
    return false;
  }
}

const WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Of a date, which is its first moment in the zone, or of a time that says its offset. */
export function instantIn(text: string, timeZone: string): number | undefined {
  const year = Number(text.slice(0, 4));
  if (year < 1971 || year > 2105) return undefined;
  try {
    if (DATE.test(text)) return startOfDate(Temporal.PlainDate.from(text), timeZone);
    if (!WITH_OFFSET.test(text)) return undefined;
    return Math.floor(Temporal.Instant.from(text).epochMilliseconds / 1000);
  } catch {
    return undefined;
  }
}

export function isTimeZone(name: string): boolean {
  try {
    zoned(0, name);
    return true;
  } catch {
    return false;
  }
}

const pad = (value: number): string => value < 10 ? `0${value}` : `${value}`;
const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => pad(value));

/**
 * Writes instants as RFC 3339 with the zone's offset. Charts hold tens of thousands of them, close
 * together, so the hour and the offset are kept while the UTC quarter of an hour lasts.
 */
export function instantWriter(timeZone: string): (seconds: number) => string {
  let kept = -1;
  let head = "";
  let tail = "";
  let minuteShift = 0;
  return (seconds) => {
    const secondsOfHour = seconds % 3600;
    const quarter = Math.floor(seconds / 900);
    if (quarter !== kept) {
      kept = quarter;
      const at = zoned(seconds, timeZone);
      const text = at.toString({ timeZoneName: "never", smallestUnit: "second" });
      head = text.slice(0, 14);
      tail = text.slice(19);
      minuteShift = at.minute - Math.floor(secondsOfHour / 60);
    }
    const minute = Math.floor(secondsOfHour / 60) + minuteShift;
    return `${head}${TWO_DIGITS[minute]}:${TWO_DIGITS[seconds % 60]}${tail}`;
  };
}
