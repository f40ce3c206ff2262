/** Who had a point when, and so whose its values are. */

/** A customer has a point from one instant to another, and sees nothing of before and after. */
export interface Holding {
  customerId: string;
  /** Unix seconds. */
  from: number;
  to?: number;
}

/** A stretch of time; without an end, it goes on. */
export interface Stretch {
  from: number;
  to?: number;
}

/** The stretches of time in which a customer had the point. */
export const heldBy = (
  { holders }: { holders: Holding[] },
  customerId: string,
): Holding[] => holders.filter((holding) => holding.customerId === customerId);

/** Whether nobody else has ever had the point. */
export const isOnlyHeldBy = ({ holders }: { holders: Holding[] }, customerId: string): boolean =>
  holders.every((holding) => holding.customerId === customerId);

/** What counts at an instant, of those that did one after another. */
export const stretchAt = <One extends Stretch>(
  stretches: One[],
  instant: number,
): One | undefined =>
  stretches.findLast(({ from, to = Infinity }) => from <= instant && instant < to);

/** What is common to two stretches, if anything is. */
export function overlapOf(one: Stretch, other: Stretch): Required<Stretch> | undefined {
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to ?? Infinity, other.to ?? Infinity);
  return from < to ? { from, to } : undefined;
}
