/** Alerts as they are answered: with the names of what they are about, in a reader's language. */
import { z } from "zod";
import { shownEvidence } from "../domain/alert-evidence.ts";
import { type Kind, KINDS, SEVERITIES } from "../domain/alert-kinds.ts";
import { type Holder, meterOf, nameOf } from "../domain/alert-subject.ts";
import { alertText } from "../domain/alert-words.ts";
import { tariffIdAt } from "../domain/chosen-tariff.ts";
import type { AlertRecord } from "../store/alerts.ts";
import type { PointRecord } from "../store/points.ts";
import { id, instantAnswer } from "./answers.ts";
import { toInstant, toInstantOrNull } from "./output.ts";
import type { HttpParts } from "./parts.ts";

export const AUDIENCES = ["customer", "staff"] as const;
export const alertKind = z.enum(Object.keys(KINDS) as [Kind, ...Kind[]]);

export const alertAnswer = z.object({
  id: z.string().meta({ example: "dayLimit:8a1f63c0d27be954:2026-06-15" }),
  kind: alertKind,
  audience: z.enum(AUDIENCES),
  severity: z.enum(SEVERITIES),
  subject: z.object({
    type: z.enum(["point", "meter", "region"]),
    id: z.string(),
    name: z.string().nullable(),
  }),
  pointId: id.nullable(),
  meterId: id.nullable(),
  customerId: id.nullable().meta({ description: "Who had the point as it began" }),
  region: z.string().nullable(),
  openedAt: instantAnswer,
  updatedAt: instantAnswer,
  closedAt: instantAnswer.nullable(),
  acknowledged: z.object({
    at: instantAnswer,
    by: z.object({ id: z.string(), name: z.string().nullable() }),
  }).nullable(),
  evidence: z.record(z.string(), z.unknown()).meta({
    description: "The numbers behind it, as its kind has them",
  }),
  title: z.string(),
  sentence: z.string(),
  hint: z.string().nullable().meta({ description: "What can be done about it" }),
}).meta({ id: "Alert" });

/** What of the house knows the names and the money of alerts. */
export type AlertSources = Pick<
  HttpParts,
  "points" | "tariffs" | "identity" | "actorNames" | "timezone" | "currency" | "now"
>;

export interface Reader {
  locale: string;
  /** To whose things they are limited. */
  customerId?: string;
  /** Whether they are not to know who has seen it. */
  isNameless?: true;
}

type AlertAnswer = z.input<typeof alertAnswer>;

export async function shownAlerts(
  sources: AlertSources,
  alerts: AlertRecord[],
  reader: Reader,
): Promise<AlertAnswer[]> {
  const known = await knownOf(sources, alerts, reader);
  return alerts.map((alert) => shown(alert, known, reader));
}

interface Place {
  point: PointRecord;
  currency: string;
}

/** Who has said that they have seen it. */
interface Seer {
  name?: string;
  customerId?: string;
}

interface Known {
  places: Map<string, Place>;
  meters: Map<string, string | undefined>;
  people: Map<string, Seer>;
  /** Who reads, if that is a customer. */
  holder?: Holder;
  usual: Pick<HttpParts, "timezone" | "currency">;
}

/** Each is looked up once, however many alerts are about it. */
async function knownOf(
  sources: AlertSources,
  alerts: AlertRecord[],
  { customerId }: Reader,
): Promise<Known> {
  const pointIds = new Set(alerts.flatMap(({ pointId }) => pointId ?? []));
  const points = await sources.points.getAll([...pointIds]);
  const currencies = await currenciesOf(sources, points);
  const meters = alerts.flatMap((alert) => meterOf(alert) ?? []);
  const people = alerts.flatMap(({ acknowledged }) => acknowledged?.by ?? []);
  return {
    places: new Map(points.map((point, i) => [point.id, { point, currency: currencies[i] }])),
    meters: await found(meters, async (id) => await sources.actorNames.meter?.(id)),
    people: await found(people, (id) => seerOf(sources, id)),
    holder: customerId === undefined
      ? undefined
      : { customerId, hasSeveralPoints: await sources.points.hasSeveral(customerId) },
    usual: sources,
  };
}

/** Many points have the same tariff. */
async function currenciesOf(sources: AlertSources, points: PointRecord[]): Promise<string[]> {
  const tariffIds = points.map((point) => tariffIdAt(point, sources.now()));
  const byTariff = await found(
    tariffIds.flatMap((id) => id ?? []),
    async (id) => (await sources.tariffs.get(id))?.currency,
  );
  return tariffIds.map((id) => id && byTariff.get(id) || sources.currency);
}

const LOOKED_UP_AT_ONCE = 20;

async function found<Thing>(ids: string[], look: (id: string) => Promise<Thing>) {
  const things = new Map<string, Thing>();
  const unique = [...new Set(ids)];
  for (let at = 0; at < unique.length; at += LOOKED_UP_AT_ONCE) {
    const some = unique.slice(at, at + LOOKED_UP_AT_ONCE);
    for (const [i, one] of (await Promise.all(some.map(look))).entries()) things.set(some[i], one);
  }
  return things;
}

async function seerOf({ identity, actorNames }: AlertSources, id: string): Promise<Seer> {
  const { name, customerId } = await identity.people.get(id) ?? {};
  return { name: name ?? await actorNames.key?.(id), customerId };
}

/** Customers are told the names of their own people only. */
const seerName = ({ name, customerId }: Seer, reader: Omit<Reader, "locale">): string | null =>
  reader.isNameless || (reader.customerId ?? customerId) !== customerId ? null : name ?? null;

function shown(alert: AlertRecord, known: Known, { locale, ...reader }: Reader): AlertAnswer {
  const { subject: type, audience } = KINDS[alert.kind];
  const { id, kind, severity, subject, pointId, customerId, region, acknowledged } = alert;
  const place = known.places.get(pointId ?? "");
  const names = { point: place?.point, meter: known.meters.get(subject) };
  const name = nameOf(alert, names, known.holder) ?? null;
  const { currency, point: { timezone: timeZone } } = place ??
    { currency: known.usual.currency, point: known.usual };
  const text = alertText(alert, { locale, timeZone, currency, name: name ?? "" });
  return {
    id,
    kind,
    audience,
    severity,
    subject: { type, id: subject, name },
    pointId: pointId ?? null,
    meterId: meterOf(alert) ?? null,
    customerId: customerId ?? null,
    region: region === "" ? null : region,
    openedAt: toInstant(alert.openedAt),
    updatedAt: toInstant(alert.at),
    closedAt: toInstantOrNull(alert.closedAt),
    acknowledged: acknowledged
      ? {
        at: toInstant(acknowledged.at),
        by: {
          id: acknowledged.by,
          name: seerName(known.people.get(acknowledged.by) ?? {}, reader),
        },
      }
      : null,
    evidence: shownEvidence(kind, alert.evidence, currency),
    title: text.title,
    sentence: text.sentence,
    hint: text.hint ?? null,
  };
}
