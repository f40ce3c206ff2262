/**
 * What a fleet must remember to go on where it was: as JSON, checked when it is read.
 *
 * A state may be older than what its meters have done since: they lose the power without warning,
 * too. So it says of each meter that more numbers are used than are, and covers its next thousand
 * readings.
 */
import { z } from "zod";
import type { IssuedMeter } from "./api.ts";

export interface MeterState {
  /** Of the household behind the meter. */
  seed: number;
  meterId: string;
  /** 64 hexadecimal digits. */
  key: string;
  keyId: number;
  /** No reading has, or will have before the next state is taken, a number above this. */
  reservedThrough: number;
  milliwattHours: number;
  /** Unix seconds until which the register counts. */
  time: number;
}

const natural = z.int().min(0);

export const meterStates: z.ZodType<MeterState[]> = z.array(z.strictObject({
  seed: natural,
  meterId: z.string().regex(/^[0-9a-f]{16}$/, "must be 16 hexadecimal digits"),
  key: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits"),
  keyId: natural.max(255),
  reservedThrough: natural.max(0xffffffff),
  milliwattHours: natural,
  time: natural.max(0xffffffff),
}));

/** A meter that has measured nothing before `time`. */
export const newMeterState = (issued: IssuedMeter, seed: number, time: number): MeterState => ({
  seed,
  meterId: issued.id,
  key: issued.key,
  keyId: issued.keyId,
  reservedThrough: 0,
  milliwattHours: 0,
  time,
});

/** Reads what was written as JSON; an error says where it does not fit. */
export const parseState = <State>(schema: z.ZodType<State>, text: string): State => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot read the state: it is not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  const where = path.length > 0 ? `${path.join(".")} ` : "";
  throw new Error(`Cannot read the state: ${where}${message}`);
};
