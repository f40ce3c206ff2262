/**
 * A year of homes through the rules on alerts: each quarter of an hour is handed to what is
 * remembered of a point, and what is found goes through the life of alerts, as the service does it.
 */
import { drawSeed, seededRandom } from "../../meter-sim/random.ts";
import { type Alert, changesOf, idsRaised } from "../../server/domain/alert-life.ts";
import type { Finding } from "../../server/domain/alert-kinds.ts";
import { heard, meterFindings, notice } from "../../server/domain/alert-meter.ts";
import { outageOf } from "../../server/domain/alert-outage.ts";
import { pointFindings } from "../../server/domain/alert-rules.ts";
import {
  advance,
  dayFinder,
  exchange,
  type NewQuarter,
  type Place,
  recount,
} from "../../server/domain/alert-watch.ts";
import { dayOf, moveIn, NO_FAULTS, QUARTERS, weatherOf } from "./alert-homes.ts";
import { EXPECTED, type Incident, incidentsOf, STREET } from "./alert-incidents.ts";
import { type Alerts, billDay, newAlerts, setLimits, SimHome } from "./alert-home.ts";

const ZONE = "America/Sao_Paulo";
/** A Monday in March, at midnight there. */
export const BEGIN = Temporal.PlainDateTime.from("2025-03-03T00:00").toZonedDateTime(ZONE)
  .epochMilliseconds / 1000;
const QUARTER = 900;

export interface Year {
  homes: SimHome[];
  incidents: Incident[];
  /** Of streets. */
  outages: Alert[];
  days: number;
  evaluations: number;
  ratings: number;
}

export function simulateYear(seed: number, count: number, days: number): Year {
  const random = seededRandom(seed);
  const weather = weatherOf(drawSeed(random), days);
  const dayAt = dayFinder(ZONE);
  const place: Place = { dayAt, timeZone: ZONE, reading: { day: 31 }, feedsIn: false };
  const homes = Array.from(
    { length: count },
    (_, i) => new SimHome(i, moveIn(drawSeed(random), days), BEGIN, days, place),
  );
  const incidents = incidentsOf(random, count, days).filter((one) => isSeen(one, homes));
  for (const incident of incidents) homes[incident.home].incidents.push(incident);
  const streets = new Map<number, Alerts>();
  const year: Year = { homes, incidents, outages: [], days, evaluations: 0, ratings: 0 };
  for (let day = 0; day < days; day++) {
    for (const home of homes) beginDay(home, day, weather[day]);
    for (let quarter = 0; quarter < QUARTERS; quarter++) {
      const at = BEGIN + (day * QUARTERS + quarter) * QUARTER;
      for (const home of homes) takeQuarter(home, at, place);
      watchStreets(homes, streets, at + QUARTER);
      for (const home of homes) {
        year.evaluations++;
        evaluate(home, at + QUARTER, place, year);
      }
    }
  }
  year.outages = [...streets.values()].flatMap(({ all }) => [...all.values()]);
  return year;
}

/** Nobody has a new habit who then goes away. */
const isSeen = ({ kind, home, from }: Incident, homes: SimHome[]): boolean =>
  kind !== "new habit" ||
  !homes[home].home.away.some(([leaves, returns]) =>
    leaves * 86_400 < from + EXPECTED[kind].withinSeconds && from < returns * 86_400
  );

function beginDay(home: SimHome, day: number, warmth: number): void {
  const from = day * 86_400;
  home.active = home.incidents.filter((one) => one.from < from + 86_400 && from < one.to + 86_400);
  const has = (kind: Incident["kind"]) =>
    home.active.find((one) => one.kind === kind && one.from <= from && from < one.to);
  home.plan = dayOf(home.home, day, warmth, {
    ...NO_FAULTS,
    isFridgeBroken: has("fridge fault") !== undefined,
    daytimeWatts: habitWatts(home, has("new habit")),
  });
  if (day === 62) setLimits(home);
}

const HABIT_PART = 0.6;
const WORKDAY_HOURS = 8.5;

/** So much that a day has more than half of what it had before on top. */
function habitWatts({ truth }: SimHome, habit?: Incident): number {
  if (!habit) return 0;
  const first = Math.floor(habit.from / QUARTER);
  const before = truth.subarray(first - 30 * QUARTERS, first).reduce((sum, mWh) => sum + mWh, 0);
  return HABIT_PART * before / 30 / 1_000 * 7 / 5 / WORKDAY_HOURS;
}

const CUTS: Incident["kind"][] = [
  "street outage",
  "silent meter",
  "late batch",
  "meter exchange",
  "long estimation",
];
/** For so long a quarter waits for its readings; then it is missing. */
const GRACE_QUARTERS = 4;
/** A bad connection for a quarter or two, as happens every few days. */
const DROPS = 0.003;

function takeQuarter(sim: SimHome, at: number, place: Place): void {
  const since = at - BEGIN;
  const now = sim.active.filter((one) => one.from <= since && since < one.to);
  const is = (kind: Incident["kind"]) => now.some((one) => one.kind === kind);
  const heater = now.find(({ kind }) => kind === "heater left on");
  const load = sim.plan[since / QUARTER % QUARTERS] + (heater ? heater.watts * 250 : 0);
  const milliwattHours = is("street outage") ? 0 : Math.round(load);
  sim.truth[since / QUARTER] = milliwattHours;
  if (sim.dropped > 0) sim.dropped--;
  else if (sim.home.random() < DROPS) sim.dropped = 1 + Math.floor(sim.home.random() * 3);
  const cut = now.find(({ kind }) => CUTS.includes(kind));
  if (cut || sim.dropped > 0) {
    sim.missed.push({ start: at, milliwattHours, quality: "measured" });
    if (cut) sim.cutBy = cut.kind;
    else sim.heldSigns.push(...now);
    const given = sim.missed.at(-1 - GRACE_QUARTERS);
    if (given) {
      const missing = { ...given, milliwattHours: 0, quality: "missing" as const };
      advance(sim.watch, missing, sim.limits, place);
    }
    return;
  }
  comeBack(sim, at, place);
  signs(sim, [...sim.heldSigns.splice(0), ...now], at);
  const quarter: NewQuarter = { start: at, milliwattHours, quality: "measured" };
  advance(sim.watch, quarter, sim.limits, place);
  sim.keep(quarter);
  for (let time = at + 300; time <= at + QUARTER; time += 300) heard(sim.meter, time);
}

/** A meter that was cut off tells all it kept; one that lost it leaves an estimate. */
function comeBack(sim: SimHome, at: number, place: Place): void {
  if (sim.missed.length === 0) return;
  const isLost = sim.cutBy === "meter exchange" || sim.cutBy === "long estimation" ||
    sim.cutBy === "street outage";
  const all = sim.missed.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);
  const share = Math.round(all / sim.missed.length);
  const known: NewQuarter[] = isLost
    ? sim.missed.map(({ start }) => ({ start, milliwattHours: share, quality: "estimated" }))
    : sim.missed;
  for (const quarter of known) sim.keep(quarter);
  if (known[0].start < sim.watch.at) {
    recount(sim.watch, sim.values(sim.watch.period.from, sim.watch.at), at);
  }
  // Those for which it was still waited.
  for (const quarter of known) advance(sim.watch, quarter, sim.limits, place);
  if (sim.cutBy === "meter exchange") exchange(sim.watch, at - 1);
  sim.missed = [];
  sim.cutBy = undefined;
}

function signs({ meter, home }: SimHome, now: Incident[], at: number): void {
  for (const { kind } of now) {
    if (kind === "tamper" || kind === "conflict") notice(meter, kind, at);
    if (kind === "clock wrong") notice(meter, "clockWrong", at, 600);
    if (kind === "impossible jump") notice(meter, "impossiblePower", at, 90_000);
    for (let i = 0; kind === "forged datagrams" && i < 20; i++) notice(meter, "signature", at + i);
  }
  // Bits flip, and a clock is off for a moment after the power went.
  if (home.random() < 0.001) notice(meter, "signature", at);
  if (home.random() < 0.0005) notice(meter, "clockWrong", at, 300);
}

function watchStreets(homes: SimHome[], streets: Map<number, Alerts>, now: number) {
  for (let first = 0; first < homes.length; first += STREET) {
    const street = homes.slice(first, first + STREET);
    const alerts = streets.get(first) ?? newAlerts();
    streets.set(first, alerts);
    const [open] = alerts.open.values();
    if (!open && street.every(({ meter }) => now - meter.heardAt < QUARTER)) continue;
    const { findings, meterIds } = outageOf({
      regionId: `${first}`,
      limits: street[0].limits,
      now,
      listeningSince: BEGIN,
      meters: street.map(({ id, meter }) => ({ meterId: id, watch: meter })),
      openKey: open?.key,
    });
    apply(alerts, `${first}`, findings, now);
    for (const home of street) home.isInOutage = meterIds.includes(home.id);
  }
}

function evaluate(sim: SimHome, now: number, place: Place, year: Year): void {
  if (billDay(sim, now, place)) year.ratings++;
  const since = now - BEGIN;
  const fall = sim.active.find(({ kind, from, to }) =>
    kind === "register reset" && from <= since && since < to
  );
  const { id, watch, limits } = sim;
  const findings: Finding[] = [
    ...pointFindings({ pointId: id, watch, limits, hasOpenFall: fall !== undefined }),
    ...meterFindings({
      meterId: id,
      watch: sim.meter,
      limits,
      supply: "twoPhase",
      now,
      listeningSince: BEGIN,
      isInOutage: sim.isInOutage,
      ...(fall && { openCase: { id: `${fall.from}`, seenAt: BEGIN + fall.from, cases: 1 } }),
    }),
  ];
  apply(sim.alerts, id, findings, now);
}

/** As a store does it: the open ones, and those closed that would be opened again. */
function apply(alerts: Alerts, subject: string, findings: Finding[], at: number): void {
  if (findings.length === 0 && alerts.open.size === 0) return;
  const evaluation = { subject, at, findings };
  const closed = idsRaised(evaluation).flatMap((id) =>
    alerts.open.has(id) ? [] : alerts.all.get(id) ?? []
  );
  for (const { event, alert } of changesOf([...alerts.open.values(), ...closed], evaluation)) {
    alerts.all.set(alert.id, alert);
    if (event === "closed") alerts.open.delete(alert.id);
    else alerts.open.set(alert.id, alert);
  }
}
