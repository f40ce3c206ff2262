/** Places of supply: registered, found, changed, with what counts there now. */
import { z } from "zod";
import { heldBy, stretchAt } from "../domain/holding.ts";
import { REGION, REGION_FORM } from "../domain/region.ts";
import { SUPPLIES } from "../domain/tariff.ts";
import type { PointRecord } from "../store/points.ts";
import { id, pageOf } from "./answers.ts";
import { type Caller, limitOf } from "./caller.ts";
import { found } from "./found.ts";
import {
  instant,
  instantOrDate,
  inZone,
  label,
  misfit,
  nullable,
  plateText,
  text,
  timeZone,
  whole,
} from "./input.ts";
import { asQuery, listQuery, shownPage } from "./listing.ts";
import { stateOf } from "./meter-state.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import {
  listedPoint,
  liveAnswer,
  pointAnswer,
  seenSince,
  shownDetails,
  shownPoint,
} from "./point-answers.ts";
import { valueOf } from "./problem.ts";
import { tagged } from "./serve.ts";

const code = plateText.meta({
  description: "The utility's number of the installation",
  example: "0412345678",
});

const region = z.string().trim().regex(REGION, REGION_FORM).meta({
  description: "The utility's code of what may fail as one: a street, a transformer, a feeder",
  example: "T-0412",
});

const MAX_MOVED = 36;

const orNone = (days: Record<string, number> | null) =>
  days && Object.keys(days).length > 0 ? days : undefined;

const readingDays = z.record(z.string(), whole(1, 31)).refine(
  (days) => Object.keys(days).length <= MAX_MOVED,
  `must have up to ${MAX_MOVED} months`,
).meta({
  description: "Other days of single months, all of them; null takes them away",
  example: { "2026-12": 29 },
});

const details = {
  label: label.meta({ example: "Home" }),
  code: code.optional(),
  address: text(0, 300).optional(),
  timezone: timeZone.optional(),
  tariffId: id.optional(),
  tariffFrom: instantOrDate.optional().meta({
    description: "Now, if it is not given; a date is in the point's time zone",
  }),
  readingDay: whole(1, 31).optional().meta({
    description: "The day of the month that ends a period; a shorter month's last one",
  }),
  readingDays: readingDays.nullable().transform(orNone).optional(),
  supply: z.enum(SUPPLIES).optional(),
  region: region.optional(),
};

const WITH_TARIFF = { path: ["tariffFrom"], error: "goes with a tariffId" };
const hasTariff = ({ tariffId, tariffFrom }: { tariffId?: string; tariffFrom?: unknown }) =>
  tariffId !== undefined || tariffFrom === undefined;

export const pointOperations = {
  listPoints: operation("GET /api/v1/points", {
    summary: "Points by label; a customer's own",
    query: listQuery.extend({ customerId: id.optional() }),
    answer: pageOf(listedPoint),
  }),
  addPoint: operation("POST /api/v1/points", {
    summary: "Register a point",
    body: z.strictObject({ customerId: id, ...details }).refine(hasTariff, WITH_TARIFF),
    answer: pointAnswer,
    status: 201,
    failures: ["notFound", "conflict"],
  }),
  getPoint: operation("GET /api/v1/points/:id", {
    summary: "A point, with the meter that counts there now",
    answer: liveAnswer,
  }),
  changePoint: operation("PATCH /api/v1/points/:id", {
    summary: "Change a point's details, or give it to another customer",
    details:
      "A new holder sees nothing from before `heldFrom`, which is now if it is not given, and never later.",
    body: z.strictObject({
      customerId: id.optional(),
      heldFrom: instant.optional(),
      label: details.label.optional(),
      code: nullable(code),
      address: nullable(details.address),
      timezone: details.timezone,
      tariffId: details.tariffId,
      tariffFrom: details.tariffFrom,
      readingDay: details.readingDay,
      readingDays: details.readingDays,
      supply: details.supply,
      region: nullable(region),
    }).refine(({ customerId, heldFrom }) => customerId !== undefined || heldFrom === undefined, {
      path: ["heldFrom"],
      error: "goes with a customerId",
    }).refine(hasTariff, WITH_TARIFF),
    answer: pointAnswer,
    failures: ["notFound", "conflict", "preconditionFailed"],
  }),
  retirePoint: operation("DELETE /api/v1/points/:id", {
    summary: "End the supply at a point; its history stays",
    failures: ["conflict", "preconditionFailed"],
  }),
};

export function pointHandlers(parts: HttpParts): HandlersOf<typeof pointOperations> {
  const { points, now } = parts;
  return {
    listPoints: async ({ query: { customerId, ...query }, caller }) => {
      const limit = limitOf(caller);
      if (limit && customerId && customerId !== limit) return { items: [], next: null };
      const listed = await points.list({ ...asQuery(query), customerId: limit ?? customerId });
      return shownPage(listed, shownDetails);
    },
    addPoint: async ({ body, by, context }) => {
      const { timezone = parts.timezone, tariffFrom, ...rest } = body;
      const place = { ...rest, timezone, ...tariffStart(tariffFrom, timezone) };
      return shownPoint(tagged(context, valueOf(await points.add(place, by))));
    },
    getPoint: async ({ params, caller, context }) => {
      const point = tagged(context, await pointIn(parts, params.id));
      const since = heldSince(point, caller);
      const meter = stretchAt(point.assignments, now())?.meterId;
      const state = meter ? { id: meter, ...await stateOf(parts, meter, since) } : null;
      return { ...shownPoint(seenSince(point, since)), meter: state };
    },
    changePoint: async ({ params, body, by, context }) => {
      if (body.heldFrom !== undefined && body.heldFrom > now()) throw misfit("body", [TOO_EARLY]);
      const { tariffFrom, ...rest } = body;
      const timezone = rest.timezone ?? (await pointIn(parts, params.id)).timezone;
      const change = { ...rest, ...tariffStart(tariffFrom, timezone) };
      return shownPoint(tagged(context, valueOf(await points.update(params.id, change, by))));
    },
    retirePoint: async ({ params, by }) => valueOf(await points.retire(params.id, by)),
  };
}

const tariffStart = (at: number | Temporal.PlainDate | undefined, timeZone: string) =>
  at === undefined ? {} : { tariffFrom: inZone(at, timeZone) };

export const pointIn = ({ points }: HttpParts, id: string): Promise<PointRecord> =>
  found("point", id, (id) => points.get(id));

/** Whoever is given a point sees it at once. */
const TOO_EARLY = { path: "heldFrom", message: "must not be in the future" };

/** Those who are limited to a customer see nothing from before this one had the point. */
export function heldSince(point: PointRecord, caller: Caller): number {
  const limit = limitOf(caller);
  return limit === undefined ? 0 : heldBy(point, limit).at(-1)?.from ?? Infinity;
}
