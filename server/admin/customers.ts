/** Customers on the command line. */
import type { InferResponseType } from "hono/client";
import { orGone } from "./arguments.ts";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { usage } from "./ending.ts";
import { details } from "./table.ts";
import { instant } from "./units.ts";

type Customer = InferResponseType<ApiClient["customers"][":id"]["$get"]>;

const DETAILS = {
  "--tax-id ID": "a CPF or CNPJ",
  "--email EMAIL": "e-mail address",
  "--phone NUMBER": "telephone",
  "--address-line TEXT": "where letters go",
} as const;

export const customerCommands: Command[] = [
  command("customers [SEARCH]", {
    summary: "Customers by name, or those with words that begin so",
    options: { "--retired": "those that are no longer in use" },
    example: "customers maria",
    run: ({ words, options, answers, connection: { api } }) =>
      answers.list(
        (page) =>
          api.customers.$get({
            query: { ...page, search: words.SEARCH, retired: `${options.retired}` },
          }),
        {
          columns: [
            { title: "id", of: ({ id }) => id, whole: true },
            { title: "name", of: ({ name }) => name },
            { title: "tax id", of: ({ taxId }) => taxId },
            { title: "e-mail", of: ({ email }) => email },
          ],
          none: "No customers.",
        },
      ),
  }),
  command("customers add NAME", {
    summary: "Register a customer",
    options: DETAILS,
    example: 'customers add "Maria Souza" --email maria@example.org',
    run: async ({ words, options, answers, connection: { api } }) => {
      const { email, phone } = options;
      const json = {
        name: words.NAME,
        taxId: options["tax-id"],
        email,
        phone,
        address: options["address-line"],
      };
      await answers.show(api.customers.$post({ json }), shown);
    },
  }),
  command("customers show ID", {
    summary: "A customer",
    example: "customers show 8a1f63c0d27be954",
    run: async ({ words, answers, connection: { api } }) => {
      await answers.show(api.customers[":id"].$get(byId(words.ID)), shown);
    },
  }),
  command("customers change ID", {
    summary: "Change a customer's details; an empty text takes one away",
    options: { "--name NAME": "name", ...DETAILS },
    example: 'customers change 8a1f63c0d27be954 --phone "+55 11 5555 0100"',
    run: async ({ words, options, answers, connection: { api } }) => {
      const json = {
        name: options.name,
        taxId: orGone(options["tax-id"]),
        email: orGone(options.email),
        phone: orGone(options.phone),
        address: orGone(options["address-line"]),
      };
      await answers.show(api.customers[":id"].$patch({ ...byId(words.ID), json }), shown);
    },
  }),
  command("customers erase ID", {
    summary: "Erase what is personal of a customer, for good",
    options: { "--for-good": "says that you mean it" },
    details: "Refused while they have a point in use. What was used at their points stays.",
    example: "customers erase 8a1f63c0d27be954 --for-good",
    run: async ({ words, options, answers, connection: { api } }) => {
      if (!options["for-good"]) throw usage("It cannot be undone: add --for-good.");
      const asked = api.customers[":id"].$delete(byId(words.ID));
      await answers.done(asked, `Erased the customer ${words.ID}.`);
    },
  }),
];

const shown = (customer: Customer): string =>
  details({
    id: customer.id,
    name: customer.name,
    "tax id": customer.taxId,
    "e-mail": customer.email,
    phone: customer.phone,
    address: customer.address,
    created: instant(customer.createdAt),
    ...customer.erasedAt ? { erased: instant(customer.erasedAt) } : {},
  });
