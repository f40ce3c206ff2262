/** One home of the simulated year: what is true of it, what is known of it, and its bills. */
import { before, type PastBill, wantsRating } from "../../server/domain/alert-bill.ts";
import { usualWeek } from "../../server/domain/alert-excess.ts";
import type { Alert } from "../../server/domain/alert-life.ts";
import { defaultLimits, type Limits } from "../../server/domain/alert-limits.ts";
import { type MeterWatch, newMeterWatch } from "../../server/domain/alert-meter.ts";
import {
  newWatch,
  type Place,
  type QuarterTotal,
  type Watch,
} from "../../server/domain/alert-watch.ts";
import { periodContaining } from "../../server/domain/billing-period.ts";
import type { Value } from "../../server/domain/energy.ts";
import { type Usual, usualOf } from "../../server/domain/usual.ts";
import type { Home } from "./alert-homes.ts";
import type { Incident, IncidentKind } from "./alert-incidents.ts";

const QUARTER = 900;
const DAY = 86_400;
const USUAL_DAYS = 56;
/** In hundredths: a price for each kWh and one for each day. */
const PRICE = 95;
const PRICE_A_DAY = 80;
const KWH = 1_000_000;

export interface Alerts {
  all: Map<string, Alert>;
  open: Map<string, Alert>;
}

export const newAlerts = (): Alerts => ({ all: new Map(), open: new Map() });

export class SimHome {
  readonly id: string;
  readonly incidents: Incident[] = [];
  active: Incident[] = [];
  plan = new Float64Array();
  /** What is drawn, and what is known of it: 0 nothing, 1 measured, 2 estimated. */
  readonly truth: Float64Array;
  readonly known: Float64Array;
  readonly quality: Uint8Array;
  missed: QuarterTotal[] = [];
  /** What happened while the connection was bad: its readings come a little later. */
  heldSigns: Incident[] = [];
  cutBy?: IncidentKind;
  dropped = 0;
  watch: Watch;
  meter: MeterWatch;
  limits: Limits = defaultLimits(2);
  limitsSince?: number;
  isInOutage = false;
  readonly alerts = newAlerts();
  bills: PastBill[] = [];
  month: Watch["period"];
  usual?: Usual;
  usualAt = 0;

  constructor(
    readonly number: number,
    readonly home: Home,
    readonly begin: number,
    days: number,
    place: Place,
  ) {
    this.id = `home-${number}`;
    this.truth = new Float64Array(days * 96);
    this.known = new Float64Array(days * 96);
    this.quality = new Uint8Array(days * 96);
    this.watch = newWatch(begin, place);
    this.meter = newMeterWatch(begin);
    this.month = this.watch.period;
  }

  keep({ start, milliwattHours, quality }: QuarterTotal): void {
    const at = (start - this.begin) / QUARTER;
    this.known[at] = milliwattHours;
    this.quality[at] = quality === "measured" ? 1 : 2;
  }

  values(from: number, to: number): Value[] {
    const values: Value[] = [];
    for (
      let at = Math.max(0, (from - this.begin) / QUARTER);
      at < (to - this.begin) / QUARTER;
      at++
    ) {
      const start = this.begin + at * QUARTER;
      const quality = this.quality[at] === 1 ? "measured" : "estimated";
      if (this.quality[at] === 0) continue;
      values.push({ start, end: start + QUARTER, milliwattHours: this.known[at], quality });
    }
    return values;
  }
}

export const priceOf = (milliwattHours: number, days: number): number =>
  Math.round(milliwattHours * PRICE / KWH + days * PRICE_A_DAY);

/** Some have a budget of money, some of energy, some a limit for a day, near what they use. */
export function setLimits(sim: SimHome): void {
  const days = sim.bills.reduce((sum, { days }) => sum + days, 0);
  const all = sim.bills.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);
  const month = all / days * 30 * (0.85 + 0.05 * (sim.number % 7));
  const share = sim.number % 3;
  const budget = share === 0
    ? { milliwattHours: Math.round(month) }
    : share === 1
    ? { amount: priceOf(month, 30) }
    : null;
  const dayMilliwattHours = share === 2 ? Math.round(all / days * 1.5) : null;
  sim.limits = { ...sim.limits, budget, dayMilliwattHours };
  sim.limitsSince = sim.watch.at;
}

/** What jobs do now and then: what is usual once a week, a bill that ended, the bill so far. */
export function billDay(sim: SimHome, now: number, place: Place): boolean {
  const { watch } = sim;
  if (watch.period.month !== sim.month.month) closePeriod(sim);
  sim.month = watch.period;
  if (now - sim.usualAt >= 7 * DAY && place.dayAt(now).from === now) {
    sim.usualAt = now;
    sim.usual = usualOf(sim.values(now - USUAL_DAYS * DAY, now), place.timeZone);
    if (sim.usual) watch.usual = usualWeek(sim.usual);
  }
  if (!wantsRating(watch, sim.limits)) return false;
  rateNow(sim, place);
  return true;
}

function closePeriod({ month, bills }: SimHome): void {
  const { month: name, from, to, milliwattHours, estimatedSeconds, missingSeconds } = month;
  const days = Math.round((to - Math.max(from, 0)) / DAY);
  const estimatedMilliwattHours = milliwattHours * (estimatedSeconds + missingSeconds) /
    (to - from);
  const amount = priceOf(milliwattHours, days);
  bills.push({ month: name, days, amount, milliwattHours, estimatedMilliwattHours });
}

/** At midnight, what `forecast()` comes to, without its quarters, which a price for all needs not. */
function rateNow(sim: SimHome, place: Place): void {
  const { watch, usual, bills } = sim;
  const { from, to, milliwattHours } = watch.period;
  const period = periodContaining(from, place.reading, place.timeZone);
  const at = watch.at;
  const rated = { at, milliwattHours, amount: priceOf(milliwattHours, (at - from) / DAY) };
  const expected = usual && expectedOf(usual, watch);
  const money = (energy: number) => priceOf(energy, period.days);
  watch.rated = {
    ...rated,
    ...(expected && {
      expected: {
        milliwattHours: expected,
        amount: {
          low: money(expected.low),
          expected: money(expected.expected),
          high: money(expected.high),
        },
      },
    }),
    before: before(bills, { month: period.month, fullDays: Math.round((to - from) / DAY) }),
  };
}

const FOUR_IN_FIVE = 1.9;

function expectedOf(usual: Usual, { at, day, period }: Watch) {
  let [more, below, above] = [0, 0, 0];
  for (let end = day.to, weekday = day.weekday; end <= period.to; end += DAY) {
    const { low, median, high } = usual.days[weekday - 1];
    const part = Math.min(1, (end - at) / DAY);
    more += median * part;
    below += ((median - low) * part) ** 2;
    above += ((high - median) * part) ** 2;
    weekday = weekday % 7 + 1;
  }
  const { week } = usual;
  const relative = (side: "low" | "high") =>
    week && week.median > 0 ? Math.abs(week[side] - week.median) / week.median : 0;
  const soFar = period.milliwattHours;
  return {
    low: soFar +
      Math.max(0, more - FOUR_IN_FIVE * Math.max(Math.sqrt(below), more * relative("low"))),
    expected: soFar + more,
    high: soFar + more + FOUR_IN_FIVE * Math.max(Math.sqrt(above), more * relative("high")),
  };
}
