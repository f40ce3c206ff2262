/** A tariff as it is answered. */
import { z } from "zod";
import type { TariffVersion } from "../domain/tariff.ts";
import type { TariffRecord } from "../store/tariffs.ts";
import { id, instantAnswer } from "./answers.ts";
import { toInstant } from "./output.ts";
import { monthsShown, shownMonths, shownTariff, tariffShown } from "./tariff-form.ts";

const listed = {
  id,
  name: z.string(),
  currency: z.string().meta({ example: "BRL" }),
  offered: z.boolean().meta({
    description: "To all customers; others are for those who have them",
  }),
  createdAt: instantAnswer,
  retiredAt: instantAnswer.nullable(),
};

const version = z.object({
  version: z.int(),
  effectiveFrom: instantAnswer.nullable().meta({ description: "Null: from ever" }),
  tariff: tariffShown,
});

export const listedTariff = z.object(listed).meta({ id: "ListedTariff" });

export const tariffAnswer = z.object({
  ...listed,
  months: monthsShown.meta({
    description: "Announced, like 2026-08; they go before those that a version brought",
  }),
  versions: z.array(version),
}).meta({ id: "Tariff" });

export const shownListed = (
  { id, name, currency, offered, createdAt, retiredAt }: TariffRecord,
) => ({
  id,
  name,
  currency,
  offered,
  createdAt: toInstant(createdAt),
  retiredAt: retiredAt === undefined ? null : toInstant(retiredAt),
});

export const wholeTariff = (record: TariffRecord, versions: TariffVersion[]) => ({
  ...shownListed(record),
  months: shownMonths(record.months ?? {}),
  versions: versions.map(({ version, effectiveFrom, tariff }) => ({
    version,
    effectiveFrom: effectiveFrom === 0 ? null : toInstant(effectiveFrom),
    tariff: shownTariff(tariff),
  })),
});
