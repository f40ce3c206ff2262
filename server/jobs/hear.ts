/** What the meters of a point have said since somebody last looked, and what was odd about it. */
import type { Limits } from "../domain/alert-limits.ts";
import {
  heardSince,
  impossibleWatts,
  type MeterWatch,
  newMeterWatch,
  notice,
} from "../domain/alert-meter.ts";
import { bestTime, CLOCK_WRONG, type Reading, TAMPER } from "../domain/reading.ts";
import type { Supply } from "../domain/tariff.ts";
import type { MeterReadings } from "../store/point-quarters.ts";
import type { Sign } from "../store/signs.ts";
import type { PointWatch } from "../store/watches.ts";

interface Hearing {
  now: number;
  /** When somebody looked before. */
  lookedAt: number;
  limits: Limits;
  supply: Supply;
  signsOf: (meter: string) => Sign[];
}

/** Of more of the same, so many say enough. */
const MOST_TIMES = 100;

/** Of those that count no more, nothing is remembered. */
export function hear(kept: PointWatch, meters: MeterReadings[], hearing: Hearing): void {
  const { now, lookedAt } = hearing;
  const { meters: known, seenSigns: seen } = kept;
  kept.meters = {};
  kept.seenSigns = {};
  for (const { meterId, readings } of meters) {
    const first = readings[0] && bestTime(readings[0]);
    if (!known[meterId] && first === undefined) continue;
    const watch = known[meterId] ?? newMeterWatch(Math.min(now, Math.max(lookedAt, first)));
    kept.meters[meterId] = watch;
    noticeReadings(watch, readings, hearing);
    for (const sign of hearing.signsOf(meterId)) noticeSign(watch, sign, seen, kept.seenSigns);
  }
}

function noticeSign(
  watch: MeterWatch,
  { meter, kind, server, times, last }: Sign,
  before: PointWatch["seenSigns"],
  after: PointWatch["seenSigns"],
): void {
  const place = `${meter} ${kind} ${server}`;
  const known = before[place] ?? 0;
  // One that was long quiet is counted from the beginning.
  const more = times < known ? times : times - known;
  for (let i = 0; i < Math.min(more, MOST_TIMES); i++) notice(watch, kind, last);
  after[place] = times;
}

function noticeReadings(
  watch: MeterWatch,
  readings: Reading[],
  { now, lookedAt, limits, supply }: Hearing,
): void {
  const timeOf = (reading: Reading) => Math.min(now, bestTime(reading));
  const old = readings.filter(({ n }) => n <= watch.readN).length;
  heardSince(watch, readings.slice(old).map(timeOf), lookedAt);
  watch.readN = readings.at(-1)?.n ?? watch.readN;
  for (const [i, reading] of readings.entries()) {
    if (i < old) continue;
    const isWrong = (reading.quality & CLOCK_WRONG) !== 0;
    // By a clock that is far behind, all was long ago.
    const at = isWrong ? Math.max(timeOf(reading), lookedAt) : timeOf(reading);
    if (reading.quality & TAMPER) notice(watch, "tamper", at);
    if (isWrong) notice(watch, "clockWrong", at, Math.abs(reading.skew));
    if (i === 0) continue;
    const watts = impossibleWatts(readings[i - 1], reading, limits, supply);
    if (watts !== undefined) notice(watch, "impossiblePower", at, watts);
  }
}
