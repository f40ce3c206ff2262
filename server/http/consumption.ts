/** What a point consumed, by steps of a chart. */
import { z } from "zod";
import { instantWriter, type Step, STEP_SECONDS, STEPS } from "../domain/calendar.ts";
import type { Value } from "../domain/energy.ts";
import type { Period } from "../store/history.ts";
import type { PointRecord } from "../store/points.ts";
import { instantAnswer, wh } from "./answers.ts";
import type { Caller } from "./caller.ts";
import { channelText, type FromTo, instantOrDate, inZone, misfit, NOT_LATER } from "./input.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toWh } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { heldSince, pointIn } from "./points.ts";

/** A whole day by 5 s, or two weeks by the minute. */
const MAX_VALUES = 20_000;
const DAY_SECONDS = 86_400;

export const periodFields = {
  from: instantOrDate.optional(),
  to: instantOrDate.optional(),
  step: z.enum(STEPS).default("1h"),
  channel: channelText.default(0),
};

export const consumptionOperations = {
  getConsumption: operation("GET /api/v1/points/:id/consumption", {
    summary: "What a point consumed",
    details: "Values follow one another without a gap and add up to the total.",
    query: z.strictObject(periodFields),
    answer: z.object({
      step: z.enum(STEPS),
      timezone: z.string(),
      totalWh: wh,
      values: z.array(z.object({
        start: instantAnswer,
        end: instantAnswer,
        energyWh: z.number(),
        quality: z.enum(["measured", "estimated", "missing"]),
      })),
    }).meta({ id: "Consumption" }),
  }),
};

export function consumptionHandlers(
  parts: HttpParts,
): HandlersOf<typeof consumptionOperations> {
  return {
    getConsumption: async ({ params, query, caller }) => {
      const point = await pointIn(parts, params.id);
      const values = await consumptionOf(parts, point, query, caller);
      const total = values.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);
      return {
        step: query.step,
        timezone: point.timezone,
        totalWh: toWh(total),
        values: shownValues(values, point.timezone),
      };
    },
  };
}

export interface AskedPeriod extends FromTo {
  step: Step;
}

export async function consumptionOf(
  parts: HttpParts,
  point: PointRecord,
  asked: AskedPeriod & { channel: number },
  caller: Caller,
): Promise<Value[]> {
  const period = periodOf(parts, point, asked, caller);
  return period ? await parts.history.consumption(point, asked.channel, period) : [];
}

/** The period that is asked for, as far as the caller may see into it; nothing if not at all. */
export function periodOf(
  { now }: HttpParts,
  point: PointRecord,
  asked: AskedPeriod,
  caller: Caller,
  { maxValues = MAX_VALUES, maxDays = Infinity, seconds = DAY_SECONDS } = {},
): Period | undefined {
  const to = asked.to === undefined ? now() : inZone(asked.to, point.timezone);
  const from = asked.from === undefined ? to - seconds : inZone(asked.from, point.timezone);
  const { step } = asked;
  checkPeriod({ from, to, step }, maxValues);
  if (to - from > maxDays * DAY_SECONDS) {
    const message = `must be at most ${maxDays} days later than \`from\``;
    throw misfit("query", [{ path: "to", message }]);
  }
  const since = Math.max(from, heldSince(point, caller));
  return since < to ? { from: since, to, step } : undefined;
}

function checkPeriod({ from, to, step }: Period, maxValues: number): void {
  if (from >= to) throw misfit("query", [NOT_LATER]);
  const steps = Math.ceil((to - from) / STEP_SECONDS[step]);
  if (steps > maxValues) {
    const message = `gives ${steps} values, above ${maxValues}: take a longer step`;
    throw misfit("query", [{ path: "step", message }]);
  }
}

function shownValues(values: Value[], timezone: string) {
  const write = instantWriter(timezone);
  let end = values.length > 0 ? write(values[0].start) : "";
  return values.map((value) => {
    const start = end;
    end = write(value.end);
    return { start, end, energyWh: toWh(value.milliwattHours), quality: value.quality };
  });
}
