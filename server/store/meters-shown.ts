/** Where the registers of a point's meters stood at both ends of a period, as a bill shows them. */
import type { MeterShown, RegisterShown } from "../domain/bill.ts";
import { energyOf } from "../domain/energy-slices.ts";
import { overlapOf, type Stretch } from "../domain/holding.ts";
import { bestTime } from "../domain/reading.ts";
import type { History } from "./history.ts";
import type { Assignment, PointRecord } from "./points.ts";

export type LabelOf = (meter: string) => Promise<string | undefined>;

type Stretched = Required<Stretch>;

const CHANNELS = [0, 1];

export async function metersShown(
  history: History,
  { timezone, assignments }: PointRecord,
  period: Stretched,
  labelOf: LabelOf,
): Promise<MeterShown[]> {
  const shown: MeterShown[] = [];
  for (const assignment of assignments) {
    const stretch = overlapOf(assignment, period);
    if (!stretch) continue;
    const label = await labelOf(assignment.meterId);
    for (const channel of CHANNELS) {
      const { meterId } = assignment;
      if (channel > 0 && !await history.knows(meterId, channel)) continue;
      const edges = await edgesOf(history, assignment, channel, stretch);
      if (channel > 0 && !edges.previous && !edges.current) continue;
      const only = { timezone, assignments: [assignment] };
      const used = await history.consumption(only, channel, { ...stretch, step: "1y" });
      shown.push({ meterId, label, channel, ...edges, milliwattHours: energyOf(used) });
    }
  }
  return shown;
}

async function edgesOf(
  history: History,
  { meterId, from, to, start, final }: Assignment,
  channel: number,
  stretch: Stretched,
) {
  const at = async (time: number, read: number | undefined): Promise<RegisterShown | undefined> =>
    read === undefined || channel > 0
      ? await history.registerAt(meterId, channel, time)
      : { time, milliwattHours: read, quality: "measured" };
  const previous = await at(stretch.from, stretch.from === from ? start : undefined);
  const current = await at(stretch.to, stretch.to === to ? final : undefined) ??
    await lastRead(history, meterId, channel, stretch);
  return { ...previous && { previous }, ...current && { current } };
}

/** Where nothing is known of the end, it is what the meter sent last. */
async function lastRead(
  history: History,
  meterId: string,
  channel: number,
  { from, to }: Stretched,
): Promise<RegisterShown | undefined> {
  const newest = (await history.now(meterId, channel, to))?.newest;
  const time = newest ? bestTime(newest) : -Infinity;
  const isWithin = from <= time && time <= to;
  return newest && isWithin
    ? { time, milliwattHours: newest.milliwattHours, quality: "measured" }
    : undefined;
}
