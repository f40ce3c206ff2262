/** API keys of machines. */
import { numberOf, oneOf } from "./arguments.ts";
import { type Command, command } from "./command.ts";
import { byId } from "./connection.ts";
import { details } from "./table.ts";
import { instant } from "./units.ts";

const SCOPES = ["ingest", "read", "live", "operator"] as const;

export const keyCommands: Command[] = [
  command("keys [SEARCH]", {
    summary: "API keys by label",
    options: {
      "--customer ID": "only this customer's",
      "--revoked": "those that are revoked, instead of those that are not",
    },
    example: "keys dashboard",
    run: ({ words, options: { customer, revoked }, answers, connection: { api } }) =>
      answers.list(
        (page) => {
          const filter = { search: words.SEARCH, customerId: customer, revoked: `${revoked}` };
          return api["api-keys"].$get({ query: { ...page, ...filter } });
        },
        {
          columns: [
            { title: "id", of: ({ id }) => id, whole: true },
            { title: "label", of: ({ label }) => label },
            { title: "scopes", of: ({ scopes }) => scopes.join(" ") },
            { title: "customer", of: ({ customerId }) => customerId },
            { title: "last used", of: ({ lastUsedAt }) => instant(lastUsedAt) },
          ],
          none: "No keys.",
        },
      ),
  }),
  command("keys make LABEL SCOPE…", {
    summary: "Make an API key for ingest, read, live or operator, and print it, this once",
    options: {
      "--customer ID": "for what is this customer's only",
      "--connections COUNT": "how many live connections it may hold",
    },
    example: "keys make Dashboard read live --customer 8a1f63c0d27be954",
    run: async ({ words, options: { customer, connections }, answers, connection: { api } }) => {
      const json = {
        label: words.LABEL,
        scopes: words.SCOPE.map((scope) => oneOf("SCOPE", scope, SCOPES)),
        customerId: customer,
        connections: connections === undefined ? undefined : numberOf("--connections", connections),
      };
      await answers.show(
        api["api-keys"].$post({ json }),
        ({ id, label, scopes, key }) => details({ id, label, scopes: scopes.join(" "), key }),
      );
    },
  }),
  command("keys revoke ID", {
    summary: "Revoke an API key, at once",
    example: "keys revoke 8a1f63c0d27be954",
    run: ({ words, answers, connection: { api } }) =>
      answers.done(api["api-keys"][":id"].$delete(byId(words.ID)), `Revoked the key ${words.ID}.`),
  }),
];
