/** What a JSON Schema says, in a few words for each of its fields. */
import { type Components, type JsonSchema, resolved } from "./json-schemas.ts";

export interface Field {
  /** As `items[].time`. */
  path: string;
  type: string;
  isOptional: boolean;
  description?: string;
  /** What holds when it is not given. */
  fallback?: unknown;
}

const MAX_DEPTH = 4;

export function fieldsOf(schema: JsonSchema, components: Components, path = ""): Field[] {
  const full = resolved(schema, components);
  if (path.split(/\.|\[\]/).length > MAX_DEPTH) return [];
  const variants = (full.anyOf ?? full.oneOf ?? []).filter(({ type }) => type !== "null");
  if (variants.length > 0) {
    return distinct(variants.flatMap((one) => fieldsOf(one, components, path)));
  }
  if (full.items) return fieldsOf(full.items, components, `${path}[]`);
  return Object.entries(full.properties ?? {}).flatMap(([name, property]) => {
    const own = path === "" ? name : `${path}.${name}`;
    const inner = resolved(property, components);
    return [{
      path: own,
      type: typeWords(property, components),
      isOptional: !full.required?.includes(name),
      description: inner.description,
      fallback: inner.default,
    }, ...fieldsOf(property, components, own)];
  });
}

/** Variants of an object may have fields in common. */
const distinct = (fields: Field[]): Field[] =>
  fields.filter(({ path }, i) => fields.findIndex((other) => other.path === path) === i);

const NAMES: Record<string, string> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  array: "list",
  object: "object",
  null: "null",
};

const FORMATS: Record<string, string> = {
  "date-time": "time",
  date: "date",
  email: "e-mail address",
  uri: "URL",
};

export function typeWords(schema: JsonSchema, components: Components): string {
  const full = resolved(schema, components);
  const variants = full.anyOf ?? full.oneOf;
  if (variants) {
    return [...new Set(variants.map((one) => typeWords(one, components)))].join(" or ");
  }
  if (full.const !== undefined) return JSON.stringify(full.const);
  if (full.enum) return inWords(full.enum);
  if (full.items) {
    const each = typeWords(full.items, components);
    return `list of ${each === "object" ? "objects" : each}${bounds(full)}`;
  }
  const types = [full.type ?? []].flat().map((type) => NAMES[type] ?? type).join(" or ");
  return `${FORMATS[full.format ?? ""] ?? (types || "anything")}${bounds(full)}`;
}

const inWords = (values: unknown[]): string =>
  values.map((one) => JSON.stringify(one)).join(values.length === 2 ? " or " : ", ");

function bounds(schema: JsonSchema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  if (maximum !== undefined) return ` from ${shown(minimum ?? 0)} to ${shown(maximum)}`;
  if (minimum !== undefined) return ` from ${shown(minimum)}`;
  if (maxLength !== undefined) return `, ${range(minLength, maxLength)} characters`;
  return maxItems === undefined ? "" : `, ${range(minItems, maxItems)} items`;
}

const shown = (number: number): string =>
  Number.isInteger(number) ? number.toLocaleString("en") : String(number);

const range = (min: number | undefined, max: number): string =>
  min ? `${shown(min)} to ${shown(max)}` : `up to ${shown(max)}`;
