/** What a point consumed and what its meters said, as files to take along: CSV and Green Button. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { instantWriter, STEP_SECONDS } from "../domain/calendar.ts";
import type { Value } from "../domain/energy.ts";
import { greenButton } from "../domain/green-button.ts";
import type { Reading } from "../domain/reading.ts";
import type { Period } from "../store/history.ts";
import type { PointRecord } from "../store/points.ts";
import { periodFields, periodOf } from "./consumption.ts";
import { consumptionLines, formFields, formOf, readingLines } from "./csv-files.ts";
import { download, fileName } from "./download.ts";
import { channelText, instantOrDate } from "./input.ts";
import { meterIn } from "./meter-answers.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { currencyAt } from "./point-tariff.ts";
import { pointIn } from "./points.ts";
import { readingsPeriod } from "./readings.ts";

/** Two months by 5 s, or some 28 years by quarters of an hour. */
const MAX_VALUES = 1_000_000;
const YEAR_SECONDS = 365 * 86_400;
/** In days, wherever they begin. */
const THIRTEEN_MONTHS = 397;

const CSV = "text/csv; charset=utf-8";
const ATOM = "application/atom+xml; charset=utf-8";

const periodOfFile = { from: instantOrDate.optional(), to: instantOrDate.optional() };

export const exportOperations = {
  downloadConsumption: operation("GET /api/v1/points/:id/consumption.csv", {
    summary: "What a point consumed, as CSV",
    details: `Up to ${MAX_VALUES} values, in the point's time zone.`,
    query: z.strictObject({ ...periodFields, ...formFields }),
    answer: { media: "text/csv" },
  }),
  downloadReadings: operation("GET /api/v1/meters/:id/readings.csv", {
    summary: "All readings of a meter, as CSV",
    details: "By channel and number, in the time zone of the point where it counts.",
    query: z.strictObject({ ...periodOfFile, channel: channelText.optional(), ...formFields }),
    answer: { media: "text/csv" },
  }),
  downloadGreenButton: operation("GET /api/v1/points/:id/green-button.xml", {
    summary: "What a point consumed, as a Green Button file",
    details: "Up to thirteen months; the last year, if it is not said.",
    query: z.strictObject({
      ...periodOfFile,
      step: z.enum(["15m", "1h"]).default("15m"),
      channel: channelText.default(0),
    }),
    answer: { media: "application/atom+xml" },
  }),
};

export function exportHandlers(parts: HttpParts): HandlersOf<typeof exportOperations> {
  const { history } = parts;
  return {
    downloadConsumption: async ({ params, query, caller, by }) => {
      const point = await pointIn(parts, params.id);
      const period = periodOf(parts, point, query, caller, { maxValues: MAX_VALUES });
      const values = period ? history.values(point, query.channel, period) : none<Value[]>();
      const lines = consumptionLines(values, point.timezone, formOf(query));
      const words = ["consumption", point.label, ...period ? daysOf(point, period) : []];
      const of = { kind: "point", id: point.id, file: "consumption.csv" } as const;
      const file = { name: fileName(words, ".csv"), type: CSV, of };
      return await download(parts, { caller, by }, file, lines);
    },
    downloadReadings: async ({ params, query, caller, by }) => {
      const meter = await meterIn(parts, params.id);
      const { since, end, point } = await readingsPeriod(parts, meter, query, caller);
      const channels = query.channel === undefined ? [0, 1] : [query.channel];
      const readings = channelReadings(parts, meter.id, channels, since, end);
      const lines = readingLines(readings, point?.timezone ?? parts.timezone, formOf(query));
      const name = fileName(["readings", meter.serial ?? meter.label ?? meter.id], ".csv");
      const of = { kind: "meter", id: meter.id, file: "readings.csv" } as const;
      return await download(parts, { caller, by }, { name, type: CSV, of }, lines);
    },
    downloadGreenButton: async ({ params, query, caller, by }) => {
      const point = await pointIn(parts, params.id);
      const { channel, step } = query;
      const limits = { seconds: YEAR_SECONDS, maxValues: MAX_VALUES, maxDays: THIRTEEN_MONTHS };
      const period = periodOf(parts, point, query, caller, limits);
      const { from, to } = period ?? { from: parts.now(), to: parts.now() };
      const content = greenButton({
        point,
        direction: channel === 0 ? "import" : "export",
        from,
        to,
        timeZone: point.timezone,
        stepSeconds: STEP_SECONDS[step],
        currency: await currencyAt(parts, point),
        writtenAt: parts.now(),
        uuidOf,
        block: step === "1h" ? "month" : "day",
        values: period ? each(history.values(point, channel, period)) : none<Value>(),
      });
      const name = fileName(["green-button", point.label, ...daysOf(point, { from, to })], ".xml");
      const of = { kind: "point", id: point.id, file: "green-button.xml" } as const;
      return await download(parts, { caller, by }, { name, type: ATOM, of }, content);
    },
  };
}

/** The readings of one channel after those of another. */
export async function* channelReadings(
  { history }: HttpParts,
  meter: string,
  channels: number[],
  from: number,
  to: number,
): AsyncGenerator<[channel: number, readings: Reading[]]> {
  for (const channel of channels) {
    for await (const some of history.readings(meter, channel, from, to)) yield [channel, some];
  }
}

async function* each<Item>(lists: AsyncIterable<Item[]>): AsyncGenerator<Item> {
  for await (const list of lists) yield* list;
}

async function* none<Item>(): AsyncGenerator<Item> {}

function daysOf({ timezone }: PointRecord, { from, to }: Pick<Period, "from" | "to">): string[] {
  const write = instantWriter(timezone);
  return [from, to].map((seconds) => write(seconds).slice(0, 10));
}

/** Of our own, for names that are unique among all servers. */
const NAMESPACE = Uint8Array.fromHex("8f2f64b3c1d54e0f9a7be3d05c1a7e42");

/** The UUID of version 5 (RFC 9562) that a name always has. */
export function uuidOf(name: string): string {
  const hash = createHash("sha1").update(NAMESPACE).update(name).digest();
  const bytes = new Uint8Array(hash.subarray(0, 16));
  bytes[6] = bytes[6] & 0x0f | 0x50;
  bytes[8] = bytes[8] & 0x3f | 0x80;
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
