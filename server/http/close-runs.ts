/** Runs over all points that bill what is due, or only say what they would bill. */
import { z } from "zod";
import { failed } from "../errors.ts";
import type { CloseItem, CloseRun } from "../store/close-runs.ts";
import { id, instantAnswer, money, month } from "./answers.ts";
import { text, whole } from "./input.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant, toWh } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";

const runAnswer = z.object({
  id,
  dryRun: z.boolean(),
  beganAt: instantAnswer,
  endedAt: instantAnswer.nullable(),
  points: z.int().meta({ description: "How many it has looked at so far" }),
  invoices: z.int().meta({ description: "How many it has issued, or would have" }),
  failures: z.int(),
}).meta({ id: "CloseRun" });

const item = z.object({
  pointId: id,
  month,
  failure: z.string().nullable().meta({ description: "Why it cannot be billed" }),
  total: money.nullable(),
  energyWh: z.number().nullable(),
  corrected: money.nullable().meta({ description: "Of that, what puts earlier bills right" }),
});

export const closeRunOperations = {
  closePeriods: operation("POST /api/v1/close-runs", {
    summary: "Bill all periods that have ended",
    details:
      "It goes on after the answer; the server does the same every hour by itself. A period is " +
      "due a day after it has ended. Run twice, or broken off and run again, it bills each once.",
    body: z.strictObject({
      dryRun: z.boolean().default(false).meta({ description: "Only say what would be billed" }),
    }),
    answer: runAnswer,
    status: 202,
    failures: ["conflict"],
  }),
  getCloseRun: operation("GET /api/v1/close-runs/:id", {
    summary: "How far a run has come, and what it found",
    details: "By point: what could not be billed and, of a dry run, what would be.",
    query: z.strictObject({
      limit: whole(1, 1_000, z.coerce.number()).default(100),
      cursor: text(1, 100).regex(/^[0-9a-f]{16} \d{4}-\d\d$/, "must be the `next` of a page before")
        .optional().meta({ example: "8a1f63c0d27be954 2026-11" }),
    }),
    answer: z.object({ ...runAnswer.shape, items: z.array(item), next: z.string().nullable() }),
  }),
};

export function closeRunHandlers(
  { closing }: HttpParts,
): HandlersOf<typeof closeRunOperations> {
  return {
    closePeriods: async ({ body, by }) => shownRun(valueOf(await closing.begin(body.dryRun, by))),
    getCloseRun: async ({ params: { id }, query: { limit, cursor } }) => {
      const run = /^[0-9a-f]{16}$/.test(id) ? await closing.runs.get(id) : undefined;
      if (!run) throw new FailureError(failed("notFound", `There is no run ${id}.`));
      const items = await closing.runs.items(id, limit, cursor?.split(" ") as [string, string]);
      const last = items[limit - 1];
      return {
        ...shownRun(run),
        items: items.map(shownItem),
        next: last ? `${last.pointId} ${last.month}` : null,
      };
    },
  };
}

const shownRun = ({ id, isDry, beganAt, endedAt, points, invoices, failures }: CloseRun) => ({
  id,
  dryRun: isDry,
  beganAt: toInstant(beganAt),
  endedAt: endedAt === undefined ? null : toInstant(endedAt),
  points,
  invoices,
  failures,
});

function shownItem({ currency, total, milliwattHours, corrected, ...item }: CloseItem) {
  const money = (amount = 0) => currency === undefined ? null : { amount, currency };
  return {
    pointId: item.pointId,
    month: item.month,
    failure: item.failure ?? null,
    total: money(total),
    energyWh: milliwattHours === undefined ? null : toWh(milliwattHours),
    corrected: money(corrected),
  };
}
