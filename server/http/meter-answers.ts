/** A meter as it is shown, and found by its id. */
import { z } from "zod";
import type { MeterRecord } from "../store/meters.ts";
import { id, instantAnswer } from "./answers.ts";
import { found } from "./found.ts";
import { plateText } from "./input.ts";
import { toInstant, toInstantOrNull } from "./output.ts";
import type { HttpParts } from "./parts.ts";

export const serial = plateText.meta({ description: "The number on the meter's plate" });

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

export const meterIn = ({ meters }: HttpParts, id: string): Promise<MeterRecord> =>
  found("meter", id, (id) => meters.get(id));

export const shownMeter = (meter: MeterRecord) => ({
  id: meter.id,
  label: meter.label ?? null,
  serial: meter.serial ?? null,
  pointId: meter.pointId ?? null,
  formerPointIds: meter.formerPointIds ?? [],
  createdAt: toInstant(meter.createdAt),
  retiredAt: toInstantOrNull(meter.retiredAt),
  hardwareId: meter.hardwareId ?? null,
  enrolled: meter.keys.length > 0,
});
