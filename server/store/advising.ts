/** What is worth doing at a point, with what that is worked out from. */
import { type Advice, adviceOn } from "../domain/advice.ts";
import { APPLIANCES } from "../domain/appliances.ts";
import type { BillingPeriod } from "../domain/billing-period.ts";
import type { ToRate } from "../domain/rating.ts";
import { lastInForce } from "../domain/tariff.ts";
import { done, type Result } from "../errors.ts";
import type { Outlook } from "./outlook.ts";
import type { PointRecord } from "./points.ts";
import type { Tariffs } from "./tariffs.ts";
import { isWhole, ofHolderAt, type View } from "./view.ts";

export interface Advised {
  advice: Advice[];
  /** Of the gains. */
  currency: string;
}

/** What another tariff would have cost is worked out over so many periods, for so many tariffs. */
const PAST_PERIODS = 6;
const OTHER_TARIFFS = 10;
const TARIFFS_SEEN = 100;
/** In the currency's major unit, per period. */
const LEAST_GAIN = 5;

/** For whoever has the point now. */
export async function adviceFor(outlook: Outlook, view: View): Promise<Result<Advised>> {
  const period = outlook.period(view);
  if (!period.ok) return period;
  const known = await outlook.known(view, period.value, Math.min(period.value.to, view.now));
  if (!known.ok) return known;
  const { decimals, currency } = lastInForce(known.value).tariff;
  const advice = adviceOn({
    now: known.value,
    forecast: await outlook.expected(view, known.value),
    appliances: APPLIANCES,
    past: await pastOf(outlook, ofHolderAt(view, view.now), period.value),
    others: await othersOf(outlook.billing.tariffs, view.point, currency),
    leastGain: LEAST_GAIN * 10 ** decimals,
  });
  return done({ advice, currency });
}

/** Whole periods that have ended, the latest first. */
async function pastOf(outlook: Outlook, view: View, { from }: BillingPeriod): Promise<ToRate[]> {
  const past: ToRate[] = [];
  for (let end = from; past.length < PAST_PERIODS;) {
    const { month } = outlook.billing.period(view.point, end - 1);
    const period = outlook.period(view, month);
    if (!period.ok || !isWhole(period.value) || period.value.to !== end) break;
    const known = await outlook.known(view, period.value, end);
    if (!known.ok) break;
    past.push(known.value);
    end = period.value.from;
  }
  return past;
}

async function othersOf(tariffs: Tariffs, { tariffs: chosen = [] }: PointRecord, currency: string) {
  const { items } = await tariffs.offered({ limit: TARIFFS_SEEN });
  const own = chosen.at(-1)?.tariffId;
  const others = items.filter((tariff) => tariff.id !== own && tariff.currency === currency);
  return await Promise.all(
    others.slice(0, OTHER_TARIFFS).map(async ({ id }) => ({
      tariffId: id,
      versions: await tariffs.versions(id),
    })),
  );
}
