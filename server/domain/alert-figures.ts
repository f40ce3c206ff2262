/** The numbers behind an alert as people write them, with the clock of one place. */
import { offsetSeconds } from "./calendar.ts";
import { formatsOf, type TimeUnit } from "./format.ts";
import { dateIn } from "./invoice-state.ts";
import { type Language, languageOf } from "./language.ts";

export interface Count {
  isOne: boolean;
  text: string;
}

export interface Interval {
  /** Near none of the figures that are usual. */
  isRough: boolean;
  text: string;
}

export interface Figures {
  money(minor: number): string;
  /** In kWh, with as few decimals as tell them from each other and from nothing. */
  energies(...milliwattHours: number[]): string[];
  power(watts: number): string;
  count(count: number): Count;
  /** In whole percent, and all of it only where it is; none where that says nothing. */
  percent(part: number, whole: number): string | undefined;
  /** As 2 horas e 40 minutos. */
  duration(seconds: number): string;
  /** What comes again and again, from an estimate. After "every": as 2 horas, and as hora. */
  interval(seconds: number): Interval;
  /** Whole days, and one at least. */
  days(seconds: number): string;
  /** `2026-11-17` as terça, 17 de novembro. */
  day(date: string): string;
  /** As terça, 17 de novembro, às 14:15. */
  moment(instant: number): string;
  /** Both ends; the day is not said twice. */
  span(from: number, to: number): { from: string; to: string };
  /** A moment after another has been said: as às 14:15, where it is of the same day. */
  later(instant: number, said: number): string;
  /** `2026-11` as novembro. */
  month(month: string): string;
}

interface ClockWords {
  onDay: (time: string) => string;
  /** Where the day was said before. */
  alone: (time: string) => string;
}

/** Hours are feminine in Portuguese, and one of them is not many. */
const isOne = (time: string): boolean => /^0?1:/.test(time);

const CLOCKS: Record<Language, ClockWords> = {
  "pt-BR": {
    onDay: (time) => `${isOne(time) ? "à" : "às"} ${time}`,
    alone: (time) => `${isOne(time) ? "a" : "as"} ${time}`,
  },
  en: { onDay: (time) => time, alone: (time) => time },
};

const NO_BREAK = "\u00a0";
const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** In hours up to so many. */
const FEW_DAYS = 2 * DAY;
const USUAL_INTERVALS = [
  ...[5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * HOUR),
];
const NEAR = 0.15;
const UNITS: [seconds: number, unit: TimeUnit][] = [
  [DAY, "day"],
  [HOUR, "hour"],
  [MINUTE, "minute"],
];
const MOST_PERCENT = 999;
const KWH_DIGITS = 6;
const MOST_PLACES = 3;

export function figuresOf(locale: string, currency: string, timeZone: string): Figures {
  const formats = formatsOf(locale, currency);
  const decimal = (value: number, digits: number) =>
    formats.shortDecimal({ value: Math.round(value), digits });
  const lasting = (parts: [count: number, unit: TimeUnit][]) =>
    formats.list(
      parts.filter(([count], i) => count > 0 || i === 0)
        .map(([count, unit]) => formats.lasting(count, unit)),
    );
  const day = (instant: number) => formats.dayOfWeek(dateIn(instant, timeZone));
  const time = (instant: number) => formats.time(timeIn(instant, timeZone));
  const { onDay, alone } = CLOCKS[languageOf(locale)];
  const moment = (instant: number) => `${day(instant)}, ${onDay(time(instant))}`;
  const duration = (seconds: number) => lasting(partsOf(seconds));
  const isOfOneDay = (from: number, to: number) => day(from) === day(to) && to - from < DAY;
  return {
    money: (minor) => formats.money(Math.round(minor)),
    energies: (...energies) => {
      const places = placesFor(energies);
      return energies.map((energy) =>
        `${decimal(energy / 10 ** (KWH_DIGITS - places), places)}${NO_BREAK}kWh`
      );
    },
    power: (watts) =>
      watts < 1_000 ? `${decimal(watts, 0)}${NO_BREAK}W` : `${decimal(watts / 10, 2)}${NO_BREAK}kW`,
    count: (count) => ({ isOne: count === 1, text: decimal(count, 0) }),
    percent: (part, whole) => {
      const rounded = whole > 0 ? Math.round(100 * part / whole) : 0;
      const value = part < whole ? Math.min(rounded, 99) : rounded;
      return value < 1 || value > MOST_PERCENT ? undefined : formats.percent({ value, digits: 2 });
    },
    duration,
    interval: (seconds) => {
      const usual = USUAL_INTERVALS.find((one) => Math.abs(seconds - one) <= NEAR * one);
      const text = formats.lasting(...roughly(usual ?? seconds));
      if (usual === undefined) return { isRough: true, text };
      return { isRough: false, text: text.replace(/^1\s(\S+)$/, "$1") };
    },
    days: (seconds) => formats.lasting(Math.max(1, Math.floor(seconds / DAY)), "day"),
    day: formats.dayOfWeek,
    moment,
    span: (from, to) => ({
      from: moment(from),
      to: isOfOneDay(from, to) ? alone(time(to)) : moment(to),
    }),
    later: (instant, said) => isOfOneDay(said, instant) ? onDay(time(instant)) : moment(instant),
    month: formats.monthName,
  };
}

const timeIn = (instant: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds((instant + offsetSeconds(instant, timeZone)) * 1000)
    .toZonedDateTimeISO("UTC").toPlainTime().toString({ smallestUnit: "minute" });

function placesFor(energies: number[]): number {
  const all = [0, ...energies];
  const differing = new Set(all).size;
  for (let places = 1; places < MOST_PLACES; places++) {
    const unit = 10 ** (KWH_DIGITS - places);
    if (new Set(all.map((energy) => Math.round(energy / unit))).size === differing) return places;
  }
  return MOST_PLACES;
}

/** Two figures, of the largest unit. */
function roughly(seconds: number): [count: number, unit: TimeUnit] {
  const [size, unit] = UNITS.find(([size]) => seconds >= size) ?? [1, "second"];
  return [Number((seconds / size).toPrecision(2)), unit];
}

/** The two largest units that say something. */
function partsOf(seconds: number): [count: number, unit: TimeUnit][] {
  if (seconds < MINUTE) return [[Math.round(seconds), "second"]];
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < 60) return [[minutes, "minute"]];
  if (seconds < FEW_DAYS) return [[Math.floor(minutes / 60), "hour"], [minutes % 60, "minute"]];
  const hours = Math.round(seconds / HOUR);
  return [[Math.floor(hours / 24), "day"], [hours % 24, "hour"]];
}
