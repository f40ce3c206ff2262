/**
 * Summer time of a zone as ESPI's LocalTimeParameters put it: a base offset, what is added to it,
 * and two rules, each packed into 32 bits, for when that begins and ends.
 */

export interface LocalTimeParameters {
  dstEndRule: string;
  dstOffset: number;
  dstStartRule: string;
  tzOffset: number;
}

const NO_RULE = "FFFFFFFF";

/** In so many years a date that follows a day of the week takes each of its seven values. */
const YEARS_LOOKED_AT = 12;

/** The rules in force at an instant. Where there is no such pair of rules, its offset holds for all. */
export function localTimeParametersOf(seconds: number, timeZone: string): LocalTimeParameters {
  const at = Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(timeZone);
  const years = Array.from({ length: YEARS_LOOKED_AT }, (_, i) => changesOf(at.year + i, timeZone));
  const [forward, ...moreForward] = years[0].filter(({ by }) => by > 0);
  const [back, ...moreBack] = years[0].filter(({ by }) => by < 0);
  const isPair = forward && back && moreForward.length + moreBack.length === 0 &&
    forward.by === -back.by;
  if (!isPair) {
    return {
      dstEndRule: NO_RULE,
      dstOffset: 0,
      dstStartRule: NO_RULE,
      tzOffset: at.offsetNanoseconds / 1e9,
    };
  }
  return {
    dstEndRule: ruleOf(back, years),
    dstOffset: forward.by,
    dstStartRule: ruleOf(forward, years),
    tzOffset: forward.offsetBefore,
  };
}

interface Change {
  /** Seconds by which the clock is put forward. */
  by: number;
  offsetBefore: number;
  /** What the clock shows at that moment, not yet changed. */
  wall: Temporal.PlainDateTime;
}

function changesOf(year: number, timeZone: string): Change[] {
  const changes: Change[] = [];
  let at = Temporal.PlainDate.from({ year, month: 1, day: 1 }).toZonedDateTime(timeZone);
  for (;;) {
    const next = at.getTimeZoneTransition("next");
    if (!next) return changes;
    const before = next.subtract({ nanoseconds: 1 });
    const wall = before.toPlainDateTime().add({ nanoseconds: 1 });
    if (wall.year > year) return changes;
    const by = (next.offsetNanoseconds - before.offsetNanoseconds) / 1e9;
    if (by !== 0) changes.push({ by, offsetBefore: before.offsetNanoseconds / 1e9, wall });
    at = next;
  }
}

const ON_THE_DATE = 0;
const WEEKDAY_FROM_DATE = 1;
const FIRST_WEEKDAY = 2;
const LAST_WEEKDAY = 7;

function ruleOf(change: Change, years: Change[][]): string {
  const alike = years.flatMap((changes) =>
    changes.filter(({ by, wall }) =>
      Math.sign(by) === Math.sign(change.by) && wall.month === change.wall.month &&
      wall.dayOfWeek === change.wall.dayOfWeek &&
      wall.toPlainTime().equals(change.wall.toPlainTime())
    )
  ).map(({ wall }) => wall.day);
  const earliest = Math.min(...alike);
  if (alike.length < years.length || Math.max(...alike) > earliest + 6) {
    return packed(change.wall, { operator: ON_THE_DATE, day: change.wall.day, weekday: 0 });
  }
  const weekday = change.wall.dayOfWeek;
  if (earliest % 7 === 1) {
    return packed(change.wall, { operator: FIRST_WEEKDAY + (earliest - 1) / 7, day: 0, weekday });
  }
  if (earliest === change.wall.daysInMonth - 6) {
    return packed(change.wall, { operator: LAST_WEEKDAY, day: 0, weekday });
  }
  return packed(change.wall, { operator: WEEKDAY_FROM_DATE, day: earliest, weekday });
}

/** From the highest bits: month, operator, day of the month, day of the week, hour, seconds. */
function packed(
  { month, hour, minute, second }: Temporal.PlainDateTime,
  { operator, day, weekday }: { operator: number; day: number; weekday: number },
): string {
  const calendar = month * 2 ** 28 + operator * 2 ** 25 + day * 2 ** 20 + weekday * 2 ** 17;
  const rule = calendar + hour * 2 ** 12 + minute * 60 + second;
  return rule.toString(16).toUpperCase().padStart(8, "0");
}
