/** A meter's readings: brought in by devices that speak JSON, given back as they are stored. */
import { z } from "zod";
import { writeCursor } from "../domain/cursor.ts";
import { MAX_N, qualityNames, type Reading, receive } from "../domain/reading.ts";
import { failed } from "../errors.ts";
import type { MeterRecord } from "../store/meters.ts";
import type { PointRecord } from "../store/points.ts";
import { instantAnswer, pageOf, wh } from "./answers.ts";
import { type Caller, limitOf } from "./caller.ts";
import {
  channelText,
  type FromTo,
  instant,
  instantOrDate,
  items,
  startAndEnd,
  whole,
} from "./input.ts";
import { energyWh } from "./json-body.ts";
import { meterIn } from "./meter-answers.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { instantsWriter, toWh } from "./output.ts";
import { readingPageFields, type ReadingPlace, readingPlaceAt } from "./pages.ts";
import type { HttpParts } from "./parts.ts";
import { heldSince } from "./points.ts";
import { FailureError } from "./problem.ts";
import { MAX_READINGS, refuseFuture, refuseSigning, taken, takenAnswer } from "./taken.ts";

const upload = z.strictObject({
  readings: items(
    z.strictObject({
      n: whole(1, MAX_N).optional(),
      time: instant,
      energyWh,
      channel: z.literal([0, 1]).default(0),
    }),
    MAX_READINGS,
  ),
});

export const quality = z.array(
  z.enum(["timeEstimated", "firstAfterBoot", "olderCheckpoint", "tamper", "clockWrong"]),
);
export const channel = z.int().min(0).max(1);

export const readingOperations = {
  addReadings: operation("POST /api/v1/meters/:id/readings", {
    summary: "Readings of a device that speaks JSON",
    details: "Without `n`, a reading's Unix second is its number.",
    body: upload,
    answer: takenAnswer,
    failures: ["conflict", "unavailable"],
  }),
  listReadings: operation("GET /api/v1/meters/:id/readings", {
    summary: "A meter's readings by number",
    query: z.strictObject({
      from: instantOrDate.optional(),
      to: instantOrDate.optional(),
      channel: channelText.optional(),
      ...readingPageFields,
    }),
    answer: pageOf(
      z.object({
        n: z.int(),
        time: instantAnswer,
        energyWh: wh,
        channel,
        quality,
        estimatedTime: instantAnswer.optional(),
      }).meta({ id: "Reading" }),
    ),
  }),
};

type Upload = z.infer<typeof upload>["readings"];

interface Found {
  place: ReadingPlace;
  reading: Reading;
}

export function readingHandlers(parts: HttpParts): HandlersOf<typeof readingOperations> {
  return {
    addReadings: async ({ params, body: { readings }, by }) => {
      const meter = await meterIn(parts, params.id);
      if (meter.retiredAt !== undefined) {
        throw new FailureError(failed("conflict", `The meter ${meter.id} is retired.`));
      }
      const now = parts.now();
      refuseFuture(timesThatNumber(readings), now);
      await refuseSigning(parts, meter, by);
      const channels = [0, 1].map((channel) => ({
        channel,
        readings: received(readings.filter((reading) => reading.channel === channel), now),
      }));
      return await taken(parts, meter.id, channels.filter(({ readings }) => readings.length > 0));
    },
    listReadings: async ({ params, query: { from, to, limit, cursor, channel }, caller }) => {
      const meter = await meterIn(parts, params.id);
      const { since, end } = await readingsPeriod(parts, meter, { from, to }, caller);
      const [n, firstChannel] = readingPlaceAt(cursor);
      const found: Found[] = [];
      const unread: ReadingPlace[] = [];
      for (const own of channel === undefined ? [0, 1] : [channel]) {
        const fromN = own < firstChannel ? n + 1 : n;
        const page = await parts.history.page(meter.id, own, fromN, limit + 1, since, end);
        for (const reading of page.readings) found.push({ place: [reading.n, own], reading });
        if (page.nextN !== undefined) unread.push([page.nextN, own]);
      }
      const { known, next } = within(found, unread, limit);
      const write = instantsWriter();
      const items = known.map(({ place: [, channel], reading }) => shown(reading, channel, write));
      return { items, next: next ? writeCursor(next) : null };
    },
  };
}

/** The period that is asked for, as far as the caller may see into it, and where the meter is. */
export async function readingsPeriod(
  parts: HttpParts,
  meter: MeterRecord,
  asked: FromTo,
  caller: Caller,
) {
  const point = meter.pointId === undefined ? undefined : await parts.points.get(meter.pointId);
  const { start, end } = startAndEnd(asked, point?.timezone ?? parts.timezone);
  return { since: Math.max(start, countsSince(point, meter, caller)), end, point };
}

/** Those who are limited to a customer see a meter's readings since it counts at their point. */
export function countsSince(
  point: PointRecord | undefined,
  meter: MeterRecord,
  caller: Caller,
): number {
  if (limitOf(caller) === undefined) return 0;
  const assignment = point?.assignments.findLast(({ meterId }) => meterId === meter.id);
  return point && assignment ? Math.max(assignment.from, heldSince(point, caller)) : Infinity;
}

const timesThatNumber = (readings: Upload) =>
  Object.fromEntries(
    readings.map(({ n, time }, i) => [`readings.${i}.time`, n === undefined ? time : undefined]),
  );

/** Without a number, the Unix second is the number. */
function received(readings: Upload, now: number): Reading[] {
  const raw = readings.map(({ n, time, energyWh }) => ({
    n: n ?? time,
    time,
    milliwattHours: energyWh,
    quality: 0,
  }));
  raw.sort((a, b) => a.n - b.n);
  return receive(raw, { receivedAt: now, sentAt: 0, intervalSeconds: 0 });
}

const inOrder = (a: ReadingPlace, b: ReadingPlace): number => a[0] - b[0] || a[1] - b[1];

/** As much as may be shown: up to `limit`, and nothing behind what has not been looked through. */
function within(found: Found[], unread: ReadingPlace[], limit: number) {
  const [end] = unread.sort(inOrder);
  const known = end ? found.filter(({ place }) => inOrder(place, end) < 0) : found;
  known.sort((a, b) => inOrder(a.place, b.place));
  return { known: known.slice(0, limit), next: known[limit]?.place ?? end };
}

function shown(reading: Reading, channel: number, write: (seconds: number) => string) {
  const { n, time, milliwattHours, quality, skew } = reading;
  return {
    n,
    time: write(time),
    energyWh: toWh(milliwattHours),
    channel,
    quality: qualityNames(quality),
    estimatedTime: skew === 0 ? undefined : write(time + skew),
  };
}
