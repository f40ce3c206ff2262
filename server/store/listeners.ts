/**
 * Whom an alert may be told: the staff, the people of the customer whom it is about, and webhooks.
 * Who they are is asked once a sweep.
 */
import { type AlertWish, type Listener, wantedKinds } from "../domain/alert-delivery.ts";
import { type Audience, type Kind, KINDS, kindsFor } from "../domain/alert-kinds.ts";
import type { AlertRecord } from "./alerts.ts";
import type { People, Person } from "./people.ts";
import type { WebhookRecord, Webhooks } from "./webhooks.ts";

export interface ListenerParts {
  people: People;
  webhooks: Webhooks;
  /** Whether e-mail can be sent. */
  hasMail: boolean;
  /** Of people who have not said theirs. */
  timezone: string;
}

/** Of the staff, and of one customer. */
const MOST_PEOPLE = 200;
const ALL_KINDS = Object.keys(KINDS) as Kind[];
const STAFF = "";

export class Listeners {
  #people = new Map<string, Promise<Listener[]>>();
  #webhooks: Promise<WebhookRecord[]> | undefined;

  constructor(readonly parts: ListenerParts) {}

  /** Asks anew from now on. */
  begin(): void {
    this.#people.clear();
    this.#webhooks = undefined;
  }

  async of(alert: AlertRecord): Promise<Listener[]> {
    const { audience } = KINDS[alert.kind];
    const people = audience === "staff"
      ? await this.#staff()
      : alert.customerId === undefined
      ? []
      : await this.#peopleOf(alert.customerId);
    this.#webhooks ??= Array.fromAsync(this.parts.webhooks.all());
    const webhooks = (await this.#webhooks).filter((webhook) => isFor(webhook, alert));
    return [...people, ...webhooks.map(machine)];
  }

  #staff(): Promise<Listener[]> {
    return this.#known(STAFF, "staff", () => this.parts.people.operators());
  }

  #peopleOf(customerId: string): Promise<Listener[]> {
    return this.#known(customerId, "customer", () => this.parts.people.ofCustomer(customerId));
  }

  #known(
    key: string,
    audience: Audience,
    list: () => AsyncIterable<Person>,
  ): Promise<Listener[]> {
    if (!this.parts.hasMail) return Promise.resolve([]);
    const known = this.#people.get(key) ?? this.#gather(audience, list());
    this.#people.set(key, known);
    return known;
  }

  async #gather(audience: Audience, list: AsyncIterable<Person>): Promise<Listener[]> {
    const found: Listener[] = [];
    for await (const person of list) {
      if (!takesMail(person)) continue;
      found.push(reader(person.id, person.alerts ?? {}, audience, this.parts.timezone));
      if (found.length === MOST_PEOPLE) break;
    }
    return found;
  }
}

/** Someone who has never followed the invitation may not be who it was meant for. */
export const takesMail = ({ email, disabledAt, passwordHash }: Person): boolean =>
  email !== "" && disabledAt === undefined && passwordHash !== undefined;

const reader = (
  id: string,
  wish: AlertWish,
  audience: Audience,
  usualZone: string,
): Listener => ({
  id,
  way: "email",
  kinds: wantedKinds(wish, audience),
  timeZone: wish.timezone ?? usualZone,
  quiet: wish.quiet,
  digestAt: wish.email?.digestAt,
});

const machine = ({ id, kinds = ALL_KINDS }: WebhookRecord): Listener => ({
  id,
  way: "webhook",
  kinds,
  timeZone: "UTC",
});

const OF_CUSTOMERS = new Set(kindsFor("customer"));

const isFor = ({ disabledAt, customerId }: WebhookRecord, alert: AlertRecord): boolean =>
  disabledAt === undefined &&
  (customerId === undefined || customerId === alert.customerId && OF_CUSTOMERS.has(alert.kind));
