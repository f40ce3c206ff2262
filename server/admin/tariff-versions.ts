/** The versions of a tariff by when they count. */
import type { InferResponseType } from "hono/client";
import type { ApiClient } from "./connection.ts";
import { Ending } from "./ending.ts";

export type Tariff = InferResponseType<ApiClient["tariffs"][":id"]["$get"]>;
export type Version = Tariff["versions"][number];
export type Terms = Version["tariff"];

/** Unix seconds; 0 is from ever. */
const startOf = ({ effectiveFrom }: Version): number =>
  effectiveFrom === null ? 0 : Date.parse(effectiveFrom) / 1_000;

/** The one of that number, or the one that counts now; if none does yet, the first that will. */
export function versionIn(tariff: Tariff, number: string | undefined, now: number): Version {
  if (number === undefined) return countingAt(tariff, now);
  const found = tariff.versions.find(({ version }) => `${version}` === number);
  if (found) return found;
  throw new Ending("refused", `There is no version ${number} of ${tariff.name}.`);
}

/** Of two from the same instant, the later one has the word. */
function countingAt({ versions }: Tariff, now: number): Version {
  const sorted = versions.toSorted((a, b) => startOf(a) - startOf(b) || a.version - b.version);
  const counting = sorted.findLast((version) => startOf(version) <= now);
  return counting ?? sorted.findLast((version) => startOf(version) === startOf(sorted[0]))!;
}

/** What a version says, with the months that are announced in place of those that it brought. */
export const termsOf = ({ months }: Tariff, { tariff }: Version): Terms =>
  tariff.surcharge
    ? {
      ...tariff,
      surcharge: { ...tariff.surcharge, months: { ...tariff.surcharge.months, ...months } },
    }
    : tariff;
