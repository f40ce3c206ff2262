/**
 * The part of the server's API that setting up homes takes: customers, points and meters, under the
 * operator's key.
 */
import { type ApiParts, createAsk } from "./ask.ts";

export interface NewCustomer {
  name: string;
  taxId?: string;
  email?: string;
}

export interface NewPoint {
  customerId: string;
  label: string;
  address?: string;
  /** What of the grid it hangs on. */
  region?: string;
  timezone?: string;
  tariffId?: string;
  /** An instant; now, if it is not said. */
  tariffFrom?: string;
}

export interface NewMeter {
  pointId?: string;
  label?: string;
}

/** From where on its customer is told. */
export interface NewLimits {
  dayWh: number;
  /** In the smallest unit of the money. */
  budget: { amount: number; currency: string };
}

export interface IssuedMeter {
  id: string;
  /** 64 hexadecimal digits; the server shows it this once. */
  key: string;
  keyId: number;
}

export interface NewPerson {
  role: "operator" | "customer";
  name: string;
  email: string;
  customerId?: string;
}

export interface Api {
  /** These give the id of what they made. */
  createCustomer(customer: NewCustomer): Promise<string>;
  createPoint(point: NewPoint): Promise<string>;
  /** In the order asked. */
  provisionMeters(meters: NewMeter[]): Promise<IssuedMeter[]>;
  setLimits(pointId: string, limits: NewLimits): Promise<void>;
  /** Has a meter count at a point, with all its readings, unless one counts there already. */
  assignMeter(meterId: string, pointId: string): Promise<void>;
  /** Gives the token of a link that sets the password, also of somebody who is known already. */
  invite(person: NewPerson): Promise<string>;
  setPassword(token: string, password: string): Promise<void>;
}

/** What one request may register. */
const METERS_A_REQUEST = 1000;
export const createApi = (parts: ApiParts): Api => {
  const ask = createAsk(parts);
  return {
    createCustomer: async (customer) =>
      (await ask("register a customer", "/customers", customer)).id,
    createPoint: async (point) => (await ask("register a point", "/points", point)).id,
    provisionMeters: async (meters) => {
      const issued: IssuedMeter[] = [];
      for (let at = 0; at < meters.length; at += METERS_A_REQUEST) {
        const asked = { meters: meters.slice(at, at + METERS_A_REQUEST) };
        issued.push(...(await ask("register meters", "/meters/provision", asked)).meters);
      }
      return issued;
    },
    setLimits: async (pointId, limits) => {
      await ask("set limits", `/points/${pointId}/limits`, limits, "PUT");
    },
    assignMeter: async (meterId, pointId) => {
      const doing = "assign a meter";
      const { meter } = await ask(doing, `/points/${pointId}`);
      if (meter === null) await ask(doing, `/meters/${meterId}/assign`, { pointId });
    },
    invite: async (person) => {
      const doing = "invite a person";
      const { items } = await ask(doing, `/people?search=${encodeURIComponent(person.email)}`);
      const known = items.find(({ email }: NewPerson) => email === person.email);
      const { link } = known
        ? await ask(doing, `/people/${known.id}/link`, {})
        : await ask(doing, "/people", person);
      return new URL(link).hash.replace("#token=", "");
    },
    setPassword: async (token, password) => {
      await ask("set a password", "/password", { token, password });
    },
  };
};
