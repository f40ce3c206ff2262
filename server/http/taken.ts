/** Readings that are brought in as JSON, a meter's or a sensor's: stored, and counted how. */
import { z } from "zod";
import { CLOCK_TOLERANCE_SECONDS, type Reading } from "../domain/reading.ts";
import { failed, type FieldError } from "../errors.ts";
import { misfit } from "./input.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError } from "./problem.ts";

export const MAX_READINGS = 1_000;

export const takenAnswer = z.object({ stored: z.int(), duplicates: z.int(), conflicts: z.int() });

export interface ChannelReadings {
  channel: number;
  readings: Reading[];
}

export async function taken({ ingest }: HttpParts, device: string, channels: ChannelReadings[]) {
  const sum = { stored: 0, duplicates: 0, conflicts: 0 };
  const outcomes = await Promise.all(
    channels.map(({ channel, readings }) => ingest.takeReadings(device, channel, readings)),
  );
  for (const outcome of outcomes) {
    if (!outcome) {
      throw new FailureError(failed("unavailable", "The readings could not be stored."));
    }
    sum.stored += outcome.stored;
    sum.duplicates += outcome.duplicates;
    sum.conflicts += outcome.conflicts.length;
  }
  return sum;
}

/** A number taken from such a time would come after all that are sent until then. */
export function refuseFuture(times: Record<string, number | undefined>, now: number): void {
  const message = `must not be more than ${CLOCK_TOLERANCE_SECONDS} s in the future`;
  const errors = Object.entries(times).flatMap(([path, time = now]): FieldError[] =>
    time > now + CLOCK_TOLERANCE_SECONDS ? [{ path, message }] : []
  );
  if (errors.length > 0) throw misfit("body", errors);
}
