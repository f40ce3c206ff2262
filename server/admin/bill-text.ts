/** What is said of a bill that is not issued, of what it would be otherwise, and of advice. */
import type { InferResponseType } from "hono/client";
import { linesTable, ownAmount, type SoFar } from "./bill-lines.ts";
import type { ApiClient } from "./connection.ts";
import type { Invoice } from "./invoice-text.ts";
import { type Money, money } from "./money.ts";
import { details, table } from "./table.ts";
import { plain } from "./text.ts";
import { instantIn, register } from "./units.ts";
import type { Terminal } from "./world.ts";

type Comparison = InferResponseType<ApiClient["points"][":id"]["bill-preview"]["$post"]>;
type Advice = InferResponseType<ApiClient["points"][":id"]["advice"]["$get"]>["items"][number];
export type Billed = Pick<Invoice, "number" | "total">;

const daysText = ({ firstDay, lastDay, days }: Pick<SoFar, "firstDay" | "lastDay" | "days">) =>
  `${firstDay} to ${lastDay}, ${days} days`;

export function soFarText(
  bill: SoFar,
  timeZone: string,
  invoice: Billed | undefined,
  terminal: Terminal,
): string {
  const { tariff, ended, until, invoiceId, doubted, missingSeconds, total } = bill;
  return [
    details({
      period: daysText(bill),
      tariff,
      ...ended ? {} : { until: instantIn(until, timeZone) },
      ...invoiceId ? { invoice: invoiceId } : {},
      ...doubted ? { doubted: "a register fell: it is billed once a case says what that was" } : {},
      ...missingSeconds > 0 ? { unknown: `for ${hoursText(missingSeconds)} nothing is known` } : {},
    }),
    ...invoice
      ? [
        "This is as it would be billed now; it was billed with " +
        `${money(invoice.total)} by ${invoice.number}.`,
      ]
      : [],
    linesTable(bill.lines, total, terminal),
    costsTable(costsOf(bill), terminal),
    ...beforeText(bill),
  ].join("\n\n");
}

/** What was made up for of other periods says nothing about the use of this one. */
function beforeText({ lines, total: { amount, currency }, before }: SoFar): string[] {
  if (!before) return [];
  const own = ownAmount(lines);
  const apart = own === amount ? "It is" : "But for what it makes up for of other periods it is";
  return [`${apart} ${differenceText(own - before.total.amount, currency)} than then.`];
}

const HOUR_SECONDS = 3_600;
const hoursText = (seconds: number): string => `${Math.ceil(seconds / HOUR_SECONDS)} h`;

interface Cost {
  of: string;
  energyWh: number;
  total: Money;
}

/** Four in five such periods stay between the least and the most. */
function costsOf({ ended, energyWh, total, forecast, before }: SoFar): Cost[] {
  const expected = (of: string, key: "low" | "expected" | "high"): Cost[] =>
    forecast ? [{ of, energyWh: forecast.energyWh[key], total: forecast.total[key] }] : [];
  return [
    { of: ended ? "in all" : "so far", energyWh, total },
    ...expected("expected in all", "expected"),
    ...expected("at least", "low"),
    ...expected("at most", "high"),
    ...before ? [{ ...before, of: `${before.month}, as many days` }] : [],
  ];
}

const costsTable = (costs: Cost[], terminal: Terminal): string =>
  table(
    [
      { title: "", of: ({ of }) => of },
      { title: "energy", of: ({ energyWh }) => register(energyWh), align: "right" },
      { title: "total", of: ({ total }) => money(total), align: "right" },
    ],
    costs,
    terminal,
  );

const differenceText = (amount: number, currency: string): string =>
  amount === 0
    ? "no more"
    : `${money({ amount: Math.abs(amount), currency })} ${amount > 0 ? "more" : "less"}`;

export function comparisonText(comparison: Comparison, terminal: Terminal): string {
  const { expected, current, other, difference, shiftedWh } = comparison;
  const costs = [{ of: "as it is", ...current }, { of: "otherwise", ...other }];
  return [
    `${daysText(comparison)}${expected ? ", with what is expected of them" : ""}`,
    linesTable(other.lines, other.total, terminal),
    costsTable(costs, terminal),
    `It would be ${differenceText(difference.amount, difference.currency)}` +
    `${shiftedWh > 0 ? `, with ${register(shiftedWh)} moved` : ""}.`,
  ].join("\n\n");
}

export function adviceText(advice: Advice): string {
  const gain = money(advice.gain);
  switch (advice.kind) {
    case "stayWithin":
      return `Use ${register(advice.cutWh)} less and stay within ${advice.upToKwh} kWh: ` +
        `that saves ${gain}.`;
    case "shift": {
      const { appliance, from, to, energyWh } = advice;
      return `Move the ${appliance.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ` +
        `from "${plain(from)}" to "${plain(to)}", ${register(energyWh)} a period: ` +
        `that saves ${gain}.`;
    }
    case "otherTariff": {
      const { tariff, tariffId, periods } = advice;
      const past = periods === 1 ? "the last period" : `the last ${periods} periods`;
      return `Take the tariff ${plain(tariff)} (${tariffId}): under it ${past} would have cost ` +
        `${gain} less.`;
    }
  }
}
