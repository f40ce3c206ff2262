/** The rules on a point: from what is remembered of it to what is to be told. */
import { budgetFindings, variationFindings } from "./alert-bill.ts";
import { excessLevel } from "./alert-excess.ts";
import type { Finding } from "./alert-kinds.ts";
import type { Limits } from "./alert-limits.ts";
import type { Watch } from "./alert-watch.ts";

export interface PointFacts {
  pointId: string;
  watch: Watch;
  limits: Limits;
  /** A register fell in the period, and nobody has said yet what it was. */
  hasOpenFall: boolean;
}

export function pointFindings({ pointId, watch, limits, hasOpenFall }: PointFacts): Finding[] {
  const ofSums = [
    ...dayLimitFindings(pointId, watch, limits),
    ...budgetFindings(pointId, watch, limits),
  ];
  return [
    ...hasOpenFall ? ofSums.map(held) : ofSums,
    ...variationFindings(pointId, watch, limits, hasOpenFall),
    ...unusualFindings(pointId, watch, limits),
    ...neverSleepsFindings(pointId, watch, limits),
    ...estimationFindings(pointId, watch, limits),
  ];
}

/** A register that climbs again what it fell counts as if all of that had been drawn. */
const held = ({ kind, subject, key }: Finding): Finding => ({ kind, subject, key, level: "hold" });

/** For so long the day before is looked at, too, as its last quarters may be known only then. */
const DAY_BEFORE_SECONDS = 3_600;

function dayLimitFindings(subject: string, watch: Watch, limits: Limits): Finding[] {
  const { dayMilliwattHours: limitMilliwattHours } = limits;
  if (limitMilliwattHours === null) return [];
  const { day, dayBefore, at } = watch;
  const days = dayBefore && at - day.from <= DAY_BEFORE_SECONDS ? [dayBefore, day] : [day];
  return days.filter(({ milliwattHours }) => milliwattHours > limitMilliwattHours)
    .map(({ date: key, milliwattHours }) => {
      const evidence = { milliwattHours, limitMilliwattHours };
      return { kind: "dayLimit", subject, key, level: "raise", evidence };
    });
}

function unusualFindings(subject: string, watch: Watch, limits: Limits): Finding[] {
  const { excess, usual, day, at } = watch;
  if (usual === undefined || limits.unusualMilliwattHours === null) return [];
  const level = excessLevel(excess, usual, day.weekday, limits.unusualMilliwattHours);
  if (!level) return [];
  const { since, date: key, drawn, usual: expected } = excess;
  const evidence = {
    since,
    until: at,
    milliwattHours: drawn,
    usualMilliwattHours: Math.round(expected),
  };
  return [{ kind: "unusual", subject, key, level, evidence }];
}

function neverSleepsFindings(subject: string, { lows }: Watch, limits: Limits): Finding[] {
  const { risen } = lows;
  if (!risen || limits.neverSleepsWatts === null) return [];
  if (risen.days < limits.neverSleepsDays) return [];
  const { since: key, days, watts, beforeWatts } = risen;
  const level = risen.isFading ? "hold" : "raise";
  const evidence = { days, watts, beforeWatts };
  return [{ kind: "neverSleeps", subject, key, level, evidence }];
}

const HOLDS = 0.5;
const HOUR = 3_600;

function estimationFindings(subject: string, { period, at }: Watch, limits: Limits): Finding[] {
  if (limits.estimatedHours === null) return [];
  const { month: key, estimatedSeconds, missingSeconds, from } = period;
  const told = limits.estimatedHours * HOUR;
  const unknown = estimatedSeconds + missingSeconds;
  if (unknown < HOLDS * told) return [];
  const level = unknown >= told ? "raise" : "hold";
  const evidence = { estimatedSeconds, missingSeconds, ofSeconds: at - from };
  return [{ kind: "estimation", subject, key, level, evidence }];
}
