/** What a bill comes to before it is issued: what was used so far, and what is expected. */
import { z } from "zod";
import { date, id, instantAnswer, money, month, wh } from "./answers.ts";
import { metersAnswer, shownMeters } from "./bill-answer.ts";
import { billLine, shownLine } from "./bill-line-answer.ts";
import type { Caller } from "./caller.ts";
import { monthText } from "./input.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { toInstant, toWh } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { heldSince, pointIn } from "./points.ts";
import { valueOf } from "./problem.ts";
import type { Before, Expected, SoFar } from "../store/outlook.ts";
import type { View } from "../store/view.ts";

export const periodFields = { month, firstDay: date, lastDay: date, days: z.int() };

const rangeOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ low: item, expected: item, high: item });

const billSoFar = z.object({
  ...periodFields,
  tariff: z.string().meta({ description: "The name of the one that counts at the end" }),
  until: instantAnswer.meta({ description: "Until when it is counted" }),
  ended: z.boolean(),
  invoiceId: id.nullable().meta({ description: "Of the invoice, where the period is billed" }),
  energyWh: wh,
  estimatedWh: wh,
  doubted: z.boolean().meta({
    description: "A register fell, and nobody has said yet what that was: it is not billed before",
  }),
  missingSeconds: z.int().meta({ description: "For so long nothing is known of the use" }),
  total: money,
  lines: z.array(billLine),
  meters: metersAnswer,
  forecast: z.object({ energyWh: rangeOf(wh), total: rangeOf(money) }).nullable().meta({
    description: "Of the whole period: what four in five such periods stay within",
  }),
  before: z.object({ month, energyWh: wh, total: money }).nullable().meta({
    description: "The period before, at as many days; without what it made up for",
  }),
}).meta({ id: "BillSoFar" });

export const billSoFarOperations = {
  getBill: operation("GET /api/v1/points/:id/bill", {
    summary: "What the bill of a period comes to as things are known now, with a forecast",
    details:
      "It has what the next bill makes up for of earlier ones, too. A forecast needs two weeks of " +
      "measured use. Where two customers had the point in a period, it is that of the later one.",
    query: z.strictObject({
      period: monthText.optional().meta({
        description: "The month in which it is read; the one that runs, if it is not given",
      }),
    }),
    answer: billSoFar,
    failures: ["conflict"],
  }),
};

export function billSoFarHandlers(parts: HttpParts): HandlersOf<typeof billSoFarOperations> {
  const { outlook, invoices } = parts;
  return {
    getBill: async ({ params, query, caller }) => {
      const view = await viewOf(parts, params.id, caller);
      const period = valueOf(outlook.period(view, query.period));
      const soFar = valueOf(await outlook.soFar(view, period));
      const expected = await outlook.expected(view, soFar.known);
      const before = await outlook.before(view, soFar);
      const billed = await invoices.billing(params.id, period.from);
      const invoice = billed && await invoices.get(billed);
      const invoiceId = invoice && !invoice.credited ? billed : undefined;
      return shownSoFar(view, soFar, { expected, before, invoiceId });
    },
  };
}

/** Of a point, as far as the caller may see into its past. */
export async function viewOf(parts: HttpParts, id: string, caller: Caller): Promise<View> {
  const point = await pointIn(parts, id);
  return await parts.outlook.view(point, heldSince(point, caller), parts.now());
}

function shownSoFar(
  { now }: View,
  { known: { period }, rating, lines, total, tariffName, until, isDoubted, meters }: SoFar,
  { expected, before, invoiceId }: { expected?: Expected; before?: Before; invoiceId?: string },
): z.input<typeof billSoFar> {
  const { currency } = rating;
  const inCurrency = (amount: number) => ({ amount, currency });
  return {
    ...shownPeriod(period),
    tariff: tariffName,
    until: toInstant(until),
    ended: period.to <= now,
    invoiceId: invoiceId ?? null,
    energyWh: toWh(rating.milliwattHours),
    estimatedWh: toWh(rating.estimatedMilliwattHours),
    doubted: isDoubted,
    missingSeconds: rating.missingSeconds,
    total: inCurrency(total),
    lines: lines.map((line) => shownLine(line, currency)),
    meters: shownMeters(meters),
    forecast: expected
      ? {
        energyWh: eachOf(expected.total, toWh),
        total: eachOf(expected.bill, (bill) => inCurrency(bill + total - rating.total)),
      }
      : null,
    before: before
      ? {
        month: before.month,
        energyWh: toWh(before.milliwattHours),
        total: inCurrency(before.amount),
      }
      : null,
  };
}

export const shownPeriod = ({ month, firstDay, lastDay, days }: SoFar["known"]["period"]) => ({
  month,
  firstDay,
  lastDay,
  days,
});

const eachOf = <Shown>(
  { low, expected, high }: Expected["total"],
  show: (value: number) => Shown,
) => ({ low: show(low), expected: show(expected), high: show(high) });
