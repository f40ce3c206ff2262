/** Sensors of the air at points: registered, found, changed, retired. */
import { z } from "zod";
import { failed } from "../errors.ts";
import type { SensorRecord } from "../store/sensors.ts";
import { id, instantAnswer, pageOf } from "./answers.ts";
import { limitOf } from "./caller.ts";
import { isId, label, misfit, nullable, text } from "./input.ts";
import { asQuery, listQuery, shownPage } from "./listing.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";
import { showVersion } from "./serve.ts";

const sensorAnswer = z.object({
  id,
  pointId: id,
  label: z.string().nullable(),
  createdAt: instantAnswer,
  retiredAt: instantAnswer.nullable(),
}).meta({ id: "Sensor" });

export const sensorOperations = {
  listSensors: operation("GET /api/v1/sensors", {
    summary: "Sensors by label; a customer's own, of a point",
    query: listQuery.extend({ pointId: text(1, 64).optional() }),
    answer: pageOf(sensorAnswer),
  }),
  addSensor: operation("POST /api/v1/sensors", {
    summary: "Register a sensor of temperature, humidity or pressure at a point",
    body: z.strictObject({ pointId: text(1, 64), label: label.optional() }),
    answer: sensorAnswer,
    status: 201,
    failures: ["notFound", "conflict"],
  }),
  getSensor: operation("GET /api/v1/sensors/:id", { summary: "A sensor", answer: sensorAnswer }),
  changeSensor: operation("PATCH /api/v1/sensors/:id", {
    summary: "Change a sensor's label",
    body: z.strictObject({ label: nullable(label) }),
    answer: sensorAnswer,
    failures: ["conflict", "preconditionFailed"],
  }),
  retireSensor: operation("DELETE /api/v1/sensors/:id", {
    summary: "Retire a sensor; what it said stays",
    failures: ["conflict", "preconditionFailed"],
  }),
};

export function sensorHandlers(parts: HttpParts): HandlersOf<typeof sensorOperations> {
  const { sensors, points } = parts;
  return {
    listSensors: async ({ query: { pointId, ...query }, caller }) => {
      const limit = limitOf(caller);
      if (limit !== undefined) {
        if (pointId === undefined) throw misfit("query", [NO_POINT]);
        if ((await points.get(pointId))?.customerId !== limit) return { items: [], next: null };
      }
      return shownPage(await sensors.list({ ...asQuery(query), pointId }), shown);
    },
    addSensor: async ({ body, by }) => shown(valueOf(await sensors.add(body, by))),
    getSensor: async ({ params, context }) => {
      const sensor = await sensorIn(parts, params.id);
      showVersion(context, sensor);
      return shown(sensor);
    },
    changeSensor: async ({ params, body, by, context }) => {
      await sensorIn(parts, params.id);
      valueOf(await sensors.update(params.id, body, by));
      const sensor = await sensorIn(parts, params.id);
      showVersion(context, sensor);
      return shown(sensor);
    },
    retireSensor: async ({ params, by }) => {
      await sensorIn(parts, params.id);
      valueOf(await sensors.retire(params.id, by));
    },
  };
}

const NO_POINT = { path: "pointId", message: "is missing" };

export async function sensorIn({ sensors }: HttpParts, id: string): Promise<SensorRecord> {
  const sensor = isId(id) ? await sensors.get(id) : undefined;
  if (!sensor) throw new FailureError(failed("notFound", `There is no sensor ${id}.`));
  return sensor;
}

const shown = (sensor: SensorRecord) => ({
  id: sensor.id,
  pointId: sensor.pointId,
  label: sensor.label ?? null,
  createdAt: toInstant(sensor.createdAt),
  retiredAt: sensor.retiredAt === undefined ? null : toInstant(sensor.retiredAt),
});
