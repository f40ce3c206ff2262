/** From alerts to those who are told of them: the parts of it, put together. */
import type { ReportProblem } from "../errors.ts";
import type { Log } from "../log.ts";
import type { HookPost } from "../notify/hook-post.ts";
import type { SendMail } from "../notify/mail.ts";
import type { Alerts } from "../store/alerts.ts";
import { Announcer } from "../store/announcer.ts";
import { DeadLetters } from "../store/dead-letters.ts";
import { Lease } from "../store/lease.ts";
import { Listeners } from "../store/listeners.ts";
import { Outbox } from "../store/outbox.ts";
import type { People } from "../store/people.ts";
import type { Records } from "../store/records.ts";
import { Spreading } from "../store/spreading.ts";
import type { Webhooks } from "../store/webhooks.ts";
import { type AlertTextParts, alertTexts } from "./alert-texts.ts";
import { Delivering } from "./delivering.ts";

interface DeliverySources extends AlertTextParts {
  records: Records;
  isShared: boolean;
  /** Of this run of the server. */
  runId: string;
  webhooks: Webhooks;
  people: People;
  alerts: Alerts;
  hookPost: HookPost;
  mail: SendMail | undefined;
  every: (ms: number, run: () => void) => () => void;
  report: ReportProblem;
  log: Log;
}

export function openDeliveries(sources: DeliverySources) {
  const { records, webhooks, people, alerts, hookPost, mail, timezone, now, every, report, log } =
    sources;
  const { kv, newId } = records;
  const outbox = new Outbox(kv);
  const deadLetters = new DeadLetters(kv);
  const listeners = new Listeners({ people, webhooks, hasMail: mail !== undefined, timezone });
  const delivering = new Delivering({
    outbox,
    letters: deadLetters,
    spreading: new Spreading(outbox, listeners, report),
    webhooks,
    people,
    alerts,
    hookPost,
    mail,
    texts: alertTexts(sources),
    timezone,
    lease: new Lease(kv, "deliver", sources.runId, !sources.isShared),
    newId,
    now,
    every,
    report,
    log,
  });
  return { announcer: new Announcer(kv), deadLetters, delivering };
}
