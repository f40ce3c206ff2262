/**
 * The load of a Brazilian home, appliance by appliance: what a meter would see, second by second.
 *
 * Each day is planned from the home's seed and the date alone, so a home does the same whether it is
 * looked at every second or every hour. It is made to look right in a chart and to exercise a meter
 * (steps of 5.5 kW, quiet nights, weeks away), not to forecast anybody's consumption.
 */
import { between, drawSeed, gaussian, type Random, seededRandom } from "./random.ts";

export interface Household {
  /** The load at a moment; moments are asked for in rising order. */
  watts(unixSeconds: number): number;
}

/** An appliance at work, in local seconds; one with a thermostat or a motor program cycles. */
interface Run {
  start: number;
  end: number;
  watts: number;
  cycleSeconds: number;
  /** The part of each cycle that it is on. */
  duty: number;
}

interface Home {
  seed: number;
  people: number;
  baseWatts: number;
  fridgeWatts: number;
  lightWatts: number;
  televisionWatts: number;
  /** 0 for a home without one. */
  airConditionerWatts: number;
  wakesAtHour: number;
  sleepsAtHour: number;
}

interface Day {
  number: number;
  /** Local seconds at midnight. */
  start: number;
  isWeekend: boolean;
  wakesAtHour: number;
}

type Plan = (home: Home, day: Day, random: Random) => Run[];

const DAY_SECONDS = 86400;
const BRASILIA_OFFSET_SECONDS = -10800;
const SHOWER_WATTS = 5500;
const AWAY_WEEKS = 0.06;

const moveIn = (random: Random): Home => ({
  seed: drawSeed(random),
  people: Math.floor(between(random, 2, 5)),
  baseWatts: between(random, 60, 120),
  fridgeWatts: between(random, 90, 150),
  lightWatts: between(random, 50, 140),
  televisionWatts: between(random, 70, 150),
  airConditionerWatts: random() < 0.5 ? between(random, 800, 1100) : 0,
  wakesAtHour: between(random, 5.5, 7.5),
  sleepsAtHour: between(random, 21.5, 23.5),
});

const run = (day: Day, hour: number, minutes: number, watts: number): Run => {
  const start = day.start + hour * 3600;
  return { start, end: start + minutes * 60, watts, cycleSeconds: 1, duty: 1 };
};

const cycling = (run: Run, cycleMinutes: number, duty: number): Run => ({
  ...run,
  cycleSeconds: cycleMinutes * 60,
  duty,
});

const alwaysOn: Plan = (home, day, random) => [
  run(day, 0, 24 * 60, home.baseWatts),
  cycling(
    run(day, 0, 24 * 60, home.fridgeWatts),
    between(random, 35, 55),
    between(random, 0.35, 0.55),
  ),
];

/** One bathroom: nobody showers at the same time. */
const showers: Plan = (home, day, random) =>
  Array.from({ length: home.people }, (_, person) => {
    const hour = random() < 0.4
      ? day.wakesAtHour + person / 3 + between(random, 0, 0.1)
      : 18.5 + person / 2 + between(random, 0, 0.25);
    return run(day, hour, between(random, 6, 10), SHOWER_WATTS);
  });

const lights: Plan = (home, day, random) => {
  const brightness = between(random, 0.7, 1);
  return [
    run(day, 18, (home.sleepsAtHour - 18) * 60, home.lightWatts * brightness),
    run(day, day.wakesAtHour, 40, home.lightWatts * brightness / 2),
  ];
};

const television: Plan = (home, day, random) => {
  const evening = run(
    day,
    between(random, 18.5, 20),
    between(random, 60, 180),
    home.televisionWatts,
  );
  if (!day.isWeekend || random() < 0.4) return [evening];
  return [
    evening,
    run(day, between(random, 13, 15), between(random, 60, 200), home.televisionWatts),
  ];
};

const cooking: Plan = (_home, day, random) => {
  const microwave = [day.wakesAtHour + 0.5, 12, 19].filter(() => random() < 0.7).map((hour) =>
    run(day, hour + between(random, 0, 0.5), between(random, 2, 5), 1300)
  );
  if (random() > (day.isWeekend ? 0.5 : 0.2)) return microwave;
  const oven = run(day, random() < 0.5 ? 11 : 18.5, between(random, 30, 60), 1800);
  return [...microwave, cycling(oven, 2, 0.6)];
};

const washing: Plan = (_home, day, random) =>
  random() > (day.isWeekend ? 0.7 : 0.2)
    ? []
    : [cycling(run(day, between(random, 9, 16), 55, 450), 1, 0.7)];

/** Nights are warmest in January: the home is in the southern hemisphere. */
const airConditioning: Plan = (home, day, random) => {
  const warmth = (1 + Math.cos(2 * Math.PI * (day.number % 365.25 - 15) / 365.25)) / 2;
  if (home.airConditionerWatts === 0 || random() > 0.1 + 0.6 * warmth) return [];
  const night = run(
    day,
    home.sleepsAtHour - 0.5,
    between(random, 240, 480),
    home.airConditionerWatts,
  );
  return [cycling(night, between(random, 15, 25), between(random, 0.4, 0.65))];
};

const WHEN_AT_HOME: Plan[] = [showers, lights, television, cooking, washing, airConditioning];

const streamFor = (seed: number, index: number): Random =>
  seededRandom(seed ^ Math.imul(index + 1, 0x9e3779b1));

const isAway = (home: Home, dayNumber: number): boolean =>
  streamFor(~home.seed, Math.floor(dayNumber / 7))() < AWAY_WEEKS;

const planDay = (home: Home, number: number): Run[] => {
  const random = streamFor(home.seed, number);
  // Day 0, in 1970, was a Thursday.
  const isWeekend = (number + 4) % 7 === 0 || (number + 4) % 7 === 6;
  const wakesAtHour = home.wakesAtHour + (isWeekend ? 1.5 : 0) + between(random, -0.25, 0.25);
  const day: Day = { number, start: number * DAY_SECONDS, isWeekend, wakesAtHour };
  const plans = isAway(home, number) ? [alwaysOn] : [alwaysOn, ...WHEN_AT_HOME];
  return plans.flatMap((plan) => plan(home, day, random));
};

const wattsOf = ({ start, end, watts, cycleSeconds, duty }: Run, second: number): number =>
  second >= start && second < end && (second - start) % cycleSeconds < duty * cycleSeconds
    ? watts
    : 0;

export const createHousehold = (
  random: Random,
  timezoneOffsetSeconds: number = BRASILIA_OFFSET_SECONDS,
): Household => {
  const home = moveIn(random);
  const noise = seededRandom(drawSeed(random));
  let plannedDay = NaN;
  let runs: Run[] = [];

  return {
    watts: (unixSeconds) => {
      const second = unixSeconds + timezoneOffsetSeconds;
      const day = Math.floor(second / DAY_SECONDS);
      if (day !== plannedDay) {
        // Yesterday's runs may go on past midnight.
        runs = [...planDay(home, day - 1), ...planDay(home, day)];
        plannedDay = day;
      }
      const load = runs.reduce((sum, run) => sum + wattsOf(run, second), 0);
      return Math.max(0, load + gaussian(noise) * (0.005 * load + 1));
    },
  };
};
