/**
 * The service behind the sockets, put together in one place: from a database, a clock, randomness
 * and timers to everything that the HTTP side and the UDP socket need. Tests give it other ones.
 */
import type { Context } from "hono";
import { stretchAt } from "./domain/holding.ts";
import { callersBy } from "./http/auth.ts";
import { alertText, heartbeatText, readingText } from "./http/live-messages.ts";
import { addressOf } from "./http/address.ts";
import type { HttpParts } from "./http/parts.ts";
import { PdfDesk } from "./http/pdf-desk.ts";
import { DEFAULT_RATES, Rates } from "./http/rates.ts";
import { Ingest } from "./ingest/ingest.ts";
import { Keyring } from "./ingest/keyring.ts";
import type { NewsDesk } from "./jobs/alert-news.ts";
import type { Alerting } from "./jobs/alerting.ts";
import { openBilling } from "./jobs/billing.ts";
import type { Closing } from "./jobs/closing.ts";
import { openDeliveries } from "./jobs/deliveries.ts";
import type { Delivering } from "./jobs/delivering.ts";
import { openWatching, type WatchingSources } from "./jobs/watching.ts";
import { Admission } from "./live/admission.ts";
import { type FeedParts, LiveFeed } from "./live/feed.ts";
import type { HookPost } from "./notify/hook-post.ts";
import { alertMail } from "./notify/mail-text.ts";
import { Alerts } from "./store/alerts.ts";
import { Cases } from "./store/cases.ts";
import { Conflicts } from "./store/conflicts.ts";
import { History } from "./store/history.ts";
import { Meters } from "./store/meters.ts";
import { Once } from "./store/once.ts";
import { Points } from "./store/points.ts";
import { Records } from "./store/records.ts";
import { Signs } from "./store/signs.ts";
import type { ReadingStore } from "./store/store.ts";
import type { Followable } from "./store/follow.ts";
import type { SeriesReader } from "./store/series-reader.ts";
import { Vault } from "./store/vault.ts";
import { openIngest, openMeters, openStore } from "./intake.ts";
import { openRegistry } from "./registry.ts";
import { DEFAULT_CURRENCY, DEFAULT_LOCALE, type World } from "./world.ts";

const MAX_LIVE = 5_000;
const MAX_DOWNLOADS = 50;

export interface Service {
  store: ReadingStore;
  meters: Meters;
  keyring: Keyring;
  ingest: Ingest;
  live: LiveFeed;
  closing: Closing;
  alerting: Alerting;
  newsDesk: NewsDesk;
  delivering: Delivering;
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
  const live: LiveFeed = openFeed(
    world,
    store.reader,
    followable,
    points,
    (news, { customerId, locale = http.locale }) => alertText(http, news, { customerId, locale }),
  );
  const meters = await openMeters(world, records, vault, live);
  const registry = openRegistry(world, records, vault, meters.meters);
  const conflicts = new Conflicts(kv);
  const cases = new Cases(kv, report);
  const runId = newId();
  const signs = new Signs(kv, runId);
  const ingest = openIngest(world, { store, ...meters, conflicts, cases, signs });
  const history = new History(store.reader, (meter, channel) => cases.of(meter, channel));
  const billing = openBilling({
    ...world,
    records,
    history,
    invoices: registry.invoices,
    meterLabel: registry.actorNames.meter,
  });
  const told = openAlerts(world, {
    ...registry,
    ...billing,
    records,
    points,
    history,
    cases,
    signs,
    live,
    runId,
  });
  const http = {
    ...registry,
    ...billing,
    ingest,
    meters: meters.meters,
    points,
    conflicts,
    cases,
    ...told,
    history,
    live,
    admission: new Admission("live connections", MAX_LIVE),
    downloads: new Admission("downloads", MAX_DOWNLOADS),
    upgrade: world.upgrade,
    callerOf: callersBy({ ...world, ...registry.identity }),
    addressOf: (context: Context) => addressOf(context, world.proxies ?? 0),
    rates: new Rates(world.rates ?? DEFAULT_RATES, now),
    once: new Once(kv, vault),
    ...settingsOf(world),
    newId,
    timer: world.timer,
    answered: world.answered ?? (() => {}),
    pdfs: new PdfDesk(),
    reportIntervalSeconds: ingest.limits.reportIntervalSeconds,
    now,
    report,
  };
  const { closing } = billing;
  const { keyring } = meters;
  return { store, meters: meters.meters, keyring, ingest, live, closing, ...told, http };
}

const settingsOf = (world: World) => ({
  publicUrl: world.publicUrl,
  timezone: world.timezone,
  currency: world.currency ?? DEFAULT_CURRENCY,
  locale: world.locale ?? DEFAULT_LOCALE,
  paymentSecret: world.paymentSecret,
  mailIsOn: world.mail !== undefined,
  webhookHosts: world.webhookHosts ?? [],
});

type AlertSources =
  & ReturnType<typeof openRegistry>
  & ReturnType<typeof openBilling>
  & Pick<WatchingSources, "records" | "history" | "cases" | "signs" | "runId">
  & { points: Points; live: LiveFeed };

/** What is to be told of points and meters, and those who are told. */
function openAlerts(world: World, sources: AlertSources) {
  const { records, identity, actorNames, live } = sources;
  const alerts = new Alerts(records);
  const { announcer, deadLetters, delivering } = openDeliveries({
    ...world,
    ...sources,
    ...settingsOf(world),
    people: identity.people,
    alerts,
    meterLabel: actorNames.meter,
    writeMail: alertMail,
    hookPost: world.hookPost ?? noHooks,
    mail: world.mail,
    log: world.log ?? (() => {}),
  });
  const { alerting, newsDesk } = openWatching({
    ...world,
    ...sources,
    alerts,
    announcer,
    poke: () => delivering.poke(),
    tellAlert: (news) => live.tellAlert(news),
    hasReaders: () => live.stats().connections > 0,
  });
  return { alerts, deadLetters, delivering, alerting, newsDesk };
}

const noHooks: HookPost = () => Promise.resolve({ ok: false, reason: "webhooks are not set up" });

function openFeed(
  world: World,
  reader: SeriesReader,
  readings: Followable,
  points: Points,
  alertText: FeedParts["alertText"],
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
    alertText,
    soon,
    every,
  });
}
