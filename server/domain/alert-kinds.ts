/**
 * What an alert can be about, and the numbers that stand behind each kind. A sentence is written
 * from them later, in whichever language; here are no words for people.
 */

/** Energy in milliwatt-hours, money in the currency's minor unit, times in Unix seconds. */
export interface Evidences {
  dayLimit: { milliwattHours: number; limitMilliwattHours: number };
  budgetForecast: BudgetEvidence;
  budgetNear: BudgetEvidence;
  budgetPassed: BudgetEvidence;
  variation: VariationEvidence;
  unusual: { since: number; until: number; milliwattHours: number; usualMilliwattHours: number };
  neverSleeps: { days: number; watts: number; beforeWatts: number };
  silent: { heardAt: number; gapSeconds: number };
  outage: { since: number; meters: number; ofMeters: number };
  registerFell: { seenAt: number; cases: number };
  /** `peak` is by how many seconds the clock was off at most. */
  clockWrong: SignEvidence;
  conflict: SignEvidence;
  tamper: SignEvidence;
  signature: SignEvidence;
  /** `peak` is in watts. */
  impossiblePower: SignEvidence & { limitWatts: number };
  estimation: { estimatedSeconds: number; missingSeconds: number; ofSeconds: number };
}

/** Of energy or of money, as the budget is. */
export interface BudgetEvidence {
  used: number;
  limit: number;
  isMoney: 0 | 1;
  /** Until when that is known: of money it may be hours ago. */
  until: number;
  expected?: number;
}

export interface VariationEvidence {
  /** The bill so far, after so many seconds of the period. */
  amount: number;
  seconds: number;
  expected: number;
  /** What the previous bills come to over as many days as the period has, and of how many. */
  usual: number;
  bills: number;
}

export interface SignEvidence {
  since: number;
  last: number;
  times: number;
  peak?: number;
}

export type Kind = keyof Evidences;
export type SubjectType = "point" | "meter" | "region";
export type Audience = "customer" | "staff";
/** In rising order. What is urgent does not wait for the end of quiet hours. */
export const SEVERITIES = ["notice", "warning", "urgent"] as const;
export type Severity = typeof SEVERITIES[number];

interface About {
  subject: SubjectType;
  audience: Audience;
  severity: Severity;
}

const about = (subject: SubjectType, audience: Audience, severity: Severity): About => ({
  subject,
  audience,
  severity,
});

export const KINDS: Record<Kind, About> = {
  dayLimit: about("point", "customer", "notice"),
  budgetForecast: about("point", "customer", "notice"),
  budgetNear: about("point", "customer", "notice"),
  budgetPassed: about("point", "customer", "warning"),
  variation: about("point", "customer", "warning"),
  unusual: about("point", "customer", "warning"),
  neverSleeps: about("point", "customer", "notice"),
  estimation: about("point", "staff", "notice"),
  silent: about("meter", "staff", "warning"),
  outage: about("region", "staff", "urgent"),
  registerFell: about("meter", "staff", "warning"),
  clockWrong: about("meter", "staff", "notice"),
  conflict: about("meter", "staff", "warning"),
  tamper: about("meter", "staff", "urgent"),
  signature: about("meter", "staff", "warning"),
  impossiblePower: about("meter", "staff", "warning"),
};

export const kindsFor = (audience: Audience): Kind[] =>
  (Object.keys(KINDS) as Kind[]).filter((kind) => KINDS[kind].audience === audience);

interface Cause<K extends Kind> {
  kind: K;
  /** The id of a point, a meter or a region, as the kind says. */
  subject: string;
  /** What makes it another alert than the last of its kind: a date, a month, an instant. */
  key: string;
  /** The customer whom it is for, as the next one at the point is told anew. */
  of?: string;
}

interface RaisedCause<K extends Kind> extends Cause<K> {
  level: "raise";
  evidence: Evidences[K];
}

/** Keeps an open one open, and opens none: the cause is fading, or cannot be judged now. */
interface HeldCause<K extends Kind> extends Cause<K> {
  level: "hold";
  evidence?: Evidences[K];
}

export type Finding = { [K in Kind]: RaisedCause<K> | HeldCause<K> }[Kind];
