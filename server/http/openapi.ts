/** The OpenAPI document of all operations, made from what they declare and from the rights. */
import { z } from "zod";
import { exampleOf } from "./examples.ts";
import { MAX_JSON_BYTES } from "./input.ts";
import { type Components, jsonSchemaOf } from "./json-schemas.ts";
import { answersOf, contentOf, isAnsweredOnce, problemSchema } from "./openapi-answers.ts";
import type { Declared, DescribedOperation, OpenApi, Parameter, Rights } from "./openapi-types.ts";
import type { Operation } from "./operation.ts";
import type { Right } from "./rights.ts";

const ABOUT =
  "Energy is in Wh, exact to three decimals. Times are RFC 3339. A field or parameter " +
  "that is not listed is refused. Every answer has an `x-request-id`, by which the server's log " +
  "and its audit log know the request.";

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
  const words = resource.replaceAll("-", " ").replace(/^api\b/, "API");
  return words[0].toUpperCase() + words.slice(1);
}

/** What is at fault in a path is answered with 404, so there is no more to say about its form. */
const pathParameters = (path: string): Parameter[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
    example: exampleOf({ type: "string" }, {}, name),
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

/** The longest body that is taken. */
export const maxBytesOf = ({ maxBytes = MAX_JSON_BYTES }: Operation): number => maxBytes;
