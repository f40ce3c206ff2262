/** Who issues the bills, and where they are paid to. */
import { z } from "zod";
import { checkReceiver, type PixReceiver } from "../domain/pix.ts";
import { failed } from "../errors.ts";
import type { IssuerRecord } from "../store/issuer.ts";
import { label, misfit, text, whole } from "./input.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";
import { taxId } from "./customers.ts";

const PAYMENT_DAYS = 15;

const pix = z.object({
  key: z.string().meta({ example: "pix@example.com" }),
  name: z.string().meta({ example: "Luz Exemplo" }),
  city: z.string().meta({ example: "Rio de Janeiro" }),
});

const issuerAnswer = z.object({
  name: z.string(),
  taxId: z.string().nullable(),
  address: z.string().nullable(),
  phone: z.string().nullable(),
  paymentDays: z.int(),
  pix: pix.nullable(),
}).meta({ id: "Issuer" });

export const issuerOperations = {
  getIssuer: operation("GET /api/v1/issuer", {
    summary: "Who issues the bills",
    answer: issuerAnswer,
    failures: ["notFound"],
  }),
  setIssuer: operation("PUT /api/v1/issuer", {
    summary: "Say who issues the bills",
    details: "For bills from now on: those that are issued keep what stands on them.",
    body: z.strictObject({
      name: label,
      taxId: taxId.optional(),
      address: text(0, 300).optional(),
      phone: text(0, 30).optional(),
      paymentDays: whole(1, 60).default(PAYMENT_DAYS).meta({
        description: "From the day of issue to the day on which it is due",
      }),
      pix: z.strictObject({
        key: text(1, 100).meta({ description: "Of any kind", example: "pix@example.com" }),
        name: text(1, 100).meta({ example: "Luz Exemplo" }),
        city: text(1, 100).meta({ example: "Rio de Janeiro" }),
      }).optional(),
    }),
    answer: issuerAnswer,
  }),
};

export function issuerHandlers({ issuer }: HttpParts): HandlersOf<typeof issuerOperations> {
  return {
    getIssuer: async () => {
      const found = await issuer.get();
      if (found) return shown(found);
      throw new FailureError(failed("notFound", "Nobody said yet who issues the bills."));
    },
    setIssuer: async ({ body: { pix, ...rest }, by }) => {
      const receiver = pix && receiverOf(pix);
      const details = receiver ? { ...rest, pix: receiver } : rest;
      return shown(valueOf(await issuer.set(details, by)));
    },
  };
}

function receiverOf(typed: PixReceiver): PixReceiver {
  const check = checkReceiver(typed);
  if (check.ok) return check.receiver;
  const errors = check.errors.map(({ path, message }) => ({ path: `pix.${path}`, message }));
  throw misfit("body", errors);
}

const shown = ({ name, taxId, address, phone, paymentDays, pix }: IssuerRecord) => ({
  name,
  taxId: taxId ?? null,
  address: address ?? null,
  phone: phone ?? null,
  paymentDays,
  pix: pix ?? null,
});
