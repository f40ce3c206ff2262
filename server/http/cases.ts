/** Falls of a register, for the staff to say what happened: consumption is right after it. */
import { z } from "zod";
import type { Resolution } from "../domain/corrections.ts";
import { MAX_N } from "../domain/reading.ts";
import { noSuch } from "../errors.ts";
import type { CaseRecord } from "../store/cases.ts";
import { id, instantAnswer, pageOf, wh } from "./answers.ts";
import { whole } from "./input.ts";
import { energyWh } from "./json-body.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant, toInstantOrNull, toWh } from "./output.ts";
import { pageFields } from "./pages.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";

const n = whole(1, MAX_N);

const resolution = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("reset"), startWh: energyWh.optional() }),
  z.strictObject({ kind: z.literal("exchange"), finalWh: energyWh, startWh: energyWh }),
  z.strictObject({ kind: z.literal("fault"), fromN: n, toN: n }),
]).meta({
  description:
    "`reset`: the register began anew, at `startWh` or 0. `exchange`: another register " +
    "took its place. `fault`: the readings from `fromN` to `toN` are wrong.",
});

const side = z.object({ n: z.int(), time: instantAnswer, energyWh: wh });

const caseAnswer = z.object({
  id: z.string(),
  meterId: id,
  channel: z.int(),
  seenAt: instantAnswer,
  before: side,
  after: side,
  resolution: z.object({
    kind: z.enum(["reset", "exchange", "fault"]),
    startWh: z.number().optional(),
    finalWh: z.number().optional(),
    fromN: z.int().optional(),
    toN: z.int().optional(),
  }).nullable(),
  resolvedAt: instantAnswer.nullable(),
}).meta({ id: "Case" });

export const caseOperations = {
  listCases: operation("GET /api/v1/cases", {
    summary: "Falls of registers, in the order in which they were seen",
    query: z.strictObject({
      open: z.enum(["true", "false"]).optional(),
      meterId: id.optional(),
      ...pageFields,
    }),
    answer: pageOf(caseAnswer),
  }),
  getCase: operation("GET /api/v1/cases/:id", {
    summary: "A fall of a register",
    answer: caseAnswer,
  }),
  resolveCase: operation("POST /api/v1/cases/:id/resolve", {
    summary: "Say why a register fell",
    details: "Another answer takes the place of the one before. Readings stay as they are.",
    body: resolution,
    answer: caseAnswer,
    failures: ["conflict"],
  }),
};

export function caseHandlers({ cases, note, now }: HttpParts): HandlersOf<typeof caseOperations> {
  return {
    listCases: async ({ query: { open, meterId, limit, cursor } }) => {
      const isOpen = open === undefined ? undefined : open === "true";
      const { items, next } = await cases.list({ open: isOpen, meter: meterId, limit, cursor });
      return { items: items.map(shown), next: next ?? null };
    },
    getCase: async ({ params }) => {
      const found = await cases.get(params.id);
      if (!found) throw new FailureError(noSuch("case", params.id));
      return shown(found);
    },
    resolveCase: async ({ params, body, by }) => {
      const resolution = resolutionIn(body);
      const who = `${by.actor.kind} ${by.actor.id}`;
      const resolved = valueOf(await cases.resolve(params.id, resolution, who, now()));
      await note(by, {
        kind: "meter",
        id: resolved.meterId,
        action: "caseResolved",
        changes: { [params.id]: { after: resolution } },
      });
      return shown(resolved);
    },
  };
}

function resolutionIn(said: z.infer<typeof resolution>): Resolution {
  if (said.kind === "reset") return { kind: "reset", start: said.startWh };
  if (said.kind === "exchange") {
    return { kind: "exchange", final: said.finalWh, start: said.startWh };
  }
  return said;
}

function shownResolution(resolution: Resolution) {
  if (resolution.kind === "fault") return resolution;
  const { kind, start = 0 } = resolution;
  const startWh = toWh(start);
  return kind === "reset" ? { kind, startWh } : { kind, startWh, finalWh: toWh(resolution.final) };
}

const shown = (record: CaseRecord) => ({
  id: `${record.meterId}-${record.channel}-${record.byN}`,
  meterId: record.meterId,
  channel: record.channel,
  seenAt: toInstant(record.seenAt),
  before: sideOf(record.before),
  after: sideOf(record.after),
  resolution: record.resolution ? shownResolution(record.resolution) : null,
  resolvedAt: toInstantOrNull(record.resolvedAt),
});

const sideOf = ({ n, time, milliwattHours }: CaseRecord["before"]) => ({
  n,
  time: toInstant(time),
  energyWh: toWh(milliwattHours),
});
