/**
 * The service behind the sockets, put together in one place: from a database, a clock, randomness
 * and timers to everything that the HTTP side and the UDP socket need. Tests give it other ones.
 */
import type { Context } from "hono";
import type { ReportProblem } from "./errors.ts";
import { callersBy } from "./http/auth.ts";
import { addressOf } from "./http/address.ts";
import type { HttpParts, Timer } from "./http/parts.ts";
import { DEFAULT_RATES, type RateLimits, Rates } from "./http/rates.ts";
import {
  DEFAULT_INGEST_LIMITS,
  Ingest,
  type IngestLimits,
  type IngestParts,
} from "./ingest/ingest.ts";
import { Keyring } from "./ingest/keyring.ts";
import { SharedKeys } from "./ingest/shared-keys.ts";
import { Cases } from "./store/cases.ts";
import { Conflicts } from "./store/conflicts.ts";
import { Customers } from "./store/customers.ts";
import { EmbeddedStore } from "./store/embedded.ts";
import { History } from "./store/history.ts";
import { Import } from "./store/import.ts";
import { Meters } from "./store/meters.ts";
import { Once } from "./store/once.ts";
import { Points } from "./store/points.ts";
import { Records } from "./store/records.ts";
import { SharedStore } from "./store/shared.ts";
import type { ReadingStore } from "./store/store.ts";
import { Vault } from "./store/vault.ts";

/** What the service is made over: all that a test may replace. */
export interface World {
  kv: Deno.Kv;
  /** Whether other servers use the database, too. */
  isShared: boolean;
  secret: Uint8Array;
  operatorKey: string | undefined;
  /** Where users reach the server, if that is known. */
  publicUrl?: string;
  /** How many proxies stand in front of it. */
  proxies?: number;
  rates?: RateLimits;
  /** For points that do not name their own. */
  timezone: string;
  /** Unix seconds. */
  now: () => number;
  randomBytes: (length: number) => Uint8Array;
  timer: (ms: number) => Timer;
  answered?: HttpParts["answered"];
  linger: IngestParts["linger"];
  timed: IngestParts["timed"];
  report: ReportProblem;
  refused?: IngestParts["refused"];
  limits?: IngestLimits;
  /** Puts a store of a test's own before the shipped one. */
  wrapStore?: (store: ReadingStore) => ReadingStore;
}

export interface Service {
  store: ReadingStore;
  meters: Meters;
  keyring: Keyring;
  ingest: Ingest;
  /** For the HTTP side, which wants to know of the socket besides. */
  http: Omit<HttpParts, "health" | "udpPort">;
}

export async function openService(world: World): Promise<Service> {
  const { kv, now, randomBytes, report, isShared, limits = DEFAULT_INGEST_LIMITS } = world;
  const opened = isShared ? new SharedStore(kv, report) : await EmbeddedStore.open(kv, report);
  const store = world.wrapStore?.(opened) ?? opened;
  const vault = new Vault(world.secret, randomBytes);
  const records = new Records(kv, () => randomBytes(8).toHex());
  const { keyring, keys, meters } = await openMeters(world, records, vault);
  const conflicts = new Conflicts(kv);
  const cases = new Cases(kv, report);
  const ingest = new Ingest({
    store,
    findKey: (meter, keyId) => keys.find(meter, keyId),
    loadKeys: keys instanceof SharedKeys ? (wanted) => keys.load(wanted) : undefined,
    confirmKey: (meter, keyId) => meters.confirm(meter, keyId, now()),
    recordConflicts: (meter, channel, found) => conflicts.record(meter, channel, found, now()),
    recordFalls: (meter, channel, falls) => cases.record(meter, channel, falls, now()),
    now,
    linger: world.linger,
    timed: world.timed,
    report,
    refused: world.refused,
  }, limits);
  const http = {
    ingest,
    meters,
    conflicts,
    customers: new Customers(records),
    points: new Points(records),
    import: new Import(records, world.timezone, isShared ? 10 : 100),
    history: new History(store.reader, (meter, channel) => cases.of(meter, channel)),
    callerOf: callersBy(world.operatorKey),
    addressOf: (context: Context) => addressOf(context, world.proxies ?? 0),
    rates: new Rates(world.rates ?? DEFAULT_RATES, now),
    once: new Once(kv, vault),
    publicUrl: world.publicUrl,
    newId: () => randomBytes(8).toHex(),
    timer: world.timer,
    answered: world.answered ?? (() => {}),
    timezone: world.timezone,
    reportIntervalSeconds: limits.reportIntervalSeconds,
    now,
    report,
  };
  return { store, meters, keyring, ingest, http };
}

/** Where others change meters as well, a meter's keys are asked for anew from time to time. */
async function openMeters({ isShared, now, report }: World, records: Records, vault: Vault) {
  const keyring = new Keyring((meter, keyId, sealed) => vault.open(meter, keyId, sealed));
  const shared = isShared
    ? new SharedKeys(keyring, (id) => meters.get(id), now, report)
    : undefined;
  const keys = shared ?? keyring;
  const meters = new Meters(records, vault, (meter) => keys.put(meter));
  if (!isShared) await keyring.putAll(meters.all(), report);
  return { keyring, keys, meters };
}
