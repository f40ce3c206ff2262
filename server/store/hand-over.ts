/** A point goes from one customer to another. */
import { withoutCustomers } from "../domain/alert-limits.ts";
import { failed, type Failure } from "../errors.ts";
import { beforeBilled } from "./billed-to.ts";
import type { PointRecord } from "./points.ts";

const MAX_HOLDERS = 200;

/** What is billed already has been billed to whoever had the point then. */
export function handOver(
  point: PointRecord,
  customerId: string,
  from: number,
  billed: number,
): Failure | undefined {
  const current = point.holders[point.holders.length - 1];
  if (from <= current.from) {
    const since = new Date(current.from * 1000).toISOString();
    return failed("conflict", `The point is held by ${current.customerId} since ${since}.`);
  }
  if (from < billed) return beforeBilled("heldFrom", billed);
  if (point.holders.length >= MAX_HOLDERS) {
    return failed("conflict", `The point has had ${MAX_HOLDERS} holders.`);
  }
  current.to = from;
  if (point.limits) point.limits = withoutCustomers(point.limits);
  point.holders.push({ customerId, from });
}
