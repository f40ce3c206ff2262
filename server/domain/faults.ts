/** Checks that several parts of a tariff share: what is wrong, where, and how it should be. */
import { ONE, type Scaled } from "./money.ts";

export interface Fault {
  /** Like `energy.tiers.1.upToKwh`. */
  path: string;
  message: string;
}

const MOST_PRICE = 1_000_000 * ONE;
const MOST_KWH = 1_000_000;

export const when = (isWrong: boolean, path: string, message: string): Fault[] =>
  isWrong ? [{ path, message }] : [];

export const named = (name: string, path: string): Fault[] =>
  when(name.trim() === "", path, "must have a name, as it is shown on the bill");

export const price = (value: Scaled, path: string): Fault[] =>
  when(
    !Number.isSafeInteger(value) || value < 0 || value > MOST_PRICE,
    path,
    "must be from 0 to 1000000, with up to 8 decimals",
  );

export const rate = (value: Scaled, path: string): Fault[] =>
  when(
    !Number.isSafeInteger(value) || value < 0 || value > ONE,
    path,
    "must be from 0 to 1: 0.18 is 18 %",
  );

export const kwh = (value: number, path: string): Fault[] =>
  when(
    !Number.isInteger(value) || value < 0 || value > MOST_KWH,
    path,
    `must be whole kWh from 0 to ${MOST_KWH}`,
  );

/** Each limit is above the one before, and what is beyond the last has a place, too. */
export function limits(bands: { upToKwh?: number }[], path: string): Fault[] {
  if (bands.length === 0) return [{ path, message: "must have at least one entry" }];
  return bands.flatMap(({ upToKwh }, i) => {
    const field = `${path}.${i}.upToKwh`;
    const isLast = i === bands.length - 1;
    if (upToKwh === undefined) {
      return when(!isLast, field, "must have a limit: only the last one goes on without");
    }
    if (isLast) {
      return [{ path: field, message: "must have no limit: the last one goes on without" }];
    }
    const before = bands[i - 1]?.upToKwh ?? 0;
    return [
      ...kwh(upToKwh, field),
      ...when(upToKwh <= before, field, `must be above ${before} kWh, where the one before ends`),
    ];
  });
}
