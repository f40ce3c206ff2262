/** What a path names by its id. */
import { noSuch } from "../errors.ts";
import { isId } from "./input.ts";
import { FailureError } from "./problem.ts";

export async function found<Thing>(
  kind: string,
  id: string,
  find: (id: string) => Promise<Thing | undefined>,
): Promise<Thing> {
  const thing = isId(id) ? await find(id) : undefined;
  if (!thing) throw new FailureError(noSuch(kind, id));
  return thing;
}
