/** What a point usually draws, what it would cost otherwise, and what is worth doing about it. */
import { z } from "zod";
import type { Rating } from "../domain/rating.ts";
import { type Preset, PRESETS } from "../domain/tariff-presets.ts";
import {
  always,
  DAYS,
  type Months,
  type Tariff,
  type TariffVersion,
  withMonths,
} from "../domain/tariff.ts";
import type { Spread, Usual } from "../domain/usual.ts";
import { adviceItem, shownAdvice } from "./advice-answer.ts";
import type { PointRecord } from "../store/points.ts";
import { id, money, wh } from "./answers.ts";
import { billLine, shownLine } from "./bill-line-answer.ts";
import { periodFields, shownPeriod, viewOf } from "./bill-so-far.ts";
import type { Caller } from "./caller.ts";
import { monthText } from "./input.ts";
import { energyWh } from "./json-body.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toWh } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { valueOf } from "./problem.ts";
import { tariffSent } from "./tariff-form.ts";
import { MAX_TARIFF_BYTES, preset, tariffSeen } from "./tariffs.ts";

const spread = z.object({ lowWh: wh, medianWh: wh, highWh: wh });

const WEEKDAYS = DAYS.filter((day) => day !== "holiday");

const usualAnswer = z.object({
  timezone: z.string(),
  weeks: z.int().meta({ description: "Of measured use behind it, of the last eight" }),
  week: spread.nullable().meta({ description: "Of seven days in a row" }),
  days: z.array(z.object({
    day: z.enum(WEEKDAYS),
    ...spread.shape,
    quarters: z.array(spread).meta({ description: "Of an hour, from midnight on: 96" }),
  })),
}).meta({ id: "Usual" });

const rated = z.object({ energyWh: wh, total: money, lines: z.array(billLine) });

const comparison = z.object({
  ...periodFields,
  expected: z.boolean().meta({
    description: "Whether what is to come is in it, as it is expected",
  }),
  current: rated,
  other: rated,
  difference: money.meta({ description: "The other less the current: below zero, it saves" }),
  shiftedWh: wh,
}).meta({ id: "Comparison" });

const hour = z.string().regex(/^([01]\d|2[0-3]):(00|15|30|45)$/, {
  error: "must be a quarter of an hour, like 19:00",
});

export const billOutlookOperations = {
  previewBill: operation("POST /api/v1/points/:id/bill-preview", {
    summary: "The same use under another tariff, or at other hours",
    details:
      "One of `tariffId`, `preset` and `tariff`, or a `shift` of so much of each day's energy from " +
      "one hour to another, or both. What is still to come is in it as it is expected.",
    body: z.strictObject({
      period: monthText.optional(),
      tariffId: id.optional(),
      preset: preset.optional(),
      tariff: tariffSent.optional(),
      shift: z.strictObject({
        energyWh: energyWh.meta({ description: "On each day" }),
        from: hour.meta({ description: "The hour that begins then", example: "19:00" }),
        to: hour.meta({ example: "22:00" }),
      }).refine(({ from, to }) => from !== to, {
        path: ["to"],
        error: "must be another hour than `from`",
      }).optional(),
    }).refine(
      ({ tariffId, preset, tariff }) =>
        [tariffId, preset, tariff].filter((one) => one !== undefined).length <= 1,
      { path: ["tariff"], error: "must be the only one of tariffId, preset and tariff" },
    ).refine(
      ({ period: _, ...others }) => Object.values(others).some((one) => one !== undefined),
      { path: ["tariffId"], error: "must be given, or else a preset, a tariff or a shift" },
    ).meta({ example: { preset: "brazilWhite" } }),
    maxBytes: MAX_TARIFF_BYTES,
    answer: comparison,
    failures: ["notFound", "conflict"],
  }),
  getUsual: operation("GET /api/v1/points/:id/usual", {
    summary: "What a point usually draws, by weekday and quarter of an hour",
    details:
      "Medians of the last eight weeks, with the quartiles around them. Empty while less than two " +
      "weeks are measured.",
    answer: usualAnswer,
  }),
  getAdvice: operation("GET /api/v1/points/:id/advice", {
    summary: "What is worth doing, the greatest gain first",
    details: "Nothing where the gain is small, or too little is known.",
    answer: z.object({ items: z.array(adviceItem) }),
    failures: ["conflict"],
  }),
};

interface Choice {
  tariffId?: string;
  preset?: Preset;
  tariff?: Tariff;
}

export function billOutlookHandlers(parts: HttpParts): HandlersOf<typeof billOutlookOperations> {
  const { outlook } = parts;
  return {
    previewBill: async ({ params, body: { period: month, shift, ...choice }, caller }) => {
      const view = await viewOf(parts, params.id, caller);
      const period = valueOf(outlook.period(view, month));
      const compared = valueOf(
        await outlook.compared(view, period, {
          tariffs: await versionsOf(parts, view.point, choice, caller),
          shift: shift && { milliwattHours: shift.energyWh, from: shift.from, to: shift.to },
        }),
      );
      const { current, other, isExpected, shiftedMilliwattHours } = compared;
      const { currency } = current;
      return {
        ...shownPeriod(period),
        expected: isExpected,
        current: shownRating(current),
        other: shownRating(other),
        difference: { amount: other.total - current.total, currency },
        shiftedWh: toWh(shiftedMilliwattHours),
      };
    },
    getUsual: async ({ params, caller }) => {
      const view = await viewOf(parts, params.id, caller);
      return shownUsual(await outlook.usual(view), view.point.timezone);
    },
    getAdvice: async ({ params, caller }) => {
      const view = await viewOf(parts, params.id, caller);
      const { advice, currency } = valueOf(await outlook.advice(view));
      return { items: await Promise.all(advice.map((one) => shownAdvice(parts, one, currency))) };
    },
  };
}

async function versionsOf(
  parts: HttpParts,
  point: PointRecord,
  { tariffId, preset, tariff }: Choice,
  caller: Caller,
): Promise<TariffVersion[] | undefined> {
  if (tariffId !== undefined) {
    return await parts.tariffs.versions((await tariffSeen(parts, tariffId, caller)).id);
  }
  if (preset === undefined) return tariff && always(tariff);
  const months = await monthsAt(parts, point);
  return always(PRESETS[preset]).map((version) => withMonths(version, months));
}

/** What is announced for a point's own tariff: a preset knows only what was when it was written. */
async function monthsAt({ tariffs }: HttpParts, point: PointRecord): Promise<Months> {
  const own = point.tariffs?.at(-1);
  const versions = own ? await tariffs.versions(own.tariffId) : [];
  return versions.at(-1)?.tariff.surcharge?.months ?? {};
}

const shownRating = ({ milliwattHours, total, lines, currency }: Rating) => ({
  energyWh: toWh(milliwattHours),
  total: { amount: total, currency },
  lines: lines.map((line) => shownLine(line, currency)),
});

const shownUsual = (usual: Usual | undefined, timezone: string): z.input<typeof usualAnswer> => ({
  timezone,
  weeks: usual?.weeks ?? 0,
  week: usual?.week ? shownSpread(usual.week) : null,
  days: (usual?.days ?? []).map((day, i) => ({
    day: WEEKDAYS[i],
    ...shownSpread(day),
    quarters: usual!.quarters[i].map(shownSpread),
  })),
});

const shownSpread = ({ low, median, high }: Spread) => ({
  lowWh: toWh(low),
  medianWh: toWh(median),
  highWh: toWh(high),
});
