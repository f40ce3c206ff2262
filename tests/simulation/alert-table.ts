/** How the alerts of a simulated year stand to what was true: found how soon, and how many falsely. */
import { type Kind, KINDS, kindsFor } from "../../server/domain/alert-kinds.ts";
import type { Alert } from "../../server/domain/alert-life.ts";
import { EXPECTED, type Incident, type IncidentKind, STREET } from "./alert-incidents.ts";
import { priceOf, type SimHome } from "./alert-home.ts";
import { BEGIN, type Year } from "./alert-year.ts";

const DAY = 86_400;
const QUARTER = 900;

export interface Row {
  what: string;
  by: Kind;
  within: number;
  incidents: number;
  /** How long each took that was found in time. */
  found: number[];
}

export interface Scores {
  rows: Row[];
  /** Alerts without a cause, by kind. */
  falsely: Map<Kind, number>;
  alerts: Map<Kind, number>;
  homeQuarters: number;
  /** Alerts of variation in a period with an exchange, or right after late data. */
  forbidden: number;
  exchanges: number;
  lateBatches: number;
  missed: string[];
}

export function scoresOf(year: Year): Scores {
  const scores: Scores = {
    rows: [],
    falsely: new Map(),
    alerts: new Map(),
    homeQuarters: year.homes.length * year.days / 91.3,
    forbidden: 0,
    exchanges: countOf(year, "meter exchange"),
    lateBatches: countOf(year, "late batch") + countOf(year, "silent meter"),
    missed: [],
  };
  for (const kind of Object.keys(EXPECTED) as IncidentKind[]) scoreIncidents(year, kind, scores);
  for (const kind of ["dayLimit", "budgetNear", "budgetPassed"] as const) {
    scores.rows.push({ what: "as set", by: kind, within: DAY, incidents: 0, found: [] });
  }
  for (const home of year.homes) {
    scoreLimits(home, scores);
    for (const alert of home.alerts.all.values()) scoreAlert(home, alert, scores);
  }
  for (const alert of year.outages) {
    const first = Number(alert.subject);
    const isTrue = year.incidents.some((one) =>
      one.kind === "street outage" && Math.floor(one.home / STREET) * STREET === first &&
      isDuring(one, alert, DAY)
    );
    count(scores.alerts, alert.kind);
    if (!isTrue) count(scores.falsely, alert.kind);
  }
  return scores;
}

const countOf = ({ incidents }: Year, kind: IncidentKind): number =>
  incidents.filter((incident) => incident.kind === kind).length;

const count = (counts: Map<Kind, number>, kind: Kind) => {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
};

const isDuring = ({ from, to }: Incident, { openedAt }: Alert, grace: number): boolean =>
  BEGIN + from <= openedAt && openedAt <= BEGIN + to + grace;

function scoreIncidents(year: Year, kind: IncidentKind, { rows, missed }: Scores): void {
  const { kind: by, withinSeconds: within } = EXPECTED[kind];
  if (!by) return;
  const row: Row = { what: kind, by, within, incidents: 0, found: [] };
  const streets = new Set<string>();
  for (const incident of year.incidents) {
    if (incident.kind !== kind || !shows(year, incident)) continue;
    const street = `${streetOf(incident.home)} ${incident.from}`;
    if (kind === "street outage" && streets.has(street)) continue;
    streets.add(street);
    row.incidents++;
    const alerts = kind === "street outage"
      ? year.outages.filter(({ subject }) =>
        Number(subject) === Math.floor(incident.home / STREET) * STREET
      )
      : [...year.homes[incident.home].alerts.all.values()];
    const times = alerts.filter((alert) => alert.kind === by)
      .map(({ openedAt }) => openedAt - BEGIN - incident.from)
      .filter((time) => time >= 0 && time <= within);
    if (times.length > 0) row.found.push(Math.min(...times));
    else {missed.push(
        `${kind} in home ${incident.home} from day ${(incident.from / DAY).toFixed(1)}, ${
          Math.round(incident.watts)
        } W`,
      );}
  }
  rows.push(row);
}

/** Whether what happened is something that has to be told, within its time. */
function shows(year: Year, incident: Incident): boolean {
  const { kind, from } = incident;
  const until = from + EXPECTED[kind].withinSeconds;
  if (kind === "new habit") return billsRise(year.homes[incident.home], from, until);
  // What is estimated is counted by periods.
  if (kind === "long estimation") return monthAt(BEGIN + from) === monthAt(BEGIN + until);
  return kind !== "silent meter" || !isDark(year, incident, until);
}

const VARIES_BY = 1.3;

/** Whether a bill after it is as much above those before as was set. */
function billsRise({ bills }: SimHome, from: number, until: number): boolean {
  const [first, last] = [from, until].map((at) => monthAt(BEGIN + at));
  return bills.some(({ month, amount, days }, i) => {
    const earlier = bills.slice(Math.max(0, i - 3), i);
    const usual = earlier.reduce((sum, bill) => sum + bill.amount / bill.days, 0) / earlier.length;
    return first <= month && month <= last && amount / days >= VARIES_BY * usual;
  });
}

/** Whether the whole street is, so that the silence of one is explained. */
const isDark = ({ incidents }: Year, { home, from }: Incident, until: number): boolean =>
  incidents.some((one) =>
    one.kind === "street outage" && streetOf(one.home) === streetOf(home) &&
    one.from < until && from < one.to
  );

const streetOf = (home: number): number => Math.floor(home / STREET);

const GRACE: Partial<Record<Kind, number>> = { variation: 31 * DAY, estimation: 31 * DAY };
const EXACT: Kind[] = ["dayLimit", "budgetNear", "budgetPassed", "budgetForecast"];

function scoreAlert(home: SimHome, alert: Alert, scores: Scores): void {
  const { kind } = alert;
  count(scores.alerts, kind);
  const isTrue = EXACT.includes(kind)
    ? isTrueLimit(home, alert)
    : home.incidents.some((one) =>
      (EXPECTED[one.kind].kind === kind || EXPECTED[one.kind].explains.includes(kind)) &&
      isDuring(one, alert, GRACE[kind] ?? DAY)
    );
  if (!isTrue) count(scores.falsely, kind);
  if (kind === "variation" && isForbidden(home, alert)) scores.forbidden++;
}

const monthAt = (instant: number): string => dateAt(instant).slice(0, 7);
const dateAt = (instant: number): string =>
  new Date((instant - 3 * 3_600) * 1_000).toISOString().slice(0, 10);

const isForbidden = (home: SimHome, { key, openedAt }: Alert): boolean =>
  home.incidents.some(({ kind, to }) =>
    kind === "meter exchange" && monthAt(BEGIN + to) === key && BEGIN + to <= openedAt ||
    (kind === "late batch" || kind === "silent meter") &&
      0 <= openedAt - BEGIN - to && openedAt - BEGIN - to < DAY
  );

/** When the energy of a month or a date, or its price, passes a limit. */
function passedAt(
  { truth }: SimHome,
  key: string,
  of: (milliwattHours: number, seconds: number) => number,
  limit: number,
): number | undefined {
  const isMeant = (day: number) => dateAt(BEGIN + day * DAY).startsWith(key);
  const days = truth.length / 96;
  let first = 0;
  while (first < days && !isMeant(first)) first++;
  let sum = 0;
  for (let i = first * 96; i < truth.length; i++) {
    if (i % 96 === 0 && !isMeant(i / 96)) return undefined;
    sum += truth[i];
    const seconds = (i + 1 - first * 96) * QUARTER;
    if (of(sum, seconds) > limit) return BEGIN + (i + 1) * QUARTER;
  }
  return undefined;
}

function datesBetween(from: number, to: number): string[] {
  const dates = [dateAt(BEGIN + to)];
  for (let at = from; at < to; at += DAY) dates.push(dateAt(BEGIN + at));
  return dates;
}

const amountAt = (sum: number, seconds: number) => priceOf(sum, seconds / DAY);
const energyAt = (sum: number) => sum;
/** What is estimated of a gap may lie a little beside the truth. */
const NEARLY = 0.97;

function isTrueLimit(home: SimHome, { kind, key, openedAt }: Alert): boolean {
  const { budget, dayMilliwattHours } = home.limits;
  if (kind === "dayLimit") {
    return passedAt(home, key, energyAt, dayMilliwattHours! * NEARLY) !== undefined;
  }
  const isMoney = budget !== null && "amount" in budget;
  const limit = budget === null ? 0 : isMoney ? budget.amount : budget.milliwattHours;
  const part = kind === "budgetNear" ? 0.8 : 1;
  const passed = passedAt(home, key, isMoney ? amountAt : energyAt, limit * part * NEARLY);
  return passed !== undefined && (kind === "budgetForecast" || passed <= openedAt + DAY);
}

function scoreLimits(home: SimHome, { rows, missed }: Scores): void {
  const { budget, dayMilliwattHours } = home.limits;
  const since = home.limitsSince;
  if (since === undefined) return;
  const check = (kind: Kind, key: string, passed: number | undefined) => {
    if (passed === undefined) return;
    const row = rows.find(({ by, what }) => by === kind && what === "as set")!;
    row.incidents++;
    const alert = home.alerts.all.get(`${kind}:${home.id}:${key}`);
    const time = alert ? Math.max(0, alert.openedAt - passed) : Infinity;
    if (time <= row.within) row.found.push(time);
    else missed.push(`${kind} ${key} in home ${home.number}`);
  };
  const isCut = (key: string) =>
    home.incidents.some(({ kind, from, to }) =>
      !["heater left on", "fridge fault", "new habit", "tamper"].includes(kind) &&
      datesBetween(from, to).some((date) => date.startsWith(key))
    );
  const keys = new Set<string>();
  for (let at = since + DAY; at < BEGIN + home.truth.length * QUARTER; at += DAY) {
    keys.add(dayMilliwattHours === null ? monthAt(at) : dateAt(at));
  }
  for (const key of keys) {
    if (isCut(key) || key === monthAt(since)) continue;
    if (dayMilliwattHours !== null) {
      check("dayLimit", key, passedAt(home, key, energyAt, dayMilliwattHours * 1.001));
    }
    if (budget === null) continue;
    const [of, limit] = "amount" in budget
      ? [amountAt, budget.amount]
      : [energyAt, budget.milliwattHours];
    const passed = passedAt(home, key, of, limit * 1.002);
    check("budgetPassed", key, passed);
    const near = passedAt(home, key, of, limit * 0.8 * 1.002);
    if (near === undefined || passed === undefined || passed - near > DAY) {
      check("budgetNear", key, near);
    }
  }
}

const hours = (seconds: number): string =>
  seconds === -Infinity
    ? ""
    : seconds >= 2 * DAY
    ? `${(seconds / DAY).toFixed(1)} d`
    : `${(seconds / 3_600).toFixed(2)} h`;

export const customersFalse = ({ falsely, homeQuarters }: Scores): number =>
  kindsFor("customer").reduce((sum, kind) => sum + (falsely.get(kind) ?? 0), 0) / homeQuarters;

export function tableOf(scores: Scores): string {
  const { rows, falsely, alerts, homeQuarters } = scores;
  const line = (...cells: (string | number)[]) =>
    cells.map((cell, i) => i === 0 ? `${cell}`.padEnd(18) : `${cell}`.padStart(i === 1 ? 16 : 10))
      .join(" ");
  const found = rows.map(({ what, by, within, incidents, found }) => {
    const sorted = found.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? -Infinity;
    return line(
      what,
      by,
      hours(within),
      incidents,
      found.length,
      hours(median),
      hours(sorted.at(-1) ?? -Infinity),
    );
  });
  const kinds = Object.keys(KINDS) as Kind[];
  const wrong = kinds.map((kind) => {
    const n = falsely.get(kind) ?? 0;
    return line(
      kind,
      KINDS[kind].audience,
      alerts.get(kind) ?? 0,
      n,
      (n / homeQuarters).toFixed(3),
    );
  });
  return [
    line("incident", "alert", "within", "incidents", "found", "median", "longest"),
    ...found,
    "",
    line("alert", "for", "opened", "falsely", "a home-quarter"),
    ...wrong,
    line("customers' kinds", "", "", "", customersFalse(scores).toFixed(3)),
    `variation after ${scores.exchanges} exchanges and ${scores.lateBatches} batches of late data: ${scores.forbidden}`,
  ].join("\n");
}
