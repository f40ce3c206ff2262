/** Meters: registered, provisioned, enrolled, assigned, given a new key, retired. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { failed, type Result } from "../errors.ts";
import { qualityNames, type Reading } from "../domain/reading.ts";
import type { ConflictRecord } from "../store/conflicts.ts";
import type { IssuedKey, MeterRecord } from "../store/meters.ts";
import type { HttpParts } from "./parts.ts";
import { body, ID, instant, items, label, query, text, whole } from "./input.ts";
import { toInstant, toWh } from "./output.ts";
import { pageFields, readCursor, writeCursor } from "./pages.ts";
import { FailureError, problem } from "./problem.ts";

const MAX_PROVISIONED = 1_000;

const newMeter = z.strictObject({
  pointId: text(1, 64).optional(),
  label: label.optional(),
});

const provisioning = z.strictObject({
  count: whole(1, MAX_PROVISIONED).optional(),
  meters: items(newMeter, MAX_PROVISIONED).optional(),
}).refine(
  ({ count, meters }) => count === undefined || meters === undefined,
  "must have either count or meters, not both",
).refine(
  ({ count, meters }) => count !== undefined || meters !== undefined,
  "must have count or meters",
).transform(({ count, meters }) => meters ?? Array.from({ length: count! }, () => ({})));

const enrolment = z.strictObject({
  token: text(1, 200),
  hardwareId: text(1, 100),
});

const conflictPage = z.strictObject(pageFields);

const assignment = z.strictObject({ pointId: text(1, 64), from: instant.optional() });

/** The value of a result; its failure becomes the answer. */
export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new FailureError(result);
  return result.value;
}

/** The meter that the path names. */
export async function meterIn(context: Context, { meters }: HttpParts): Promise<MeterRecord> {
  const id = context.req.param("id")!;
  const record = ID.test(id) ? await meters.get(id) : undefined;
  if (!record) throw new FailureError(failed("notFound", `There is no meter ${id}.`));
  return record;
}

/** How a meter fetches its key with the token that it was given. */
export function enrolmentRoutes(parts: HttpParts): Hono {
  const routes = new Hono();
  routes.post("/enrol", async (context) => {
    const { token, hardwareId } = await body(context, enrolment);
    const issued = await parts.meters.enrol(token, hardwareId, parts.now());
    if (!issued.ok) return problem(issued);
    return context.json({
      meterId: issued.value.id,
      key: issued.value.key.toHex(),
      keyId: issued.value.keyId,
      serverTime: toInstant(parts.now()),
      reportIntervalS: parts.reportIntervalSeconds,
      udpPort: parts.udpPort ?? null,
    });
  });
  return routes;
}

export function meterRoutes(parts: HttpParts): Hono {
  const { meters, conflicts, now } = parts;
  const routes = new Hono();
  routes.post("/meters", async (context) => {
    const [meter, token] = valueOf(await meters.register(await body(context, newMeter), now()));
    const expiresAt = toInstant(meter.enrolmentEndsAt!);
    return context.json({ id: meter.id, enrolmentToken: token, expiresAt }, 201);
  });
  routes.post("/meters/provision", async (context) => {
    const issued = valueOf(await meters.provision(await body(context, provisioning), now()));
    return context.json({ meters: issued.map(shownKey) }, 201);
  });
  routes.get("/meters/:id", async (context) => {
    const meter = await meterIn(context, parts);
    return context.json({ ...shown(meter), ...await stateOf(parts, meter.id) });
  });
  routes.get("/meters/:id/conflicts", async (context) => {
    const { id } = await meterIn(context, parts);
    const { limit, cursor } = query(context, conflictPage);
    const [n, channel] = readCursor(cursor);
    const records = await conflicts.of(id, limit + 1, channel, n);
    const [next] = records.splice(limit);
    return context.json({
      items: records.map(shownConflict),
      next: next ? writeCursor([next.stored.n, next.channel]) : null,
    });
  });
  routes.post("/meters/:id/rotate-key", async (context) => {
    const { id } = await meterIn(context, parts);
    return context.json(shownKey(valueOf(await meters.rotateKey(id))));
  });
  routes.post("/meters/:id/assign", async (context) => {
    const { id } = await meterIn(context, parts);
    const { pointId, from } = await body(context, assignment);
    valueOf(await meters.assign(id, pointId, from, now()));
    return context.json(shown(await meterIn(context, parts)));
  });
  routes.delete("/meters/:id", async (context) => {
    const { id } = await meterIn(context, parts);
    valueOf(await meters.retire(id, now()));
    return context.body(null, 204);
  });
  return routes;
}

const shownKey = ({ id, key, keyId }: IssuedKey) => ({ id, key: key.toHex(), keyId });

const shown = (meter: MeterRecord) => ({
  id: meter.id,
  label: meter.label ?? null,
  pointId: meter.pointId ?? null,
  createdAt: toInstant(meter.createdAt),
  retiredAt: meter.retiredAt === undefined ? null : toInstant(meter.retiredAt),
  hardwareId: meter.hardwareId ?? null,
  enrolled: meter.keys.length > 0,
});

/** The register now, the power now and when the meter was last heard of. */
export async function stateOf({ history, ...parts }: HttpParts, meter: string) {
  const now = await history.now(meter, 0, parts.now());
  return {
    registerWh: now ? toWh(now.newest.milliwattHours) : null,
    powerW: now?.watts ?? null,
    lastSeen: now ? toInstant(now.newest.time + now.newest.skew) : null,
  };
}

const shownConflict = ({ channel, seenAt, stored, refused }: ConflictRecord) => ({
  n: stored.n,
  channel,
  seenAt: toInstant(seenAt),
  stored: content(stored),
  refused: content(refused),
});

const content = ({ time, milliwattHours, quality }: Reading) => ({
  time: toInstant(time),
  energyWh: toWh(milliwattHours),
  quality: qualityNames(quality),
});
