/** Reads a request's body, which must be neither too long nor too slow. */
import type { Context } from "hono";
import { failed, type Failure } from "../errors.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError } from "./problem.ts";

/** However slow the line, meters and people are through within this. */
const BODY_MS = 30_000;

export async function bytesOf(
  { req }: Context,
  { timer }: Pick<HttpParts, "timer">,
  maxBytes: number,
  tooLong: () => Failure = () => failed("tooLarge", `The body is above ${maxBytes} bytes.`),
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(req.header("content-length") ?? 0) > maxBytes) throw new FailureError(tooLong());
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  if (!req.raw.body) return new Uint8Array();
  const reader = req.raw.body.getReader();
  const { ended, cancel } = timer(BODY_MS);
  const late = ended.then(() => "late" as const);
  let length = 0;
  try {
    for (;;) {
      const read = await Promise.race([reader.read(), late]);
      if (read === "late") throw new FailureError(failed("tooSlow", TOO_SLOW));
      if (read.done) return await new Blob(chunks).bytes();
      length += read.value.length;
      if (length > maxBytes) throw new FailureError(tooLong());
      chunks.push(read.value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    cancel();
  }
}

const TOO_SLOW = `The body did not come within ${BODY_MS / 1000} s.`;
