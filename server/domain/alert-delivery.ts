/**
 * Who is told of an alert, by which way, and when: at once, after quiet hours, or in a digest. The
 * page shows all that there is and is not told.
 */
import {
  type Audience,
  type Kind,
  KINDS,
  kindsFor,
  SEVERITIES,
  type Severity,
} from "./alert-kinds.ts";
import type { Alert, AlertEvent } from "./alert-life.ts";
import { type Fault, when } from "./faults.ts";

export type Way = "email" | "webhook";

/** How a person wants to be told; what they have not said is as usual. */
export interface AlertWish {
  email?: { kinds: Kind[]; digestAt?: string };
  quiet?: { from: string; to: string };
  timezone?: string;
  locale?: string;
}

/** Someone who may see the alert's subject, or a machine that may. */
export interface Listener {
  id: string;
  way: Way;
  kinds: readonly Kind[];
  timeZone: string;
  /** Local times like `22:00`; only e-mail waits. */
  quiet?: { from: string; to: string };
  /** E-mail is gathered until then. */
  digestAt?: string;
}

/** What begins and what ends; an update is no news. */
export type ToldEvent = Extract<AlertEvent, "opened" | "closed">;

export interface Delivery {
  /** The same whenever it is worked out anew; fits the id of a webhook's message. */
  id: string;
  listenerId: string;
  way: Way;
  event: ToldEvent;
  /** When it came up. */
  at: number;
  dueAt: number;
  isDigest: boolean;
}

interface News {
  event: AlertEvent;
  alert: Alert;
}

const LEAST: Record<Audience, Severity> = { customer: "warning", staff: "urgent" };

/** What those are told of by e-mail who have not said what they want. */
export const usualKinds = (audience: Audience): Kind[] =>
  kindsFor(audience).filter((kind) =>
    SEVERITIES.indexOf(KINDS[kind].severity) >= SEVERITIES.indexOf(LEAST[audience])
  );

export const wantedKinds = ({ email }: AlertWish, audience: Audience): Kind[] =>
  email?.kinds ?? usualKinds(audience);

export function deliveriesOf(
  { event, alert }: News,
  listeners: Listener[],
  at: number,
): Delivery[] {
  if (event !== "opened" && event !== "closed") return [];
  return listeners
    .filter(({ way, kinds }) =>
      kinds.includes(alert.kind) && (event === "opened" || way !== "email")
    )
    .map((listener) => deliveryTo(listener, event, alert, at));
}

function deliveryTo(listener: Listener, event: ToldEvent, alert: Alert, at: number): Delivery {
  const { id: listenerId, way, digestAt, timeZone } = listener;
  const isUrgent = alert.severity === "urgent";
  const isDigest = way === "email" && digestAt !== undefined && !isUrgent;
  const isAtOnce = way !== "email" || isUrgent;
  return {
    id: `${alert.id}:${event}:${way}:${listenerId}`,
    listenerId,
    way,
    event,
    at,
    dueAt: isAtOnce ? at : isDigest ? nextAt(digestAt, at, timeZone) : afterQuiet(listener, at),
    isDigest,
  };
}

/** What was held back and is over, or was seen by whoever it is for, is not sent any more. */
export const isStillDue = (
  { way, at, dueAt }: Pick<Delivery, "way" | "at" | "dueAt">,
  { closedAt, acknowledged }: Alert,
  listenerId: string,
): boolean =>
  way !== "email" || dueAt <= at ||
  closedAt === undefined && acknowledged?.by !== listenerId;

/**
 * Until when an e-mail waits that could go now, as later tries keep to quiet hours as well. What is
 * urgent does not, nor a digest whose hour was chosen in them.
 */
export function heldUntil(
  reader: Pick<Listener, "quiet" | "timeZone">,
  { isDigest, dueAt, alert }: Pick<Delivery, "isDigest" | "dueAt"> & { alert: Alert },
  now: number,
): number {
  const isChosen = isDigest && afterQuiet(reader, dueAt) > dueAt;
  return isChosen || alert.severity === "urgent" ? now : afterQuiet(reader, now);
}

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

interface Wished {
  audience: Audience;
  kinds: Partial<Record<Way, Kind[]>>;
  quiet?: { from: string; to: string };
  digestAt?: string;
}

/** What is wrong with how someone wants to be told, by where. */
export function listenerFaults({ audience, kinds, quiet, digestAt }: Wished): Fault[] {
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
