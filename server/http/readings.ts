/** A meter's readings: brought in by devices that speak JSON, given back as they are stored. */
import { Hono } from "hono";
import { z } from "zod";
import {
  CLOCK_TOLERANCE_SECONDS,
  MAX_N,
  qualityNames,
  type Reading,
  receive,
} from "../domain/reading.ts";
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
  whole,
} from "./input.ts";
import { meterIn } from "./meters.ts";
import { instantsWriter, toWh } from "./output.ts";
import { pageFields, type Place, readCursor, writeCursor } from "./pages.ts";
import { problem } from "./problem.ts";

const MAX_READINGS = 1_000;

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

const page = z.strictObject({
  from: instantOrDate.optional(),
  to: instantOrDate.optional(),
  channel: channelText.optional(),
  ...pageFields,
});

type Upload = z.infer<typeof upload>["readings"];

interface Found {
  place: Place;
  reading: Reading;
}

export function readingRoutes(parts: HttpParts): Hono {
  const routes = new Hono();
  routes.post("/meters/:id/readings", async (context) => {
    const { id, retiredAt } = await meterIn(context, parts);
    if (retiredAt !== undefined) return problem(failed("conflict", "The meter is retired."));
    const { readings } = await body(context, upload);
    refuseFuture(readings, parts.now());
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
    if (start >= end) throw misfit("query", [{ path: "to", message: "must be later than `from`" }]);
    const [n, firstChannel] = readCursor(cursor);
    const found: Found[] = [];
    const unread: Place[] = [];
    for (const own of channel === undefined ? [0, 1] : [channel]) {
      const fromN = own < firstChannel ? n + 1 : n;
      const { readings, nextN } = await parts.history.page(id, own, fromN, limit + 1, start, end);
      for (const reading of readings) found.push({ place: [reading.n, own], reading });
      if (nextN !== undefined) unread.push([nextN, own]);
    }
    const { known, next } = pageOf(found, unread, limit);
    const write = instantsWriter();
    const items = known.map(({ place: [, channel], reading }) => shown(reading, channel, write));
    return context.json({ items, next: next ? writeCursor(next) : null });
  });
  return routes;
}

/** A number taken from such a time would come after all that are sent until then. */
function refuseFuture(readings: Upload, now: number): void {
  const message = `must not be more than ${CLOCK_TOLERANCE_SECONDS} s in the future`;
  const errors = readings.flatMap(({ n, time }, i) =>
    n === undefined && time > now + CLOCK_TOLERANCE_SECONDS
      ? [{ path: `readings.${i}.time`, message }]
      : []
  );
  if (errors.length > 0) throw misfit("body", errors);
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

const inOrder = (a: Place, b: Place): number => a[0] - b[0] || a[1] - b[1];

/** As much as may be shown: up to `limit`, and nothing behind what has not been looked through. */
function pageOf(found: Found[], unread: Place[], limit: number) {
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
