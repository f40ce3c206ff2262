/** Which meter counts at which point, and from which register to which: begun, ended, exchanged. */
import { done, failed, type Failure, type Result } from "../errors.ts";
import type { Change } from "./change.ts";
import { METERS, POINTS } from "./kinds.ts";
import type { MeterRecord } from "./meters.ts";
import type { Assignment, PointRecord } from "./points.ts";

export interface Exchange {
  /** Unix seconds; now, if it is not said. */
  at?: number;
  /** The old meter's last register and the new one's first, if it was read, in milliwatt-hours. */
  final: number;
  start?: number;
}

/** Where a meter begins to count, when, and from which register. */
export interface Place {
  pointId: string;
  from?: number;
  start?: number;
}

/** Their list is part of the point's record, which the database limits to 64 KiB. */
const MAX_ASSIGNMENTS = 500;
const MAX_FORMER_POINTS = 100;

/** Where another counts already, both are added together: that must be meant. */
export async function assignAt(
  change: Change,
  meter: MeterRecord,
  { alongside, ...where }: Place & { alongside?: boolean },
  now: number,
): Promise<Result<void>> {
  const point = await change.get(POINTS, where.pointId);
  const other = point?.assignments.find(({ meterId, to }) =>
    to === undefined && meterId !== meter.id
  );
  if (!other || alongside) return await beginAt(change, meter, where, now);
  const counting = await change.get(METERS, other.meterId);
  const name = [counting && METERS.title(counting), other.meterId].filter(Boolean).join(" ");
  return failed(
    "conflict",
    `The meter ${name} counts at point ${where.pointId}. If this one takes its place, exchange ` +
      "that one, with this one as `meterId`; if both are to be added together, say `alongside`.",
  );
}

export async function beginAt(
  change: Change,
  meter: MeterRecord,
  { pointId, from, start }: Place,
  now: number,
): Promise<Result<void>> {
  const found = await change.inUse(POINTS, pointId);
  if (!found.ok) return found;
  const point = found.value;
  if (!hasRoom(point, 1)) return full(point);
  const isFirst = meter.pointId === undefined && meter.formerPointIds === undefined;
  const begin = from ?? (isFirst ? 0 : now);
  const ended = await endAt(change, meter, begin);
  if (!ended.ok) return ended;
  point.assignments.push({
    meterId: meter.id,
    from: begin,
    ...start === undefined ? {} : { start },
  });
  change.put(POINTS, point);
  meter.pointId = pointId;
  return done(undefined);
}

/** Ends what counts now, if something does. */
export async function endAt(
  change: Change,
  meter: MeterRecord,
  at: number,
  final?: number,
): Promise<Result<void>> {
  const where = await placeOf(change, meter);
  if (where && at < where.current.from) return beginsTooEarly(where.point, where.current);
  await leave(change, meter, at, final);
  return done(undefined);
}

/** Ends what counts now in any case: what would only begin later counts for no time at all. */
export async function leave(
  change: Change,
  meter: MeterRecord,
  at: number,
  final?: number,
): Promise<void> {
  const { pointId } = meter;
  if (pointId === undefined) return;
  const where = await placeOf(change, meter);
  if (where) {
    const { point, current } = where;
    current.to = Math.max(at, current.from);
    if (final !== undefined) current.final = final;
    change.put(POINTS, point);
  }
  const former = new Set([...meter.formerPointIds ?? [], pointId]);
  meter.formerPointIds = [...former].slice(-MAX_FORMER_POINTS);
  delete meter.pointId;
}

async function placeOf(change: Change, { id, pointId }: MeterRecord) {
  const point = pointId === undefined ? undefined : await change.get(POINTS, pointId);
  const current = point?.assignments.find(({ meterId, to }) => meterId === id && to === undefined);
  return point && current && { point, current };
}

/** The old meter counts up to its last register, the new one from its first on. */
export async function exchangeAt(
  change: Change,
  old: MeterRecord,
  next: MeterRecord,
  { at = 0, final, start }: Exchange,
  now: number,
): Promise<Result<MeterRecord>> {
  const { pointId } = old;
  if (pointId === undefined) return failed("conflict", "The meter does not count at a point.");
  if (next.id === old.id) return failed("conflict", "A meter cannot be exchanged for itself.");
  if (next.pointId !== undefined) {
    return failed("conflict", `The meter ${next.id} counts at point ${next.pointId}.`);
  }
  const moment = at || now;
  const ended = await endAt(change, old, moment, final);
  if (!ended.ok) return ended;
  const begun = await beginAt(change, next, { pointId, from: moment, start }, now);
  if (!begun.ok) return begun;
  change.put(METERS, next);
  return done(next);
}

export const hasRoom = ({ assignments }: PointRecord, more: number): boolean =>
  assignments.length + more <= MAX_ASSIGNMENTS;

export const full = ({ id }: PointRecord): Failure =>
  failed("conflict", `More than ${MAX_ASSIGNMENTS} meters would have counted at point ${id}.`);

/** What the meter used before would count at two points, or twice at one. */
function beginsTooEarly({ id }: PointRecord, { from }: Assignment): Failure {
  const since = new Date(from * 1000).toISOString();
  return failed("conflict", `The meter counts at point ${id} since ${since}: begin no earlier.`);
}
