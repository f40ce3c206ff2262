/**
 * Two customers with all that can be somebody's, and everyone who may ask: with real keys and real
 * sign-ins. The one customer is "own", as the limited callers are limited to it.
 */
import type { Role, Scope } from "../../server/http/caller.ts";
import type { Owned } from "../../server/http/rights.ts";
import type { AppInMemory } from "./app-in-memory.ts";
import { lightSince } from "./billed-point.ts";
import { OPERATOR_KEY } from "./running-server.ts";
import { staged } from "./staged-alert.ts";

/** What each caller is, for the expectation; what they send, see `headersOf`. */
export interface CallerKind {
  name: string;
  credential: "none" | "wrong" | "environment" | "key" | "session";
  role?: Role;
  scopes?: readonly Scope[];
  /** To the own customer. */
  isLimited?: true;
}

export const CALLERS: CallerKind[] = [
  { name: "nobody", credential: "none" },
  { name: "a wrong key", credential: "wrong" },
  { name: "the key of the environment", credential: "environment", scopes: ["operator"] },
  { name: "a key of operators", credential: "key", scopes: ["operator"] },
  { name: "a key to ingest", credential: "key", scopes: ["ingest"] },
  { name: "a key to read", credential: "key", scopes: ["read"] },
  { name: "a key for live", credential: "key", scopes: ["live"] },
  {
    name: "a customer's key",
    credential: "key",
    scopes: ["ingest", "read", "live"],
    isLimited: true,
  },
  { name: "an operator", credential: "session", role: "operator" },
  { name: "a customer", credential: "session", role: "customer", isLimited: true },
];

export interface Side extends Record<Owned, string> {
  /** What else of theirs must not show. */
  name: string;
}

export interface Cast {
  own: Side;
  other: Side;
}

let made = 0;

export async function castIn(app: AppInMemory): Promise<Cast> {
  return { own: await sideIn(app, "Ana"), other: await sideIn(app, "Bento") };
}

async function sideIn(app: AppInMemory, first: string): Promise<Side> {
  const name = `${first}${++made}`;
  const customer = (await app.ask("POST", "/customers", { name })).id;
  const place = { customerId: customer, label: name, ...await lightSince(app, "2026-05-01") };
  const point = (await app.ask("POST", "/points", place)).id;
  const provisioned = { meters: [{ pointId: point, label: name }] };
  const { meters } = await app.ask("POST", "/meters/provision", provisioned);
  const sensor = (await app.ask("POST", "/sensors", { pointId: point, label: name })).id;
  const reading = { time: "2026-06-15T11:00:00Z", energyWh: 10 };
  await app.ask("POST", `/meters/${meters[0].id}/readings`, { readings: [reading] });
  const invoice = await invoiceOf(app, point);
  const about = { subject: point, pointId: point, customerId: customer };
  const alert = (await staged(app, { kind: "dayLimit", ...about })).id;
  return { name, customer, point, meter: meters[0].id, sensor, invoice, alert };
}

/** Of the month before. */
async function invoiceOf(app: AppInMemory, point: string): Promise<string> {
  await app.ask("PUT", "/issuer", { name: "Luz Exemplo" });
  return (await app.ask("POST", `/points/${point}/invoices/issue?period=2026-05&unread=true`)).id;
}

/** A credential made for this one cast. */
export async function headersOf(
  app: AppInMemory,
  { credential, role, scopes, isLimited }: CallerKind,
  { own }: Cast,
): Promise<Record<string, string>> {
  const customerId = isLimited ? own.customer : undefined;
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  if (credential === "none") return {};
  if (credential === "wrong") return bearer("not-a-key");
  if (credential === "environment") return bearer(OPERATOR_KEY);
  if (credential === "key") {
    return bearer((await app.ask("POST", "/api-keys", { label: "Key", scopes, customerId })).key);
  }
  const email = `p${++made}@example.com`;
  const invited = await app.ask("POST", "/people", { name: "P", email, role, customerId });
  const { people, sessions } = app.parts.identity;
  const person = await people.get(invited.person.id);
  const whence = { userAgent: undefined, address: "test" };
  const { token } = await sessions.begin(person!, whence, app.clock.seconds);
  return { cookie: `contaluz=${token}` };
}
