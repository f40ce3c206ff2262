/** A point as it is answered. */
import { z } from "zod";
import { CALENDAR_MONTHS } from "../domain/billing-period.ts";
import { overlapOf } from "../domain/holding.ts";
import { SUPPLIES } from "../domain/tariff.ts";
import type { ChosenTariff } from "../store/point-tariffs.ts";
import type { Assignment, PointRecord } from "../store/points.ts";
import { id, instantAnswer } from "./answers.ts";
import { meterState } from "./meter-state.ts";
import { toInstant, toInstantOrNull, toWh } from "./output.ts";

const assignment = z.object({
  meterId: id,
  from: instantAnswer.nullable().meta({ description: "Null: from its first reading on" }),
  to: instantAnswer.nullable(),
  startWh: z.number().nullable().meta({ description: "The register that was read at `from`" }),
  finalWh: z.number().nullable().meta({ description: "The register that was read at `to`" }),
});

const listed = {
  id,
  customerId: id,
  label: z.string(),
  code: z.string().nullable(),
  address: z.string().nullable(),
  timezone: z.string(),
  tariffId: id.nullable().meta({ description: "The one that was chosen last" }),
  readingDay: z.int().meta({ description: "31: the last day of the month" }),
  readingDays: z.record(z.string(), z.int()).meta({
    description: "Other days of single months",
    example: { "2026-12": 29 },
  }),
  supply: z.enum(SUPPLIES),
  region: z.string().nullable(),
  createdAt: instantAnswer,
  retiredAt: instantAnswer.nullable(),
};

const chosen = z.object({ tariffId: id, from: instantAnswer.nullable() });

export const listedPoint = z.object(listed).meta({ id: "ListedPoint" });

export const pointAnswer = z.object({
  ...listed,
  tariffs: z.array(chosen).meta({ description: "Each until the next one begins" }),
  assignments: z.array(assignment),
}).meta({ id: "Point" });

export const liveAnswer = z.object({
  ...pointAnswer.shape,
  meter: z.object({ id, ...meterState }).nullable(),
}).meta({ id: "PointNow" });

/** Nothing from before an instant is told. */
export const seenSince = (point: PointRecord, since: number): PointRecord => ({
  ...point,
  assignments: assignmentsSince(point, since),
  tariffs: tariffsSince(point, since),
});

/** Cut off at an instant; what was read before it is left out. */
const assignmentsSince = ({ assignments }: PointRecord, since: number): Assignment[] =>
  since === 0 ? assignments : assignments.filter((one) => overlapOf(one, { from: since }))
    .map((one) => one.from < since ? { ...one, from: since, start: undefined } : one);

const tariffsSince = ({ tariffs = [] }: PointRecord, since: number): ChosenTariff[] =>
  tariffs.filter((_, i) => (tariffs[i + 1]?.from ?? Infinity) > since)
    .map(({ tariffId, from }) => ({ tariffId, from: Math.max(from, since) }));

export const shownDetails = (point: PointRecord) => ({
  id: point.id,
  customerId: point.customerId,
  label: point.label,
  code: point.code ?? null,
  address: point.address ?? null,
  timezone: point.timezone,
  tariffId: point.tariffs?.at(-1)?.tariffId ?? null,
  readingDay: point.readingDay ?? CALENDAR_MONTHS.day,
  readingDays: point.readingDays ?? {},
  supply: point.supply ?? SUPPLIES[0],
  region: point.region ?? null,
  createdAt: toInstant(point.createdAt),
  retiredAt: toInstantOrNull(point.retiredAt),
});

export const shownPoint = (point: PointRecord) => ({
  ...shownDetails(point),
  tariffs: (point.tariffs ?? []).map(({ tariffId, from }) => ({
    tariffId,
    from: from === 0 ? null : toInstant(from),
  })),
  assignments: point.assignments.map(({ meterId, from, to, start, final }) => ({
    meterId,
    from: from === 0 ? null : toInstant(from),
    to: toInstantOrNull(to),
    startWh: start === undefined ? null : toWh(start),
    finalWh: final === undefined ? null : toWh(final),
  })),
});
