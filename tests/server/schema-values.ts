/** Values for a JSON Schema of the document, and values that are broken in some way. */
import fc from "fast-check";
import { type JsonSchema, resolved } from "../../server/http/json-schemas.ts";
import { NOON } from "./app-in-memory.ts";
import { DOCUMENT } from "./conformance.ts";

const MAX_ITEMS = 3;
const MAX_LENGTH = 40;
const MAX_USUAL = 50;

/** Now and then as a name suggests, so that ids are some that there are. */
export type Known = (name: string) => string[];

const DAY = 86_400;

/** Mostly about the time at which the tests play, as a long period by a short step is long work. */
const seconds = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: NOON - 40 * DAY, max: NOON + DAY }) },
  fc.integer({ min: -1e9, max: 5e9 }),
);

const instants = seconds
  .map((seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "+00:00"));

const FORMATS: Record<string, fc.Arbitrary<string>> = {
  "date-time": instants,
  date: seconds.map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 10)),
  email: fc.oneof(fc.emailAddress(), fc.integer().map((n) => `p${n}@example.com`)),
};

export function valueOf(schema: JsonSchema, known: Known, name = ""): fc.Arbitrary<unknown> {
  const full = resolved(schema, DOCUMENT.components.schemas);
  if (full.const !== undefined) return fc.constant(full.const);
  if (full.enum) return fc.constantFrom(...full.enum);
  const choices = full.anyOf ?? full.oneOf;
  if (choices) return fc.oneof(...choices.map((one) => valueOf(one, known, name)));
  if (Array.isArray(full.type)) {
    return fc.oneof(...full.type.map((type) => valueOf({ ...full, type }, known, name)));
  }
  switch (full.type) {
    case "object":
      return objectOf(full, known);
    case "array":
      return fc.array(valueOf(full.items ?? {}, known, name), {
        minLength: full.minItems ?? 0,
        maxLength: Math.min(full.maxItems ?? MAX_ITEMS, MAX_ITEMS),
      });
    case "string":
      return textOf(full, known(name));
    case "integer":
    case "number":
      return numberOf(full);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
  }
  return fc.jsonValue({ maxDepth: 1 });
}

function objectOf({ properties = {}, required = [] }: JsonSchema, known: Known) {
  const entries = Object.entries(properties);
  const values = entries.map(([name, property]) => [name, valueOf(property, known, name)] as const);
  return fc.record(Object.fromEntries(values), {
    requiredKeys: required.filter((name) => name in properties),
  });
}

function textOf(
  { format, pattern, minLength = 0, maxLength = MAX_LENGTH }: JsonSchema,
  known: string[],
) {
  const lengths = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, MAX_LENGTH)) };
  const any = pattern === undefined
    ? FORMATS[format ?? ""] ?? fc.string({ unit: "grapheme", ...lengths })
    : fc.stringMatching(new RegExp(pattern));
  return known.length === 0
    ? any
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, any);
}

/** Mostly small, as numbers may be of things to be made. */
function numberOf({ type, minimum: min = 0, maximum: max = 2 ** 40 }: JsonSchema) {
  const some = (to: number) =>
    type === "integer"
      ? fc.integer({ min, max: Math.min(to, Number.MAX_SAFE_INTEGER) })
      : fc.double({ min, max: to, noNaN: true }).map((value) => Math.round(value * 1000) / 1000);
  const usual = some(Math.min(max, min + MAX_USUAL));
  return fc.oneof({ weight: 9, arbitrary: usual }, fc.constantFrom(min, max));
}

const ODD: unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "\udfff a",
  "x".repeat(2_000),
  "😀".repeat(300),
  "__proto__",
  "2026-02-30",
  "9999-12-31T23:59:59Z",
  [],
  {},
  [[[[[]]]]],
  { toString: 1, constructor: null },
  Array.from({ length: 1_001 }, () => 0),
];

const odd = fc.oneof(fc.constantFrom(...ODD), fc.jsonValue({ maxDepth: 3 }));

interface Breakage {
  /** Picks a place among all that the value has. */
  place: number;
  how: "replace" | "remove" | "add";
  by: unknown;
  name: string;
}

const breakage: fc.Arbitrary<Breakage> = fc.record({
  place: fc.nat(),
  how: fc.constantFrom("replace", "replace", "remove", "add"),
  by: odd,
  name: fc.oneof(fc.constantFrom("__proto__", "constructor", "id", ""), fc.string()),
});

export const brokenOf = (schema: JsonSchema, known: Known): fc.Arbitrary<unknown> =>
  fc.tuple(valueOf(schema, known), breakage).map(([value, how]) => broken(value, how));

type Path = (string | number)[];

function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, inner]) =>
      placesIn(inner, [...path, Array.isArray(value) ? Number(key) : key])
    ),
  ];
}

function broken(value: unknown, { place, how, by, name }: Breakage): unknown {
  const places = placesIn(value);
  const path = places[place % places.length];
  const changed = structuredClone({ value });
  // deno-lint-ignore no-explicit-any
  let holder: any = changed;
  const full = ["value", ...path];
  for (const key of full.slice(0, -1)) holder = holder[key];
  const last = full[full.length - 1];
  if (how === "replace") holder[last] = by;
  else if (how === "remove") delete holder[last];
  else if (typeof holder[last] === "object" && holder[last] !== null) {
    Object.defineProperty(holder[last], name, {
      value: by,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else holder[last] = by;
  return changed.value;
}
