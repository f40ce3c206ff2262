/** Who is told of an alert, by which way, and when: at once, after quiet hours, or in a digest. */
import { type Audience, type Kind, KINDS } from "./alert-kinds.ts";
import type { Alert, Change } from "./alert-life.ts";
import { type Fault, when } from "./faults.ts";

export const WAYS = ["page", "email", "webhook"] as const;
export type Way = typeof WAYS[number];

/** Someone who may see the alert's subject, and what they want to be told. */
export interface Listener {
  id: string;
  audience: Audience;
  timeZone: string;
  /** Which kinds by which way; the page shows all. */
  kinds: Partial<Record<Exclude<Way, "page">, Kind[]>>;
  /** Local times like `22:00`; only e-mail waits. */
  quiet?: { from: string; to: string };
  /** E-mail is gathered until then. */
  digestAt?: string;
}

export interface Delivery {
  /** The same whenever it is worked out anew. */
  id: string;
  listenerId: string;
  way: Way;
  alertId: string;
  event: Change["event"];
  dueAt: number;
  isDigest: boolean;
}

export const deliveriesOf = (changes: Change[], listeners: Listener[], at: number): Delivery[] =>
  changes.flatMap((change) =>
    listeners.filter(({ audience }) => KINDS[change.alert.kind].audience === audience)
      .flatMap((listener) =>
        WAYS.filter((way) => isTold(change, listener, way))
          .map((way) => delivery(change, listener, way, at))
      )
  );

/** By e-mail only what begins: an update is no news, and an end can wait for the page. */
function isTold({ event, alert }: Change, { kinds }: Listener, way: Way): boolean {
  if (way === "page") return true;
  if (!kinds[way]?.includes(alert.kind)) return false;
  return event === "opened" || event === "closed" && way === "webhook";
}

function delivery({ event, alert }: Change, listener: Listener, way: Way, at: number): Delivery {
  const { id: listenerId, digestAt } = listener;
  const isUrgent = alert.severity === "urgent";
  const isDigest = way === "email" && digestAt !== undefined && !isUrgent;
  return {
    id: `${alert.id}:${event}${event === "updated" ? `-${alert.at}` : ""}:${way}:${listenerId}`,
    listenerId,
    way,
    alertId: alert.id,
    event,
    dueAt: way !== "email" || isUrgent
      ? at
      : isDigest
      ? nextAt(digestAt, at, listener.timeZone)
      : afterQuiet(listener, at),
    isDigest,
  };
}

/** What was held back and is over, or was seen, is not sent any more. */
export const isStillDue = ({ way, dueAt }: Delivery, alert: Alert): boolean =>
  way !== "email" || dueAt <= alert.openedAt ||
  alert.closedAt === undefined && alert.acknowledged === undefined;

export function afterQuiet({ quiet, timeZone }: Pick<Listener, "quiet" | "timeZone">, at: number) {
  if (!quiet || quiet.from === quiet.to) return at;
  const time = zoned(at, timeZone).toPlainTime().toString({ smallestUnit: "minute" });
  const { from, to } = quiet;
  const isQuiet = from < to ? from <= time && time < to : from <= time || time < to;
  return isQuiet ? nextAt(to, at, timeZone) : at;
}

/** The next time that the clock on the wall shows so. */
function nextAt(time: string, at: number, timeZone: string): number {
  const now = zoned(at, timeZone);
  const today = now.toPlainDate().toZonedDateTime({ timeZone, plainTime: time });
  const isLater = Temporal.ZonedDateTime.compare(today, now) > 0;
  const due = isLater
    ? today
    : now.toPlainDate().add({ days: 1 }).toZonedDateTime({ timeZone, plainTime: time });
  return due.epochMilliseconds / 1000;
}

const zoned = (at: number, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timeZone);

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** What is wrong with how someone wants to be told, by where. */
export function listenerFaults(
  { audience, kinds, quiet, digestAt }: Pick<Listener, "audience" | "kinds" | "quiet" | "digestAt">,
): Fault[] {
  const time = (text: string | undefined, path: string) =>
    when(text !== undefined && !TIME.test(text), path, "must be a time like 22:00");
  return [
    ...Object.entries(kinds).flatMap(([way, list]) =>
      list.flatMap((kind, i) =>
        when(
          !Object.hasOwn(KINDS, kind) || KINDS[kind].audience !== audience,
          `kinds.${way}.${i}`,
          `must be a kind of alert for ${audience === "staff" ? "the staff" : "customers"}`,
        )
      )
    ),
    ...time(quiet?.from, "quiet.from"),
    ...time(quiet?.to, "quiet.to"),
    ...time(digestAt, "digestAt"),
  ];
}
