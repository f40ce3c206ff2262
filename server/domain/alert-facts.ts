/** What each kind of alert has to tell: its numbers, written, in no sentence yet. */
import type { Figures } from "./alert-figures.ts";
import type { BudgetEvidence, Evidences, Kind, SignEvidence } from "./alert-kinds.ts";

interface Source<K extends Kind> {
  evidence: Evidences[K];
  key: string;
  /** When it was seen that it was over, which it may have been for a while. */
  closedAt?: number;
}

const budget = ({ evidence, key }: { evidence: BudgetEvidence; key: string }, figures: Figures) => {
  const { isMoney, used, limit, until, expected = 0 } = evidence;
  const amounts = [used, limit, used - limit, expected];
  const texts = isMoney ? amounts.map(figures.money) : figures.energies(...amounts);
  return {
    isMoney: isMoney === 1,
    month: figures.month(key),
    until: figures.moment(until),
    used: texts[0],
    limit: texts[1],
    percent: figures.percent(used, limit),
    over: used > limit ? texts[2] : undefined,
    /** Worked out seldom: by now more may be used than was expected. */
    expected: expected > used ? texts[3] : undefined,
  };
};

const sign = ({ evidence }: { evidence: SignEvidence }, figures: Figures) => {
  const { since, last, times } = evidence;
  return {
    at: figures.moment(since),
    ends: last > since ? figures.span(since, last) : undefined,
    times: figures.count(times),
  };
};

const DAY = 86_400;
const MILLIWATT_HOURS_A_WATT_IN_30_DAYS = 720_000;

type Facts = { [K in Kind]: (source: Source<K>, figures: Figures) => object };

const FACTS = {
  dayLimit: ({ evidence: { milliwattHours, limitMilliwattHours }, key }, figures) => {
    const [used, limit] = figures.energies(milliwattHours, limitMilliwattHours);
    return { day: figures.day(key), used, limit };
  },
  budgetForecast: budget,
  budgetNear: budget,
  budgetPassed: budget,
  variation: ({ evidence: { amount, seconds, expected, usual, bills }, key }, figures) => ({
    month: figures.month(key),
    days: figures.days(seconds),
    used: figures.money(amount),
    expected: figures.money(expected),
    usual: figures.money(usual),
    percent: figures.percent(expected - usual, usual),
    bills: figures.count(bills),
  }),
  unusual: ({ evidence }, figures) => {
    const { since, until, milliwattHours, usualMilliwattHours } = evidence;
    const [used, usual] = figures.energies(milliwattHours, usualMilliwattHours);
    const percent = figures.percent(milliwattHours - usualMilliwattHours, usualMilliwattHours);
    return { ends: figures.span(since, until), used, usual, percent };
  },
  neverSleeps: ({ evidence: { days, watts, beforeWatts }, key }, figures) => ({
    day: figures.day(key),
    days: figures.days(days * DAY),
    least: figures.power(watts),
    before: figures.power(beforeWatts),
    more: figures.energies(Math.max(0, watts - beforeWatts) * MILLIWATT_HOURS_A_WATT_IN_30_DAYS)[0],
  }),
  estimation: ({ evidence: { estimatedSeconds, missingSeconds, ofSeconds }, key }, figures) => {
    const unknown = estimatedSeconds + missingSeconds;
    return {
      month: figures.month(key),
      unknown: figures.duration(unknown),
      percent: figures.percent(unknown, ofSeconds),
      estimated: estimatedSeconds > 0 ? figures.duration(estimatedSeconds) : undefined,
      missing: missingSeconds > 0 ? figures.duration(missingSeconds) : undefined,
    };
  },
  silent: ({ evidence: { heardAt, gapSeconds }, closedAt = heardAt }, figures) => ({
    since: figures.moment(heardAt),
    gap: gapSeconds > 0 ? figures.interval(gapSeconds) : undefined,
    overBy: figures.later(closedAt, heardAt),
  }),
  outage: ({ evidence: { since, meters, ofMeters }, closedAt = since }, figures) => ({
    since: figures.moment(since),
    meters: figures.count(meters).text,
    ofMeters: figures.count(ofMeters).text,
    percent: figures.percent(meters, ofMeters),
    overBy: figures.later(closedAt, since),
  }),
  registerFell: ({ evidence: { seenAt, cases }, closedAt = seenAt }, figures) => ({
    at: figures.moment(seenAt),
    cases: figures.count(cases),
    overBy: figures.later(closedAt, seenAt),
  }),
  clockWrong: (source, figures) => {
    const { peak } = source.evidence;
    return { ...sign(source, figures), off: peak ? figures.duration(peak) : undefined };
  },
  conflict: sign,
  tamper: sign,
  signature: sign,
  impossiblePower: (source, figures) => {
    const { peak, limitWatts } = source.evidence;
    return {
      ...sign(source, figures),
      most: peak === undefined ? undefined : figures.power(peak),
      limit: figures.power(limitWatts),
    };
  },
} satisfies Facts;

export type FactsOf<K extends Kind> = ReturnType<typeof FACTS[K]>;

/** What is stored under a kind has the numbers of that kind. */
export function factsOf(
  kind: Kind,
  source: { evidence: Record<string, number>; key: string; closedAt?: number },
  figures: Figures,
): FactsOf<Kind> {
  const write: (source: Source<never>, figures: Figures) => FactsOf<Kind> = FACTS[kind];
  return write(source as Source<never>, figures);
}
