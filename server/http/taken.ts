/** Readings that are brought in as JSON, a meter's or a sensor's: stored, and counted how. */
import { z } from "zod";
import { CLOCK_TOLERANCE_SECONDS, type Reading } from "../domain/reading.ts";
import { failed, type FieldError } from "../errors.ts";
import type { MeterRecord } from "../store/meters.ts";
import type { By } from "../store/records.ts";
import { misfit } from "./input.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";

export const MAX_READINGS = 1_000;

export const takenAnswer = z.object({ stored: z.int(), duplicates: z.int(), conflicts: z.int() });

export interface ChannelReadings {
  channel: number;
  readings: Reading[];
}

const NOT_STORED = failed("unavailable", "The readings could not be stored.");

export async function taken({ ingest }: HttpParts, device: string, channels: ChannelReadings[]) {
  const sum = { stored: 0, duplicates: 0, conflicts: 0 };
  const outcomes = await Promise.all(
    channels.map(({ channel, readings }) => ingest.takeReadings(device, channel, readings)),
  );
  for (const outcome of outcomes) {
    if (!outcome) {
      throw new FailureError(NOT_STORED);
    }
    sum.stored += outcome.stored;
    sum.duplicates += outcome.duplicates;
    sum.conflicts += outcome.conflicts.length;
  }
  return sum;
}

/**
 * A second for a number stands behind all that a meter has signed and will sign. What has readings
 * and is not on record for JSON has signed, and its first datagram after JSON takes it off the
 * record: so ingest writes nothing for meters that only sign. A server that shares its database
 * looks at a record anew each minute, and may take it off the record so much later.
 */
export async function refuseSigning(
  { history, meters, report }: HttpParts,
  { id, jsonSince }: MeterRecord,
  { actor, at }: By,
): Promise<void> {
  if (jsonSince !== undefined) return;
  if (await history.hasReadings(id)) throw new FailureError(failed("conflict", signs(id)));
  const onRecord = meters.bringsJson(id, { actor, at }).catch((error) => {
    report(`Cannot put on record that meter ${id} brings JSON`, error);
    return NOT_STORED;
  });
  valueOf(await onRecord);
}

const signs = (id: string): string =>
  `The meter ${id} sends signed datagrams, and JSON would be mixed up with them: ` +
  "register another meter for the device that speaks JSON.";

/** A number taken from such a time would come after all that are sent until then. */
export function refuseFuture(times: Record<string, number | undefined>, now: number): void {
  const message = `must not be more than ${CLOCK_TOLERANCE_SECONDS} s in the future`;
  const errors = Object.entries(times).flatMap(([path, time = now]): FieldError[] =>
    time > now + CLOCK_TOLERANCE_SECONDS ? [{ path, message }] : []
  );
  if (errors.length > 0) throw misfit("body", errors);
}
