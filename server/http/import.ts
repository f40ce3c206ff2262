/** Registers thousands at once from a CSV file, checked whole before anything is written. */
import { z } from "zod";
import { IMPORT_COLUMNS, planImport } from "../domain/import-plan.ts";
import { failed, type FieldError } from "../errors.ts";
import { bytesOf } from "./body.ts";
import { readCsv } from "./csv-body.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";

const MAX_CSV_BYTES = 32 * 1024 * 1024;
const MAX_SHOWN = 100;

const imported = z.object({ created: z.int(), existing: z.int() });

export const importOperations = {
  importCsv: operation("POST /api/v1/import", {
    summary: "Register customers, points and meters from a CSV file",
    details:
      "The file is checked whole before anything is written. What is in use already, by tax " +
      "id, installation and serial number, stays as it is, so a file may be brought in again. " +
      "`tariff` is the id or the name of one in use, from `tariffFrom` on, or from now. " +
      `Columns: ${IMPORT_COLUMNS.join(", ")}.`,
    query: z.strictObject({
      dryRun: z.enum(["true", "false"]).default("false").meta({ description: "Only check" }),
    }),
    body: { media: "text/csv" },
    maxBytes: MAX_CSV_BYTES,
    answer: z.object({
      dryRun: z.boolean(),
      customers: imported,
      points: imported,
      meters: imported,
    }),
    failures: ["invalid", "conflict"],
  }),
};

export function importHandlers(parts: HttpParts): HandlersOf<typeof importOperations> {
  return {
    importCsv: async ({ context, query, by }) => {
      const csv = readCsv(textIn(await bytesOf(context, parts, MAX_CSV_BYTES)), IMPORT_COLUMNS);
      if (!csv.ok) throw misfit(csv.faults, csv.faultCount);
      const planned = planImport(csv.rows);
      if (!planned.ok) throw misfit(planned.errors, planned.errorCount);
      const { plan } = planned;
      const examined = await parts.import.examine(plan, by.at);
      const { faults, known } = examined;
      if (faults.length > 0) throw misfit(faults, faults.length);
      const count = (all: unknown[], { size }: Map<string, string>) => ({
        created: all.length - size,
        existing: size,
      });
      const outcome = {
        customers: count(plan.customers, known.customers),
        points: count(plan.points, known.points),
        meters: count(plan.meters, known.meters),
      };
      const dryRun = query.dryRun === "true";
      if (!dryRun) valueOf(await parts.import.run(plan, examined, by));
      return { dryRun, ...outcome };
    },
  };
}

export function textIn(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FailureError(failed("invalid", "The file is not in UTF-8."));
  }
}

interface LineFault {
  line: number;
  column?: string;
  message: string;
}

export function misfit(faults: LineFault[], count: number): FailureError {
  const errors: FieldError[] = faults.slice(0, MAX_SHOWN).map(({ line, column, message }) => ({
    path: column ? `${line}.${column}` : `${line}`,
    message,
  }));
  const [{ line, column, message }] = faults;
  const first = `line ${line}${column ? `, ${column}` : ""}: ${message}`;
  const more = count > 1 ? ` (and ${count - 1} more)` : "";
  return new FailureError(failed("invalid", `Nothing was imported: ${first}${more}.`, errors));
}
