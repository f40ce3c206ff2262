/** Reads what a request brings, against a schema; what does not fit names its field. */
import { z } from "zod";
import { isTimeZone, startOfDate } from "../domain/calendar.ts";
import { MAX_TIME } from "../domain/reading.ts";
import { failed, type FieldError } from "../errors.ts";
import { FailureError } from "./problem.ts";

export const MAX_JSON_BYTES = 512 * 1024;
/** Of whoever is not known yet: a secret, a name, an e-mail address. */
export const MAX_ANYONES_BYTES = 16 * 1024;

const MAX_ERRORS = 20;
const MAX_NAMED = 3;

const KINDS: Record<string, string> = {
  string: "text",
  number: "a number",
  array: "a list",
  object: "an object",
};

/** What is wrong, where the schema does not say it in words of its own. */
function inPlainWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type") return `must be ${KINDS[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value") return `must be ${oneOf(issue.values)}`;
  return undefined;
}

const oneOf = (values: unknown[]): string =>
  values.length === 2 ? values.join(" or ") : `one of ${values.join(", ")}`;

function fieldErrorsOf(issue: z.core.$ZodIssue): FieldError[] {
  const { path, message } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key].join("."), message: "is not known" }));
  }
  const isMissing = issue.input === undefined;
  return [{ path: path.join("."), message: isMissing ? "is missing" : message }];
}

export function checked<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  what: "body" | "query",
): z.infer<Schema> {
  const result = schema.safeParse(input, { reportInput: true, error: inPlainWords });
  if (result.success) return result.data;
  throw misfit(what, result.error.issues.flatMap(fieldErrorsOf));
}

export function misfit(what: "body" | "query", errors: FieldError[]): FailureError {
  const detail = `The ${what} does not fit: ${described(errors)}`;
  return new FailureError(failed("invalid", detail, errors.slice(0, MAX_ERRORS)));
}

function described(errors: FieldError[]): string {
  const named = errors.slice(0, MAX_NAMED)
    .map(({ path, message }) => path ? `${path}: ${message}` : message);
  const more = errors.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

export function jsonIn(bytes: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw new FailureError(failed("invalid", "The body is not valid JSON."));
  }
}

const SECONDS_OUT_OF_RANGE = "must be a time from 1970-01-01 to 2106-02-07";

export const channelText = z.enum(["0", "1"]).transform(Number);

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

/** In a query, a `+` that was not encoded arrives as a space. */
const withPlus = (text: unknown): unknown =>
  typeof text === "string" ? text.replace(/ (?=\d\d:\d\d$)/, "+") : text;

/** An instant, or a date, which is its first moment in a time zone still to be given. */
export const instantOrDate = z.preprocess(
  withPlus,
  z.union([
    instant,
    z.iso.date().transform((text) => Temporal.PlainDate.from(text)).refine(
      ({ year }) => year >= 1971 && year <= 2105,
      SECONDS_OUT_OF_RANGE,
    ),
  ], { error: "must be a date, or a time with an offset like 2026-11-20T08:00:00-03:00" }),
);

export const inZone = (at: number | Temporal.PlainDate, timeZone: string): number =>
  typeof at === "number" ? at : startOfDate(at, timeZone);

export const timeZone = z.string().refine(
  (name) => name.length <= 64 && isTimeZone(name),
  "must be the name of a time zone, like America/Sao_Paulo",
).meta({ maxLength: 64, description: "An IANA time zone", example: "America/Sao_Paulo" });

/** A number so long that JavaScript would lose its decimals, as it was written. */
class LongNumber {
  constructor(readonly digits: string) {}
}

const LONG = /\d{13}/;

type Reviver = (key: string, value: unknown, written: { source: string }) => unknown;

const keepDigits: Reviver = (key, value, { source }) =>
  key === "energyWh" && typeof value === "number" && source.search(LONG) === 0
    ? new LongNumber(source)
    : value;

function parseJson(text: string): unknown {
  if (text.trim() === "") {
    throw new FailureError(failed("invalid", "The body is empty: send a JSON object."));
  }
  return JSON.parse(text, LONG.test(text) ? keepDigits as () => unknown : undefined);
}

/** NaN where there is more than the register can hold. */
function milliwattHoursOf(wh: number | LongNumber): number {
  if (wh instanceof LongNumber) {
    const written = wh.digits.match(/^(\d+)(?:\.(\d{1,3}))?$/);
    return written ? Number(written[1] + (written[2] ?? "").padEnd(3, "0")) : NaN;
  }
  const milliwattHours = Math.round(wh * 1000);
  return Math.abs(wh * 1000 - milliwattHours) > 0.01 ? NaN : milliwattHours;
}

const MAX_WH = Number.MAX_SAFE_INTEGER / 1000;

/** Wh with at most three decimals, as the integer milliwatt-hours that a register holds. */
export const energyWh = z.custom<number>(
  (wh) => typeof wh === "number" || wh instanceof LongNumber,
  "must be a number of Wh",
).meta({
  type: "number",
  minimum: 0,
  maximum: MAX_WH,
  description: "Wh, with up to three decimals",
  example: 18201.8,
}).transform((wh, context) => {
  const milliwattHours = milliwattHoursOf(wh);
  if (milliwattHours < 0) context.addIssue("must not be negative");
  else if (Number.isNaN(milliwattHours)) {
    context.addIssue("must not have more than three decimals");
  } else if (!Number.isSafeInteger(milliwattHours)) {
    context.addIssue("must not be above 9007199254740.991");
  }
  return milliwattHours;
});

export function items<Item extends z.ZodType>(item: Item, max: number): z.ZodArray<Item> {
  const message = `must have 1 to ${max} items`;
  return z.array(item).min(1, message).max(max, message);
}

/** Without the blanks around it. */
export function text(min: number, max: number): z.ZodString {
  const message = `must have ${min === 0 ? "up" : min} to ${max} characters`;
  return z.string().trim().min(min, message).max(max, message);
}

export function whole(min: number, max: number, number = z.number()): z.ZodNumber {
  const message = `must be ${min} to ${max}`;
  return number.refine(Number.isInteger, { error: "must be a whole number", abort: true })
    .min(min, message).max(max, message).meta({ type: "integer" });
}

export const label = text(1, 200);

/** A change that takes a detail away says null. */
export const nullable = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullable().transform((value) => value ?? undefined).optional();

/** Of meters, points and customers alike. */
export const isId = (text: string): boolean => /^[0-9a-f]{16}$/.test(text);
