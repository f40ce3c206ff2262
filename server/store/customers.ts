/** Customers of the utility: who has places of supply and gets the bills. */
import { done, type Result } from "../errors.ts";
import { CUSTOMERS } from "./kinds.ts";
import type { By, Listed, ListQuery, Records } from "./records.ts";

export interface Customer {
  id: string;
  version?: string;
  name: string;
  /** A CPF or CNPJ without punctuation. */
  taxId?: string;
  email?: string;
  phone?: string;
  address?: string;
  createdAt: number;
  /** While it is seen whether it can be erased. */
  erasing?: boolean;
  /** Since when nothing personal is left of it. */
  erasedAt?: number;
}

export type CustomerDetails = Pick<Customer, "name" | "taxId" | "email" | "phone" | "address">;

export class Customers {
  constructor(readonly records: Records) {}

  get(id: string): Promise<Customer | undefined> {
    return this.records.get(CUSTOMERS, id);
  }

  list(query: ListQuery): Promise<Listed<Customer>> {
    return this.records.list(CUSTOMERS, query);
  }

  async add(details: CustomerDetails, by: By): Promise<Result<Customer>> {
    return await this.records.transact<Customer>(by, (change) => {
      const customer = { ...details, id: this.records.newId(), createdAt: by.at };
      change.put(CUSTOMERS, customer);
      return Promise.resolve(done(customer));
    });
  }

  async update(
    id: string,
    details: Partial<CustomerDetails>,
    by: By,
  ): Promise<Result<Customer>> {
    return await this.records.updateInUse<Customer, Customer>(
      CUSTOMERS,
      id,
      by,
      (customer) => done(Object.assign(customer, details)),
    );
  }
}
