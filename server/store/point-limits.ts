/** From where on something is told of a point: its own limits over those of its tariff group. */
import { type Limits, limitsOf } from "../domain/alert-limits.ts";
import { decimalsOf } from "../domain/money.ts";
import type { PointRecord } from "./points.ts";
import type { TariffRecord } from "./tariffs.ts";

/** Where there is no tariff, nothing is told that has to do with money. */
const USUAL_DECIMALS = 2;

export const limitsFor = (point: PointRecord, tariff: TariffRecord | undefined): Limits =>
  limitsOf(
    tariff ? decimalsOf(tariff.currency) : USUAL_DECIMALS,
    tariff?.limits ?? {},
    point.limits ?? {},
  );
