/** Lets a caller pass to a route, or not, by the table of rights. */
import { failed, type Failure, noSuch } from "../errors.ts";
import { type Caller, isOperator, limitOf } from "./caller.ts";
import type { Owned, Right } from "./rights.ts";

/** Whose something is; undefined where there is no such thing. */
export type OwnerOf = (kind: Owned, id: string) => Promise<string | undefined>;

/** Why the caller may not pass. What is not theirs is answered as if it did not exist. */
export async function refusal(
  right: Right,
  caller: Caller,
  id: string | undefined,
  ownerOf: OwnerOf,
): Promise<Failure | undefined> {
  if (right.anyone) return undefined;
  if (caller.kind === "nobody") return failed("unauthenticated", "Sign in, or send an API key.");
  if (!mayCall(right, caller)) return failed("forbidden", whyNot(right, caller));
  const limit = limitOf(caller);
  if (right.owns === undefined || limit === undefined || id === undefined) return undefined;
  const owner = await ownerOf(right.owns, id);
  return owner === limit ? undefined : noSuch(right.owns, id);
}

export function mayCall(right: Right, caller: Caller): boolean {
  if (right.anyone) return true;
  if (caller.kind === "nobody") return false;
  if (caller.kind === "person") return right.roles.includes(caller.role);
  if (right.personal) return false;
  if (isOperator(caller)) return right.roles.includes("operator");
  return right.scopes.some((scope) => caller.scopes.includes(scope));
}

function whyNot({ scopes, personal }: Right, caller: Caller): string {
  if (caller.kind === "person") return "This is for the utility's staff.";
  if (personal) return "This takes a sign-in: no API key can do it.";
  const wanted = [...scopes, "operator"].join(" or ");
  return `This takes an API key with the scope ${wanted}.`;
}
