/** Examples for the documentation: what the schemas say, and for the rest the usual words. */
import { type Components, type JsonSchema, resolved } from "./json-schemas.ts";

/** What fields of these names look like, wherever they stand. */
const USUAL: Record<string, string> = {
  name: "Maria Souza",
  label: "Home",
  email: "maria@example.com",
  phone: "+55 11 91234-5678",
  address: "Rua das Flores 12, São Paulo",
  taxId: "12345678909",
  timezone: "America/Sao_Paulo",
  code: "0412345678",
  serial: "A-1042",
  month: "2026-11",
  session: "8a1f63c0d27be954",
  hardwareId: "esp32-a0b1c2d3e4f5",
  token: "dq1XvmAqyk3BQ2i0yqQ8Tg",
  enrolmentToken: "dq1XvmAqyk3BQ2i0yqQ8Tg",
  cursor: "MTc4MTUyNDgwMC4w",
  next: "MTc4MTUyNDgwMC4w",
};

const ID = "8a1f63c0d27be954";

const FORMATS: Record<string, string> = {
  "date-time": "2026-11-20T11:00:00Z",
  date: "2026-11-20",
  email: "maria@example.com",
  uri: "https://example.com/",
};

/** What shall be shown as it is as long as it goes on. */
const ENDS = /^(?:retired|erased|resolved|revoked|ended|closed|disabled)At$/;

const isNullable = ({ type, anyOf = [] }: JsonSchema): boolean =>
  [type].flat().includes("null") || anyOf.some(isNullable);

export function exampleOf(schema: JsonSchema, components: Components, name = ""): unknown {
  const full = resolved(schema, components);
  if (full.examples) return full.examples[0];
  if (ENDS.test(name) && isNullable(full)) return null;
  if (full.const !== undefined) return full.const;
  if (full.default !== undefined) return full.default;
  if (full.enum) return full.enum[0];
  const [choice] = full.anyOf ?? full.oneOf ?? [];
  if (choice) return exampleOf(choice, components, name);
  const type = typeof full.type === "string" ? full.type : full.type?.[0];
  if (type === "object") return exampleOfObject(full, components);
  if (type === "array") return full.items ? [exampleOf(full.items, components, name)] : [];
  if (type === "string") return exampleOfText(full, name);
  if (type === "integer" || type === "number") return Math.max(full.minimum ?? 1, 1);
  return type === "boolean" ? true : null;
}

function exampleOfObject({ properties = {} }: JsonSchema, components: Components): unknown {
  return Object.fromEntries(
    Object.entries(properties).map((
      [name, property],
    ) => [name, exampleOf(property, components, name)]),
  );
}

function exampleOfText({ format, minLength = 0 }: JsonSchema, name: string): string {
  const usual = USUAL[name] ?? FORMATS[format ?? ""] ?? (/(?:^i|I)d$/.test(name) ? ID : name);
  return usual.padEnd(minLength, "x");
}
