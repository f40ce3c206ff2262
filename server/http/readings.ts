/** A meter's readings: brought in by devices that speak JSON, given back as they are stored. */
import { Hono } from "hono";
import { z } from "zod";
import { MAX_N, qualityNames, type Reading, receive } from "../domain/reading.ts";
import { failed } from "../errors.ts";
import type { HttpParts } from "./parts.ts";
import {
  body,
  channelText,
  energyWh,
  instant,
  instantOrDate,
  inZone,
  items,
  misfit,
  query,
} from "./input.ts";
import { meterIn } from "./meters.ts";
import { instantsWriter, toWh } from "./output.ts";
import { problem } from "./problem.ts";

const MAX_READINGS = 1_000;
/** A whole day of readings every 5 s goes into one page. */
const MAX_PAGE = 20_000;
const DEFAULT_PAGE = 1_000;

const channel = z.int().min(0).max(1);

const upload = z.strictObject({
  readings: items(
    z.strictObject({
      n: z.int().min(1).max(MAX_N).optional(),
      time: instant,
      energyWh,
      channel: channel.default(0),
    }),
    MAX_READINGS,
  ),
});

const page = z.strictObject({
  from: instantOrDate.optional(),
  to: instantOrDate.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
  cursor: z.string().max(40).optional(),
  channel: channelText.optional(),
});

type Upload = z.infer<typeof upload>["readings"];
type Place = [n: number, channel: number];

export function readingRoutes(parts: HttpParts): Hono {
  const routes = new Hono();
  routes.post("/meters/:id/readings", async (context) => {
    const { id, retiredAt } = await meterIn(context, parts);
    if (retiredAt !== undefined) return problem(failed("conflict", "The meter is retired."));
    const { readings } = await body(context, upload);
    const sum = { stored: 0, duplicates: 0, conflicts: 0 };
    for (const channel of [0, 1]) {
      const own = readings.filter((reading) => reading.channel === channel);
      if (own.length === 0) continue;
      const outcome = await parts.ingest.takeReadings(id, channel, received(own, parts.now()));
      if (!outcome) return problem(failed("unavailable", "The readings could not be stored."));
      sum.stored += outcome.stored;
      sum.duplicates += outcome.duplicates;
      sum.conflicts += outcome.conflicts.length;
    }
    return context.json(sum);
  });
  routes.get("/meters/:id/readings", async (context) => {
    const { id } = await meterIn(context, parts);
    const { from, to, limit, cursor, channel } = query(context, page);
    const start = from === undefined ? 0 : inZone(from, parts.timezone);
    const end = to === undefined ? Infinity : inZone(to, parts.timezone);
    if (start >= end) throw misfit("to", "must be later than `from`");
    const [n, firstChannel] = readCursor(cursor);
    const found: { reading: Reading; channel: number }[] = [];
    for (const own of channel === undefined ? [0, 1] : [channel]) {
      const fromN = own < firstChannel ? n + 1 : n;
      const some = await parts.history.page(id, own, fromN, limit + 1, start, end);
      for (const reading of some) found.push({ reading, channel: own });
    }
    found.sort((a, b) => a.reading.n - b.reading.n || a.channel - b.channel);
    const beyond = found[limit];
    const next = beyond ? writeCursor([beyond.reading.n, beyond.channel]) : null;
    const write = instantsWriter();
    const items = found.slice(0, limit).map(({ reading, channel }) =>
      shown(reading, channel, write)
    );
    return context.json({ items, next });
  });
  return routes;
}

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

const writeCursor = ([n, channel]: Place): string => btoa(`${n}.${channel}`).replace(/=+$/, "");

function readCursor(cursor: string | undefined): Place {
  if (cursor === undefined) return [1, 0];
  const place = decoded(cursor).match(/^(\d{1,10})\.([01])$/);
  if (!place || Number(place[1]) > MAX_N) {
    throw misfit("cursor", "must be the `next` of a page before");
  }
  return [Number(place[1]), Number(place[2])];
}

function decoded(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return "";
  }
}
