/** The OpenAPI document of all operations, made from what they declare and from the rights. */
import { z } from "zod";
import type { FailureKind } from "../errors.ts";
import { exampleOf } from "./examples.ts";
import { MAX_JSON_BYTES } from "./input.ts";
import { type Components, type JsonSchema, jsonSchemaOf } from "./json-schemas.ts";
import type { Media, Operation } from "./operation.ts";
import { STATUS } from "./problem.ts";
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

export const PROBLEM_TYPE = "application/problem+json";

const ABOUT =
  "Energy is in Wh, exact to three decimals. Times are RFC 3339. A field or parameter " +
  "that is not listed is refused. Every answer has an `x-request-id`, by which the server's log " +
  "and its audit log know the request.";

/** What each status says, wherever it comes from. */
const MEANINGS: Record<number, string> = {
  304: "Not changed since it was fetched with the `etag` that `if-none-match` names",
  400: "The body, the query or a header does not fit; `errors` names the fields",
  401: "No key or sign-in, or one that is not valid",
  403: "Not for this caller, or sent by another site's page",
  404: "There is no such thing, or not for this caller",
  408: "The body came too slowly",
  409: "It does not go with what is there, or others changed it at the same time",
  412: "Changed since the version that `if-match` names",
  413: "The body is too long",
  429: "Too many requests: try again after `retry-after` seconds",
  500: "A fault of the server, which is in its log",
  503: "It could not be stored or read now: try again after `retry-after` seconds",
};

const problemSchema = z.object({
  type: z.string().meta({ example: "urn:contaluz:problem:invalid" }),
  title: z.string().meta({ example: "Invalid input" }),
  status: z.int().min(400).max(599).meta({ example: 400 }),
  detail: z.string().optional().meta({ example: "The body does not fit: name: is missing" }),
  errors: z.array(z.object({
    path: z.string().meta({ example: "name" }),
    message: z.string().meta({ example: "is missing" }),
  })).optional(),
}).meta({ id: "Problem", description: "An error, by RFC 9457" });

export function openApiOf(operations: Declared, rights: Rights): OpenApi {
  const schemas: Components = {};
  jsonSchemaOf(z.object({ problem: problemSchema }), "output", schemas);
  const paths: OpenApi["paths"] = {};
  for (const [name, operation] of Object.entries(operations)) {
    const { method, path } = routeOf(operation);
    paths[path] = { ...paths[path], [method]: described(name, operation, rights[name], schemas) };
  }
  const tags = Object.values(paths).flatMap((item) => Object.values(item).map(({ tags }) => tags));
  return {
    openapi: "3.1.1",
    info: { title: "Contaluz", version: "1", description: ABOUT, license: { name: "MIT" } },
    servers: [{ url: "/" }],
    tags: [...new Set(tags.flat())].map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes: SECURITY },
  };
}

const SECURITY = {
  key: { type: "http", scheme: "bearer", description: "An API key" },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-contaluz",
    description: "The cookie that signing in sets; without TLS its name has no `__Host-`",
  },
};

/** `:id` is `{id}` in OpenAPI. */
export function routeOf({ route }: Operation): { method: string; path: string } {
  const [method, path] = route.split(" ");
  return { method: method.toLowerCase(), path: path.replace(/:(\w+)/g, "{$1}") };
}

function described(
  operationId: string,
  operation: Operation,
  right: Right,
  components: Components,
): DescribedOperation {
  const { path } = routeOf(operation);
  const content = contentOf(operation.body, "input", components);
  return {
    operationId,
    tags: [tagOf(path)],
    summary: operation.summary,
    description: operation.details,
    parameters: [
      ...pathParameters(path),
      ...queryParameters(operation.query, components),
      ...headerParameters(operation, right),
    ],
    requestBody: content && { required: true, content },
    responses: answersOf(operation, right, components),
    security: securityOf(right),
  };
}

function securityOf({ anyone, personal }: Right): DescribedOperation["security"] {
  if (anyone) return [{}];
  return personal ? [{ session: [] }] : [{ key: [] }, { session: [] }];
}

function tagOf(path: string): string {
  const [, resource = "service"] = path.match(/^\/api\/v1\/([\w-]+)/) ?? [];
  const words = resource.replaceAll("-", " ");
  return words[0].toUpperCase() + words.slice(1);
}

/** What is at fault in a path is answered with 404, so there is no more to say about its form. */
const pathParameters = (path: string): Parameter[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
    example: "8a1f63c0d27be954",
  }));

function queryParameters(query: z.ZodType | undefined, components: Components): Parameter[] {
  if (!query) return [];
  const { properties = {}, required = [] } = jsonSchemaOf(query, "input", components);
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name) || undefined,
    description,
    schema,
    example: exampleOf(schema, components, name),
  }));
}

function headerParameters(operation: Operation, right: Right): Parameter[] {
  const header = (name: string, description: string): Parameter => ({
    name,
    in: "header",
    description,
    schema: { type: "string" },
  });
  const parameters: Parameter[] = [];
  if (isAnsweredOnce(operation) && !right.anyone) {
    parameters.push(header("Idempotency-Key", "Sent again with it, it is carried out once"));
  }
  if (operation.failures?.includes("preconditionFailed")) {
    parameters.push(header("If-Match", "The version, an `etag`, that is to be changed"));
  }
  return parameters;
}

const isAnsweredOnce = ({ route, body }: Operation): boolean =>
  route.startsWith("POST ") && !(body && isMedia(body));

const isMedia = (shape: z.ZodType | Media): shape is Media => !(shape instanceof z.ZodType);

function contentOf(
  shape: z.ZodType | Media | undefined,
  io: "input" | "output",
  components: Components,
): Content | undefined {
  if (!shape) return undefined;
  if (isMedia(shape)) return { [shape.media]: {} };
  const schema = jsonSchemaOf(shape, io, components);
  return { "application/json": { schema, example: exampleOf(schema, components) } };
}

function answersOf(operation: Operation, right: Right, components: Components) {
  const content = contentOf(operation.answer, "output", components);
  const status = operation.status ?? (operation.answer ? 200 : 204);
  const answers: Record<string, DescribedAnswer> = {
    [status]: status === 101
      ? { description: "Goes on as a WebSocket" }
      : { description: operation.answer ? "Done" : "Done; there is no more to say", content },
  };
  if (operation.revalidated) answers[304] = { description: MEANINGS[304] };
  const schema = { $ref: "#/components/schemas/Problem" };
  for (const status of failureStatuses(operation, right)) {
    const own = operation.also === status ? content : undefined;
    answers[status] = {
      description: MEANINGS[status],
      content: { [PROBLEM_TYPE]: { schema }, ...own },
    };
  }
  return answers;
}

/** From its right, its shape, what all share, and what it names itself. */
function failureStatuses(operation: Operation, right: Right): number[] {
  const { query, body, failures = [], route } = operation;
  const kinds = new Set<FailureKind>(["unauthenticated", "tooMany", "unavailable", ...failures]);
  if (!right.anyone || !route.startsWith("GET ")) kinds.add("forbidden");
  if (right.owns || route.includes("/:")) kinds.add("notFound");
  if (query || body) kinds.add("invalid");
  if (body) kinds.add("tooLarge").add("tooSlow");
  if (isAnsweredOnce(operation) && !right.anyone) kinds.add("invalid").add("conflict");
  return [...[...kinds].map((kind) => STATUS[kind][0]), 500].sort((a, b) => a - b);
}

/** The longest body that is taken. */
export const maxBytesOf = ({ maxBytes = MAX_JSON_BYTES }: Operation): number => maxBytes;
