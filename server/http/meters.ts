/** Meters: registered, provisioned, enrolled, assigned, exchanged, given a new key, retired. */
import { z } from "zod";
import { failed } from "../errors.ts";
import type { IssuedKey, MeterRecord } from "../store/meters.ts";
import { id, instantAnswer, pageOf } from "./answers.ts";
import { limitOf } from "./caller.ts";
import {
  energyWh,
  instant,
  isId,
  items,
  label,
  MAX_ANYONES_BYTES,
  nullable,
  text,
  whole,
} from "./input.ts";
import { asQuery, listQuery, shownPage } from "./listing.ts";
import { meterState, stateOf } from "./meter-state.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";
import { showVersion } from "./serve.ts";

const MAX_PROVISIONED = 1_000;

const serial = z.string().trim().regex(/^[A-Za-z0-9._/-]{1,40}$/, {
  error: "must have 1 to 40 letters, digits or . _ / -",
}).meta({ description: "The number on the meter's plate" });

const newMeter = z.strictObject({
  pointId: text(1, 64).optional(),
  label: label.optional(),
  serial: serial.optional(),
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
).transform(({ count, meters }) => meters ?? Array.from({ length: count! }, () => ({}))).meta({
  example: { meters: [{ pointId: "8a1f63c0d27be954", label: "Home", serial: "A-1042" }] },
});

const exchange = z.strictObject({
  finalWh: energyWh,
  startWh: energyWh.optional(),
  at: instant.optional(),
  meterId: text(1, 64).optional(),
  label: label.optional(),
  serial: serial.optional(),
}).refine(
  ({ meterId, label, serial }) => meterId === undefined || (label ?? serial) === undefined,
  "must have either meterId, or label and serial of a new meter",
).meta({ example: { finalWh: 18201.8, startWh: 0.2, serial: "A-1043" } });

const meterFields = {
  id,
  label: z.string().nullable(),
  serial: z.string().nullable(),
  pointId: id.nullable(),
  formerPointIds: z.array(id),
  createdAt: instantAnswer,
  retiredAt: instantAnswer.nullable(),
  hardwareId: z.string().nullable(),
  enrolled: z.boolean(),
};
const meterAnswer = z.object(meterFields).meta({ id: "Meter" });

const key = z.string().regex(/^[0-9a-f]{64}$/).meta({
  description: "In hexadecimal, 32 bytes",
  example: "c3079ae1f45d286b90f7be12a4635cd8017f9e6b24d3c85a6e1908f7b2ad4c53",
});
const keyId = z.int().min(0).max(255);
const keyAnswer = z.object({ id, key, keyId }).meta({ id: "MeterKey" });
const tokenAnswer = z.object({ id, enrolmentToken: z.string(), expiresAt: instantAnswer })
  .meta({ id: "EnrolmentToken" });

export const meterOperations = {
  enrol: operation("POST /api/v1/enrol", {
    summary: "A meter fetches its key with its token",
    details: "The same token and hardware get the same answer until the first valid datagram.",
    body: z.strictObject({ token: text(1, 200), hardwareId: text(1, 100) }),
    maxBytes: MAX_ANYONES_BYTES,
    answer: z.object({
      meterId: id,
      key,
      keyId,
      serverTime: instantAnswer,
      reportIntervalS: z.int(),
      udpPort: z.int().nullable(),
    }),
    failures: ["unauthenticated", "conflict"],
  }),
  listMeters: operation("GET /api/v1/meters", {
    summary: "Meters by label",
    query: listQuery,
    answer: pageOf(meterAnswer),
  }),
  addMeter: operation("POST /api/v1/meters", {
    summary: "Register a meter that fetches its key on site",
    body: newMeter,
    answer: tokenAnswer,
    status: 201,
    failures: ["notFound", "conflict"],
  }),
  provisionMeters: operation("POST /api/v1/meters/provision", {
    summary: "Register meters and make their keys at once",
    details: "The keys are shown this once, in the order asked.",
    body: provisioning,
    answer: z.object({ meters: z.array(keyAnswer) }),
    status: 201,
    failures: ["notFound", "conflict"],
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
  rotateKey: operation("POST /api/v1/meters/:id/rotate-key", {
    summary: "Make the next key",
    details: "The old one works until the meter has used the new one.",
    answer: keyAnswer,
    failures: ["conflict"],
  }),
  renewToken: operation("POST /api/v1/meters/:id/token", {
    summary: "A new enrolment token in place of one that was lost or has expired",
    answer: tokenAnswer,
    failures: ["conflict"],
  }),
  assignMeter: operation("POST /api/v1/meters/:id/assign", {
    summary: "Put a meter on a point",
    details:
      "It counts there from `from` on: from its first reading the first time, else from now.",
    body: z.strictObject({
      pointId: text(1, 64),
      from: instant.optional(),
      startWh: energyWh.optional(),
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
  const { meters, now } = parts;
  const shownAnew = async (id: string) => shown(await meterIn(parts, id));
  return {
    enrol: async ({ body, by }) => {
      const issued = valueOf(await meters.enrol(body.token, body.hardwareId, by));
      return {
        meterId: issued.id,
        key: issued.key.toHex(),
        keyId: issued.keyId,
        serverTime: toInstant(now()),
        reportIntervalS: parts.reportIntervalSeconds,
        udpPort: parts.udpPort ?? null,
      };
    },
    listMeters: async ({ query }) => shownPage(await meters.list(asQuery(query)), shown),
    addMeter: async ({ body, by }) => shownToken(valueOf(await meters.register(body, by))),
    provisionMeters: async ({ body, by }) => ({
      meters: valueOf(await meters.provision(body, by)).map(shownKey),
    }),
    getMeter: async ({ params, caller, context }) => {
      const meter = await meterIn(parts, params.id);
      showVersion(context, meter);
      const state = await stateOf(parts, meter.id);
      if (limitOf(caller) === undefined) return { ...shown(meter), ...state };
      // Those may have been anybody's.
      return { ...shown(meter), formerPointIds: [], ...state };
    },
    changeMeter: async ({ params, body, by, context }) => {
      await meterIn(parts, params.id);
      valueOf(await meters.update(params.id, body, by));
      const meter = await meterIn(parts, params.id);
      showVersion(context, meter);
      return shown(meter);
    },
    retireMeter: async ({ params, by }) => {
      await meterIn(parts, params.id);
      valueOf(await meters.retire(params.id, by));
    },
    rotateKey: async ({ params, by }) => {
      await meterIn(parts, params.id);
      return shownKey(valueOf(await meters.rotateKey(params.id, by)));
    },
    renewToken: async ({ params, by }) => {
      await meterIn(parts, params.id);
      return shownToken(valueOf(await meters.renewToken(params.id, by)));
    },
    assignMeter: async ({ params, body: { pointId, from, startWh }, by }) => {
      await meterIn(parts, params.id);
      valueOf(await meters.assign(params.id, { pointId, from, start: startWh }, by));
      return await shownAnew(params.id);
    },
    exchangeMeter: async ({ params, body, by }) => {
      await meterIn(parts, params.id);
      const { finalWh, startWh, at, meterId, ...fresh } = body;
      const start = startWh ?? (meterId === undefined ? 0 : undefined);
      const asked = { at, final: finalWh, start, meter: meterId ?? fresh };
      const { meter, token } = valueOf(await meters.exchange(params.id, asked, by));
      return {
        old: await shownAnew(params.id),
        new: shown(meter),
        enrolmentToken: token ?? null,
        expiresAt: token ? toInstant(meter.enrolmentEndsAt!) : null,
      };
    },
  };
}

export async function meterIn({ meters }: HttpParts, id: string): Promise<MeterRecord> {
  const meter = isId(id) ? await meters.get(id) : undefined;
  if (!meter) throw new FailureError(failed("notFound", `There is no meter ${id}.`));
  return meter;
}

const shownKey = ({ id, key, keyId }: IssuedKey) => ({ id, key: key.toHex(), keyId });

const shownToken = ({ meter, token }: { meter: MeterRecord; token: string }) => ({
  id: meter.id,
  enrolmentToken: token,
  expiresAt: toInstant(meter.enrolmentEndsAt!),
});

const shown = (meter: MeterRecord) => ({
  id: meter.id,
  label: meter.label ?? null,
  serial: meter.serial ?? null,
  pointId: meter.pointId ?? null,
  formerPointIds: meter.formerPointIds ?? [],
  createdAt: toInstant(meter.createdAt),
  retiredAt: meter.retiredAt === undefined ? null : toInstant(meter.retiredAt),
  hardwareId: meter.hardwareId ?? null,
  enrolled: meter.keys.length > 0,
});
