/** From readings and bills to alerts: the parts of it, put together. */
import type { ReportProblem } from "../errors.ts";
import { AlertRating } from "../store/alert-rating.ts";
import type { AlertNews, Alerts } from "../store/alerts.ts";
import type { Cases } from "../store/cases.ts";
import type { History } from "../store/history.ts";
import { Lease } from "../store/lease.ts";
import type { Announcer } from "../store/announcer.ts";
import type { Outlook } from "../store/outlook.ts";
import { PointQuarters } from "../store/point-quarters.ts";
import type { Records } from "../store/records.ts";
import type { Signs } from "../store/signs.ts";
import type { Tariffs } from "../store/tariffs.ts";
import { Telling } from "../store/telling.ts";
import { Watches } from "../store/watches.ts";
import { Alerting } from "./alerting.ts";
import { NewsDesk } from "./alert-news.ts";
import { Surroundings } from "./surroundings.ts";

export interface WatchingSources {
  records: Records;
  isShared: boolean;
  /** Of this run of the server. */
  runId: string;
  alerts: Alerts;
  announcer: Announcer;
  history: History;
  outlook: Outlook;
  tariffs: Tariffs;
  cases: Cases;
  signs: Signs;
  /** What is to be delivered may be waiting. */
  poke: () => void;
  tellAlert: (news: AlertNews) => Promise<void>;
  hasReaders: () => boolean;
  now: () => number;
  every: (ms: number, run: () => void) => () => void;
  report: ReportProblem;
}

export function openWatching(sources: WatchingSources) {
  const { alerts, announcer, signs, now, every, report } = sources;
  const { tariffs, cases, poke, tellAlert: tell, hasReaders } = sources;
  const { kv } = sources.records;
  const lease = new Lease(kv, "alerts", sources.runId, !sources.isShared);
  const newsDesk = new NewsDesk({ alerts, tell, hasReaders, now, every, report });
  const changed = () => {
    poke();
    void newsDesk.poll();
  };
  const alerting = new Alerting({
    quarters: new PointQuarters(sources.history),
    rating: new AlertRating(kv, sources.outlook),
    watches: new Watches(kv),
    telling: new Telling(kv, alerts, announcer, lease),
    surroundings: new Surroundings(tariffs, cases, signs),
    lease,
    signs,
    announcer,
    changed,
    now,
    every,
    report,
  });
  return { alerting, newsDesk };
}
