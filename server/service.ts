/**
 * The service behind the sockets, put together in one place: from a database, a clock, randomness
 * and timers to everything that the HTTP side and the UDP socket need. Tests give it other ones.
 */
import type { Context } from "hono";
import { stretchAt } from "./domain/holding.ts";
import type { ReportProblem } from "./errors.ts";
import { callersBy } from "./http/auth.ts";
import { heartbeatText, readingText } from "./http/live-messages.ts";
import { addressOf } from "./http/address.ts";
import type { HttpParts, Timer } from "./http/parts.ts";
import { PdfDesk } from "./http/pdf-desk.ts";
import { DEFAULT_RATES, type RateLimits, Rates } from "./http/rates.ts";
import {
  DEFAULT_INGEST_LIMITS,
  Ingest,
  type IngestLimits,
  type IngestParts,
} from "./ingest/ingest.ts";
import { Keyring } from "./ingest/keyring.ts";
import { SharedKeys } from "./ingest/shared-keys.ts";
import { openBilling } from "./jobs/billing.ts";
import type { Closing } from "./jobs/closing.ts";
import { Admission } from "./live/admission.ts";
import { type FeedParts, LiveFeed } from "./live/feed.ts";
import { Audit, type Audited } from "./store/audit.ts";
import { Cases } from "./store/cases.ts";
import { Conflicts } from "./store/conflicts.ts";
import { Customers } from "./store/customers.ts";
import { type EmbeddedLimits, EmbeddedStore } from "./store/embedded.ts";
import { Erasure } from "./store/erasure.ts";
import { History } from "./store/history.ts";
import { openIdentity } from "./store/identity.ts";
import { Import } from "./store/import.ts";
import { Invoices } from "./store/invoices.ts";
import { type MeterRecord, Meters } from "./store/meters.ts";
import { Once } from "./store/once.ts";
import type { ScryptCost } from "./store/passwords.ts";
import { Points } from "./store/points.ts";
import { type By, Records } from "./store/records.ts";
import { Sensors } from "./store/sensors.ts";
import { SharedStore } from "./store/shared.ts";
import type { ReadingStore } from "./store/store.ts";
import type { Followable } from "./store/follow.ts";
import type { SeriesReader } from "./store/series-reader.ts";
import type { TryLimits } from "./store/tries.ts";
import { Vault } from "./store/vault.ts";
import { WatchedHeads } from "./store/watched-heads.ts";

const MAX_LIVE = 5_000;
const MAX_DOWNLOADS = 50;
const MAX_BACKOFF_MS = 30_000;

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
  /** What a password takes to be checked. */
  cost?: ScryptCost;
  tries?: TryLimits;
  /** For points that do not name their own. */
  timezone: string;
  /** Of amounts and of texts, where nothing else is said. */
  currency?: string;
  locale?: string;
  /** Of those who tell of payments. */
  paymentSecret?: string;
  /** Unix seconds. */
  now: () => number;
  randomBytes: (length: number) => Uint8Array;
  timer: (ms: number) => Timer;
  soon: FeedParts["soon"];
  every: FeedParts["every"];
  upgrade: HttpParts["upgrade"];
  answered?: HttpParts["answered"];
  linger: IngestParts["linger"];
  timed: IngestParts["timed"];
  report: ReportProblem;
  refused?: IngestParts["refused"];
  limits?: IngestLimits;
  /** When the embedded store seals and copies. */
  storeLimits?: EmbeddedLimits;
  /** Puts a store of a test's own before the shipped one. */
  wrapStore?: (store: ReadingStore) => ReadingStore;
}

export interface Service {
  store: ReadingStore;
  meters: Meters;
  keyring: Keyring;
  ingest: Ingest;
  live: LiveFeed;
  closing: Closing;
  /** For the HTTP side, which wants to know of the socket besides. */
  http: Omit<HttpParts, "health" | "udpPort">;
}

export async function openService(world: World): Promise<Service> {
  const { kv, now, randomBytes, report } = world;
  const { opened, followable } = await openStore(world);
  const store = world.wrapStore?.(opened) ?? opened;
  const vault = new Vault(world.secret, randomBytes);
  const newId = () => world.randomBytes(8).toHex();
  const records = new Records(kv, newId);
  const points = new Points(records);
  const live = openFeed(world, store.reader, followable, points);
  const meters = await openMeters(world, records, vault, live);
  const registry = openRegistry(world, records, vault, meters.meters);
  const conflicts = new Conflicts(kv);
  const cases = new Cases(kv, report);
  const ingest = openIngest(world, { store, ...meters, conflicts, cases });
  const history = new History(store.reader, (meter, channel) => cases.of(meter, channel));
  const billing = openBilling({
    ...world,
    records,
    history,
    invoices: registry.invoices,
    meterLabel: registry.actorNames.meter,
  });
  const http = {
    ...registry,
    ...billing,
    ingest,
    meters: meters.meters,
    points,
    conflicts,
    cases,
    history,
    live,
    admission: new Admission("live connections", MAX_LIVE),
    downloads: new Admission("downloads", MAX_DOWNLOADS),
    upgrade: world.upgrade,
    callerOf: callersBy({ ...world, ...registry.identity }),
    addressOf: (context: Context) => addressOf(context, world.proxies ?? 0),
    rates: new Rates(world.rates ?? DEFAULT_RATES, now),
    once: new Once(kv, vault),
    publicUrl: world.publicUrl,
    newId,
    timer: world.timer,
    answered: world.answered ?? (() => {}),
    timezone: world.timezone,
    currency: world.currency ?? "BRL",
    pdfs: new PdfDesk(),
    locale: world.locale ?? "pt-BR",
    paymentSecret: world.paymentSecret,
    reportIntervalSeconds: ingest.limits.reportIntervalSeconds,
    now,
    report,
  };
  const { closing } = billing;
  return { store, meters: meters.meters, keyring: meters.keyring, ingest, live, closing, http };
}

interface IngestSources extends OpenedMeters {
  store: ReadingStore;
  conflicts: Conflicts;
  cases: Cases;
}

function openIngest(
  { now, linger, timed, report, refused, limits = DEFAULT_INGEST_LIMITS }: World,
  { store, keys, meters, conflicts, cases }: IngestSources,
): Ingest {
  const parts: IngestParts = {
    store,
    findKey: (meter, keyId) => keys.find(meter, keyId),
    loadKeys: keys instanceof SharedKeys ? (wanted) => keys.load(wanted) : undefined,
    confirmKey: (meter, keyId) => meters.confirm(meter, keyId, now()),
    recordConflicts: (meter, channel, found) => conflicts.record(meter, channel, found, now()),
    recordFalls: (meter, channel, falls) => cases.record(meter, channel, falls, now()),
    now,
    linger,
    timed,
    report,
    refused,
  };
  return new Ingest(parts, limits);
}

/** Whom the utility knows, what they may do and what they did. */
function openRegistry(world: World, records: Records, vault: Vault, meters: Meters) {
  const { kv, randomBytes, report, cost, tries, timezone, isShared } = world;
  const audit = new Audit(kv);
  const invoices = new Invoices(records);
  const identity = openIdentity({ records, audit, vault, randomBytes, report, cost, tries });
  return {
    identity,
    audit,
    customers: new Customers(records),
    import: new Import(records, timezone, isShared ? 10 : 100),
    sensors: new Sensors(records),
    invoices,
    erasure: new Erasure({
      records,
      audit,
      obstacles: [(customerId) => invoices.obstacles(customerId)],
      forget: [identity.forget],
    }),
    note: (by: By, audited: Audited) => records.note(by, audited),
    actorNames: {
      meter: async (id: string) => nameOf(await meters.get(id)),
      person: async (id: string) => (await identity.people.get(id))?.name,
      key: async (id: string) => (await identity.apiKeys.get(id))?.label,
    },
  };
}

/** Where others append as well, what is new is seen by watching the database. */
async function openStore({ kv, isShared, report, timer, storeLimits }: World) {
  if (!isShared) {
    const opened = await EmbeddedStore.open(kv, report, storeLimits);
    return { opened, followable: opened };
  }
  const opened = new SharedStore(kv, report);
  const wait = (ms: number) => timer(ms).ended;
  const parts = { kv, reader: opened.reader, wait, backoffMs: watchBackoffMs, report };
  return { opened, followable: new WatchedHeads(parts) };
}

const watchBackoffMs = (failures: number): number =>
  Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** Math.min(failures, 10));

function openFeed(
  world: World,
  reader: SeriesReader,
  readings: Followable,
  points: Points,
): LiveFeed {
  const { now, report, soon, every } = world;
  return new LiveFeed({
    readings,
    newest: (series, count) => reader.newest(series, count),
    assignmentOf: async (id) => {
      const point = await points.get(id);
      return point && stretchAt(point.assignments, now());
    },
    report,
    now,
    readingText,
    heartbeatText,
    soon,
    every,
  });
}

const nameOf = (meter?: MeterRecord): string | undefined => meter?.label ?? meter?.serial;

interface OpenedMeters {
  keyring: Keyring;
  keys: Keyring | SharedKeys;
  meters: Meters;
}

/** Where others change meters as well, a meter's keys are asked for anew from time to time. */
async function openMeters(
  { isShared, now, report }: World,
  records: Records,
  vault: Vault,
  live: LiveFeed,
): Promise<OpenedMeters> {
  const keyring = new Keyring((meter, keyId, sealed) => vault.open(meter, keyId, sealed));
  const shared = isShared
    ? new SharedKeys(keyring, (id) => meters.get(id), now, report)
    : undefined;
  const keys = shared ?? keyring;
  const meters = new Meters(records, vault, (meter) => {
    keys.put(meter);
    const { pointId, formerPointIds = [] } = meter;
    for (const id of new Set([...formerPointIds, pointId])) if (id) live.changed(id);
  });
  if (!isShared) await keyring.putAll(meters.all(), report);
  return { keyring, keys, meters };
}
