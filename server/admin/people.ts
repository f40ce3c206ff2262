/** People who sign in, on the command line of the utility's staff. */
import type { InferResponseType } from "hono/client";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { usage } from "./ending.ts";
import { details } from "./table.ts";
import { instant } from "./units.ts";

type Person = InferResponseType<ApiClient["people"][":id"]["$get"]>;
type Link = InferResponseType<ApiClient["people"][":id"]["link"]["$post"]>;

export const peopleCommands: Command[] = [
  command("people [SEARCH]", {
    summary: "People who sign in, by name",
    options: {
      "--customer ID": "only this customer's",
      "--disabled": "those who are disabled, instead of those who are not",
    },
    example: "people maria",
    run: ({ words, options: { customer, disabled }, answers, connection: { api } }) =>
      answers.list(
        (page) => {
          const filter = { search: words.SEARCH, customerId: customer, disabled: `${disabled}` };
          return api.people.$get({ query: { ...page, ...filter } });
        },
        {
          columns: [
            { title: "id", of: ({ id }) => id, whole: true },
            { title: "name", of: ({ name }) => name },
            { title: "e-mail", of: ({ email }) => email },
            { title: "role", of: ({ role }) => role },
            { title: "state", of: ({ state }) => state },
          ],
          none: "No people.",
        },
      ),
  }),
  command("people invite NAME EMAIL", {
    summary: "Invite someone, and print the link for their password",
    options: {
      "--customer ID": "they see what is this customer's",
      "--operator": "they are of the utility's staff, and may do everything",
    },
    example: 'people invite "Maria Souza" maria@example.org --customer 8a1f63c0d27be954',
    run: async ({ words, options: { customer, operator }, answers, connection: { api } }) => {
      if (operator === (customer !== undefined)) throw usage("Give --customer or --operator.");
      const role = operator ? "operator" : "customer";
      const json = { name: words.NAME, email: words.EMAIL, role, customerId: customer } as const;
      await answers.show(
        api.people.$post({ json }),
        ({ person, ...link }) => `${shown(person)}\n\n${linkText(link)}`,
      );
    },
  }),
  command("people link ID", {
    summary: "A new link for who has lost the invitation or the password",
    example: "people link 8a1f63c0d27be954",
    run: async ({ words, answers, connection: { api } }) => {
      await answers.show(api.people[":id"].link.$post(byId(words.ID)), linkText);
    },
  }),
  command("people change ID", {
    summary: "Change someone's name or e-mail address",
    options: { "--name NAME": "name", "--email EMAIL": "e-mail address" },
    example: "people change 8a1f63c0d27be954 --email maria@example.com",
    run: async ({ words, options: { name, email }, answers, connection: { api } }) => {
      const json = { name, email };
      await answers.show(api.people[":id"].$patch({ ...byId(words.ID), json }), shown);
    },
  }),
  ...[true, false].map((disabled) =>
    command(disabled ? "people disable ID" : "people enable ID", {
      summary: disabled
        ? "Sign someone out everywhere, and keep them out"
        : "Let someone in again who was disabled",
      example: `people ${disabled ? "disable" : "enable"} 8a1f63c0d27be954`,
      run: async ({ words, answers, connection: { api } }) => {
        const json = { disabled };
        await answers.show(api.people[":id"].$patch({ ...byId(words.ID), json }), shown);
      },
    })
  ),
];

const shown = (person: Person): string =>
  details({
    id: person.id,
    name: person.name,
    "e-mail": person.email,
    role: person.role,
    ...person.customerId ? { customer: person.customerId } : {},
    state: person.state,
    created: instant(person.createdAt),
  });

const linkText = ({ link, expiresAt }: Link): string =>
  `They set their password, once and until ${instant(expiresAt)}, with
  ${link}`;
