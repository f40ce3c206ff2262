/** A meter as it stands: its register, its power, when it was last heard of. */
import { z } from "zod";
import { instantAnswer, wh } from "./answers.ts";
import { toInstant, toWh } from "./output.ts";
import type { HttpParts } from "./parts.ts";

export const meterState = {
  registerWh: wh.nullable(),
  powerW: z.number().nullable().meta({ description: "Null when the register says too little" }),
  lastSeen: instantAnswer.nullable(),
};

export async function stateOf({ history, ...parts }: HttpParts, meter: string) {
  const now = await history.now(meter, 0, parts.now());
  return {
    registerWh: now ? toWh(now.newest.milliwattHours) : null,
    powerW: now?.watts ?? null,
    lastSeen: now ? toInstant(now.newest.time + now.newest.skew) : null,
  };
}
