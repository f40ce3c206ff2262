/** The air at a point by the steps of its consumption, so that the two can be seen together. */
import { z } from "zod";
import { fromStored, QUANTITIES, SCALES, Summaries, type Summary } from "../domain/ambient.ts";
import { edgesOf, instantWriter, STEPS } from "../domain/calendar.ts";
import { failed } from "../errors.ts";
import { instantAnswer } from "./answers.ts";
import { periodFields, periodOf } from "./consumption.ts";
import { text } from "./input.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { pointIn } from "./points.ts";
import { FailureError } from "./problem.ts";

/** A year of three quantities by the minute. */
const MAX_SUMMED_UP = 1_600_000;

const summary = z.object({ mean: z.number(), min: z.number(), max: z.number() }).nullable();

export const ambientOperations = {
  getAmbient: operation("GET /api/v1/points/:id/ambient", {
    summary: "Temperature, humidity and pressure at a point, by the steps of its consumption",
    details: `Of all its sensors, or of one. ${MAX_SUMMED_UP} values are summed up at most.`,
    query: z.strictObject({
      from: periodFields.from,
      to: periodFields.to,
      step: periodFields.step,
      sensorId: text(1, 64).optional(),
    }),
    answer: z.object({
      step: z.enum(STEPS),
      timezone: z.string(),
      values: z.array(z.object({
        start: instantAnswer,
        end: instantAnswer,
        temperature: summary,
        humidity: summary,
        pressure: summary,
      })),
    }).meta({ id: "Ambient" }),
  }),
};

export function ambientHandlers(parts: HttpParts): HandlersOf<typeof ambientOperations> {
  return {
    getAmbient: async ({ params, query, caller }) => {
      const point = await pointIn(parts, params.id);
      const { step, sensorId } = query;
      const { timezone } = point;
      const period = periodOf(parts, point, query, caller);
      if (!period) return { step, timezone, values: [] };
      const edges = edgesOf(period.from, period.to, step, timezone);
      const sensors = (await parts.sensors.at(point.id)).map(({ id }) => id)
        .filter((id) => sensorId === undefined || id === sensorId);
      const [temperature, humidity, pressure] = await summedUp(parts, sensors, edges);
      const write = instantWriter(timezone);
      const values = edges.slice(1).map((end, i) => ({
        start: write(edges[i]),
        end: write(end),
        temperature: temperature[i],
        humidity: humidity[i],
        pressure: pressure[i],
      }));
      return { step, timezone, values };
    },
  };
}

/** Of each quantity, in order. */
async function summedUp(
  { history }: HttpParts,
  sensors: string[],
  edges: number[],
): Promise<(Summary | null)[][]> {
  const [from, to] = [edges[0], edges[edges.length - 1]];
  const all: (Summary | null)[][] = [];
  let left = MAX_SUMMED_UP;
  for (const quantity of QUANTITIES) {
    const summaries = new Summaries(edges);
    for (const sensor of sensors) {
      const readings = history.readings(sensor, SCALES[quantity].channel, from, to);
      for await (const some of readings) {
        left -= some.length;
        if (left < 0) throw tooMany();
        for (const { time, milliwattHours } of some) {
          summaries.add(time, fromStored(quantity, milliwattHours));
        }
      }
    }
    all.push(summaries.all());
  }
  return all;
}

const tooMany = (): FailureError =>
  new FailureError(
    failed("invalid", `There are more than ${MAX_SUMMED_UP} values: take a shorter period.`),
  );
