/**
 * The kinds of records that people register, and by what each is found: in lists by its title, by
 * the words that it is searched for, by what no two of them may share.
 */
import { wordsOf } from "../domain/search-words.ts";
import type { ApiKey } from "./api-keys.ts";
import type { Customer } from "./customers.ts";
import type { Link } from "./links.ts";
import type { MeterRecord } from "./meters.ts";
import type { Person } from "./people.ts";
import type { PointRecord } from "./points.ts";
import type { SensorRecord } from "./sensors.ts";

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

export const listOf = (owner: string, id: string): string => `${owner} ${id}`;

const activeOr = (retiredAt: number | undefined): string => retiredAt === undefined ? ALL : RETIRED;

/** What is retired leaves its number to another. */
const whileInUse = (retiredAt: number | undefined, value: string | undefined) =>
  retiredAt === undefined ? value : undefined;

export const CUSTOMERS: Kind<Customer> = {
  name: "customer",
  title: ({ name }) => name,
  searched: ({ name, taxId, email, phone, address }) => [name, taxId, email, phone, address],
  ended: { at: ({ erasedAt }) => erasedAt, word: "erased" },
  unique: ({ taxId }) => ({ taxId }),
  lists: ({ erasedAt }) => [activeOr(erasedAt)],
  secret: [],
  personal: ["name", "taxId", "email", "phone", "address"],
};

export const POINTS: Kind<PointRecord> = {
  name: "point",
  title: ({ label }) => label,
  searched: ({ label, code, address }) => [label, code, address],
  ended: { at: ({ retiredAt }) => retiredAt, word: "retired" },
  unique: ({ code, retiredAt }) => ({ code: whileInUse(retiredAt, code) }),
  lists: ({ customerId, retiredAt, holders }) => [
    activeOr(retiredAt),
    listOf("customer", customerId),
    ...new Set(holders.map(({ customerId }) => listOf("holder", customerId))),
  ],
  secret: [],
  personal: ["label", "address"],
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
  personal: ["name", "email"],
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
