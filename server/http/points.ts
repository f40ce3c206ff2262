/** Places of supply: registered, found, changed, with what counts there now. */
import { z } from "zod";
import { heldBy, overlapOf, stretchAt } from "../domain/holding.ts";
import type { Assignment, PointRecord } from "../store/points.ts";
import { id, instantAnswer, pageOf } from "./answers.ts";
import { type Caller, limitOf } from "./caller.ts";
import { found } from "./found.ts";
import { instant, label, misfit, nullable, plateText, text, timeZone } from "./input.ts";
import { asQuery, listQuery, shownPage } from "./listing.ts";
import { meterState, stateOf } from "./meter-state.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant, toInstantOrNull, toWh } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { valueOf } from "./problem.ts";
import { tagged } from "./serve.ts";

const code = plateText.meta({
  description: "The utility's number of the installation",
  example: "0412345678",
});

const details = {
  label: label.meta({ example: "Home" }),
  code: code.optional(),
  address: text(0, 300).optional(),
  timezone: timeZone.optional(),
};

const assignment = z.object({
  meterId: id,
  from: instantAnswer.nullable().meta({ description: "Null: from its first reading on" }),
  to: instantAnswer.nullable(),
  startWh: z.number().nullable().meta({ description: "The register that was read at `from`" }),
  finalWh: z.number().nullable().meta({ description: "The register that was read at `to`" }),
});

const point = {
  id,
  customerId: id,
  label: z.string(),
  code: z.string().nullable(),
  address: z.string().nullable(),
  timezone: z.string(),
  createdAt: instantAnswer,
  retiredAt: instantAnswer.nullable(),
};

const pointAnswer = z.object({ ...point, assignments: z.array(assignment) }).meta({ id: "Point" });

const liveAnswer = z.object({
  ...pointAnswer.shape,
  meter: z.object({ id, ...meterState }).nullable(),
}).meta({ id: "PointNow" });

export const pointOperations = {
  listPoints: operation("GET /api/v1/points", {
    summary: "Points by label; a customer's own",
    query: listQuery.extend({ customerId: id.optional() }),
    answer: pageOf(z.object(point).meta({ id: "ListedPoint" })),
  }),
  addPoint: operation("POST /api/v1/points", {
    summary: "Register a point",
    body: z.strictObject({ customerId: id, ...details }),
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
    }).refine(({ customerId, heldFrom }) => customerId !== undefined || heldFrom === undefined, {
      path: ["heldFrom"],
      error: "goes with a customerId",
    }),
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
      const { timezone = parts.timezone, ...rest } = body;
      return shownPoint(tagged(context, valueOf(await points.add({ ...rest, timezone }, by))));
    },
    getPoint: async ({ params, caller, context }) => {
      const point = tagged(context, await pointIn(parts, params.id));
      const since = heldSince(point, caller);
      const meter = stretchAt(point.assignments, now())?.meterId;
      const state = meter ? { id: meter, ...await stateOf(parts, meter, since) } : null;
      const assignments = assignmentsSince(point, since);
      return { ...shownPoint({ ...point, assignments }), meter: state };
    },
    changePoint: async ({ params, body, by, context }) => {
      if (body.heldFrom !== undefined && body.heldFrom > now()) throw misfit("body", [TOO_EARLY]);
      return shownPoint(tagged(context, valueOf(await points.update(params.id, body, by))));
    },
    retirePoint: async ({ params, by }) => valueOf(await points.retire(params.id, by)),
  };
}

export const pointIn = ({ points }: HttpParts, id: string): Promise<PointRecord> =>
  found("point", id, (id) => points.get(id));

/** Whoever is given a point sees it at once. */
const TOO_EARLY = { path: "heldFrom", message: "must not be in the future" };

/** Those who are limited to a customer see nothing from before this one had the point. */
export function heldSince(point: PointRecord, caller: Caller): number {
  const limit = limitOf(caller);
  return limit === undefined ? 0 : heldBy(point, limit).at(-1)?.from ?? Infinity;
}

/** Cut off at an instant; what was read before it is left out. */
const assignmentsSince = ({ assignments }: PointRecord, since: number): Assignment[] =>
  since === 0 ? assignments : assignments.filter((one) => overlapOf(one, { from: since }))
    .map((one) => one.from < since ? { ...one, from: since, start: undefined } : one);

const shownDetails = (point: PointRecord) => ({
  id: point.id,
  customerId: point.customerId,
  label: point.label,
  code: point.code ?? null,
  address: point.address ?? null,
  timezone: point.timezone,
  createdAt: toInstant(point.createdAt),
  retiredAt: toInstantOrNull(point.retiredAt),
});

const shownPoint = (point: PointRecord) => ({
  ...shownDetails(point),
  assignments: point.assignments.map(({ meterId, from, to, start, final }) => ({
    meterId,
    from: from === 0 ? null : toInstant(from),
    to: toInstantOrNull(to),
    startWh: start === undefined ? null : toWh(start),
    finalWh: final === undefined ? null : toWh(final),
  })),
});
