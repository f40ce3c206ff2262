/** Customers: registered, found, changed. */
import { z } from "zod";
import type { Customer } from "../store/customers.ts";
import { parseTaxId } from "../domain/tax-id.ts";
import { id, instantAnswer, pageOf } from "./answers.ts";
import { found } from "./found.ts";
import { email, label, nullable, text } from "./input.ts";
import { asQuery, listQuery, shownPage } from "./listing.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant, toInstantOrNull } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { valueOf } from "./problem.ts";
import { tagged } from "./serve.ts";

export const taxId = text(1, 40).transform((text, context) => {
  const parsed = parseTaxId(text);
  if (parsed.ok) return parsed.digits;
  context.addIssue(parsed.fault);
  return z.NEVER;
}).meta({ description: "A CPF or CNPJ, with or without punctuation", example: "123.456.789-09" });

const details = {
  name: label.meta({ example: "Maria Souza" }),
  taxId: taxId.optional(),
  email: email.optional(),
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
    addCustomer: async ({ body, by, context }) =>
      shownCustomer(tagged(context, valueOf(await customers.add(body, by)))),
    getCustomer: async ({ params, context }) =>
      shownCustomer(tagged(context, await customerIn(parts, params.id))),
    changeCustomer: async ({ params, body, by, context }) =>
      shownCustomer(tagged(context, valueOf(await customers.update(params.id, body, by)))),
    eraseCustomer: async ({ params, by }) => valueOf(await erasure.erase(params.id, by)),
  };
}

export const customerIn = ({ customers }: HttpParts, id: string): Promise<Customer> =>
  found("customer", id, (id) => customers.get(id));

export const shownCustomer = (customer: Customer) => ({
  id: customer.id,
  name: customer.name,
  taxId: customer.taxId ?? null,
  email: customer.email ?? null,
  phone: customer.phone ?? null,
  address: customer.address ?? null,
  createdAt: toInstant(customer.createdAt),
  erasedAt: toInstantOrNull(customer.erasedAt),
});
