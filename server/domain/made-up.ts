/**
 * What later bills made up for of an earlier one: a list that is only added to, as long as those
 * bills count, and what its sums say. Whatever is known otherwise than it was billed, owed or to be
 * given back is the difference to such a sum.
 */
import { paidOf, type Standing } from "./invoice-state.ts";
import type { CorrectionLine } from "./lines.ts";
import type { Minor, Rounding } from "./money.ts";
import type { Rating } from "./rating.ts";

/** What a period was charged with, or by how much that changed. */
export interface Charged {
  amount: Minor;
  milliwattHours: number;
  /** Milliwatt-hours fed in that may make up for what is drawn, now or later. */
  earned: number;
  /** Of those, and of those from before, what made up for some of this period. */
  used: number;
}

/** `on` is the later bill that has it as a line. */
export type Entry =
  & { on: string }
  & (Charged & { kind: "correction" } | { kind: "late" | "givenBack"; amount: Minor });

export interface MadeUp {
  /** By its own lines, as it was issued. */
  own: Charged;
  entries: Entry[];
}

export const chargedBy = (
  { total, milliwattHours, creditEarned, creditUsed }: Omit<Rating, "lines">,
): Charged => ({
  amount: total,
  milliwattHours,
  earned: creditEarned,
  used: creditUsed,
});

/** All that a period was charged with so far. */
export const chargedFor = ({ own, entries }: MadeUp): Charged =>
  entries.reduce(
    (sum, entry) => entry.kind === "correction" ? combined(sum, entry, 1) : sum,
    own,
  );

export const difference = (now: Charged, before: Charged): Charged => combined(now, before, -1);

const combined = (one: Charged, other: Charged, sign: 1 | -1): Charged => ({
  amount: one.amount + sign * other.amount,
  milliwattHours: one.milliwattHours + sign * other.milliwattHours,
  earned: one.earned + sign * other.earned,
  used: one.used + sign * other.used,
});

export const isNothing = (charged: Charged): boolean =>
  Object.values(charged).every((value) => value === 0);

/** What a period leaves to later ones of what is fed in, below zero if it takes from them. */
export const creditOf = ({ earned, used }: Pick<Charged, "earned" | "used">): number =>
  earned - used;

/** Nothing where only what is left of what was fed in is another. */
export function correctionLines(
  month: string,
  now: Charged,
  before: Charged,
  rounding: Rounding,
): CorrectionLine[] {
  const { amount, milliwattHours } = difference(now, before);
  if (amount === 0 && milliwattHours === 0) return [];
  const [billed, known] = [before, now].map(({ amount, milliwattHours }) => ({
    amount,
    milliwattHours,
  }));
  const rest = { milliwattHours, amount, billed, known, rounding };
  return [{ kind: "correction", label: month, month, ...rest }];
}

/**
 * What the customer is to get back, or below zero to pay. Of what is credited that is all that was
 * paid, and all that later bills charged for it, as its period is billed anew from nothing.
 */
export function toGiveBack(invoice: Standing & Pick<MadeUp, "entries">): Minor {
  const { total, credited, entries } = invoice;
  const sumOf = (isOne: (entry: Entry) => boolean) =>
    entries.filter(isOne).reduce((sum, { amount }) => sum + amount, 0);
  const given = sumOf(({ kind }) => kind === "givenBack");
  const paid = paidOf(invoice);
  const due = credited
    ? paid + sumOf(({ kind }) => kind !== "givenBack")
    : Math.max(0, paid - total);
  return due - given;
}
