/** Values and readings as lines of CSV, as a download and a customer's whole data have them. */
import { z } from "zod";
import { fromStored, type Quantity, SCALES } from "../domain/ambient.ts";
import { instantWriter } from "../domain/calendar.ts";
import { type CsvCell, type CsvForm, csvRow, USUAL_FORM } from "../domain/csv.ts";
import type { Value } from "../domain/energy.ts";
import { bestTime, qualityNames, type Reading } from "../domain/reading.ts";

/** Spreadsheets of some countries part cells by semicolons and write decimals with a comma. */
export const formFields = {
  separator: z.enum(["comma", "semicolon"]).default("comma"),
  decimal: z.enum(["point", "comma"]).default("point"),
};

export const formOf = (
  { separator, decimal }: { separator: "comma" | "semicolon"; decimal: "point" | "comma" },
): CsvForm => ({
  separator: separator === "semicolon" ? ";" : ",",
  decimal: decimal === "comma" ? "," : ".",
});

/** Beyond so many milliwatt-hours the Wh have more digits than a number keeps. */
const MAX_EXACT = 1e15;

export function csvWh(milliwattHours: number, { decimal }: CsvForm): CsvCell {
  if (milliwattHours < MAX_EXACT) return milliwattHours / 1000;
  const thousandths = String(milliwattHours % 1000).padStart(3, "0");
  return `${Math.floor(milliwattHours / 1000)}${decimal}${thousandths}`;
}

export async function* consumptionLines(
  values: AsyncIterable<Value[]>,
  timezone: string,
  form = USUAL_FORM,
): AsyncGenerator<string> {
  const write = instantWriter(timezone);
  yield csvRow(["start", "end", "energy (Wh)", "quality"], form);
  for await (const some of values) {
    const lines = some.map(({ start, end, milliwattHours, quality }) =>
      csvRow([write(start), write(end), csvWh(milliwattHours, form), quality], form)
    );
    yield lines.join("");
  }
}

export async function* readingLines(
  readings: AsyncIterable<[channel: number, readings: Reading[]]>,
  timezone: string,
  form = USUAL_FORM,
): AsyncGenerator<string> {
  const write = instantWriter(timezone);
  yield csvRow(["time", "register (Wh)", "channel", "number", "quality", "estimated time"], form);
  for await (const [channel, some] of readings) {
    const lines = some.map((reading) =>
      csvRow([
        write(reading.time),
        csvWh(reading.milliwattHours, form),
        channel,
        reading.n,
        qualityNames(reading.quality).join(" "),
        reading.skew === 0 ? null : write(bestTime(reading)),
      ], form)
    );
    yield lines.join("");
  }
}

export async function* ambientLines(
  readings: AsyncIterable<[Quantity, Reading[]]>,
  timezone: string,
): AsyncGenerator<string> {
  const write = instantWriter(timezone);
  yield csvRow(["time", "quantity", "value", "unit"]);
  for await (const [quantity, some] of readings) {
    const { unit } = SCALES[quantity];
    const lines = some.map(({ time, milliwattHours }) =>
      csvRow([write(time), quantity, fromStored(quantity, milliwattHours), unit])
    );
    yield lines.join("");
  }
}
