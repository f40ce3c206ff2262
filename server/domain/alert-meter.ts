/**
 * The rules on a meter. What happens to it is remembered as signs: of each kind the first and the
 * last of those that follow each other closely, which are one cause.
 */
import type { Finding, Kind, SignEvidence } from "./alert-kinds.ts";
import { type Limits, powerLimit } from "./alert-limits.ts";
import { bestTime, type Reading, timeIsUncertain } from "./reading.ts";
import type { Supply } from "./tariff.ts";

export type SignKind = Extract<
  Kind,
  "clockWrong" | "conflict" | "tamper" | "signature" | "impossiblePower"
>;

interface SignRule {
  /** From so many on, over at least so long, it is told. */
  least: number;
  leastSeconds: number;
  /** So long after the last one it is over. */
  overSeconds: number;
}

const HOUR = 3_600;
const DAY = 86_400;

/** A single wrong signature is a bit that flipped; a clock that is wrong is set right at the next time. */
const SIGN_RULES: Record<SignKind, SignRule> = {
  clockWrong: { least: 3, leastSeconds: 900, overSeconds: 2 * HOUR },
  conflict: { least: 1, leastSeconds: 0, overSeconds: 7 * DAY },
  tamper: { least: 1, leastSeconds: 0, overSeconds: DAY },
  signature: { least: 10, leastSeconds: 0, overSeconds: HOUR },
  impossiblePower: { least: 1, leastSeconds: 0, overSeconds: DAY },
};
const SIGN_KINDS = Object.keys(SIGN_RULES) as SignKind[];

export interface MeterWatch {
  /** When it last was heard, on the server's clock. */
  heardAt: number;
  /** The highest number of its readings that was taken. */
  readN: number;
  /** About the median of the seconds in between; 0 while unknown. */
  gapSeconds: number;
  signs: Partial<Record<SignKind, SignEvidence>>;
}

export const newMeterWatch = (at: number): MeterWatch => ({
  heardAt: at,
  readN: 0,
  gapSeconds: 0,
  signs: {},
});

/** Up or down by a small part each time, so it comes to where as many gaps are longer as shorter. */
const GAP_STEP = 0.1;

export function heard(watch: MeterWatch, at: number): void {
  const gap = at - watch.heardAt;
  if (gap <= 0) return;
  if (watch.gapSeconds === 0) watch.gapSeconds = gap;
  else watch.gapSeconds *= gap > watch.gapSeconds ? 1 + GAP_STEP : 1 - GAP_STEP;
  watch.heardAt = at;
}

/** One that brings many readings at once is soon known for it; an outage only looks the same. */
const LATE_GROWTH = 4;

/**
 * By the times of what came since somebody looked, in order. What was not there then, though it was
 * read before, came later: all that tells is that the meter was not heard until then.
 */
export function heardSince(watch: MeterWatch, times: number[], lookedAt: number): void {
  const [first] = times;
  if (first === undefined) return;
  if (first > lookedAt) {
    for (const at of times) heard(watch, at);
    return;
  }
  const { gapSeconds, heardAt } = watch;
  heard(watch, lookedAt);
  const gap = lookedAt - heardAt;
  if (gap > gapSeconds && gapSeconds > 0) {
    watch.gapSeconds = Math.min(gap, LATE_GROWTH * gapSeconds);
  }
  watch.heardAt = Math.max(watch.heardAt, ...times.slice(-1));
}

/** `peak` is kept where it is the most. */
export function notice(watch: MeterWatch, kind: SignKind, at: number, peak?: number): void {
  const sign = watch.signs[kind];
  if (!sign || at - sign.last > SIGN_RULES[kind].overSeconds) {
    watch.signs[kind] = { since: at, last: at, times: 1, ...(peak !== undefined && { peak }) };
    return;
  }
  sign.last = Math.max(sign.last, at);
  sign.times++;
  if (peak !== undefined) sign.peak = Math.max(sign.peak ?? 0, peak);
}

/** What a minute at the limit gives is forgiven: times are whole seconds, registers whole pulses. */
const FORGIVEN_SECONDS = 60;
const MILLIWATT_HOURS_A_WATT_SECOND = 1 / 3.6;

/** The watts of a rise between two readings that no supply gives, if it is one. */
export function impossibleWatts(
  before: Reading,
  after: Reading,
  limits: Limits,
  supply: Supply,
): number | undefined {
  if (timeIsUncertain(before) || timeIsUncertain(after)) return undefined;
  const seconds = Math.max(0, bestTime(after) - bestTime(before));
  const rise = after.milliwattHours - before.milliwattHours;
  const most = powerLimit(limits, supply) * (seconds + FORGIVEN_SECONDS);
  if (rise <= most * MILLIWATT_HOURS_A_WATT_SECOND) return undefined;
  return Math.round(rise / MILLIWATT_HOURS_A_WATT_SECOND / Math.max(1, seconds));
}

export interface MeterFacts {
  meterId: string;
  watch: MeterWatch;
  limits: Limits;
  supply: Supply;
  now: number;
  /** Since when the server listens: before that nobody could be heard. */
  listeningSince: number;
  isInOutage: boolean;
  /** The oldest case of a fall that nobody has answered, and how many there are. */
  openCase?: { id: string; seenAt: number; cases: number };
}

export const meterFindings = (facts: MeterFacts): Finding[] => [
  ...silentFindings(facts),
  ...fallFindings(facts),
  ...SIGN_KINDS.flatMap((kind) => signFindings(facts, kind)),
];

/** So many times its own gap is silence. */
const GAPS = 6;
/** Of one that has been heard once. */
const UNKNOWN_SILENCE = 2 * HOUR;

function silenceSeconds({ gapSeconds }: MeterWatch, { silentMinutes }: Limits): number {
  const own = gapSeconds === 0 ? UNKNOWN_SILENCE : GAPS * gapSeconds;
  return silentMinutes === null ? Infinity : Math.max(silentMinutes * 60, own);
}

/** Told by when it was last heard, so the next silence is another alert. */
function silentFindings(facts: MeterFacts): Finding[] {
  const { meterId: subject, watch, limits, now, listeningSince, isInOutage } = facts;
  const { heardAt, gapSeconds } = watch;
  const silence = silenceSeconds(watch, limits);
  if (now - heardAt < silence) return [];
  const key = `${heardAt}`;
  const isExplained = isInOutage || now - listeningSince < silence;
  if (isExplained) return [{ kind: "silent", subject, key, level: "hold" }];
  const evidence = { heardAt, gapSeconds: Math.round(gapSeconds) };
  return [{ kind: "silent", subject, key, level: "raise", evidence }];
}

function fallFindings({ meterId: subject, openCase }: MeterFacts): Finding[] {
  if (!openCase) return [];
  const { id: key, seenAt, cases } = openCase;
  return [{ kind: "registerFell", subject, key, level: "raise", evidence: { seenAt, cases } }];
}

function signFindings(facts: MeterFacts, kind: SignKind): Finding[] {
  const { meterId: subject, watch, limits, supply, now } = facts;
  const sign = watch.signs[kind];
  const { least, leastSeconds, overSeconds } = SIGN_RULES[kind];
  if (!sign || now - sign.last > overSeconds) return [];
  if (sign.times < least || sign.last - sign.since < leastSeconds) return [];
  const cause = { subject, key: `${sign.since}`, level: "raise" } as const;
  if (kind !== "impossiblePower") return [{ kind, ...cause, evidence: { ...sign } }];
  const evidence = { ...sign, limitWatts: powerLimit(limits, supply) };
  return [{ kind, ...cause, evidence }];
}
