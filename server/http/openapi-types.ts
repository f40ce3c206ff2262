/** The parts of an OpenAPI document, as far as ours has them. */
import type { Components, JsonSchema } from "./json-schemas.ts";
import type { Operation } from "./operation.ts";
import type { Right } from "./rights.ts";

export type Declared = Record<string, Operation>;
export type Rights = Record<string, Right>;

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema: JsonSchema;
  example?: unknown;
}

export type Content = Record<string, { schema?: JsonSchema; example?: unknown }>;

export interface DescribedAnswer {
  description: string;
  content?: Content;
}

export interface DescribedOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters: Parameter[];
  requestBody?: { required: true; content: Content };
  responses: Record<string, DescribedAnswer>;
  security: Record<string, string[]>[];
}

export interface OpenApi {
  openapi: "3.1.1";
  info: Record<string, string | Record<string, string>>;
  servers: { url: string }[];
  tags: { name: string }[];
  /** By path, then by method in small letters. */
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Components; securitySchemes: Record<string, Record<string, string>> };
}
