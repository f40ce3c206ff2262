/** What an operation may answer with, as OpenAPI has it: what it says itself, and every error. */
import { z } from "zod";
import type { FailureKind } from "../errors.ts";
import { exampleOf } from "./examples.ts";
import { type Components, jsonSchemaOf } from "./json-schemas.ts";
import type { Content, DescribedAnswer } from "./openapi-types.ts";
import type { Media, Operation } from "./operation.ts";
import { STATUS } from "./problem.ts";
import type { Right } from "./rights.ts";

export const PROBLEM_TYPE = "application/problem+json";

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

export const problemSchema = z.object({
  type: z.string().meta({ example: "urn:contaluz:problem:invalid" }),
  title: z.string().meta({ example: "Invalid input" }),
  status: z.int().min(400).max(599).meta({ example: 400 }),
  detail: z.string().optional().meta({ example: "The body does not fit: name: is missing" }),
  errors: z.array(z.object({
    path: z.string().meta({ example: "name" }),
    message: z.string().meta({ example: "is missing" }),
  })).optional(),
}).meta({ id: "Problem", description: "An error, by RFC 9457" });

export const isAnsweredOnce = ({ route, body }: Operation): boolean =>
  route.startsWith("POST ") && !(body && isMedia(body));

const isMedia = (shape: z.ZodType | Media): shape is Media => !(shape instanceof z.ZodType);

export function contentOf(
  shape: z.ZodType | Media | undefined,
  io: "input" | "output",
  components: Components,
): Content | undefined {
  if (!shape) return undefined;
  if (isMedia(shape)) return { [shape.media]: {} };
  const schema = jsonSchemaOf(shape, io, components);
  return { "application/json": { schema, example: exampleOf(schema, components) } };
}

export function answersOf(operation: Operation, right: Right, components: Components) {
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
