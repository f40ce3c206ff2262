/**
 * Who may call what: the one table of rights. A route that is not in it cannot be served, and the
 * tests read it to try every route as everyone.
 */
import type { Role, Scope } from "./caller.ts";
import type { Operations } from "./api.ts";

/** What a route's `:id` names, where only its owner may have it. */
export type Owned = "customer" | "point" | "meter";

export interface Right {
  /** Whoever asks, known or not. */
  anyone?: true;
  roles: readonly Role[];
  /** API keys with one of these scopes; those with `operator` may all that operators may. */
  scopes: readonly Scope[];
  /** Customers, and keys of a customer's, only where this is theirs. */
  owns?: Owned;
  /** A matter of the person who asks: no key can stand in. */
  personal?: true;
}

const anyone: Right = { anyone: true, roles: ["operator", "customer"], scopes: [] };
const staff: Right = { roles: ["operator"], scopes: [] };
const device: Right = { roles: ["operator"], scopes: ["ingest"] };
/** Lists show those who are limited to a customer only what is theirs. */
const readers: Right = { roles: ["operator", "customer"], scopes: ["read"] };
const owner = (owns: Owned): Right => ({ ...readers, owns });

export const RIGHTS: Record<keyof Operations, Right> = {
  about: anyone,
  health: anyone,
  readiness: anyone,
  metrics: anyone,

  sendDatagram: anyone,
  enrol: anyone,

  listCustomers: staff,
  addCustomer: staff,
  getCustomer: owner("customer"),
  changeCustomer: staff,

  listPoints: readers,
  addPoint: staff,
  getPoint: owner("point"),
  changePoint: staff,
  retirePoint: staff,
  getConsumption: owner("point"),

  listMeters: staff,
  addMeter: staff,
  provisionMeters: staff,
  getMeter: owner("meter"),
  changeMeter: staff,
  retireMeter: staff,
  rotateKey: staff,
  renewToken: staff,
  assignMeter: staff,
  exchangeMeter: staff,
  listConflicts: staff,
  addReadings: device,
  listReadings: owner("meter"),

  importCsv: staff,
};
