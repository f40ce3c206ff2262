/** A meter as it stands: its register, its power, when it was last heard of. */
import { z } from "zod";
import { bestTime } from "../domain/reading.ts";
import { instantAnswer, wh } from "./answers.ts";
import { toInstant, toWh } from "./output.ts";
import type { HttpParts } from "./parts.ts";

export const meterState = {
  registerWh: wh.nullable(),
  powerW: z.number().nullable().meta({ description: "Null when the register says too little" }),
  lastSeen: instantAnswer.nullable(),
};

/** What was read before `since` is not told. */
export async function stateOf({ history, ...parts }: HttpParts, meter: string, since = 0) {
  const latest = await history.now(meter, 0, parts.now());
  const now = latest && bestTime(latest.newest) >= since ? latest : undefined;
  return {
    registerWh: now ? toWh(now.newest.milliwattHours) : null,
    powerW: now?.watts ?? null,
    lastSeen: now ? toInstant(now.newest.time + now.newest.skew) : null,
  };
}
