/**
 * Holds each answer of the tests against the OpenAPI document: its status must be one that the
 * operation declares, its body must fit the schema and have no field besides.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { OPERATIONS } from "../../server/http/api.ts";
import { openApiOf } from "../../server/http/openapi.ts";
import { PROBLEM_TYPE } from "../../server/http/openapi-answers.ts";
import type { DescribedAnswer, DescribedOperation } from "../../server/http/openapi-types.ts";
import { RIGHTS } from "../../server/http/rights.ts";

export const DOCUMENT = openApiOf(OPERATIONS, RIGHTS);

const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema({ $id: "contaluz:", ...DOCUMENT });

const PROBLEM = { $ref: "#/components/schemas/Problem" };

const compiled = new Map<string, ValidateFunction>();

/** Why a value does not fit a schema of the document; nothing if it does. */
export function misfits(schema: unknown, value: unknown): string {
  const key = JSON.stringify(schema);
  const text = key.replaceAll('"#/components/', '"contaluz:#/components/');
  const validate = compiled.get(key) ?? ajv.compile(JSON.parse(text));
  compiled.set(key, validate);
  return validate(value) ? "" : ajv.errorsText(validate.errors, { dataVar: "body" });
}

interface Route {
  method: string;
  pattern: RegExp;
  described: DescribedOperation;
}

const ROUTES: Route[] = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
    described,
  }))
);

/** A word in a path goes before a parameter, as in the router. */
function routeOf(method: string, path: string): DescribedOperation | undefined {
  const asked = method === "HEAD" ? "GET" : method;
  const fitting = ROUTES.filter((route) => route.method === asked && route.pattern.test(path));
  const parameters = ({ described }: Route) =>
    described.parameters.filter((parameter) => parameter.in === "path").length;
  return fitting.sort((a, b) => parameters(a) - parameters(b))[0]?.described;
}

export interface Exchange {
  method: string;
  /** Without the query. */
  path: string;
  status: number;
  type: string | null;
  /** Whether a WebSocket was asked for, which no other site's page may, whatever the route. */
  isUpgrade?: boolean;
  /** The JSON that it holds, if it does. */
  json?: unknown;
}

/** What the answer does otherwise than the document says; nothing if it keeps to it. */
export function breachOf(
  { method, path, status, type, json, isUpgrade }: Exchange,
): string | undefined {
  const described = routeOf(method, path);
  const answer = described && !(isUpgrade && status === 403)
    ? described.responses[status]
    : answerOfNoRoute(status);
  const asked = `${method} ${path} (${described?.operationId ?? "no operation"}): ${status}`;
  if (!answer) return `${asked} is not declared`;
  if (!answer.content) return json === undefined ? undefined : `${asked} must have no body`;
  const media = type?.split(";")[0].trim() ?? "";
  const declared = answer.content[media];
  if (!declared) return `${asked} must not be ${media || "without a type"}`;
  if (!declared.schema || json === undefined) return undefined;
  const why = misfits(declared.schema, json);
  return why === "" ? undefined : `${asked}: ${why} in ${JSON.stringify(json).slice(0, 500)}`;
}

const answerOfNoRoute = (status: number): DescribedAnswer | undefined =>
  [403, 404, 405].includes(status)
    ? { description: "", content: { [PROBLEM_TYPE]: { schema: PROBLEM } } }
    : undefined;

/** An app's answers, each held against the document. Files are left to flow as they do. */
export function conforming(fetch: (request: Request) => Response | Promise<Response>) {
  return async (request: Request): Promise<Response> => {
    const response = await fetch(request);
    const type = response.headers.get("content-type");
    const hasJson = request.method !== "HEAD" && type?.includes("json");
    const breach = breachOf({
      method: request.method,
      path: new URL(request.url).pathname,
      status: response.status,
      type,
      isUpgrade: request.headers.has("upgrade"),
      json: hasJson ? await response.clone().json() : undefined,
    });
    if (breach) throw new Error(breach);
    return response;
  };
}
