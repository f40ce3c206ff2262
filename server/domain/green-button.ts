/**
 * Energy of a point as a Green Button file: an Atom feed of ESPI resources that refer to each other
 * by links. It is written in pieces, a block of values at a time, so that no year sits in memory.
 */
import {
  type EspiSubject,
  type EspiTotal,
  FEED_END,
  feedHead,
  intervalBlock,
  localTimeParameters,
  meterReading,
  readingType,
  usagePoint,
  usageSummary,
  type ValueWithCost,
} from "./espi-entries.ts";
import { startOfDate } from "./calendar.ts";

export type { ValueWithCost } from "./espi-entries.ts";

export interface GreenButtonFile extends EspiSubject {
  /** How much goes into one block, and so into one piece of the text. */
  block: "day" | "month";
  /** In order of time; those that are missing are left out. */
  values: AsyncIterable<ValueWithCost> | Iterable<ValueWithCost>;
}

export async function* greenButton(file: GreenButtonFile): AsyncGenerator<string> {
  const total: EspiTotal = { milliwattHours: 0, allMeasured: true };
  const blocks = blocksOf(file, total);
  const first = await blocks.next();
  yield feedHead(file) + usagePoint(file) + localTimeParameters(file) +
    meterReading(file, !first.done) + readingType(file);
  if (!first.done) yield intervalBlock(file, first.value);
  for await (const block of blocks) yield intervalBlock(file, block);
  yield usageSummary(file, total) + FEED_END;
}

/** The values by the days or months in which they begin; adds them to the total as they pass. */
async function* blocksOf(
  { values, block, timeZone }: GreenButtonFile,
  total: EspiTotal,
): AsyncGenerator<ValueWithCost[]> {
  let gathered: ValueWithCost[] = [];
  let end = -Infinity;
  for await (const value of values) {
    total.allMeasured &&= value.quality === "measured";
    if (value.quality === "missing") continue;
    if (value.start >= end) {
      if (gathered.length > 0) yield gathered;
      gathered = [];
      end = endOfBlock(value.start, block, timeZone);
    }
    gathered.push(value);
    add(total, value);
  }
  if (gathered.length > 0) yield gathered;
}

function add(total: EspiTotal, { milliwattHours, cost }: ValueWithCost): void {
  total.milliwattHours += milliwattHours;
  if (cost !== undefined) total.cost = (total.cost ?? 0) + cost;
}

function endOfBlock(start: number, block: "day" | "month", timeZone: string): number {
  const at = Temporal.Instant.fromEpochMilliseconds(start * 1000).toZonedDateTimeISO(timeZone);
  const date = at.toPlainDate();
  const next = block === "day" ? date.add({ days: 1 }) : date.with({ day: 1 }).add({ months: 1 });
  return startOfDate(next, timeZone);
}
