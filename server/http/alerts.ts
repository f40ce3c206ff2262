/** Alerts: listed, read, seen by somebody, counted. */
import type { Context } from "hono";
import { z } from "zod";
import { KINDS } from "../domain/alert-kinds.ts";
import { REGION, REGION_FORM } from "../domain/region.ts";
import { noSuch } from "../errors.ts";
import type { AlertRecord } from "../store/alerts.ts";
import { alertAnswer, alertKind, AUDIENCES, shownAlerts } from "./alert-answers.ts";
import { id, pageOf } from "./answers.ts";
import { type Caller, limitOf } from "./caller.ts";
import { askedLocale, localeFor } from "./locale.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { pageFields, placeAt } from "./pages.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";

const yesOrNo = z.enum(["true", "false"]).transform((text) => text === "true").optional();

const kinds = z.string().transform((list) => list.split(",")).pipe(z.array(alertKind)).meta({
  description: "One, or several with commas between",
  example: "silent,outage",
});

const inLanguage = z.strictObject({ locale: askedLocale });

export const alertOperations = {
  listAlerts: operation("GET /api/v1/alerts", {
    summary: "Alerts, the latest first; a customer's own",
    query: z.strictObject({
      open: yesOrNo,
      acknowledged: yesOrNo,
      kind: kinds.optional(),
      audience: z.enum(AUDIENCES).optional(),
      pointId: id.optional(),
      customerId: id.optional(),
      region: z.string().regex(REGION, REGION_FORM).optional(),
      locale: askedLocale,
      ...pageFields,
    }),
    answer: pageOf(alertAnswer),
  }),
  /** Before the route of an alert, which would take this for its id. */
  countAlerts: operation("GET /api/v1/alerts/counts", {
    summary: "How many alerts are open, by kind and region",
    query: z.strictObject({}),
    answer: pageOf(z.object({
      kind: alertKind,
      region: z.string().nullable(),
      open: z.int(),
      unacknowledged: z.int(),
    })),
  }),
  getAlert: operation("GET /api/v1/alerts/:id", {
    summary: "An alert",
    query: inLanguage,
    answer: alertAnswer,
  }),
  acknowledgeAlert: operation("POST /api/v1/alerts/:id/acknowledge", {
    summary: "Say that an alert has been seen",
    details:
      "The first who says so stands in it. What was still to be sent of it to them is not sent.",
    query: inLanguage,
    answer: alertAnswer,
    failures: ["conflict"],
  }),
};

export function alertHandlers(parts: HttpParts): HandlersOf<typeof alertOperations> {
  const { alerts } = parts;
  const shown = (records: AlertRecord[], asked: Asked) =>
    shownAlerts(parts, records, {
      locale: localeFor(parts, asked.context, asked.query.locale),
      customerId: limitOf(asked.caller),
    });
  return {
    listAlerts: async (asked) => {
      const { kind, locale: _, ...query } = asked.query;
      if (query.cursor !== undefined) placeAt(query.cursor, place);
      const limit = limitOf(asked.caller);
      if (limit !== undefined && (query.customerId ?? limit) !== limit) return NOTHING;
      const customerId = limit ?? query.customerId;
      const { items, next } = await alerts.list({ ...query, kinds: kind, customerId });
      return { items: await shown(items, asked), next: next ?? null };
    },
    countAlerts: async () => ({
      items: (await alerts.counts()).map(({ region, ...count }) => ({
        ...count,
        region: region === "" ? null : region,
      })),
      next: null,
    }),
    getAlert: async (asked) => {
      const [alert] = await shown([await alertIn(parts, asked.params.id)], asked);
      return alert;
    },
    acknowledgeAlert: async (asked) => {
      const { id } = await alertIn(parts, asked.params.id);
      const seen = valueOf(await alerts.acknowledge(id, asked.by.actor.id, asked.by));
      const [alert] = await shown([seen], asked);
      return alert;
    },
  };
}

interface Asked {
  query: { locale?: string };
  caller: Caller;
  context: Context;
}

const NOTHING = { items: [], next: null };

const place = z.tuple([z.int(), z.string()]);

async function alertIn({ alerts }: HttpParts, id: string): Promise<AlertRecord> {
  const alert = await alerts.get(id);
  if (!alert) throw new FailureError(noSuch("alert", id));
  return alert;
}

/** Whoever had the point as it began; nobody of what is the staff's matter. */
export const ownerOfAlert = (alert: AlertRecord | undefined): string | undefined =>
  alert && KINDS[alert.kind].audience === "customer" ? alert.customerId : undefined;
