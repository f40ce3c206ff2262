/** What `test:break` takes out is really there: the table must not fall behind the code. */
import { broken } from "../break-the-code.ts";
import { MUTANTS } from "../mutants.ts";
import { readRepository } from "./repository.ts";

Deno.test("every safeguard that is taken out on purpose stands where the table says, once", () => {
  const sources = readRepository();
  for (const mutant of MUTANTS) broken(mutant, sources);
});
