/**
 * People who sign in: operators of the utility, and customers. Someone who is invited has no
 * password until they follow their link.
 */
import type { AlertWish } from "../domain/alert-delivery.ts";
import { done, failed, type Failure, noSuch, type Result } from "../errors.ts";
import type { Audit } from "./audit.ts";
import type { Change } from "./change.ts";
import { ALL, CUSTOMERS, listOf, PEOPLE, RETIRED } from "./kinds.ts";
import type { IssuedLink, Links } from "./links.ts";
import { type By, type Listed, type ListQuery, type Records } from "./records.ts";
import type { Sessions } from "./sessions.ts";

export type Role = "operator" | "customer";

export interface Person {
  id: string;
  version?: string;
  /** In lower case; empty once erased. */
  email: string;
  name: string;
  role: Role;
  /** Whose places a customer sees. */
  customerId?: string;
  passwordHash?: string;
  totp?: { sealed: Uint8Array; confirmed: boolean };
  /** Sessions of an earlier one are over. */
  epoch: number;
  createdAt: number;
  disabledAt?: number;
  /** How they want to be told of alerts, where that is not as usual. */
  alerts?: AlertWish;
}

export type NewPerson = Pick<Person, "email" | "name" | "role" | "customerId">;

export interface PersonChange {
  email?: string;
  name?: string;
  disabled?: boolean;
}

export const asEmail = (text: string): string => text.trim().toLowerCase();

const OPERATORS = listOf("role", "operator");

const ERASED = "The person is erased.";
const SELF = "Nobody can disable themselves: ask another operator.";
const LAST = "This is the last operator who can sign in: there must be another one first.";

export class People {
  constructor(
    readonly records: Records,
    readonly links: Links,
    readonly sessions: Sessions,
    readonly audit: Audit,
  ) {}

  get(id: string): Promise<Person | undefined> {
    return this.records.get(PEOPLE, id);
  }

  byEmail(email: string): Promise<Person | undefined> {
    return this.records.find(PEOPLE, "email", asEmail(email));
  }

  list(
    { customerId, disabled, ...query }: ListQuery & { customerId?: string; disabled: boolean },
  ): Promise<Listed<Person>> {
    const list = disabled ? RETIRED : ALL;
    const of = customerId === undefined ? undefined : listOf("customer", customerId);
    return this.records.list(PEOPLE, { ...query, list, of });
  }

  /** All who sign in or signed in for a customer. */
  ofCustomer(customerId: string): AsyncGenerator<Person> {
    return this.records.all(PEOPLE, listOf("customer", customerId));
  }

  /** Those who are not disabled. */
  operators(): AsyncGenerator<Person> {
    return this.records.all(PEOPLE, OPERATORS);
  }

  async hasOperator(): Promise<boolean> {
    return (await this.records.list(PEOPLE, { of: OPERATORS, limit: 1 })).items.length > 0;
  }

  async invite(
    person: NewPerson,
    by: By,
  ): Promise<Result<{ person: Person; link: IssuedLink }>> {
    return await this.records.transact(by, async (change) => {
      const { customerId } = person;
      const customer = customerId ? await change.inUse(CUSTOMERS, customerId) : undefined;
      if (customer && !customer.ok) return customer;
      const added = personOf(person, this.records.newId(), by.at);
      change.put(PEOPLE, added);
      return done({
        person: added,
        link: await this.links.issue(change, added.id, "invite", by.at),
      });
    });
  }

  async update(
    id: string,
    { email, name, disabled }: PersonChange,
    by: By,
  ): Promise<Result<Person>> {
    const updated = await this.records.update<Person, Person>(
      PEOPLE,
      id,
      by,
      async (person, change) => {
        if (person.email === "") return failed("conflict", ERASED);
        if (email !== undefined) person.email = asEmail(email);
        if (name !== undefined) person.name = name;
        if (disabled === false) delete person.disabledAt;
        if (disabled !== true || person.disabledAt !== undefined) return done(person);
        const refused = await this.#whyNotDisable(change, person, by);
        if (refused) return refused;
        await this.#disable(change, person, by.at);
        return done(person);
      },
    );
    if (updated.ok && disabled) await this.sessions.endAll(id);
    return updated;
  }

  /** As usual again, if it is empty. */
  async setAlerts(id: string, wish: AlertWish, by: By): Promise<Result<Person>> {
    return await this.records.update<Person, Person>(PEOPLE, id, by, (person) => {
      if (person.email === "") return failed("conflict", ERASED);
      person.alerts = Object.keys(wish).length > 0 ? wish : undefined;
      return done(person);
    });
  }

  /** A new link for someone who has lost the invitation or the password. */
  async renewLink(id: string, by: By): Promise<Result<IssuedLink>> {
    return await this.records.transact<IssuedLink>(by, async (change) => {
      const person = await change.get(PEOPLE, id);
      if (!person) return noSuch("person", id);
      if (person.disabledAt !== undefined) {
        return failed("conflict", "The person is disabled: enable them first.");
      }
      const purpose = person.passwordHash === undefined ? "invite" : "reset";
      return done(await this.links.issue(change, id, purpose, by.at));
    });
  }

  /** Takes away what is personal of all who signed in for a customer; may be called twice. */
  async forget(customerId: string, by: By): Promise<void> {
    for await (const { id } of this.ofCustomer(customerId)) {
      await this.records.transact<void>(by, async (change) => {
        const person = await change.get(PEOPLE, id);
        if (!person || person.email === "") return done(undefined);
        const { passwordHash: _, totp: __, alerts: ___, ...rest } = person;
        await this.#disable(change, rest, by.at);
        change.erase(PEOPLE, { ...rest, email: "", name: "" });
        return done(undefined);
      });
      await this.sessions.endAll(id);
      await this.audit.blank(PEOPLE, id);
    }
  }

  async #disable(change: Change, person: Person, at: number): Promise<void> {
    person.disabledAt ??= at;
    person.epoch++;
    await this.links.end(change, person.id);
  }

  async #whyNotDisable(change: Change, person: Person, by: By): Promise<Failure | undefined> {
    if (by.actor.kind === "person" && by.actor.id === person.id) return failed("conflict", SELF);
    if (person.role !== "operator" || person.passwordHash === undefined) return undefined;
    // What was read is checked to be still so: two operators cannot disable each other at once.
    for await (const { id, passwordHash } of this.operators()) {
      if (id === person.id || passwordHash === undefined) continue;
      const other = await change.get(PEOPLE, id);
      if (other?.passwordHash !== undefined && other.disabledAt === undefined) return undefined;
    }
    return failed("conflict", LAST);
  }
}

export const personOf = (person: NewPerson, id: string, at: number): Person => ({
  ...person,
  email: asEmail(person.email),
  id,
  epoch: 0,
  createdAt: at,
});
