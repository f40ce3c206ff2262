/** What a turn of one target needs: its deliveries that are due are tried, one after the other. */
import type { ToldEvent, Way } from "../domain/alert-delivery.ts";
import { type Fate, fateOf, type Told, type Tries } from "../domain/delivery-tries.ts";
import { NoAnswerError, type ReportProblem } from "../errors.ts";
import type { Log } from "../log.ts";
import type { HookPost } from "../notify/hook-post.ts";
import type { SendMail } from "../notify/mail.ts";
import type { AlertRecord, Alerts } from "../store/alerts.ts";
import type { DeadLetters } from "../store/dead-letters.ts";
import type { Outbox, Waiting } from "../store/outbox.ts";
import type { People, Person } from "../store/people.ts";
import type { Webhooks } from "../store/webhooks.ts";
import type { Endpoint } from "./endpoint.ts";

export interface ToldAlert {
  event: ToldEvent;
  alert: AlertRecord;
}

export interface AlertTexts {
  /** For machines, in the language of the server. */
  alert: (alert: AlertRecord) => Promise<{ title: string; sentence: string; currency: string }>;
  mail: (
    items: ToldAlert[],
    person: Person,
    isDigest: boolean,
  ) => Promise<{ subject: string; text: string }>;
}

export interface TurnParts {
  outbox: Outbox;
  letters: DeadLetters;
  webhooks: Pick<Webhooks, "get" | "disable" | "secretsOf">;
  people: Pick<People, "get">;
  alerts: Pick<Alerts, "get">;
  hookPost: HookPost;
  /** None where e-mail is not set up. */
  mail?: SendMail;
  texts: AlertTexts;
  /** Of people who have not said theirs. */
  timezone: string;
  /** Unix seconds. */
  now: () => number;
  /** Whether this server is still to do it. */
  mayGoOn: () => Promise<boolean>;
  count: (way: Way, outcome: Outcome, times: number) => void;
  report: ReportProblem;
  log: Log;
}

export type Outcome = Fate["is"] | "dropped";

const BROKE: Told = { ok: false, reason: "It broke here; the log says why", isOfThisOne: true };

/** What cannot even be written is tried again as well, and holds up no other. */
export async function careful(
  { report }: TurnParts,
  { row }: Waiting,
  send: () => Promise<Told>,
): Promise<Told> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof NoAnswerError) throw error;
    report(`Cannot send ${row.id}`, error);
    return BROKE;
  }
}

/** Writes down what has become of deliveries that went together. */
export async function settle(
  parts: TurnParts,
  waiting: Waiting[],
  told: Told,
): Promise<Fate> {
  const { outbox, now, count } = parts;
  const at = now();
  const { way } = waiting[0].row;
  const most = waiting.map(({ row }) => row).reduce(byTries);
  const fate = fateOf(told, way === "webhook" ? most.id : most.target, most, at);
  if (fate.is === "delivered") await outbox.delivered(waiting);
  else if (fate.is === "abandoned") await outbox.givenUp(waiting, fate, at);
  else await outbox.failed(waiting, fate.tries);
  count(way, fate.is, waiting.length);
  return fate;
}

/** In the log it is said once that an endpoint fails, and once that it works again. */
export function hear(
  { log, now }: TurnParts,
  endpoint: Endpoint,
  name: string,
  told: Told,
): void {
  const news = endpoint.heard(told, now());
  if (news === "works") log("info", `${name} works again`);
  if (news === "fails" && !told.ok) {
    log("warn", `${name} fails and is left alone for a while`, { reason: told.reason });
  }
}

const byTries = <T extends Tries>(most: T, one: T): T => one.attempts > most.attempts ? one : most;
