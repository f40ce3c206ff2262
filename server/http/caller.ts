/** Who is asking: a person who has signed in, a machine with a key, or nobody known. */
import type { Actor } from "../store/audit.ts";

export const ROLES = ["operator", "customer"] as const;
export type Role = typeof ROLES[number];

export const SCOPES = ["ingest", "read", "live", "operator"] as const;
export type Scope = typeof SCOPES[number];

export interface PersonCalling {
  kind: "person";
  id: string;
  name: string;
  role: Role;
  /** Whose places a customer's sign-in sees. */
  customerId?: string;
  sessionId: string;
}

export interface KeyCalling {
  kind: "key";
  id: string;
  scopes: readonly Scope[];
  /** Sees only what is this customer's. */
  customerId?: string;
  /** How many live connections it may hold. */
  connections: number;
}

export interface Nobody {
  kind: "nobody";
}

export type Caller = PersonCalling | KeyCalling | Nobody;

/** Stands where a customer's sign-in should name whose places it sees, and does not. */
const NO_CUSTOMER = "none";

/** The customer to whose things the caller is limited, if to one. */
export function limitOf(caller: Caller): string | undefined {
  if (caller.kind === "nobody") return undefined;
  if (caller.kind === "person" && caller.role === "customer") {
    return caller.customerId ?? NO_CUSTOMER;
  }
  return caller.customerId;
}

export const isOperator = (caller: Caller): boolean =>
  caller.kind === "person" && caller.role === "operator" ||
  caller.kind === "key" && caller.customerId === undefined && caller.scopes.includes("operator");

/** By what a caller's open connections and the like are counted. */
export const nameOf = (caller: Caller): string =>
  caller.kind === "nobody" ? "nobody" : `${caller.kind} ${caller.id}`;

export const actorOf = (caller: Caller, request: string): Actor =>
  caller.kind === "nobody"
    ? { kind: "server", id: "anyone", request }
    : { kind: caller.kind, id: caller.id, request };
