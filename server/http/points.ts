/** Customers and their points, and what a point consumed. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { instantWriter, STEP_SECONDS, STEPS } from "../domain/calendar.ts";
import type { Value } from "../domain/energy.ts";
import { failed } from "../errors.ts";
import type { Assignment, CustomerRecord, PointRecord } from "../store/points.ts";
import type { HttpParts } from "./parts.ts";
import {
  body,
  channelText,
  ID,
  instantOrDate,
  inZone,
  label,
  misfit,
  query,
  text,
  timeZone,
} from "./input.ts";
import { stateOf, valueOf } from "./meters.ts";
import { toInstant, toWh } from "./output.ts";
import { FailureError } from "./problem.ts";

/** A whole day by 5 s, or two weeks by the minute. */
const MAX_VALUES = 20_000;

const newCustomer = z.strictObject({
  name: label,
  taxId: text(0, 20).optional(),
  email: z.email("must be an e-mail address").max(200, "must have up to 200 characters").optional(),
});

const newPoint = z.strictObject({
  customerId: text(1, 64),
  label,
  address: text(0, 300).optional(),
  timezone: timeZone.optional(),
});

const period = z.strictObject({
  from: instantOrDate.optional(),
  to: instantOrDate.optional(),
  step: z.enum(STEPS).default("1h"),
  channel: channelText.default(0),
});

export function customerRoutes({ points, now }: HttpParts): Hono {
  const routes = new Hono();
  routes.post("/customers", async (context) => {
    const customer = await points.addCustomer(await body(context, newCustomer), now());
    return context.json(shownCustomer(customer), 201);
  });
  routes.get("/customers/:id", async (context) => {
    const id = context.req.param("id");
    const customer = ID.test(id) ? await points.customer(id) : undefined;
    if (!customer) throw new FailureError(failed("notFound", `There is no customer ${id}.`));
    return context.json(shownCustomer(customer));
  });
  return routes;
}

export function pointRoutes(parts: HttpParts): Hono {
  const { points, history, now } = parts;
  const routes = new Hono();
  routes.post("/points", async (context) => {
    const { timezone = parts.timezone, ...rest } = await body(context, newPoint);
    const point = valueOf(await points.addPoint({ ...rest, timezone }, now()));
    return context.json(shownPoint(point), 201);
  });
  routes.get("/points/:id", async (context) => {
    const point = await pointIn(context, parts);
    const at = now();
    const counts = ({ from, to = Infinity }: Assignment) => from <= at && at < to;
    const meter = point.assignments.findLast(counts)?.meterId;
    const state = meter ? { id: meter, ...await stateOf(parts, meter) } : null;
    return context.json({ ...shownPoint(point), meter: state });
  });
  routes.get("/points/:id/consumption", async (context) => {
    const point = await pointIn(context, parts);
    const { channel, ...asked } = query(context, period);
    const to = asked.to === undefined ? now() : inZone(asked.to, point.timezone);
    const from = asked.from === undefined ? to - 86_400 : inZone(asked.from, point.timezone);
    const checked = checkedPeriod({ from, to, step: asked.step });
    const values = await history.consumption(point, channel, checked);
    const total = values.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);
    return context.json({
      step: asked.step,
      timezone: point.timezone,
      totalWh: toWh(total),
      values: shownValues(values, point.timezone),
    });
  });
  return routes;
}

async function pointIn(context: Context, { points }: HttpParts): Promise<PointRecord> {
  const id = context.req.param("id")!;
  const point = ID.test(id) ? await points.point(id) : undefined;
  if (!point) throw new FailureError(failed("notFound", `There is no point ${id}.`));
  return point;
}

function checkedPeriod(period: { from: number; to: number; step: typeof STEPS[number] }) {
  const { from, to, step } = period;
  if (from >= to) throw misfit("query", [{ path: "to", message: "must be later than `from`" }]);
  const steps = Math.ceil((to - from) / STEP_SECONDS[step]);
  if (steps > MAX_VALUES) {
    const message = `gives ${steps} values, above ${MAX_VALUES}: take a longer step`;
    throw misfit("query", [{ path: "step", message }]);
  }
  return period;
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

const shownCustomer = ({ createdAt, ...customer }: CustomerRecord) => ({
  ...customer,
  createdAt: toInstant(createdAt),
});

const shownPoint = (point: PointRecord) => ({
  id: point.id,
  customerId: point.customerId,
  label: point.label,
  address: point.address ?? null,
  timezone: point.timezone,
  createdAt: toInstant(point.createdAt),
  assignments: point.assignments.map(({ meterId, from, to }) => ({
    meterId,
    from: from === 0 ? null : toInstant(from),
    to: to === undefined ? null : toInstant(to),
  })),
});
