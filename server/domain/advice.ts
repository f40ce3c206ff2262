/**
 * What is worth doing, each with its gain, which is the difference of two ratings. Nothing is
 * advised where the gain is small or too little is known.
 */
import { localDays } from "./billing-period.ts";
import { energyOf, estimatedOf, missingSecondsOf, within } from "./energy-slices.ts";
import { type Forecast, scaledTo, wholeOf } from "./forecast.ts";
import type { Minor } from "./money.ts";
import { limitOf, priced } from "./priced-energy.ts";
import { rate, ratingFault, type ToRate } from "./rating.ts";
import { lastInForce, type Tariff, type TariffVersion } from "./tariff.ts";

export type Advice =
  | { kind: "stayWithin"; upToKwh: number; cutMilliwattHours: number; gain: Minor }
  | {
    kind: "shift";
    appliance: string;
    from: string;
    to: string;
    milliwattHours: number;
    gain: Minor;
  }
  | { kind: "otherTariff"; tariffId: string; periods: number; gain: Minor };

/** What is used at hours of one's own choice. */
export interface Appliance {
  name: string;
  milliwattHoursAUse: number;
  usesAPeriod: number;
}

export interface OtherTariff {
  tariffId: string;
  versions: TariffVersion[];
}

export interface ForAdvice {
  /** The period that runs; its energy is what is known so far. */
  now: ToRate;
  forecast?: Forecast;
  appliances: Appliance[];
  /** Whole periods, which say what another tariff would have cost. */
  past: ToRate[];
  others: OtherTariff[];
  /** What is not worth a word, per period. */
  leastGain: Minor;
}

/** More than this can hardly be saved of what is to come: a sixth. */
const MOST_CUT = 6;
/** With more than a tenth estimated or missing, too little is known of hours. */
const MOST_UNKNOWN = 10;

/** The greatest gain first. */
export function adviceOn(input: ForAdvice): Advice[] {
  const { forecast } = input;
  const all = [
    ...(forecast ? [...stayWithin(input.now, forecast), ...shifts(input, forecast)] : []),
    ...otherTariffs(input),
  ];
  const periodsOf = (advice: Advice) => advice.kind === "otherTariff" ? advice.periods : 1;
  return all.filter((advice) => advice.gain >= input.leastGain * periodsOf(advice))
    .sort((a, b) => b.gain - a.gain);
}

/** Of the limits at which something changes for all of the month's energy. */
function stayWithin(now: ToRate, forecast: Forecast): Advice[] {
  const { soFar, total } = forecast;
  const { tariff } = lastInForce(now);
  const passed = limitsOf(tariff).filter((upToKwh) => {
    const limit = limitOf(upToKwh, now.period);
    const cut = total.expected - limit;
    return cut > 0 && cut * MOST_CUT <= total.expected - soFar;
  });
  if (passed.length === 0) return [];
  const cost = rate(wholeOf(now, forecast)).total;
  return passed.map((upToKwh) => {
    const limit = limitOf(upToKwh, now.period);
    const within = { ...forecast, rest: scaledTo(forecast.rest, limit - soFar) };
    const gain = cost - rate(wholeOf(now, within)).total;
    return { kind: "stayWithin", upToKwh, cutMilliwattHours: total.expected - limit, gain };
  });
}

function limitsOf({ taxes, municipal }: Tariff): number[] {
  const banded = [...taxes.stages.flat(), ...(municipal ? [municipal] : [])];
  const limits = banded.flatMap(({ bands }) => bands.map(({ upToKwh }) => upToKwh));
  return [...new Set(limits)].filter((limit) => limit !== undefined);
}

/** In a period like this one, from the dearest hours to the cheapest. */
function shifts({ now, appliances }: ForAdvice, forecast: Forecast): Advice[] {
  const whole = wholeOf(now, forecast);
  const { period, timeZone } = now;
  const last = lastInForce(now);
  if (last.tariff.energy.kind !== "timeOfUse") return [];
  const days = localDays(last.from, last.to, timeZone);
  const earlier = within(whole.energy, period.from, last.from);
  const current = within(whole.energy, last.from, last.to);
  const [cheap, ...others] = priced(last, current, 0, { month: period, days, timeZone })
    .filter(({ slices }) => energyOf(slices) > 0)
    .sort((a, b) => a.price - b.price);
  const dear = others.pop();
  if (!dear) return [];
  const [inCheap, inDear] = [energyOf(cheap.slices), energyOf(dear.slices)];
  const before = rate(whole).total;
  return appliances.flatMap(({ name, milliwattHoursAUse, usesAPeriod }): Advice[] => {
    const milliwattHours = milliwattHoursAUse * usesAPeriod;
    if (milliwattHours > inDear) return [];
    const energy = [
      ...earlier,
      ...others.flatMap(({ slices }) => slices),
      ...scaledTo(cheap.slices, inCheap + milliwattHours),
      ...scaledTo(dear.slices, inDear - milliwattHours),
    ];
    const gain = before - rate({ ...whole, energy }).total;
    const [from, to] = [dear.name, cheap.name];
    return [{ kind: "shift", appliance: name, from, to, milliwattHours, gain }];
  });
}

/** The one under which the past periods would have cost least, all together. */
function otherTariffs({ past, others }: ForAdvice): Advice[] {
  const known = past.filter(isKnown);
  if (known.length === 0 || others.length === 0) return [];
  const { currency } = lastInForce(known[0]).tariff;
  const costOf = (periods: ToRate[]) => periods.reduce((sum, one) => sum + rate(one).total, 0);
  const cost = costOf(known);
  const gains = others.flatMap(({ tariffId, versions }): Advice[] => {
    const instead = known.map((period) => ({ ...period, tariffs: versions }));
    const isComparable = instead.every((period) =>
      ratingFault(period) === undefined && lastInForce(period).tariff.currency === currency
    );
    if (!isComparable) return [];
    return [{
      kind: "otherTariff",
      tariffId,
      periods: known.length,
      gain: cost - costOf(instead),
    }];
  });
  return gains.toSorted((a, b) => b.gain - a.gain).slice(0, 1);
}

const isKnown = ({ energy, period: { from, to } }: ToRate): boolean => {
  const slices = within(energy, from, to);
  return estimatedOf(slices) * MOST_UNKNOWN <= energyOf(slices) &&
    missingSecondsOf(slices) * MOST_UNKNOWN <= to - from;
};
