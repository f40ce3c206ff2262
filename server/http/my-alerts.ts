/** How whoever is signed in wants to be told of alerts by e-mail. */
import { z } from "zod";
import { type AlertWish, listenerFaults, wantedKinds } from "../domain/alert-delivery.ts";
import { type Audience, KINDS, kindsFor, SEVERITIES } from "../domain/alert-kinds.ts";
import type { Person } from "../store/people.ts";
import { isWritten, languageOf } from "../domain/language.ts";
import { alertKind } from "./alert-answers.ts";
import { type Caller, isOperator } from "./caller.ts";
import { found } from "./found.ts";
import { misfit, nullable, said, timeZone } from "./input.ts";
import { writtenLocale } from "./locale.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { valueOf } from "./problem.ts";
import { personIn } from "./session.ts";

const time = z.string().max(5, "must be a time like 22:00").meta({ example: "22:00" });
const MAX_KINDS = Object.keys(KINDS).length;

const wish = z.strictObject({
  email: nullable(z.strictObject({
    kinds: z.array(alertKind).max(MAX_KINDS, `must have up to ${MAX_KINDS} kinds`)
      .transform((kinds) => [...new Set(kinds)]),
    digestAt: nullable(time.meta({ description: "Once a day, all that is not urgent" })),
  })),
  quiet: nullable(z.strictObject({ from: time, to: time })),
  timezone: nullable(timeZone),
  locale: nullable(writtenLocale),
}).meta({
  example: { email: { kinds: [], digestAt: "07:00" }, quiet: { from: "22:00", to: "06:30" } },
});

const wishAnswer = z.object({
  email: z.object({ kinds: z.array(alertKind), digestAt: z.string().nullable() }),
  quiet: z.object({ from: z.string(), to: z.string() }).nullable().meta({
    description: "What is not urgent waits for their end",
  }),
  timezone: z.string(),
  locale: z.string(),
  offered: z.array(z.object({ kind: alertKind, severity: z.enum(SEVERITIES) })).meta({
    description: "What one can be told of",
  }),
  mailIsOn: z.boolean().meta({ description: "Whether this server sends e-mail at all" }),
}).meta({ id: "MyAlerts" });

export const myAlertOperations = {
  getMyAlerts: operation("GET /api/v1/me/alerts", {
    summary: "Of which alerts one is told by e-mail, and when",
    answer: wishAnswer,
  }),
  setMyAlerts: operation("PUT /api/v1/me/alerts", {
    summary: "Say of which alerts one wants to be told by e-mail, and when",
    details: "What is not named is as usual. The page shows all alerts anyway.",
    body: wish,
    answer: wishAnswer,
    failures: ["conflict"],
  }),
};

export function myAlertHandlers(parts: HttpParts): HandlersOf<typeof myAlertOperations> {
  const { people } = parts.identity;
  return {
    getMyAlerts: async ({ caller }) => {
      const { id } = personIn(caller);
      return shown(parts, await found("person", id, (id) => people.get(id)), audienceOf(caller));
    },
    setMyAlerts: async ({ body, caller, by }) => {
      const audience = audienceOf(caller);
      const wanted = wishIn(body, audience);
      const person = valueOf(await people.setAlerts(personIn(caller).id, wanted, by));
      return shown(parts, person, audience);
    },
  };
}

/** As it can be set again. */
const written = (locale: string): string => isWritten(locale) ? locale : languageOf(locale);

const audienceOf = (caller: Caller): Audience => isOperator(caller) ? "staff" : "customer";

function wishIn(body: z.output<typeof wish>, audience: Audience): AlertWish {
  const { email, quiet } = body;
  const kinds = { email: email?.kinds ?? [] };
  const faults = listenerFaults({ audience, kinds, quiet, digestAt: email?.digestAt });
  if (faults.length > 0) {
    throw misfit("body", faults.map(({ path, message }) => ({ path: outward(path), message })));
  }
  return said({ ...body, email: email && said(email) });
}

const outward = (path: string): string =>
  path.replace(/^kinds\.email\b/, "email.kinds").replace(/^digestAt$/, "email.digestAt");

function shown(
  { timezone, locale, mailIsOn }: HttpParts,
  { alerts = {} }: Person,
  audience: Audience,
): z.input<typeof wishAnswer> {
  const { email, quiet } = alerts;
  return {
    email: { kinds: wantedKinds(alerts, audience), digestAt: email?.digestAt ?? null },
    quiet: quiet ?? null,
    timezone: alerts.timezone ?? timezone,
    locale: written(alerts.locale ?? locale),
    offered: kindsFor(audience).map((kind) => ({ kind, severity: KINDS[kind].severity })),
    mailIsOn,
  };
}
