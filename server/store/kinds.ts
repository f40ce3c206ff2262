/**
 * The kinds of records that people register, and by what each is found: in lists by its title, by
 * the words that it is searched for, by what no two of them may share.
 */
import { isSettled } from "../domain/invoice-state.ts";
import { toGiveBack } from "../domain/made-up.ts";
import { txidOf } from "../domain/pix.ts";
import { wordsOf } from "../domain/search-words.ts";
import type { ApiKey } from "./api-keys.ts";
import type { Customer } from "./customers.ts";
import type { InvoiceRecord } from "./invoices.ts";
import type { IssuerRecord } from "./issuer.ts";
import type { Link } from "./links.ts";
import type { MeterRecord } from "./meters.ts";
import type { Person } from "./people.ts";
import type { PointRecord } from "./points.ts";
import type { SensorRecord } from "./sensors.ts";
import type { TariffRecord } from "./tariffs.ts";
import type { WebhookRecord } from "./webhooks.ts";

export interface Row {
  id: string;
  /** As it was read; not part of what is stored. */
  version?: string;
}

export interface Kind<Record extends Row> {
  name: string;
  /** What people call it; lists are in this order. */
  title: (record: Record) => string;
  searched: (record: Record) => (string | undefined)[];
  /** Since when it is of the past, if it is, and how that is said. */
  ended?: { at: (record: Record) => number | undefined; word: string };
  /** What belongs to one record alone, by field; undefined where it is to be had. */
  unique: (record: Record) => { [field: string]: string | undefined };
  /** The lists it stands in: of all, of those retired, of a customer's. */
  lists: (record: Record) => string[];
  /** Never shown, in the audit log either. */
  secret: (keyof Record)[];
  /** Blanked in the audit log when a customer is erased. */
  personal: (keyof Record)[];
}

export const wordsFor = <Record extends Row>(kind: Kind<Record>, record: Record): string[] =>
  wordsOf(kind.searched(record).flatMap((text) => text ?? []));

export const ALL = "";
export const RETIRED = "retired";
/** Of tariffs, those that all customers may have. */
export const OFFERED = "offered";

export const listOf = (owner: string, id: string): string => `${owner} ${id}`;

const activeOr = (retiredAt: number | undefined): string => retiredAt === undefined ? ALL : RETIRED;

/** What is retired leaves its number to another. */
const whileInUse = (retiredAt: number | undefined, value: string | undefined) =>
  retiredAt === undefined ? value : undefined;

export const CUSTOMERS: Kind<Customer> = {
  name: "customer",
  title: ({ name }) => name,
  searched: ({ name, taxId, email, phone, address }) => [name, taxId, email, phone, address],
  ended: { at: ({ erasedAt, erasing }) => erasing ? 0 : erasedAt, word: "erased" },
  unique: ({ taxId }) => ({ taxId }),
  lists: ({ erasedAt }) => [activeOr(erasedAt)],
  secret: [],
  personal: ["name", "taxId", "email", "phone", "address"],
};

export const POINTS: Kind<PointRecord> = {
  name: "point",
  title: ({ label }) => label,
  searched: ({ label, code, address, region }) => [label, code, address, region],
  ended: { at: ({ retiredAt }) => retiredAt, word: "retired" },
  unique: ({ code, retiredAt }) => ({ code: whileInUse(retiredAt, code) }),
  lists: ({ customerId, retiredAt, holders, tariffs = [] }) => [
    activeOr(retiredAt),
    ...retiredAt === undefined
      ? tariffs.slice(-1).map(({ tariffId }) => listOf("tariff", tariffId))
      : [],
    listOf("customer", customerId),
    ...new Set(holders.map(({ customerId }) => listOf("holder", customerId))),
  ],
  secret: [],
  personal: ["label", "address", "limits"],
};

export const TARIFFS: Kind<TariffRecord> = {
  name: "tariff",
  title: ({ name }) => name,
  searched: ({ name, currency }) => [name, currency],
  ended: { at: ({ retiredAt }) => retiredAt, word: "retired" },
  unique: () => ({}),
  lists: ({ retiredAt, offered }) => [activeOr(retiredAt), ...offered ? [OFFERED] : []],
  secret: [],
  personal: [],
};

export const METERS: Kind<MeterRecord> = {
  name: "meter",
  title: ({ label, serial }) => label ?? serial ?? "",
  searched: ({ label, serial, hardwareId }) => [label, serial, hardwareId],
  ended: { at: ({ retiredAt }) => retiredAt, word: "retired" },
  unique: ({ serial, retiredAt, tokenHash }) => ({
    serial: whileInUse(retiredAt, serial),
    enrolmentToken: tokenHash,
  }),
  lists: ({ retiredAt }) => [activeOr(retiredAt)],
  secret: ["keys", "tokenHash"],
  personal: [],
};

export const SENSORS: Kind<SensorRecord> = {
  name: "sensor",
  title: ({ label }) => label ?? "",
  searched: ({ label }) => [label],
  ended: { at: ({ retiredAt }) => retiredAt, word: "retired" },
  unique: () => ({}),
  lists: ({ pointId, retiredAt }) => [activeOr(retiredAt), listOf("point", pointId)],
  secret: [],
  personal: ["label"],
};

export const PEOPLE: Kind<Person> = {
  name: "person",
  title: ({ name }) => name,
  searched: ({ name, email }) => [name, email],
  unique: ({ email }) => ({ email: email === "" ? undefined : email }),
  lists: ({ role, customerId, disabledAt }) => [
    activeOr(disabledAt),
    ...disabledAt === undefined ? [listOf("role", role)] : [],
    ...customerId === undefined ? [] : [listOf("customer", customerId)],
  ],
  secret: ["passwordHash", "totp", "epoch"],
  personal: ["name", "email", "alerts"],
};

/** One for each person at most, and one for setting up the first operator. */
export const LINKS: Kind<Link> = {
  name: "link",
  title: () => "",
  searched: () => [],
  unique: ({ tokenHash }) => ({ token: tokenHash }),
  lists: () => [],
  secret: ["tokenHash"],
  personal: [],
};

export const API_KEYS: Kind<ApiKey> = {
  name: "key",
  title: ({ label }) => label,
  searched: ({ label }) => [label],
  unique: () => ({}),
  lists: ({ customerId, revokedAt }) => [
    activeOr(revokedAt),
    ...customerId === undefined ? [] : [listOf("customer", customerId)],
  ],
  secret: ["hash"],
  personal: [],
};

/** What is removed stands in its customer's list alone, for an erasure that was cut off. */
export const WEBHOOKS: Kind<WebhookRecord> = {
  name: "webhook",
  title: ({ label, url }) => label ?? url,
  searched: ({ label, url }) => [label, url],
  ended: { at: ({ removedAt }) => removedAt, word: "removed" },
  unique: () => ({}),
  lists: ({ customerId, removedAt }) => [
    ...removedAt === undefined ? [ALL] : [],
    ...customerId === undefined ? [] : [listOf("customer", customerId)],
  ],
  secret: ["sealed", "former"],
  personal: ["url", "label"],
};

/** Of a list of invoices those that something is owed of. */
export const openOf = (list: string): string => `open ${list}`;
/** And those of which something is to be given back. */
export const overpaidOf = (list: string): string => `overpaid ${list}`;

export const INVOICES: Kind<InvoiceRecord> = {
  name: "invoice",
  title: ({ number }) => number,
  searched: () => [],
  unique: ({ number }) => ({ txid: txidOf(number) }),
  lists: (invoice) =>
    [ALL, listOf("customer", invoice.customerId)].flatMap((list) => [
      list,
      ...isSettled(invoice) ? [] : [openOf(list)],
      ...toGiveBack(invoice) > 0 ? [overpaidOf(list)] : [],
    ]),
  secret: [],
  personal: [],
};

/** There is one. */
export const ISSUER: Kind<IssuerRecord> = {
  name: "issuer",
  title: ({ name }) => name,
  searched: () => [],
  unique: () => ({}),
  lists: () => [],
  secret: [],
  personal: [],
};
