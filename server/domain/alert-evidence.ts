/**
 * The numbers behind an alert as they leave the server: energy in Wh, times as RFC 3339, money with
 * its currency, each under a name that says so.
 */
import type { Kind } from "./alert-kinds.ts";

interface ShownMoney {
  amount: number;
  currency: string;
}

type ShownEvidence = Record<string, number | string | ShownMoney>;

type Show = (value: number, currency: string) => number | string | ShownMoney;

const plain: Show = (value) => value;
const wh: Show = (milliwattHours) => milliwattHours / 1_000;
const money: Show = (amount, currency) => ({ amount, currency });
const time: Show = (seconds) => new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");

/** Under another name, or in another unit; what is not here goes out as it is. */
const SHOWN: Record<string, [name: string, show: Show]> = {
  milliwattHours: ["energyWh", wh],
  limitMilliwattHours: ["limitWh", wh],
  usualMilliwattHours: ["usualWh", wh],
  since: ["since", time],
  until: ["until", time],
  last: ["last", time],
  heardAt: ["heardAt", time],
  seenAt: ["seenAt", time],
};

const ENERGY_BUDGET: typeof SHOWN = {
  used: ["usedWh", wh],
  limit: ["limitWh", wh],
  expected: ["expectedWh", wh],
};

const MONEY: typeof SHOWN = Object.fromEntries(
  ["used", "limit", "expected", "amount", "usual"].map((name) => [name, [name, money]]),
);

/** What a peak is, where there is one. */
const PEAKS: Partial<Record<Kind, string>> = {
  clockWrong: "peakSeconds",
  impossiblePower: "peakWatts",
};

export function shownEvidence(
  kind: Kind,
  { isMoney, ...evidence }: Record<string, number>,
  currency: string,
): ShownEvidence {
  const ofKind = isMoney === 0 ? ENERGY_BUDGET : isMoney === 1 || kind === "variation" ? MONEY : {};
  return Object.fromEntries(
    Object.entries(evidence).filter(([, value]) => value !== undefined).map(([field, value]) => {
      const peak = field === "peak" ? PEAKS[kind] : undefined;
      const [name, show] = ofKind[field] ?? SHOWN[field] ?? [peak ?? field, plain];
      return [name, show(value, currency)];
    }),
  );
}
