/** Customers: registered, found, changed. */
import { z } from "zod";
import { failed } from "../errors.ts";
import type { Customer } from "../store/customers.ts";
import { parseTaxId } from "../domain/tax-id.ts";
import { id, instantAnswer, pageOf } from "./answers.ts";
import { isId, label, nullable, text } from "./input.ts";
import { asQuery, listQuery, shownPage } from "./listing.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";
import { showVersion } from "./serve.ts";

const taxId = text(1, 40).transform((text, context) => {
  const parsed = parseTaxId(text);
  if (parsed.ok) return parsed.digits;
  context.addIssue(parsed.fault);
  return z.NEVER;
}).meta({ description: "A CPF or CNPJ, with or without punctuation", example: "123.456.789-09" });

const details = {
  name: label.meta({ example: "Maria Souza" }),
  taxId: taxId.optional(),
  email: z.email("must be an e-mail address").max(200, "must have up to 200 characters").optional(),
  phone: text(0, 30).optional(),
  address: text(0, 300).optional(),
};

const customerAnswer = z.object({
  id,
  name: z.string(),
  taxId: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  address: z.string().nullable(),
  createdAt: instantAnswer,
  erasedAt: instantAnswer.nullable(),
}).meta({ id: "Customer" });

export const customerOperations = {
  listCustomers: operation("GET /api/v1/customers", {
    summary: "Customers by name",
    query: listQuery,
    answer: pageOf(customerAnswer),
  }),
  addCustomer: operation("POST /api/v1/customers", {
    summary: "Register a customer",
    body: z.strictObject(details),
    answer: customerAnswer,
    status: 201,
    failures: ["conflict"],
  }),
  getCustomer: operation("GET /api/v1/customers/:id", {
    summary: "A customer",
    answer: customerAnswer,
  }),
  changeCustomer: operation("PATCH /api/v1/customers/:id", {
    summary: "Change a customer's details",
    details: "What is not named stays; null takes away.",
    body: z.strictObject({
      name: details.name.optional(),
      taxId: nullable(taxId),
      email: nullable(details.email),
      phone: nullable(details.phone),
      address: nullable(details.address),
    }),
    answer: customerAnswer,
    failures: ["conflict", "preconditionFailed"],
  }),
  eraseCustomer: operation("DELETE /api/v1/customers/:id", {
    summary: "Erase what is personal of a customer",
    details: "Refused while they have a point in use. What was used at their points stays.",
    failures: ["conflict", "preconditionFailed"],
  }),
};

export function customerHandlers(
  parts: HttpParts,
): HandlersOf<typeof customerOperations> {
  const { customers, erasure } = parts;
  return {
    listCustomers: async ({ query }) =>
      shownPage(await customers.list(asQuery(query)), shownCustomer),
    addCustomer: async ({ body, by }) => shownCustomer(valueOf(await customers.add(body, by))),
    getCustomer: async ({ params, context }) => {
      const customer = await customerIn(parts, params.id);
      showVersion(context, customer);
      return shownCustomer(customer);
    },
    changeCustomer: async ({ params, body, by, context }) => {
      await customerIn(parts, params.id);
      valueOf(await customers.update(params.id, body, by));
      const customer = await customerIn(parts, params.id);
      showVersion(context, customer);
      return shownCustomer(customer);
    },
    eraseCustomer: async ({ params, by }) => {
      await customerIn(parts, params.id);
      valueOf(await erasure.erase(params.id, by));
    },
  };
}

export async function customerIn({ customers }: HttpParts, id: string): Promise<Customer> {
  const customer = isId(id) ? await customers.get(id) : undefined;
  if (!customer) throw new FailureError(failed("notFound", `There is no customer ${id}.`));
  return customer;
}

export const shownCustomer = (customer: Customer) => ({
  id: customer.id,
  name: customer.name,
  taxId: customer.taxId ?? null,
  email: customer.email ?? null,
  phone: customer.phone ?? null,
  address: customer.address ?? null,
  createdAt: toInstant(customer.createdAt),
  erasedAt: customer.erasedAt === undefined ? null : toInstant(customer.erasedAt),
});
