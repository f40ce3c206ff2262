/**
 * Many meters of a region that fall silent at about the same time are one outage: one alert, and
 * none for each of them. It is seen sooner than the silence of one, which may be a bad connection.
 */
import type { Finding } from "./alert-kinds.ts";
import type { Limits } from "./alert-limits.ts";
import type { MeterWatch } from "./alert-meter.ts";

export interface RegionFacts {
  regionId: string;
  limits: Limits;
  now: number;
  listeningSince: number;
  meters: { meterId: string; watch: Pick<MeterWatch, "heardAt" | "gapSeconds"> }[];
  /** The key of the outage that is open. */
  openKey?: string;
}

export interface Outage {
  findings: Finding[];
  /** Whose silence it explains. */
  meterIds: string[];
}

const NONE: Outage = { findings: [], meterIds: [] };
const GAPS = 3;
const LEAST_SECONDS = 300;
/** They fall silent within so long of each other. */
const AT_ONCE_SECONDS = 600;
const HOLDS = 0.5;

export function outageOf(facts: RegionFacts): Outage {
  const { meters, limits, openKey } = facts;
  const quiet = quietOf(facts, facts.listeningSince);
  const least = Math.max(
    limits.outageMeters,
    Math.ceil(meters.length * limits.outagePercent / 100),
  );
  const since = openKey === undefined ? beginOf(quiet, least) : Number(openKey);
  if (since === undefined) return NONE;
  const of = (some: Quiet[]) => some.filter(({ watch }) => isOutSince(since, watch));
  const sure = of(quiet);
  // After a start of the server, those that have had no time to be heard again.
  const out = sure.length < least ? of(quietOf(facts, -Infinity)) : sure;
  if (out.length < HOLDS * least) return NONE;
  const level = sure.length >= least ? "raise" : "hold";
  const evidence = { since, meters: out.length, ofMeters: meters.length };
  const cause = { kind: "outage", subject: facts.regionId, key: `${since}` } as const;
  return {
    findings: [{ ...cause, level, evidence }],
    meterIds: out.map(({ meterId }) => meterId),
  };
}

/** Whether an outage explains that a meter is silent. */
export const isOutSince = (since: number, { heardAt }: Pick<MeterWatch, "heardAt">): boolean =>
  heardAt >= since - AT_ONCE_SECONDS;

type Quiet = RegionFacts["meters"][number];

const quietOf = ({ meters, now }: RegionFacts, listeningSince: number): Quiet[] =>
  meters.filter(({ watch: { heardAt, gapSeconds } }) =>
    gapSeconds > 0 &&
    now - Math.max(heardAt, listeningSince) >= Math.max(LEAST_SECONDS, GAPS * gapSeconds)
  ).sort((a, b) => a.watch.heardAt - b.watch.heardAt);

/** When the first of enough of them was heard last. */
function beginOf(quiet: Quiet[], least: number): number | undefined {
  const heard = quiet.map(({ watch }) => watch.heardAt);
  return heard.find((at, i) => heard[i + least - 1] - at <= AT_ONCE_SECONDS);
}
