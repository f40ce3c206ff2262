/**
 * Bodies of JSON, and the energy in them: Wh with three decimals, exact also where a number of
 * JavaScript's would lose the last of them.
 */
import { z } from "zod";
import { failed } from "../errors.ts";
import { FailureError } from "./problem.ts";

export function jsonIn(bytes: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw new FailureError(failed("invalid", "The body is not valid JSON."));
  }
}

/** A number so long that JavaScript would lose its decimals, as it was written. */
class LongNumber {
  constructor(readonly digits: string) {}
}

const LONG = /\d{13}/;

type Reviver = (key: string, value: unknown, written: { source: string }) => unknown;

const keepDigits: Reviver = (key, value, { source }) =>
  key === "energyWh" && typeof value === "number" && source.search(LONG) === 0
    ? new LongNumber(source)
    : value;

function parseJson(text: string): unknown {
  if (text.trim() === "") {
    throw new FailureError(failed("invalid", "The body is empty: send a JSON object."));
  }
  // A schema that takes any name would leave this one out without a word.
  if (/"__proto__"\s*:/.test(text)) {
    throw new FailureError(
      failed("invalid", "The body has a field __proto__, which is not known."),
    );
  }
  return JSON.parse(text, LONG.test(text) ? keepDigits as () => unknown : undefined);
}

/** NaN where there is more than the register can hold. */
function milliwattHoursOf(wh: number | LongNumber): number {
  if (wh instanceof LongNumber) {
    const written = wh.digits.match(/^(\d+)(?:\.(\d{1,3}))?$/);
    return written ? Number(written[1] + (written[2] ?? "").padEnd(3, "0")) : NaN;
  }
  const milliwattHours = Math.round(wh * 1000);
  return Math.abs(wh * 1000 - milliwattHours) > 0.01 ? NaN : milliwattHours;
}

const MAX_WH = Number.MAX_SAFE_INTEGER / 1000;

/** Wh with at most three decimals, as the integer milliwatt-hours that a register holds. */
export const energyWh = z.custom<number>(
  (wh) => typeof wh === "number" || wh instanceof LongNumber,
  "must be a number of Wh",
).meta({
  type: "number",
  minimum: 0,
  maximum: MAX_WH,
  description: "Wh, with up to three decimals",
  example: 18201.8,
}).transform((wh, context) => {
  const milliwattHours = milliwattHoursOf(wh);
  if (milliwattHours < 0) context.addIssue("must not be negative");
  else if (Number.isNaN(milliwattHours)) {
    context.addIssue("must not have more than three decimals");
  } else if (!Number.isSafeInteger(milliwattHours)) {
    context.addIssue("must not be above 9007199254740.991");
  }
  return milliwattHours;
});
