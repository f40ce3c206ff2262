/**
 * The server: the only place that reads the environment, opens the database and the sockets, and
 * knows the clock, the timers and the source of randomness. Everything is put together here.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Config, parseConfig } from "./config.ts";
import type { Sign } from "../meter-firmware/protocol/datagram.ts";
import { createApp } from "./http/app.ts";
import { DEFAULT_INGEST_LIMITS, Ingest, type IngestParts } from "./ingest/ingest.ts";
import { Keyring } from "./ingest/keyring.ts";
import { SharedKeys } from "./ingest/shared-keys.ts";
import { serveUdp } from "./ingest/udp.ts";
import { createLog, reasonOf } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { Conflicts } from "./store/conflicts.ts";
import { type DataFolder, openDataFolder } from "./store/data-folder.ts";
import { EmbeddedStore } from "./store/embedded.ts";
import { History } from "./store/history.ts";
import { READY_PROBE } from "./store/keys.ts";
import { Meters } from "./store/meters.ts";
import { Points } from "./store/points.ts";
import { SharedStore } from "./store/shared.ts";
import { Vault } from "./store/vault.ts";

/** Meters do not mind; commits that carry more readings write less for each. */
const LINGER_MS = 20;
const SHARED_CALL_MS = 10_000;
const STOP_MS = 4_500;
/** A client that never ends its request must not hold up the stop. */
const LAST_REQUESTS_MS = 2_500;

const now = () => Math.floor(Date.now() / 1000);
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
/** Only a real operation lets the sockets be looked at (Deno 2.9): immediates would starve them. */
const pause = async () => void await crypto.subtle.digest("SHA-256", new Uint8Array(1));

/** For messages this short a fifth of the cost of going through node:crypto. */
function signWith(key: Uint8Array): Sign {
  const keyed = hmac.create(sha256, key);
  return (message) => keyed.clone().update(message).digest();
}

type Report = (problem: string, error: unknown) => void;

function refuse(reason: string): never {
  console.error(`contaluz: ${reason}`);
  Deno.exit(1);
}

/** The database client would repeat a failing call for ever. */
async function inTime<T>(call: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the database does not answer")), SHARED_CALL_MS);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}

function openFolder(config: Config): DataFolder | undefined {
  if (config.sharedKv !== undefined) return undefined;
  const folder = openDataFolder(config.dataFolder, config.secret, randomBytes);
  return folder.ok ? folder.value : refuse(folder.detail);
}

function openKv(config: Config, folder: DataFolder | undefined): Promise<Deno.Kv> {
  if (config.sharedKvToken) Deno.env.set("DENO_KV_ACCESS_TOKEN", config.sharedKvToken);
  const shared = config.sharedKv === "attached" ? undefined : config.sharedKv;
  return Deno.openKv(folder?.database ?? shared);
}

/** Everything behind the sockets. */
async function openService(config: Config, kv: Deno.Kv, secret: Uint8Array, report: Report) {
  const shared = config.sharedKv !== undefined;
  const store = shared ? new SharedStore(kv, inTime) : await EmbeddedStore.open(kv);
  const vault = new Vault(secret, randomBytes);
  const keyring = new Keyring((meter, keyId, sealed) => vault.open(meter, keyId, sealed));
  const meters = new Meters(kv, vault, (meter) => keyring.put(meter));
  const conflicts = new Conflicts(kv);
  let commitTook = (_seconds: number) => {};
  const parts: IngestParts = {
    store,
    findKey: (meter, keyId) => keyring.find(meter, keyId),
    confirmKey: (meter, keyId) => meters.confirm(meter, keyId),
    recordConflict: (meter, channel, conflict) => conflicts.record(meter, channel, conflict, now()),
    signWith,
    now,
    linger: () => sleep(LINGER_MS),
    pause,
    timed: async (commit) => {
      const begin = performance.now();
      const result = await commit();
      commitTook((performance.now() - begin) / 1000);
      return result;
    },
    report,
  };
  if (shared) {
    const keys = new SharedKeys(keyring, (id) => meters.get(id), now);
    parts.findKey = (meter, keyId) => keys.find(meter, keyId);
    parts.loadKeys = (meter, keyId) => keys.load(meter, keyId);
  } else {
    for await (const meter of meters.all()) keyring.put(meter);
  }
  const ingest = new Ingest(parts);
  const onCommit = (listener: typeof commitTook) => commitTook = listener;
  return { store, keyring, meters, conflicts, ingest, onCommit };
}

type Service = Awaited<ReturnType<typeof openService>>;

function metricsOf({ ingest, keyring, store, onCommit }: Service, storeBytes: () => number) {
  const metrics = createMetrics({
    datagrams: () => ingest.counts,
    readings: () => ingest.readings,
    queued: () => ingest.queued,
    meters: () => keyring.size,
    series: () => store.stats().series,
    openReadings: () => store.stats().openReadings,
    journalBytes: () => store.stats().journalBytes,
    storeBytes,
  });
  onCommit(metrics.commitTook);
  return metrics.text;
}

/** A host that is not this machine's and a port that is taken only show here. */
function bound<Socket>(kind: "UDP" | "HTTP", config: Config, listen: () => Socket): Socket {
  try {
    return listen();
  } catch (error) {
    const port = kind === "UDP" ? config.udpPort : config.httpPort;
    const place = `CONTALUZ_HOST ${config.host}, CONTALUZ_${kind}_PORT ${port}`;
    throw new Error(`cannot listen (${place}): ${reasonOf(error)}`);
  }
}

async function notReady(kv: Deno.Kv, udpIsBound: boolean): Promise<Record<string, string>> {
  const problems: Record<string, string> = {};
  if (!udpIsBound) problems.udp = "not bound";
  try {
    await inTime(kv.set(READY_PROBE, now()));
  } catch (error) {
    problems.store = reasonOf(error);
  }
  return problems;
}

async function serve(config: Config, kv: Deno.Kv, folder: DataFolder | undefined, report: Report) {
  const service = await openService(config, kv, folder?.secret ?? config.secret!, report);
  const { host: hostname, udpPort: port } = config;
  const socket = port === "off"
    ? undefined
    : bound("UDP", config, () => Deno.listenDatagram({ transport: "udp", hostname, port }));
  const udpPort = socket && (socket.addr as Deno.NetAddr).port;
  const app = createApp({
    ...service,
    points: new Points(kv, () => randomBytes(8).toHex()),
    history: new History(service.store.reader),
    health: {
      notReady: () => notReady(kv, config.udpPort === "off" || socket !== undefined),
      metrics: metricsOf(service, folder?.bytes ?? (() => 0)),
    },
    operatorKey: config.operatorKey,
    timezone: config.timezone,
    reportIntervalSeconds: DEFAULT_INGEST_LIMITS.reportIntervalSeconds,
    udpPort: () => udpPort,
    now,
    report,
  });
  const listen = { hostname, port: config.httpPort, onListen: () => {} };
  const server = bound("HTTP", config, () => Deno.serve(listen, app.fetch));
  if (socket) serveUdp(socket, service.ingest, report);
  return {
    httpPort: server.addr.port,
    udpPort,
    /** Stops taking in, stores and acknowledges what is pending, closes. */
    stop: async () => {
      const lastRequests = Promise.race([server.shutdown(), sleep(LAST_REQUESTS_MS)]);
      await Promise.all([lastRequests, service.ingest.close()]);
      await pause();
      socket?.close();
      kv.close();
      folder?.release();
    },
  };
}

async function main(): Promise<void> {
  const parsed = parseConfig(Deno.env.toObject());
  if (!parsed.ok) refuse(parsed.detail);
  const config = parsed.value;
  const log = createLog(config.logLevel, console.error, () => new Date());
  const report: Report = (problem, error) => log("error", problem, { reason: reasonOf(error) });
  const folder = openFolder(config);
  try {
    const running = await serve(config, await openKv(config, folder), folder, report);
    const stop = (signal: string) => {
      log("info", "Stopping", { signal });
      setTimeout(() => refuse("Cannot stop in time: a commit or a request hangs"), STOP_MS);
      running.stop().then(() => Deno.exit(0));
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => stop(signal));
    }
    const shownHost = ["0.0.0.0", "::"].includes(config.host) ? "127.0.0.1" : config.host;
    const http = `http://${shownHost}:${running.httpPort}`;
    console.log(JSON.stringify({ ready: true, http, udp: running.udpPort ?? null }));
    if (!config.operatorKey) {
      log("warn", "No operator key: set CONTALUZ_OPERATOR_KEY to register meters");
    }
  } catch (error) {
    const where = folder ? `with the data folder ${config.dataFolder}` : "on the shared store";
    refuse(`Cannot start ${where}: ${reasonOf(error)}`);
  }
}

if (import.meta.main) await main();
