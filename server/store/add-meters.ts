/** Writes new meters, in atomics that a database takes: all of them, or none where one is refused. */
import { done, failed, type Failure, noSuch, type Result } from "../errors.ts";
import { beginAt, full, hasRoom } from "./assignments.ts";
import { takenBy } from "./change.ts";
import { METERS, POINTS } from "./kinds.ts";
import type { MeterRecord } from "./meters.ts";
import { type By, endedOf, type Records } from "./records.ts";

/** Of the keys that an atomic writes, of which a database takes 81,920. */
const BYTES_AN_ATOMIC = 60_000;
/** A self-hosted KV allows ten checks in one atomic: of points, and of serial numbers. */
const CHECKS_AN_ATOMIC = 10;

/** What would be refused is, before the first of them is written. */
export async function addMeters(
  records: Records,
  meters: MeterRecord[],
  by: By,
  added: (meter: MeterRecord) => void,
): Promise<Result<void>> {
  const refused = await refusedPlace(records, meters) ?? await refusedSerial(records, meters);
  if (refused) return refused;
  for (const some of inAtomics(meters)) {
    const created = await records.transact<void>(by, async (change) => {
      for (const meter of some) {
        const record = { ...meter, pointId: undefined };
        const { pointId } = meter;
        const begun = pointId ? await beginAt(change, record, { pointId }, by.at) : undefined;
        if (begun && !begun.ok) return begun;
        change.put(METERS, record);
      }
      return done(undefined);
    });
    if (!created.ok) return created;
    some.forEach(added);
  }
  return done(undefined);
}

async function refusedPlace(records: Records, meters: MeterRecord[]): Promise<Failure | undefined> {
  const wanted = Map.groupBy(meters, ({ pointId }) => pointId);
  for (const [pointId, { length }] of wanted) {
    if (pointId === undefined) continue;
    const point = await records.get(POINTS, pointId);
    if (!point) return noSuch("point", pointId);
    const ended = endedOf(POINTS, point);
    if (ended) return ended;
    if (!hasRoom(point, length)) return full(point);
  }
}

async function refusedSerial(
  records: Records,
  meters: MeterRecord[],
): Promise<Failure | undefined> {
  const serials = meters.flatMap(({ serial }) => serial ?? []);
  const twice = serials.find((serial, i) => serials.indexOf(serial) !== i);
  if (twice !== undefined) {
    const message = `is that of two of them: ${twice}`;
    return failed("conflict", `Taken: serial ${message}.`, [{ path: "serial", message }]);
  }
  const holders = await records.findAll(METERS, "serial", serials);
  const holder = holders.find((holder) => holder !== undefined);
  return holder && takenBy(METERS, "serial", holder.id, holder);
}

/** Splits so that neither the keys nor the checks of an atomic become too many. */
function inAtomics(meters: MeterRecord[]): MeterRecord[][] {
  const parts: MeterRecord[][] = [];
  let bytes = Infinity;
  let checked = new Set<string>();
  for (const meter of meters) {
    const { pointId, serial, tokenHash } = meter;
    const own = [pointId, serial, tokenHash].flatMap((one) => one ?? []);
    bytes += keyBytesOf(meter);
    for (const one of own) checked.add(one);
    if (bytes > BYTES_AN_ATOMIC || checked.size > CHECKS_AN_ATOMIC) {
      parts.push([]);
      bytes = keyBytesOf(meter);
      checked = new Set(own);
    }
    parts[parts.length - 1].push(meter);
  }
  return parts;
}

/** Of the record, of what it is found by, and in the audit log: no less than there are. */
const keyBytesOf = ({ label = "", serial = "" }: MeterRecord): number =>
  300 + 10 * (label.length + serial.length);
