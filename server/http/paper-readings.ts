/** What the paper shows of the meters: registers at both ends, and how sure what they counted is. */
import type { Bill, MeterShown, RegisterShown } from "../domain/bill.ts";
import { dateIn } from "../domain/invoice-state.ts";
import type { ReadingEdge, ReadingFacts, ReadingQuality } from "../paper/facts.ts";
import { estimatesOf } from "./paper-working.ts";

const DRAWN = 0;

export const readingsOf = (bill: Bill): ReadingFacts[] =>
  bill.meters.map((meter) => {
    const { meterId, label, channel, previous, current, milliwattHours } = meter;
    const { period: { from, to }, timeZone } = bill;
    return {
      meter: label ?? meterId,
      fedIn: channel !== DRAWN,
      previous: edgeOf(previous, from, timeZone),
      current: edgeOf(current, to, timeZone),
      consumption: milliwattHours,
      quality: qualityOf(meter, bill),
    };
  });

/** A register that was read when the day ended belongs to that day. */
const edgeOf = (
  register: RegisterShown | undefined,
  instant: number,
  timeZone: string,
): ReadingEdge =>
  register === undefined ? { day: dateIn(instant - 1, timeZone) } : {
    day: dateIn(register.time - 1, timeZone),
    register: register.milliwattHours,
  };

function qualityOf(meter: MeterShown, bill: Bill): ReadingQuality {
  const registers = [meter.previous, meter.current].filter((register) => register !== undefined);
  const estimated = registers.filter(({ quality }) => quality !== "measured");
  if (registers.length === 0) return "unread";
  if (estimated.length === 2) return "estimated";
  if (estimated.length === 1 || isFilledUp(meter, bill)) return "estimatedInPart";
  return registers.length === 2 ? "measured" : "measuredInPart";
}

/** Whether what the bill estimates by the mean lies before or after what the meter counted. */
function isFilledUp({ channel, previous, current }: MeterShown, bill: Bill): boolean {
  if (channel !== DRAWN || estimatesOf(bill).byMean === 0) return false;
  const { period: { from, to }, meters } = bill;
  const drawn = meters.filter(({ channel }) => channel === DRAWN);
  const first = Math.min(...drawn.map(({ previous }) => previous?.time ?? to));
  const last = Math.max(...drawn.map(({ current }) => current?.time ?? from));
  return from < first && (previous?.time ?? to) === first ||
    last < to && (current?.time ?? from) === last;
}
