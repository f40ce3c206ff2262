/** Who may call a route, in words, from the table of rights. */
import type { Right } from "./rights.ts";

export function callersIn({ anyone, roles, scopes, owns, personal }: Right): string {
  if (anyone) return "Anyone";
  const people = [
    ...roles.includes("operator") ? ["staff"] : [],
    ...roles.includes("customer") ? [owns ? `the ${owns}'s customer` : "customers"] : [],
  ];
  const keys = roles.includes("operator") ? [...scopes, "operator"] : scopes;
  const machines = personal || keys.length === 0 ? "" : `; API keys with ${either(keys)}`;
  const limit = owns && machines ? ", those of a customer only for what is theirs" : "";
  const words = `${people.join(" and ")}${machines}${limit}`;
  return words[0].toUpperCase() + words.slice(1);
}

const either = (scopes: readonly string[]): string =>
  scopes.map((scope) => `\`${scope}\``).join(" or ");
