/** What sensors say of the air: brought in, and given back as it was said. */
import { z } from "zod";
import { writeCursor } from "../domain/cursor.ts";
import {
  type Ambient,
  asReadings,
  fromReadings,
  QUANTITIES,
  type Quantity,
  SCALES,
} from "../domain/ambient.ts";
import { failed } from "../errors.ts";
import type { SensorRecord } from "../store/sensors.ts";
import { instantAnswer, pageOf } from "./answers.ts";
import { instant, instantOrDate, items, startAndEnd } from "./input.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { instantsWriter, toInstant } from "./output.ts";
import { readingPageFields, readingPlaceAt } from "./pages.ts";
import type { HttpParts } from "./parts.ts";
import { heldSince, pointIn } from "./points.ts";
import { FailureError } from "./problem.ts";
import { sensorIn } from "./sensors.ts";
import { MAX_READINGS, refuseFuture, taken, takenAnswer } from "./taken.ts";

const within = (quantity: Quantity, description: string) => {
  const { lowest, highest } = SCALES[quantity];
  const message = `must be ${lowest} to ${highest}`;
  return z.number().min(lowest, message).max(highest, message).optional().meta({ description });
};

const said = {
  time: instant.optional(),
  temperature: within("temperature", "In °C"),
  humidity: within("humidity", "Relative, in %"),
  pressure: within("pressure", "In hPa"),
};

const saysSomething = (said: Partial<Record<Quantity, number>>): boolean =>
  QUANTITIES.some((quantity) => said[quantity] !== undefined);

const NOTHING = "must have temperature, humidity or pressure";

const upload = z.strictObject({
  ...said,
  readings: items(z.strictObject(said).refine(saysSomething, NOTHING), MAX_READINGS).optional(),
}).refine(
  ({ readings, ...own }) => readings !== undefined || saysSomething(own),
  `${NOTHING}, or readings`,
).refine(
  ({ readings, time, ...own }) => !readings || time === undefined && !saysSomething(own),
  "must have either readings, or values of its own",
).meta({ example: { temperature: 21.4, humidity: 55, pressure: 1013.2 } });

const value = z.number().nullable();

export const sensorReadingOperations = {
  addSensorReadings: operation("POST /api/v1/sensors/:id/readings", {
    summary: "What a sensor says, at one instant or at many",
    details: "Answered once it is durable, with numbers of values. Without `time`, it is now.",
    body: upload,
    answer: takenAnswer,
    failures: ["conflict", "unavailable"],
  }),
  listSensorReadings: operation("GET /api/v1/sensors/:id/readings", {
    summary: "What a sensor said, by time",
    query: z.strictObject({
      from: instantOrDate.optional(),
      to: instantOrDate.optional(),
      ...readingPageFields,
    }),
    answer: pageOf(
      z.object({ time: instantAnswer, temperature: value, humidity: value, pressure: value })
        .meta({ id: "SensorReading" }),
    ),
  }),
};

export function sensorReadingHandlers(
  parts: HttpParts,
): HandlersOf<typeof sensorReadingOperations> {
  return {
    addSensorReadings: async ({ params, body }) => {
      const sensor = await sensorIn(parts, params.id);
      if (sensor.retiredAt !== undefined) {
        throw new FailureError(failed("conflict", `The sensor ${sensor.id} is retired.`));
      }
      const now = parts.now();
      refuseFuture(timesIn(body), now);
      const { readings = [body] } = body;
      const told = readings.map(({ time = now, temperature, humidity, pressure }) => ({
        time,
        temperature,
        humidity,
        pressure,
      }));
      const sum = await taken(parts, sensor.id, asReadings(told));
      publishAmbient(parts, sensor, told);
      return sum;
    },
    listSensorReadings: async ({ params, query: { from, to, limit, cursor }, caller }) => {
      const sensor = await sensorIn(parts, params.id);
      const point = await pointIn(parts, sensor.pointId);
      const { start, end } = startAndEnd({ from, to }, point.timezone);
      const since = Math.max(start, heldSince(point, caller));
      const { known, next } = await page(
        parts,
        sensor,
        readingPlaceAt(cursor)[0],
        limit,
        since,
        end,
      );
      const write = instantsWriter();
      const items = known.map((said) => ({ ...shownValues(said), time: write(said.time) }));
      return { items, next: next === undefined ? null : writeCursor([next, 0]) };
    },
  };
}

const timesIn = ({ readings = [], time }: z.infer<typeof upload>) => ({
  time,
  ...Object.fromEntries(readings.map(({ time }, i) => [`readings.${i}.time`, time])),
});

/** The latest that was told is news for those who watch the point. */
function publishAmbient({ live }: HttpParts, { id, pointId }: SensorRecord, told: Ambient[]): void {
  const latest = told.reduce((a, b) => b.time > a.time ? b : a);
  live.publish(pointId, {
    point: pointId,
    sensor: id,
    time: toInstant(latest.time),
    ...shownValues(latest),
  });
}

const shownValues = ({ temperature, humidity, pressure }: Ambient) => ({
  temperature: temperature ?? null,
  humidity: humidity ?? null,
  pressure: pressure ?? null,
});

/** Up to `limit` instants; nothing behind what has not been looked through. */
async function page(
  { history }: HttpParts,
  { id }: SensorRecord,
  fromN: number,
  limit: number,
  from: number,
  to: number,
): Promise<{ known: Ambient[]; next?: number }> {
  let end = Infinity;
  const found: Parameters<typeof fromReadings>[0] = [];
  for (const quantity of QUANTITIES) {
    const { channel } = SCALES[quantity];
    const { readings, nextN } = await history.page(id, channel, fromN, limit + 1, from, to);
    found.push([quantity, readings]);
    end = Math.min(end, nextN ?? Infinity);
  }
  const said = fromReadings(found).filter(({ time }) => time < end);
  const next = said[limit]?.time ?? (end < Infinity ? end : undefined);
  return { known: said.slice(0, limit), next };
}
