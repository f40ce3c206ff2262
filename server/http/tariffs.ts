/** Tariffs: entered, offered, read, given new versions and months; presets to begin with. */
import type { Context } from "hono";
import { z } from "zod";
import { type Preset, PRESETS } from "../domain/tariff-presets.ts";
import { noSuch } from "../errors.ts";
import type { TariffRecord } from "../store/tariffs.ts";
import { pageOf } from "./answers.ts";
import { type Caller, limitOf } from "./caller.ts";
import { found } from "./found.ts";
import { instantOrDate, inZone, monthText, text } from "./input.ts";
import { asQuery, listQuery, shownPage } from "./listing.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";
import { tagged } from "./serve.ts";
import { listedTariff, shownListed, tariffAnswer, wholeTariff } from "./tariff-answers.ts";
import { monthSent, shownTariff, tariffSent, tariffShown } from "./tariff-form.ts";

/** As a value of the database, it has room for twice that. */
export const MAX_TARIFF_BYTES = 32 * 1024;

const NAMES = Object.keys(PRESETS) as [Preset, ...Preset[]];
export const preset = z.enum(NAMES);

const effectiveFrom = instantOrDate.optional().meta({
  description: "A date is its first moment in the server's time zone",
});

export const tariffOperations = {
  listPresets: operation("GET /api/v1/tariffs/presets", {
    summary: "Tariffs to begin with",
    details: "Their prices and rates are to be held against what is in force.",
    answer: z.object({ items: z.array(z.object({ preset, tariff: tariffShown })) }),
  }),
  listTariffs: operation("GET /api/v1/tariffs", {
    summary: "Tariffs by name; customers see those that are offered",
    query: listQuery,
    answer: pageOf(listedTariff),
  }),
  addTariff: operation("POST /api/v1/tariffs", {
    summary: "Enter a tariff, as a whole or from a preset",
    details:
      "Its first version counts from ever, unless `effectiveFrom` says otherwise; each point has " +
      "it from an instant of its own.",
    body: z.strictObject({
      preset: preset.optional(),
      name: text(1, 80).optional().meta({ description: "Of a preset, another name" }),
      tariff: tariffSent.optional(),
      effectiveFrom,
      offered: z.boolean().default(true),
    }).refine(({ preset, tariff }) => (preset === undefined) !== (tariff === undefined), {
      path: ["tariff"],
      error: "must be given, or else a preset, but not both",
    }).refine(({ name, preset }) => name === undefined || preset !== undefined, {
      path: ["name"],
      error: "goes with a preset; a tariff has its own",
    }).meta({ example: { preset: "brazilConventional" } }),
    maxBytes: MAX_TARIFF_BYTES,
    answer: tariffAnswer,
    status: 201,
  }),
  getTariff: operation("GET /api/v1/tariffs/:id", {
    summary: "A tariff with all its versions, and the months that are announced",
    details: "Customers see it while it is offered, or counts at a point of theirs.",
    answer: tariffAnswer,
    failures: ["notFound"],
  }),
  addTariffVersion: operation("POST /api/v1/tariffs/:id/versions", {
    summary: "Change a tariff from an instant on",
    details:
      "Versions are only added. One counts from `effectiveFrom`, which is now unless it is given, " +
      "until the next one; of two from the same instant the later counts. It may begin in the " +
      "past, but not before the end of the last bill of any point that has the tariff.",
    body: z.strictObject({ tariff: tariffSent, effectiveFrom }).meta({
      example: { tariff: shownTariff(PRESETS.flat), effectiveFrom: "2026-12-01" },
    }),
    maxBytes: MAX_TARIFF_BYTES,
    answer: tariffAnswer,
    status: 201,
    failures: ["notFound", "conflict", "preconditionFailed"],
  }),
  changeTariff: operation("PATCH /api/v1/tariffs/:id", {
    summary: "Offer a tariff to all customers, or to none but those who have it",
    body: z.strictObject({ offered: z.boolean() }),
    answer: tariffAnswer,
    failures: ["notFound", "conflict", "preconditionFailed"],
  }),
  announceMonth: operation("PUT /api/v1/tariffs/:id/months/:month", {
    summary: "Announce the surcharge of a month, such as a flag, or put it right",
    details:
      "It counts for all versions, those to come as well, and goes before what a version brought. " +
      "What is billed of the month stays as billed.",
    body: monthSent.meta({
      example: { name: "Bandeira amarela", price: "0.01885", colour: "yellow" },
    }),
    answer: tariffAnswer,
    failures: ["notFound", "conflict", "preconditionFailed"],
  }),
  retireTariff: operation("DELETE /api/v1/tariffs/:id", {
    summary: "Give a tariff to no more points; one that a point has is refused",
    failures: ["notFound", "conflict"],
  }),
};

export function tariffHandlers(parts: HttpParts): HandlersOf<typeof tariffOperations> {
  const { tariffs, timezone } = parts;
  const whole = async (context: Context, record: TariffRecord) =>
    wholeTariff(tagged(context, record), await tariffs.entered(record.id));
  return {
    listPresets: () => ({
      items: NAMES.map((preset) => ({ preset, tariff: shownTariff(PRESETS[preset]) })),
    }),
    listTariffs: async ({ query, caller }) => {
      if (limitOf(caller) === undefined) {
        return shownPage(await tariffs.list(asQuery(query)), shownListed);
      }
      if (query.retired === "true") return { items: [], next: null };
      return shownPage(await tariffs.offered(asQuery(query)), shownListed);
    },
    addTariff: async ({ body: { preset, name, tariff, effectiveFrom, offered }, by, context }) => {
      const from = effectiveFrom === undefined ? 0 : inZone(effectiveFrom, timezone);
      const entered = tariff ?? named(preset!, name);
      const added = await tariffs.add({ tariff: entered, effectiveFrom: from, offered }, by);
      return await whole(context, valueOf(added));
    },
    getTariff: async ({ params, caller, context }) =>
      await whole(context, await tariffSeen(parts, params.id, caller)),
    addTariffVersion: async ({ params, body: { tariff, effectiveFrom }, by, context }) => {
      const from = effectiveFrom === undefined ? by.at : inZone(effectiveFrom, timezone);
      const added = await tariffs.addVersion(params.id, { tariff, effectiveFrom: from }, by);
      return await whole(context, valueOf(added));
    },
    changeTariff: async ({ params, body: { offered }, by, context }) =>
      await whole(context, valueOf(await tariffs.offer(params.id, offered, by))),
    announceMonth: async ({ params: { id, month }, body, by, context }) => {
      if (!monthText.safeParse(month).success) throw new FailureError(noSuch("month", month));
      return await whole(context, valueOf(await tariffs.announce(id, month, body, by)));
    },
    retireTariff: async ({ params, by }) => valueOf(await tariffs.retire(params.id, by)),
  };
}

const named = (preset: Preset, name: string = PRESETS[preset].name) => ({
  ...PRESETS[preset],
  name,
});

/** Whoever is limited to a customer sees what is offered, and what counts at a point of theirs. */
export const tariffSeen = (
  { tariffs, points, now }: HttpParts,
  id: string,
  caller: Caller,
): Promise<TariffRecord> =>
  found("tariff", id, async (id) => {
    const tariff = await tariffs.get(id);
    const limit = limitOf(caller);
    if (!tariff || limit === undefined || tariff.offered) return tariff;
    return await points.hasTariff(limit, id, now()) ? tariff : undefined;
  });
