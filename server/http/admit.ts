/** Who asks, whether they ask too often, and whether they may: before anything else is read. */
import type { Context } from "hono";
import { networkOf } from "../domain/network.ts";
import type { Caller } from "./caller.ts";
import { type OwnerOf, refusal } from "./guard.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError } from "./problem.ts";
import type { Right } from "./rights.ts";

export interface Admission {
  context: Context;
  right: Right;
  /** What the route is about. */
  id: string | undefined;
}

export async function admitted(
  { context, right, id }: Admission,
  isCounted: boolean,
  parts: HttpParts,
  ownerOf: OwnerOf,
): Promise<Caller> {
  const caller = await knownCaller(context, parts);
  if (isCounted) count(context, caller, parts);
  const refused = await refusal(right, caller, id, ownerOf);
  if (refused) throw new FailureError(refused);
  return caller;
}

/** Who guesses keys is limited as one that has none. */
async function knownCaller(context: Context, parts: HttpParts): Promise<Caller> {
  try {
    return await parts.callerOf(context);
  } catch (error) {
    if (error instanceof FailureError) count(context, { kind: "nobody" }, parts);
    throw error;
  }
}

function count(context: Context, caller: Caller, { rates, addressOf }: HttpParts): void {
  const id = caller.kind === "nobody" ? networkOf(addressOf(context)) : caller.id;
  const refused = rates.refusal(caller.kind, id);
  if (refused) throw new FailureError(refused);
}
