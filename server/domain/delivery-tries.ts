/**
 * How often a delivery is tried: at once, soon again, then each half hour for a day, as nobody knows
 * when an outage ends. What came of a try says what is next.
 */

/** What the other side said to a delivery, or why it could not be reached. */
export type Told = { ok: true; status: number } | Untold;

export interface Untold {
  ok: false;
  reason: string;
  status?: number;
  /** It wants nothing any more: 410. */
  isGone?: true;
  /** To try again would come to the same. */
  isFinal?: true;
  /** It says nothing of others that go the same way. */
  isOfThisOne?: true;
  /** It was not even asked. */
  isUntried?: true;
}

/** Why the last try failed. */
export interface TryFault {
  at: number;
  reason: string;
}

export interface Tries {
  /** How often it was tried and failed. */
  attempts: number;
  firstTriedAt?: number;
  lastFault?: TryFault;
  /** Not to be tried before. */
  nextAt: number;
}

/** How one is given up. */
export interface End {
  reason: string;
  /** With the last one, unless it was not even tried. */
  tries?: Pick<Required<Tries>, "attempts" | "firstTriedAt">;
}

export type Fate =
  | { is: "delivered" }
  | { is: "retried"; tries: Required<Tries> }
  | End & { is: "abandoned"; isGone: boolean };

/** Of those that wait for one, so many are counted where somebody looks. */
export const MOST_COUNTED = 1_000;

/** The last one over and over. */
const DISTANCES = [5, 60, 5 * 60, 15 * 60, 30 * 60];
const GIVEN_UP_AFTER = 24 * 3_600;
/** Of a distance, by which it is longer at most, so that not all come at once. */
const JITTER = 0.2;

export function fateOf(told: Told, id: string, tries: Tries, now: number): Fate {
  if (told.ok) return { is: "delivered" };
  const { reason, isGone = false } = told;
  if (told.isUntried) return { is: "abandoned", reason, isGone };
  const attempts = tries.attempts + 1;
  const firstTriedAt = tries.firstTriedAt ?? now;
  if (isGone || told.isFinal || now >= firstTriedAt + GIVEN_UP_AFTER) {
    return { is: "abandoned", reason, isGone, tries: { attempts, firstTriedAt } };
  }
  // The last try is a day after the first.
  const nextAt = Math.min(now + distanceTo(attempts, id), firstTriedAt + GIVEN_UP_AFTER);
  const lastFault = { at: now, reason };
  return { is: "retried", tries: { attempts, firstTriedAt, lastFault, nextAt } };
}

/** From a failed try to the next one. */
function distanceTo(attempts: number, id: string): number {
  const distance = DISTANCES[Math.min(attempts, DISTANCES.length) - 1];
  return Math.round(distance * (1 + JITTER * shareOf(`${id} ${attempts}`)));
}

/** From 0 to 1, the same for the same text (FNV-1a). */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
