/**
 * A request with an Idempotency-Key is carried out once: when it comes again, because its answer was
 * lost, it gets the answer that it would have got.
 */
import type { Context } from "hono";
import { createHash } from "node:crypto";
import { failed } from "../errors.ts";
import type { Caller } from "./caller.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError } from "./problem.ts";

export interface OneRequest {
  context: Context;
  /** What it brought; undefined where the handler reads that by itself. */
  bytes: Uint8Array | undefined;
  caller: Caller;
}

const KEY = /^[!-~]{1,200}$/;

export async function answeredOnce(
  { context, bytes, caller }: OneRequest,
  { once, now }: HttpParts,
  act: () => Promise<Response>,
): Promise<Response> {
  const key = context.req.header("idempotency-key");
  if (key === undefined || bytes === undefined || caller.kind === "nobody") return await act();
  if (context.req.method !== "POST") return await act();
  if (!KEY.test(key)) throw new FailureError(failed("invalid", WRONG_KEY));
  const owner = `${caller.kind} ${caller.id}`;
  const known = await once.begin(owner, key, `${context.req.path} ${hashOf(bytes)}`, now());
  if (known && "ok" in known) throw new FailureError(known);
  if (known?.status === 204) return context.body(null, 204);
  if (known) return context.body(known.text, known.status as 201, { "content-type": JSON_TYPE });
  try {
    const response = await act();
    await once.keep(owner, key, { status: response.status, text: await response.clone().text() });
    return response;
  } catch (error) {
    // What was refused has changed nothing; of what broke, nobody knows.
    if (error instanceof FailureError) await once.forget(owner, key);
    throw error;
  }
}

const JSON_TYPE = "application/json";
const WRONG_KEY = "The Idempotency-Key must have 1 to 200 visible ASCII characters.";

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
