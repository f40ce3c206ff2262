/**
 * The server: the only place that reads the environment, opens the database and the sockets, and
 * knows the clock, the timers and the source of randomness. Everything is put together here.
 */
import { lookup } from "node:dns/promises";
import { type Config, parseConfig, warningsOf } from "./config.ts";
import { NoAnswerError, type ReportProblem } from "./errors.ts";
import { createApp } from "./http/app.ts";
import { passwordPage } from "./http/origin.ts";
import type { Timer } from "./http/parts.ts";
import type { Ingest } from "./ingest/ingest.ts";
import { serveUdp, type Udp } from "./ingest/udp.ts";
import { createLog, type Log, reasonOf } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { hookPoster } from "./notify/hook-post.ts";
import { mailer } from "./notify/mail.ts";
import { openService } from "./service.ts";
import { type DataFolder, openDataFolder } from "./store/data-folder.ts";
import { READY_PROBE } from "./store/keys.ts";
import { limitedKv } from "./store/limited-kv.ts";

/** A commit that carries more readings writes less for each, and meters do not mind to wait. */
const LINGER_MS = 10;
const BUSY_LINGER_MS = 50;
/** A peer of the live feed that answers no ping for so long is gone. */
const SILENCE_SECONDS = 60;
const CALL_MS = 10_000;
const STOP_MS = 4_500;
/** A client that never ends its request must not hold up the stop. */
const LAST_REQUESTS_MS = 2_500;
const LAST_DELIVERIES_MS = 1_000;

const now = () => Math.floor(Date.now() / 1000);
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function timer(ms: number): Timer {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const handle = setTimeout(resolve, ms);
  return { ended, cancel: () => clearTimeout(handle) };
}

const reportTo = (log: Log): ReportProblem => (problem, error) =>
  log("error", problem, { reason: reasonOf(error) });

function refuse(reason: string): never {
  console.error(`contaluz: ${reason}`);
  Deno.exit(1);
}

/** The client of a shared database would repeat a failing call for ever, and a disk may hang. */
async function inTime<T>(call: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError()), CALL_MS);
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

async function openKv(config: Config, folder: DataFolder | undefined): Promise<Deno.Kv> {
  if (folder) return await Deno.openKv(folder.database);
  if (config.sharedKvToken) Deno.env.set("DENO_KV_ACCESS_TOKEN", config.sharedKvToken);
  const url = config.sharedKv === "attached" ? undefined : config.sharedKv;
  return limitedKv(await inTime(Deno.openKv(url)), inTime);
}

const addressesOf = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

const mailOf = ({ smtpUrl: url, mailFrom: from }: Config) =>
  url !== undefined && from !== undefined ? mailer({ url, from, timer }) : undefined;

/** The service over what this process has, and a hook for how long commits take. */
async function openHere(config: Config, kv: Deno.Kv, secret: Uint8Array, log: Log) {
  let commitTook = (_seconds: number) => {};
  const service = await openService({
    kv,
    isShared: config.sharedKv !== undefined,
    secret,
    operatorKey: config.operatorKey,
    timezone: config.timezone,
    currency: config.currency,
    locale: config.locale,
    paymentSecret: config.paymentSecret,
    hookPost: hookPoster({ resolve: addressesOf, timer, allowedHosts: config.webhookHosts }),
    webhookHosts: config.webhookHosts,
    mail: mailOf(config),
    publicUrl: config.publicUrl,
    proxies: config.proxies,
    now,
    randomBytes,
    timer,
    soon: (run) => setTimeout(run, 0),
    every: (ms, run) => {
      const handle = setInterval(run, ms);
      return () => clearInterval(handle);
    },
    upgrade: (request) => Deno.upgradeWebSocket(request, { idleTimeout: SILENCE_SECONDS }),
    answered: (what) => log("debug", "Answered", what),
    linger: (isBusy) => sleep(isBusy ? BUSY_LINGER_MS : LINGER_MS),
    timed: async (commit) => {
      const begin = performance.now();
      const result = await commit();
      commitTook((performance.now() - begin) / 1000);
      return result;
    },
    report: reportTo(log),
    log,
    refused: (outcome) => log("debug", "Datagram refused", { outcome }),
  });
  const onCommit = (listener: typeof commitTook) => commitTook = listener;
  return { ...service, onCommit };
}

type Opened = Awaited<ReturnType<typeof openHere>>;

function metricsOf(opened: Opened, storeBytes: () => number) {
  const { ingest, keyring, store, alerting, delivering, onCommit } = opened;
  const metrics = createMetrics({
    datagrams: () => ingest.counts,
    readings: () => ingest.readings,
    queued: () => ingest.queued,
    meters: () => keyring.size,
    series: () => store.stats().series,
    openReadings: () => store.stats().openReadings,
    journalBytes: () => store.stats().journalBytes,
    storeBytes,
    alerts: () => alerting.stats,
    deliveries: () => delivering.counts,
    waiting: () => delivering.size,
  });
  onCommit(metrics.commitTook);
  return metrics.text;
}

/** A host that is not this machine's and a port that is taken only show here. */
async function bound<Socket>(
  kind: "UDP" | "HTTP",
  config: Config,
  listen: (where: { hostname: string; port: number }) => Socket,
): Promise<Awaited<Socket>> {
  const port = Number(kind === "UDP" ? config.udpPort : config.httpPort);
  try {
    return await listen({ hostname: config.host, port });
  } catch (error) {
    const place = `CONTALUZ_HOST ${config.host}, CONTALUZ_${kind}_PORT ${port}`;
    refuse(`Cannot listen (${place}): ${reasonOf(error)}`);
  }
}

function listenUdp(config: Config, ingest: Ingest, report: ReportProblem): Promise<Udp> {
  const thread = new Worker(new URL("./ingest/udp-thread.ts", import.meta.url), { type: "module" });
  thread.onerror = (event) => refuse(`The thread of the UDP socket failed: ${event.message}`);
  return bound("UDP", config, (where) => serveUdp(thread, where, ingest, report));
}

/** The sockets need no look: without them the server would not have started. */
async function notReady(kv: Deno.Kv): Promise<Record<string, string>> {
  try {
    await inTime(kv.set(READY_PROBE, now()));
    return {};
  } catch (error) {
    return { store: reasonOf(error) };
  }
}

async function serve(config: Config, kv: Deno.Kv, folder: DataFolder | undefined, log: Log) {
  const report = reportTo(log);
  const service = await openHere(config, kv, folder?.secret ?? config.secret!, log);
  const udp = config.udpPort === "off"
    ? undefined
    : await listenUdp(config, service.ingest, report);
  const app = createApp({
    ...service.http,
    health: {
      notReady: () => notReady(kv),
      metrics: metricsOf(service, folder?.bytes ?? (() => 0)),
    },
    udpPort: udp?.port,
  });
  const server = await bound(
    "HTTP",
    config,
    (where) => Deno.serve({ ...where, onListen: () => {} }, app.fetch),
  );
  return {
    httpPort: server.addr.port,
    udpPort: udp?.port,
    setUpToken: () => service.http.identity.setPassword.setUpToken(now()),
    /** Stops taking in, stores and acknowledges what is pending, closes. */
    stop: async () => {
      service.live.close();
      const lastRequests = Promise.race([server.shutdown(), sleep(LAST_REQUESTS_MS)]);
      await udp?.handOver();
      service.newsDesk.stop();
      const jobs = [service.ingest.close(), service.closing.stop(), service.alerting.stop()];
      await Promise.all([lastRequests, ...jobs]);
      // What a receiver has not answered by then is sent once more after the next start.
      await Promise.race([service.delivering.stop(), sleep(LAST_DELIVERIES_MS)]);
      await udp?.close();
      kv.close();
      folder?.release();
    },
  };
}

type Running = Awaited<ReturnType<typeof serve>>;

/** Once, however many signals come. */
function stopOnSignal(running: Running, log: Log): void {
  let isStopping = false;
  const stop = async (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    log("info", "Stopping", { signal });
    setTimeout(() => refuse("Cannot stop in time: a commit or a request hangs"), STOP_MS);
    try {
      await running.stop();
    } catch (error) {
      refuse(`Cannot stop in order: ${reasonOf(error)}`);
    }
    log("info", "Stopped");
    Deno.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => stop(signal));
  }
}

function hostInUrl(host: string): string {
  if (["0.0.0.0", "::"].includes(host)) return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** A line for people, not of the log: the one way in as long as there is no operator. */
async function offerSetUp(running: Running, address: string, log: Log): Promise<void> {
  try {
    const token = await running.setUpToken();
    if (token === undefined) return;
    const page = passwordPage(address, token);
    console.error(`Set up the first operator: ${page} (works once, within 24 hours)`);
  } catch (error) {
    reportTo(log)("Cannot make the link that sets up the first operator", error);
  }
}

async function main(): Promise<void> {
  const env = Deno.env.toObject();
  const parsed = parseConfig(env);
  if (!parsed.ok) refuse(parsed.detail);
  const config = parsed.value;
  const log = createLog(config.logLevel, console.error, () => new Date());
  const folder = openFolder(config);
  try {
    const running = await serve(config, await openKv(config, folder), folder, log);
    stopOnSignal(running, log);
    const http = `http://${hostInUrl(config.host)}:${running.httpPort}`;
    // Whoever has the operator's key can invite the first operator with it.
    if (!config.operatorKey) await offerSetUp(running, config.publicUrl ?? http, log);
    console.log(JSON.stringify({ ready: true, http, udp: running.udpPort ?? null }));
    for (const warning of warningsOf(env)) log("warn", warning);
  } catch (error) {
    const where = folder
      ? `CONTALUZ_DATA: cannot start with ${config.dataFolder}`
      : "Cannot start on the shared store";
    refuse(`${where}: ${reasonOf(error)}`);
  }
}

if (import.meta.main) await main();
