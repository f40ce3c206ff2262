/**
 * More than usual for this hour of this weekday, and for long enough that it is no oven: what goes
 * beyond the usual and an allowance is added up, and what is not kept up is forgotten again.
 */
import { localDays } from "./billing-period.ts";
import { energyOf } from "./energy-slices.ts";
import { forecast } from "./forecast.ts";
import type { Usual } from "./usual.ts";

/** By weekday 24 hours in watt-hours and, of the whole day, the usual and how far it spreads. */
export type UsualWeek = Uint32Array;

export interface Excess {
  /** Milliwatt-hours beyond the usual and the allowance; forgotten bit by bit. */
  score: number;
  /** When and on which date it began, and what was drawn and usual since. */
  since: number;
  date: string;
  drawn: number;
  usual: number;
  wasRaised: boolean;
  /** What was told lately is not told again unless it is more. */
  tolerated: number;
}

export const NO_EXCESS: Excess = {
  score: 0,
  since: 0,
  date: "",
  drawn: 0,
  usual: 0,
  wasRaised: false,
  tolerated: 0,
};

const HOURS = 24;
const A_DAY = HOURS + 2;
const DAYS = 7;
const MILLI = 1_000;

/** A week of plain days, from Monday on: what is usual is known by the hours on the wall. */
const PLAIN_WEEK = localDays(4 * 86_400, 11 * 86_400, "UTC");

/** What is usual, small enough to keep for each point; renewed once a week. */
export function usualWeek(usual: Usual): UsualWeek {
  const week = new Uint32Array(DAYS * A_DAY);
  // Of one weekday there are few samples; how regular people are is seen in all of them.
  const spreads = usual.days.map(({ median, high }) => high - median).sort((a, b) => a - b);
  const spread = inWattHours(spreads[Math.floor(DAYS / 2)]);
  for (const { weekday, from, to } of PLAIN_WEEK) {
    const { rest } = forecast([], usual, { from, until: to, timeZone: "UTC" });
    const at = (weekday - 1) * A_DAY;
    for (let hour = 0; hour < HOURS; hour++) {
      week[at + hour] = inWattHours(energyOf(rest.slice(hour * 4, hour * 4 + 4)));
    }
    week[at + HOURS] = inWattHours(usual.days[weekday - 1].median);
    week[at + HOURS + 1] = spread;
  }
  return week;
}

const inWattHours = (milliwattHours: number): number => Math.round(milliwattHours / MILLI);

/** Watts and a part of the usual that are nothing unusual. */
const ALLOWANCE_WATTS = 300;
const ALLOWANCE_PART = 0.4;
/** Of what is told by default no more counts in a quarter, so that it takes six hours at least. */
const TOLD_BY_DEFAULT = 4_000_000;
const MOST_A_QUARTER = 1 / 24;
const KEPT_A_QUARTER = 0.85;
const MOST_SCORE = 1.5;
const OVER = 0.1;
const HOLDS = 0.5;
const PART_OF_DAY = 0.45;
const SPREADS = 2;
const TOLERATED_AGAIN = 1.2;
const MOST_TOLERATED = 4;
const TOLERATED_A_DAY = 0.98;

/** What is worth telling: in a home that draws much, or now so and now so, it is in proportion. */
function worthTelling(week: UsualWeek, weekday: number, least: number, tolerated: number): number {
  const at = (weekday - 1) * A_DAY + HOURS;
  const ofHome = Math.max(PART_OF_DAY * week[at], SPREADS * week[at + 1]) * MILLI;
  const told = least * Math.max(1, ofHome / TOLD_BY_DEFAULT);
  return Math.max(told, Math.min(tolerated, MOST_TOLERATED * told));
}

/** Takes a quarter of an hour that was measured, in order. */
export function addQuarter(
  excess: Excess,
  week: UsualWeek,
  start: number,
  milliwattHours: number,
  hour: number,
  { weekday, date }: { weekday: number; date: string },
  least: number,
): void {
  const usual = week[(weekday - 1) * A_DAY + hour] * MILLI / 4;
  const allowed = usual + Math.max(ALLOWANCE_PART * usual, ALLOWANCE_WATTS * MILLI / 4);
  const beyond = milliwattHours - allowed;
  if (excess.score === 0) {
    if (beyond <= 0) return;
    Object.assign(excess, { since: start, date, drawn: 0, usual: 0 });
  }
  const told = worthTelling(week, weekday, least, excess.tolerated);
  const most = told * MOST_A_QUARTER * TOLD_BY_DEFAULT / least;
  excess.drawn += milliwattHours;
  excess.usual += usual;
  excess.score = beyond > 0
    ? Math.min(MOST_SCORE * told, excess.score + Math.min(beyond, most))
    : excess.score * KEPT_A_QUARTER;
  if (excess.score >= told) excess.wasRaised = true;
  if (beyond <= 0 && excess.score < OVER * told) endRun(excess, start);
}

/** Where nothing is known, what was unusual is forgotten as if it had ended. */
export function forgetQuarter(excess: Excess, start: number, least: number): void {
  if (excess.score === 0) return;
  excess.score *= KEPT_A_QUARTER;
  if (excess.score < OVER * least) endRun(excess, start);
}

/** What people do now and then ends by itself; what went on for longer would be told again. */
const HABIT_SECONDS = 12 * 3_600;

function endRun(excess: Excess, at: number): void {
  const { wasRaised, since, drawn, usual, tolerated } = excess;
  if (wasRaised && at - since < HABIT_SECONDS) {
    excess.tolerated = Math.max(tolerated, Math.round((drawn - usual) * TOLERATED_AGAIN));
  }
  excess.score = 0;
  excess.wasRaised = false;
}

export function closeExcessDay(excess: Excess): void {
  excess.tolerated = Math.round(excess.tolerated * TOLERATED_A_DAY);
}

export function excessLevel(
  { score, tolerated, wasRaised }: Excess,
  week: UsualWeek,
  weekday: number,
  least: number,
): "raise" | "hold" | undefined {
  if (score === 0) return undefined;
  const told = worthTelling(week, weekday, least, tolerated);
  if (score >= told) return "raise";
  return wasRaised && score >= HOLDS * told ? "hold" : undefined;
}
