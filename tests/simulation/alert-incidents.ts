/** What goes wrong in a year of homes, when, and by which alert it has to be found how soon. */
import { between, type Random } from "../../meter-sim/random.ts";
import type { Kind } from "../../server/domain/alert-kinds.ts";

export type IncidentKind =
  | "heater left on"
  | "fridge fault"
  | "new habit"
  | "street outage"
  | "silent meter"
  | "late batch"
  | "meter exchange"
  | "register reset"
  | "tamper"
  | "clock wrong"
  | "forged datagrams"
  | "conflict"
  | "impossible jump"
  | "long estimation";

const HOUR = 3_600;
export const DAY = 86_400;

interface Expected {
  /** Undefined: nothing has to tell of it. */
  kind?: Kind;
  withinSeconds: number;
  /** What else it may truly bring about. */
  explains: Kind[];
  aHomeYear: number;
  hours: [least: number, most: number];
}

const expected = (
  kind: Kind | undefined,
  withinHours: number,
  aHomeYear: number,
  hours: [number, number],
  explains: Kind[] = [],
): Expected => ({ kind, withinSeconds: withinHours * HOUR, aHomeYear, hours, explains });

export const EXPECTED: Record<IncidentKind, Expected> = {
  "heater left on": expected("unusual", 24, 0.5, [24, 72], ["variation"]),
  "fridge fault": expected("neverSleeps", 6 * 24, 0.3, [240, 900], ["variation", "unusual"]),
  "new habit": expected("variation", 62 * 24, 0.15, [9_000, 9_000]),
  "street outage": expected("outage", 0.5, 0, [1, 6]),
  "silent meter": expected("silent", 1.5, 0.4, [2, 20]),
  "late batch": expected(undefined, 0, 0.4, [24, 60], ["silent", "estimation"]),
  "meter exchange": expected(undefined, 0, 0.2, [0.25, 0.5]),
  "register reset": expected("registerFell", 1.25, 0.2, [12, 120]),
  tamper: expected("tamper", 1.25, 0.2, [1, 30]),
  "clock wrong": expected("clockWrong", 1, 0.2, [3, 60]),
  "forged datagrams": expected("signature", 1, 0.2, [1, 3]),
  conflict: expected("conflict", 1.25, 0.1, [0.25, 0.25]),
  "impossible jump": expected("impossiblePower", 1.25, 0.1, [0.25, 0.25]),
  "long estimation": expected("estimation", 26, 0.15, [26, 60], ["silent"]),
};

export interface Incident {
  kind: IncidentKind;
  home: number;
  /** Of the year, in seconds. */
  from: number;
  to: number;
  watts: number;
}

export const STREET = 25;
/** From then on what is usual is known well. */
const FIRST_DAY = 45;
/** A new habit is seen against bills of before. */
const FIRST_HABIT_DAY = 75;

/** In a home one comes well after the other, so that each is found for itself. */
export function incidentsOf(random: Random, homes: number, days: number): Incident[] {
  const all: Incident[] = [];
  const outages = Math.max(1, Math.round(homes / STREET * 1.5 * days / 365));
  for (let i = 0; i < outages; i++) all.push(...outage(random, homes, days));
  const kinds = Object.keys(EXPECTED) as IncidentKind[];
  for (const kind of kinds) {
    const { aHomeYear, withinSeconds } = EXPECTED[kind];
    if (aHomeYear === 0 || kind === "new habit" && withinSeconds > (days - FIRST_HABIT_DAY) * DAY) {
      continue;
    }
    const count = Math.max(1, Math.round(homes * aHomeYear * days / 365 + random()));
    for (let i = 0; i < count; i++) {
      const incident = anyOf(random, kind, homes, days);
      if (!all.some((other) => collides(other, incident))) all.push(incident);
    }
  }
  return all;
}

const PAUSE = 12 * DAY;

/** A habit goes on behind the others, but its bill has to be its own. */
function collides(a: Incident, b: Incident): boolean {
  if (a.home !== b.home) return false;
  const habits = [a, b].filter(({ kind }) => kind === "new habit").length;
  if (habits === 2) return true;
  if (habits === 1) return Math.abs(a.from - b.from) < 45 * DAY;
  return a.from - PAUSE < b.to && b.from - PAUSE < a.to;
}

function anyOf(random: Random, kind: IncidentKind, homes: number, days: number): Incident {
  const first = kind === "new habit" ? FIRST_HABIT_DAY : FIRST_DAY;
  const last = days - (kind === "new habit" ? 63 : 8);
  const quarter = Math.floor(between(random, first, Math.max(first + 1, last)) * 96);
  const from = quarter * 900;
  const [least, most] = EXPECTED[kind].hours;
  const to = from + Math.ceil(between(random, least, most) * 4) * 900;
  const watts = between(random, 1_000, 2_000);
  return { kind, home: Math.floor(random() * homes), from, to, watts };
}

/** Most of a street; a few have their own way to the net. */
function outage(random: Random, homes: number, days: number): Incident[] {
  const one = anyOf(random, "street outage", homes, days);
  const street = Math.floor(one.home / STREET);
  return Array.from({ length: STREET }, (_, i) => ({ ...one, home: street * STREET + i }))
    .filter(({ home }) => home < homes && random() < 0.9);
}
