/** A meter as it is shown, and found by its id. */
import { z } from "zod";
import { failed } from "../errors.ts";
import type { MeterRecord } from "../store/meters.ts";
import { id, instantAnswer } from "./answers.ts";
import { isId } from "./input.ts";
import { toInstant } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError } from "./problem.ts";

export const serial = z.string().trim().regex(/^[A-Za-z0-9._/-]{1,40}$/, {
  error: "must have 1 to 40 letters, digits or . _ / -",
}).meta({ description: "The number on the meter's plate" });

export const meterFields = {
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
export const meterAnswer = z.object(meterFields).meta({ id: "Meter" });

export async function meterIn({ meters }: HttpParts, id: string): Promise<MeterRecord> {
  const meter = isId(id) ? await meters.get(id) : undefined;
  if (!meter) throw new FailureError(failed("notFound", `There is no meter ${id}.`));
  return meter;
}

export const shownMeter = (meter: MeterRecord) => ({
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
