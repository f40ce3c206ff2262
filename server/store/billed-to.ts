/**
 * Until when points are billed, before which nothing is changed any more, and what is left of what
 * was fed in there.
 */
import { failed, type Failure } from "../errors.ts";
import type { Change } from "./change.ts";
import { billedToKey, listRange } from "./keys.ts";
import { POINTS } from "./kinds.ts";
import type { PointRecord } from "./points.ts";
import { readMany } from "./read-many.ts";

export interface BilledTo {
  /** Unix seconds. */
  to: number;
  /** Milliwatt-hours fed in that have made up for none yet, of each customer who had the point. */
  credits: { [customerId: string]: number };
}

export const creditFor = (billed: BilledTo | undefined, customerId: string): number =>
  billed?.credits[customerId] ?? 0;

export function withCredit(
  { to, credits }: BilledTo,
  { customerId }: { customerId: string },
  more: number,
): BilledTo {
  const { [customerId]: before = 0, ...others } = credits;
  const credit = before + more;
  return { to, credits: credit === 0 ? others : { ...others, [customerId]: credit } };
}

/** Unix seconds; 0 where nothing is billed. Checked to be so still when the change is written. */
export const billedTo = async (change: Change, { id, tariffs }: PointRecord): Promise<number> =>
  tariffs ? (await change.row<BilledTo>(billedToKey(id)))?.to ?? 0 : 0;

const ROWS_A_READ = 500;

/** Of the points in a list the one that is billed for longest; none where none is billed. */
export async function billedLongest(
  kv: Deno.Kv,
  list: string,
): Promise<{ point: string; to: number } | undefined> {
  const points: string[] = [];
  const rows = kv.list(listRange(POINTS.name, list), { batchSize: ROWS_A_READ });
  for await (const { key } of rows) points.push(key.at(-1) as string);
  let longest: { point: string; to: number } | undefined;
  const found = await readMany<BilledTo>(kv, points.map(billedToKey));
  for (const [i, { value }] of found.entries()) {
    if (value && value.to > (longest?.to ?? 0)) longest = { point: points[i], to: value.to };
  }
  return longest;
}

export const beforeBilled = (field: string, to: number, which = "the point"): Failure =>
  misplaced(field, `must not be before ${written(to)}, until when ${which} is billed`);

export const misplaced = (path: string, message: string): Failure =>
  failed("conflict", `${path}: ${message}`, [{ path, message }]);

export const written = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace(".000", "");
