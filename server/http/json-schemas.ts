/** What the operations' zod schemas say, as JSON Schema; those with an id become components. */
import { z } from "zod";

// deno-lint-ignore no-explicit-any
type Any = any;

/** As far as it is looked into here. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  examples?: unknown[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

export type Components = Record<string, JsonSchema>;

const PLACE = "#/components/schemas/";

/** Formats that say by themselves what zod says in a long pattern besides. */
const FORMATS = ["date-time", "date", "email"];

/** The schema of what is sent (`input`) or of what is answered (`output`). */
export function jsonSchemaOf(
  schema: z.ZodType,
  io: "input" | "output",
  components: Components,
): JsonSchema {
  const made = z.toJSONSchema(schema, { io, unrepresentable: "any", override: tidy });
  const { $schema: _, $defs = {}, ...own } = JSON.parse(
    JSON.stringify(made).replaceAll('"#/$defs/', `"${PLACE}`),
  );
  for (const [id, component] of Object.entries<JsonSchema>($defs)) addTo(components, id, component);
  return own;
}

function addTo(components: Components, id: string, schema: JsonSchema): void {
  const known = components[id];
  if (known && JSON.stringify(known) !== JSON.stringify(schema)) {
    throw new Error(`two schemas have the id ${id}`);
  }
  components[id] = schema;
}

function tidy({ jsonSchema: schema }: { jsonSchema: Any }): void {
  if (schema.example !== undefined) schema.examples = [schema.example];
  delete schema.example;
  delete schema.id;
  if (FORMATS.includes(schema.format)) delete schema.pattern;
  if (schema.minLength === 0) delete schema.minLength;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** A component in place of a reference to it. */
export function resolved(schema: JsonSchema, components: Components): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...more } = schema;
  return { ...components[componentOf($ref)], ...more };
}

export const componentOf = (ref: string): string => ref.slice(PLACE.length);
