/** Meters: found, changed, put on a point, exchanged, retired. */
import { z } from "zod";
import { bestTime } from "../domain/reading.ts";
import { failed } from "../errors.ts";
import type { MeterRecord } from "../store/meters.ts";
import { id, instantAnswer, pageOf } from "./answers.ts";
import { limitOf } from "./caller.ts";
import { instant, label, nullable } from "./input.ts";
import { energyWh } from "./json-body.ts";
import { asQuery, listQuery, shownPage } from "./listing.ts";
import { meterAnswer, meterFields, meterIn, serial, shownMeter } from "./meter-answers.ts";
import { meterState, stateOf } from "./meter-state.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant, toInstantOrNull, toWh } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";
import { countsSince } from "./readings.ts";
import { tagged } from "./serve.ts";

const exchange = z.strictObject({
  finalWh: energyWh,
  startWh: energyWh.optional(),
  at: instant.optional(),
  meterId: id.optional(),
  label: label.optional(),
  serial: serial.optional(),
}).refine(
  ({ meterId, label, serial }) => meterId === undefined || (label ?? serial) === undefined,
  "must have either meterId, or label and serial of a new meter",
).meta({ example: { finalWh: 18201.8, startWh: 0.2, serial: "A-1043" } });

export const meterOperations = {
  listMeters: operation("GET /api/v1/meters", {
    summary: "Meters by label",
    query: listQuery,
    answer: pageOf(meterAnswer),
  }),
  getMeter: operation("GET /api/v1/meters/:id", {
    summary: "A meter as it stands",
    answer: z.object({ ...meterFields, ...meterState }).meta({ id: "MeterNow" }),
  }),
  changeMeter: operation("PATCH /api/v1/meters/:id", {
    summary: "Change a meter's label or serial number",
    body: z.strictObject({ label: nullable(label), serial: nullable(serial) }),
    answer: meterAnswer,
    failures: ["conflict", "preconditionFailed"],
  }),
  retireMeter: operation("DELETE /api/v1/meters/:id", {
    summary: "Retire a meter: its keys are void, its readings stay",
    failures: ["conflict", "preconditionFailed"],
  }),
  assignMeter: operation("POST /api/v1/meters/:id/assign", {
    summary: "Put a meter on a point",
    details:
      "It counts there from `from` on: from its first reading the first time, else from now.",
    body: z.strictObject({
      pointId: id,
      from: instant.optional(),
      startWh: energyWh.optional(),
      alongside: z.boolean().default(false).meta({
        description: "Where another meter counts: both are added together",
      }),
    }),
    answer: meterAnswer,
    failures: ["conflict", "preconditionFailed"],
  }),
  exchangeMeter: operation("POST /api/v1/meters/:id/exchange", {
    summary: "Replace a meter, with its last register and the new one's first",
    details:
      "The successor is the meter that `meterId` names, or a new one, which gets a token to enrol. " +
      "A new one begins at `startWh`, or at 0; another, at `startWh`, or with its readings.",
    body: exchange,
    answer: z.object({
      old: meterAnswer,
      new: meterAnswer,
      enrolmentToken: z.string().nullable(),
      expiresAt: instantAnswer.nullable(),
    }),
    failures: ["conflict", "preconditionFailed"],
  }),
};

export function meterHandlers(parts: HttpParts): HandlersOf<typeof meterOperations> {
  const { meters } = parts;
  return {
    listMeters: async ({ query }) => shownPage(await meters.list(asQuery(query)), shownMeter),
    getMeter: async ({ params, caller, context }) => {
      const meter = tagged(context, await meterIn(parts, params.id));
      if (limitOf(caller) === undefined) {
        return { ...shownMeter(meter), ...await stateOf(parts, meter.id) };
      }
      const point = meter.pointId === undefined ? undefined : await parts.points.get(meter.pointId);
      const state = await stateOf(parts, meter.id, countsSince(point, meter, caller));
      // Those may have been anybody's.
      return { ...shownMeter(meter), formerPointIds: [], ...state };
    },
    changeMeter: async ({ params, body, by, context }) =>
      shownMeter(tagged(context, valueOf(await meters.update(params.id, body, by)))),
    retireMeter: async ({ params, by }) => valueOf(await meters.retire(params.id, by)),
    assignMeter: async ({ params, body: { startWh, ...where }, by, context }) => {
      const asked = { ...where, start: startWh };
      return shownMeter(tagged(context, valueOf(await meters.assign(params.id, asked, by))));
    },
    exchangeMeter: async ({ params, body, by }) => {
      const { finalWh, startWh, at, meterId, ...fresh } = body;
      await refuseFall(parts, await meterIn(parts, params.id), finalWh, at ?? by.at);
      const start = startWh ?? (meterId === undefined ? 0 : undefined);
      const asked = { at, final: finalWh, start, meter: meterId ?? fresh };
      const { old, next, token } = valueOf(await meters.exchange(params.id, asked, by));
      return {
        old: shownMeter(old),
        new: shownMeter(next),
        enrolmentToken: token ?? null,
        expiresAt: token ? toInstantOrNull(next.enrolmentEndsAt) : null,
      };
    },
  };
}

/** Most plates show whole kWh, and leave out what is beyond. */
const ROUNDING_MILLIWATT_HOURS = 1_000_000;

/** A last register below what the meter has said before is a slip of whoever read or typed it. */
async function refuseFall(
  { history }: HttpParts,
  { id, pointId }: MeterRecord,
  final: number,
  at: number,
): Promise<void> {
  const last = pointId === undefined ? undefined : await history.lastGood(id, 0, at);
  if (!last || final > last.milliwattHours - ROUNDING_MILLIWATT_HOURS) return;
  const [known, when] = [JSON.stringify(toWh(last.milliwattHours)), toInstant(bestTime(last))];
  const message = `must not be below ${known} Wh, which the meter said at ${when}`;
  throw new FailureError(
    failed("conflict", `The register does not fit: finalWh ${message}.`, [
      { path: "finalWh", message },
    ]),
  );
}
