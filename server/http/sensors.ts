/** Sensors of the air at points: registered, found, changed, retired. */
import { z } from "zod";
import type { SensorRecord } from "../store/sensors.ts";
import { id, instantAnswer, pageOf } from "./answers.ts";
import { limitOf } from "./caller.ts";
import { found } from "./found.ts";
import { label, misfit, nullable } from "./input.ts";
import { asQuery, listQuery, shownPage } from "./listing.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant, toInstantOrNull } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { valueOf } from "./problem.ts";
import { tagged } from "./serve.ts";

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
    query: listQuery.extend({ pointId: id.optional() }),
    answer: pageOf(sensorAnswer),
  }),
  addSensor: operation("POST /api/v1/sensors", {
    summary: "Register a sensor of temperature, humidity or pressure at a point",
    body: z.strictObject({ pointId: id, label: label.optional() }),
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
    addSensor: async ({ body, by, context }) =>
      shown(tagged(context, valueOf(await sensors.add(body, by)))),
    getSensor: async ({ params, context }) =>
      shown(tagged(context, await sensorIn(parts, params.id))),
    changeSensor: async ({ params, body, by, context }) =>
      shown(tagged(context, valueOf(await sensors.update(params.id, body, by)))),
    retireSensor: async ({ params, by }) => valueOf(await sensors.retire(params.id, by)),
  };
}

const NO_POINT = { path: "pointId", message: "is missing" };

export const sensorIn = ({ sensors }: HttpParts, id: string): Promise<SensorRecord> =>
  found("sensor", id, (id) => sensors.get(id));

const shown = (sensor: SensorRecord) => ({
  id: sensor.id,
  pointId: sensor.pointId,
  label: sensor.label ?? null,
  createdAt: toInstant(sensor.createdAt),
  retiredAt: toInstantOrNull(sensor.retiredAt),
});
