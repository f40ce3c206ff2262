/**
 * Alerts about the bill of the period that runs. A bill is worked out seldom, once a day or when a
 * stage of the budget seems to be reached; what is told is of the last time.
 */
import type { BudgetEvidence, Finding } from "./alert-kinds.ts";
import type { Limits } from "./alert-limits.ts";
import type { Watch } from "./alert-watch.ts";
import type { Range } from "./forecast.ts";
import type { Minor } from "./money.ts";

/** What the period came to when it was last rated. */
export interface Rated {
  /** Until when energy was known, and how much that was. */
  at: number;
  milliwattHours: number;
  amount: Minor;
  /** Of the whole period, where it is known what is usual. */
  expected?: { amount: Range; milliwattHours: Range };
  before?: Before;
}

/** What earlier bills come to over as many days as the period has. */
export interface Before {
  bills: number;
  mean: Minor;
  most: Minor;
}

/** Without what was put right of other bills. */
export interface PastBill {
  month: string;
  days: number;
  amount: Minor;
  milliwattHours: number;
  estimatedMilliwattHours: number;
}

const LATEST_BILLS = 3;
const MOST_UNKNOWN = 10;
const LEAST_DAYS = 20;
const DAY = 86_400;
const LEAST_SECONDS = 7 * DAY;

/** Of the last three bills and that of the same month a year ago, as far as they were measured. */
export function before(
  bills: PastBill[],
  { month, fullDays }: { month: string; fullDays: number },
): Before | undefined {
  const known = bills.toSorted((a, b) => a.month < b.month ? -1 : 1)
    .filter(({ month: billed, days, milliwattHours, estimatedMilliwattHours }) =>
      billed < month && days >= LEAST_DAYS &&
      estimatedMilliwattHours * MOST_UNKNOWN <= milliwattHours
    );
  const latest = known.slice(-LATEST_BILLS);
  if (latest.length === 0) return undefined;
  const yearAgo = known.find((bill) => bill.month === lastYear(month));
  const over = ({ amount, days }: PastBill) => amount * fullDays / days;
  const sum = latest.reduce((sum, bill) => sum + over(bill), 0);
  const most = Math.max(...latest.map(over), yearAgo ? over(yearAgo) : 0);
  return { bills: latest.length, mean: Math.round(sum / latest.length), most: Math.round(most) };
}

const lastYear = (month: string): string => `${Number(month.slice(0, 4)) - 1}${month.slice(4)}`;

const NEAR = 0.8;
const LEAST_GROWTH = 0.01;

/** Without a budget only a variation is looked for, which nobody has to know the same day. */
const RATED_EVERY = 2.5 * DAY;

/** Whether it is time to rate the period anew: a few times a day at most. */
export function wantsRating({ day, period, rated, at }: Watch, { budget, ...limits }: Limits) {
  if (budget === null && limits.variationPercent === null) return false;
  if (rated === undefined) return period.milliwattHours > 0;
  const lastHour = period.to - 3_600;
  const nextDay = budget === null ? Math.max(day.from, rated.at + RATED_EVERY) : day.from;
  // A budget may be passed in the very last quarter.
  const dues = budget === null ? [nextDay, lastHour] : [nextDay, lastHour, period.to - 1];
  if (dues.some((due) => rated.at <= due && at > due)) return true;
  if (budget === null || !("amount" in budget)) return false;
  const guess = amountNow(rated, period.milliwattHours);
  const stage = rated.amount < NEAR * budget.amount ? NEAR : 1;
  return rated.amount < budget.amount && guess >= stage * budget.amount &&
    guess - rated.amount >= LEAST_GROWTH * budget.amount;
}

/** The bill as it may be by now, at the price of a kilowatt-hour more. */
function amountNow({ amount, milliwattHours, expected }: Rated, now: number): Minor {
  const more = now - milliwattHours;
  const rest = expected ? expected.milliwattHours.expected - milliwattHours : 0;
  const price = expected && rest > 0
    ? (expected.amount.expected - amount) / rest
    : milliwattHours > 0
    ? amount / milliwattHours
    : 0;
  return amount + more * price;
}

const HOLDS = 0.97;

/** 80 % and 100 % are what was used; that it will be passed is said only where it is likely. */
export function budgetFindings(subject: string, watch: Watch, { budget }: Limits): Finding[] {
  if (budget === null) return [];
  const { period, rated } = watch;
  const { month: key } = period;
  const isMoney = "amount" in budget;
  if (isMoney && rated === undefined) {
    return (["budgetForecast", "budgetNear", "budgetPassed"] as const)
      .map((kind) => ({ kind, subject, key, level: "hold" }));
  }
  const limit = isMoney ? budget.amount : budget.milliwattHours;
  const used = isMoney ? rated!.amount : period.milliwattHours;
  const expected = isMoney ? rated!.expected?.amount : energyRange(watch);
  const evidence: BudgetEvidence = {
    used,
    limit,
    isMoney: isMoney ? 1 : 0,
    until: isMoney ? rated!.at : watch.at,
    ...(expected && { expected: Math.round(expected.expected) }),
  };
  if (used >= limit) return [{ kind: "budgetPassed", subject, key, level: "raise", evidence }];
  const findings: Finding[] = [];
  if (used >= HOLDS * limit) findings.push({ kind: "budgetPassed", subject, key, level: "hold" });
  if (used >= NEAR * limit) {
    findings.push({ kind: "budgetNear", subject, key, level: "raise", evidence });
  }
  const level = expected && forecastLevel(watch, expected, limit);
  if (!level) return findings;
  // What is near already is told with what is expected.
  const isNews = level === "raise" && findings.length === 0;
  findings.push({
    kind: "budgetForecast",
    subject,
    key,
    level: isNews ? "raise" : "hold",
    evidence,
  });
  return findings;
}

/** The expected and what it may be at least both have to pass, after some days of the period. */
function forecastLevel({ at, period }: Watch, { low, expected }: Range, limit: number) {
  if (at - period.from < LEAST_SECONDS) return undefined;
  if (expected >= limit && (low + expected) / 2 >= limit) return "raise";
  return expected >= HOLDS * limit ? "hold" : undefined;
}

/** As it was expected when it was rated, and by how much more than that has been used since. */
const energyRange = ({ rated }: Watch): Range | undefined => rated?.expected?.milliwattHours;

/** Late data and exchanges make a period unlike others without anybody drawing more. */
const isDisturbed = ({ period, at }: Watch, hasOpenFall: boolean): boolean =>
  hasOpenFall || period.hasExchange || at - period.lateAt < DAY ||
  (period.estimatedSeconds + period.missingSeconds) * MOST_UNKNOWN > at - period.from;

/** Above the highest of the earlier bills, so far, and until it is over, by such a part of it. */
const ABOVE_MOST = 1 / 3;
const ABOVE_SO_FAR = 1 / 2;
const HOLDS_VARIATION = 2 / 3;

/** Both what the bill is so far and what it will be are above earlier bills, day for day. */
export function variationFindings(
  subject: string,
  watch: Watch,
  { variationPercent, variationFloor }: Limits,
  hasOpenFall: boolean,
): Finding[] {
  if (variationPercent === null) return [];
  const { rated, period } = watch;
  const cause = { kind: "variation", subject, key: period.month } as const;
  if (rated === undefined || isDisturbed(watch, hasOpenFall)) return [{ ...cause, level: "hold" }];
  const seconds = rated.at - period.from;
  const { expected, before } = rated;
  if (seconds < LEAST_SECONDS || !expected || !before) return [];
  const more = expected.amount.expected - before.mean;
  const percent = 100 * more / before.mean;
  const evidence = {
    amount: rated.amount,
    seconds,
    expected: expected.amount.expected,
    usual: before.mean,
    bills: before.bills,
  };
  const soFar = rated.amount * (period.to - period.from) / seconds;
  const isAbove = (amount: number, base: number, part: number) =>
    amount >= base * (1 + part * variationPercent / 100);
  const isRaised = percent >= variationPercent && more >= variationFloor &&
    isAbove(expected.amount.expected, before.most, ABOVE_MOST) &&
    isAbove(soFar, before.mean, ABOVE_SO_FAR);
  if (isRaised) return [{ ...cause, level: "raise", evidence }];
  return percent >= variationPercent * HOLDS_VARIATION
    ? [{ ...cause, level: "hold", evidence }]
    : [];
}
