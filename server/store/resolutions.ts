/** Whether the answer to a case can be what happened there. */
import type { Resolution, Span } from "../domain/corrections.ts";
import { MAX_N } from "../domain/reading.ts";
import type { FieldError } from "../errors.ts";

export const MAX_WRONG_READINGS = 100_000;

/** What keeps an answer from being taken. */
export function errorsIn(resolution: Resolution, { afterN, byN }: Span): FieldError[] {
  if (resolution.kind === "fault") return errorsInFault(resolution, afterN, byN);
  const registers = resolution.kind === "exchange"
    ? { final: resolution.final, start: resolution.start }
    : { start: resolution.start ?? 0 };
  return Object.entries(registers).flatMap(([path, register]) =>
    Number.isSafeInteger(register) && register >= 0
      ? []
      : [{ path, message: "must be a whole number of mWh from 0 on" }]
  );
}

function errorsInFault(
  { fromN, toN }: Resolution & { kind: "fault" },
  afterN: number,
  byN: number,
): FieldError[] {
  const isNumber = (n: number) => Number.isInteger(n) && n >= 1 && n <= MAX_N;
  const errors: FieldError[] = [];
  if (!isNumber(fromN) || fromN > byN) {
    errors.push({ path: "fromN", message: `must be a number from 1 up to ${byN}` });
  }
  if (!isNumber(toN) || toN < Math.max(afterN, fromN)) {
    errors.push({ path: "toN", message: `must be a number from ${afterN} and fromN on` });
  }
  if (toN - fromN >= MAX_WRONG_READINGS) {
    errors.push({ path: "toN", message: `must be less than ${MAX_WRONG_READINGS} after fromN` });
  }
  return errors;
}
