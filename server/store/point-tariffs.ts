/** Which tariff counts at a point since when. What is billed already keeps the one that it had. */
import { failed, type Failure } from "../errors.ts";
import { beforeBilled, billedTo, misplaced, written } from "./billed-to.ts";
import type { Change } from "./change.ts";
import { TARIFFS } from "./kinds.ts";
import type { PointRecord } from "./points.ts";
import type { By } from "./records.ts";

/** Until the next one begins. */
export interface ChosenTariff {
  tariffId: string;
  /** Unix seconds. */
  from: number;
}

/** Since now, if it is not said. */
export interface TariffWish {
  tariffId?: string;
  tariffFrom?: number;
}

const MAX_CHOSEN = 100;

/** One that the point has already goes on, unless it is to begin at another time. */
export async function wishedTariff(
  change: Change,
  point: PointRecord,
  { tariffId, tariffFrom }: TariffWish,
  { at }: By,
): Promise<Failure | undefined> {
  const current = point.tariffs?.at(-1)?.tariffId;
  if (tariffId === undefined || tariffId === current && tariffFrom === undefined) return undefined;
  return await chooseTariff(change, point, { tariffId, from: tariffFrom ?? at });
}

/** From an instant on, in place of all that was to count from then on. */
export async function chooseTariff(
  change: Change,
  point: PointRecord,
  { tariffId, from }: ChosenTariff,
): Promise<Failure | undefined> {
  const found = await change.inUse(TARIFFS, tariffId);
  if (!found.ok) return found;
  const tariff = found.value;
  const earlier = (point.tariffs ?? []).filter((chosen) => chosen.from < from);
  const billed = await billedTo(change, point);
  if (from < billed) return beforeBilled("tariffFrom", billed);
  if (from < tariff.from) {
    const begins = `must not be before ${written(tariff.from)}, when the tariff begins`;
    return misplaced("tariffFrom", begins);
  }
  if (earlier.length >= MAX_CHOSEN) {
    return failed("conflict", `The point has changed its tariff ${MAX_CHOSEN} times.`);
  }
  const last = earlier.at(-1);
  const before = last && await change.get(TARIFFS, last.tariffId);
  if (before && before.currency !== tariff.currency) {
    return failed("conflict", `The point is billed in ${before.currency}, not ${tariff.currency}.`);
  }
  point.tariffs = [...earlier, { tariffId, from }];
}
