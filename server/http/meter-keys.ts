/** How a meter comes to its key: provisioned with it, enrolled with a token, given the next one. */
import { z } from "zod";
import type { IssuedKey, IssuedToken } from "../store/meter-keys.ts";
import { id, instantAnswer } from "./answers.ts";
import { items, label, MAX_ANYONES_BYTES, text, whole } from "./input.ts";
import { serial } from "./meter-answers.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { valueOf } from "./problem.ts";

const MAX_PROVISIONED = 1_000;

const newMeter = z.strictObject({
  pointId: id.optional(),
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

const key = z.string().regex(/^[0-9a-f]{64}$/).meta({
  description: "In hexadecimal, 32 bytes",
  example: "c3079ae1f45d286b90f7be12a4635cd8017f9e6b24d3c85a6e1908f7b2ad4c53",
});
const keyId = z.int().min(0).max(255);
const keyAnswer = z.object({ id, key, keyId }).meta({ id: "MeterKey" });
const tokenAnswer = z.object({ id, enrolmentToken: z.string(), expiresAt: instantAnswer })
  .meta({ id: "EnrolmentToken" });

export const meterKeyOperations = {
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
  rotateKey: operation("POST /api/v1/meters/:id/rotate-key", {
    summary: "Make the next key",
    details: "The old one works until the meter has used the new one.",
    answer: keyAnswer,
    failures: ["conflict", "preconditionFailed"],
  }),
  renewToken: operation("POST /api/v1/meters/:id/token", {
    summary: "A new enrolment token in place of one that was lost or has expired",
    answer: tokenAnswer,
    failures: ["conflict", "preconditionFailed"],
  }),
};

export function meterKeyHandlers(parts: HttpParts): HandlersOf<typeof meterKeyOperations> {
  const { meters, now } = parts;
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
    addMeter: async ({ body, by }) => shownToken(valueOf(await meters.register(body, by))),
    provisionMeters: async ({ body, by }) => ({
      meters: valueOf(await meters.provision(body, by)).map(shownKey),
    }),
    rotateKey: async ({ params, by }) => shownKey(valueOf(await meters.rotateKey(params.id, by))),
    renewToken: async ({ params, by }) =>
      shownToken(valueOf(await meters.renewToken(params.id, by))),
  };
}

const shownKey = ({ id, key, keyId }: IssuedKey) => ({ id, key: key.toHex(), keyId });

const shownToken = ({ meter, token }: IssuedToken) => ({
  id: meter.id,
  enrolmentToken: token,
  expiresAt: toInstant(meter.enrolmentEndsAt!),
});
