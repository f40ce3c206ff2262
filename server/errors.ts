/**
 * What can go wrong, as values. A few kinds serve the whole server; `http/problem.ts` is the only
 * place that knows which status each becomes.
 */

/** Tells those who run the server of what no caller can be answered with. */
export type ReportProblem = (problem: string, error: unknown) => void;

/** Thrown for a call that a shared database has left unanswered for too long. */
export class NoAnswerError extends Error {
  constructor() {
    super("the database does not answer");
  }
}

export type FailureKind =
  | "invalid"
  | "unauthenticated"
  | "codeWanted"
  | "forbidden"
  | "notFound"
  | "methodNotAllowed"
  | "tooSlow"
  | "conflict"
  | "preconditionFailed"
  | "tooLarge"
  | "tooMany"
  | "unavailable";

export interface FieldError {
  /** Where in the input, as `readings.3.time`. */
  path: string;
  message: string;
}

export interface Failure {
  ok: false;
  kind: FailureKind;
  detail: string;
  errors?: FieldError[];
  /** When to try again, where that is known. */
  retryAfterSeconds?: number;
}

export type Result<Value> = { ok: true; value: Value } | Failure;

export const done = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });

export const failed = (kind: FailureKind, detail: string, errors?: FieldError[]): Failure => ({
  ok: false,
  kind,
  detail,
  ...(errors ? { errors } : {}),
});

export const noSuch = (kind: string, id: string): Failure =>
  failed("notFound", `There is no ${kind} ${id}.`);
