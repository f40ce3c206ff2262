/** Reads what a request brings, against a schema; what does not fit names its field. */
import type { Context } from "hono";
import { z } from "zod";
import { isTimeZone, startOfDate } from "../domain/calendar.ts";
import { MAX_TIME } from "../domain/reading.ts";
import { failed, type FieldError } from "../errors.ts";
import { FailureError } from "./problem.ts";

export const MAX_JSON_BYTES = 512 * 1024;

const fieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues.map(({ path, message }) => ({ path: path.join("."), message }));

function checked<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  what: string,
): z.infer<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error).slice(0, 20);
  throw new FailureError(
    failed("invalid", `The ${what} does not fit: ${describe(errors)}`, errors),
  );
}

const describe = (errors: FieldError[]): string =>
  errors.slice(0, 3).map(({ path, message }) => path ? `${path}: ${message}` : message).join("; ");

export async function body<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  let input: unknown;
  try {
    input = JSON.parse(await context.req.text());
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw new FailureError(failed("invalid", "The body is not valid JSON."));
  }
  return checked(schema, input, "body");
}

export const query = <Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): z.infer<Schema> => checked(schema, context.req.query(), "query");

const SECONDS_OUT_OF_RANGE = "must be a time from 1970-01-01 to 2106-02-07";

/** RFC 3339 with an offset, as Unix seconds. */
export const instant = z.iso.datetime({
  offset: true,
  error: "must be a time with an offset, like 2026-11-20T08:00:00-03:00",
}).transform((text) => Math.floor(Date.parse(text) / 1000)).pipe(
  z.number({ error: SECONDS_OUT_OF_RANGE }).min(1, SECONDS_OUT_OF_RANGE).max(
    MAX_TIME,
    SECONDS_OUT_OF_RANGE,
  ),
);

/** An instant, or a date, which is its first moment in a time zone still to be given. */
export const instantOrDate = z.union([
  instant,
  z.iso.date().transform((text) => Temporal.PlainDate.from(text)).refine(
    ({ year }) => year >= 1971 && year <= 2105,
    SECONDS_OUT_OF_RANGE,
  ),
], { error: "must be a date, or a time with an offset like 2026-11-20T08:00:00-03:00" });

export const inZone = (at: number | Temporal.PlainDate, timeZone: string): number =>
  typeof at === "number" ? at : startOfDate(at, timeZone);

export const timeZone = z.string().max(64).refine(
  isTimeZone,
  "must be the name of a time zone, like America/Sao_Paulo",
);

/** Wh with at most three decimals, as the integer milliwatt-hours that a register holds. */
export const energyWh = z.number().min(0, "must not be negative").transform((wh, context) => {
  const milliwattHours = Math.round(wh * 1000);
  if (milliwattHours > Number.MAX_SAFE_INTEGER) {
    context.addIssue("must not be above 9007199254740.991");
  } else if (Math.abs(wh * 1000 - milliwattHours) > 0.01) {
    context.addIssue("must not have more than three decimals");
  }
  return milliwattHours;
});

export const label = z.string().trim().min(1).max(200);

export const METER_ID = /^[0-9a-f]{16}$/;
