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
  record: "an object",
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

export interface FromTo {
  from?: number | Temporal.PlainDate;
  to?: number | Temporal.PlainDate;
}

/** What a query asks for; all that there is, where it does not say. */
export function startAndEnd({ from, to }: FromTo, timeZone: string) {
  const start = from === undefined ? 0 : inZone(from, timeZone);
  const end = to === undefined ? Infinity : inZone(to, timeZone);
  if (start >= end) throw misfit("query", [NOT_LATER]);
  return { start, end };
}

export const NOT_LATER = { path: "to", message: "must be later than `from`" };

export const timeZone = z.string().refine(
  (name) => name.length <= 64 && isTimeZone(name),
  "must be the name of a time zone, like America/Sao_Paulo",
).meta({ maxLength: 64, description: "An IANA time zone", example: "America/Sao_Paulo" });

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

export const email = z.email("must be an e-mail address")
  .max(200, "must have up to 200 characters").meta({ example: "maria@example.com" });

export const monthText = z.string().regex(
  /^20\d\d-(0[1-9]|1[0-2])$/,
  "must be a month, like 2026-11",
).meta({ example: "2026-05" });

/** What is printed on a plate or a bill, and read out on the telephone. */
export const plateText = z.string().trim().regex(/^[A-Za-z0-9._/-]{1,40}$/, {
  error: "must have 1 to 40 letters, digits or . _ / -",
});

/** A change that takes a detail away says null. */
export const nullable = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullable().transform((value) => value ?? undefined).optional();

/** Without what is not said. */
export const said = <Fields extends object>(fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;

/** Of meters, points and customers alike. */
export const isId = (text: string): boolean => /^[0-9a-f]{16}$/.test(text);
