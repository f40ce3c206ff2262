/** The lines of a bill with their sum, as they are, as they are expected, or as they were issued. */
import type { InferResponseType } from "hono/client";
import type { ApiClient } from "./connection.ts";
import { type Money, money, percent, price, priceWithTaxes } from "./money.ts";
import { type Column, table } from "./table.ts";
import { register } from "./units.ts";
import type { Terminal } from "./world.ts";

export type SoFar = InferResponseType<ApiClient["points"][":id"]["bill"]["$get"]>;
export type Line = SoFar["lines"][number];

/** Taxes that are in the prices already stand below the total. */
export function linesTable(lines: Line[], total: Money, terminal: Terminal): string {
  const contained = lines.filter((line) => line.contained);
  const added = lines.filter((line) => !line.contained);
  const sum: Line = { kind: "other", label: "Total", amount: total, rounding: "halfUp" };
  const rows = [...added.map(named), sum, ...contained.map(named)];
  return table(COLUMNS, rows, terminal);
}

/** Of other periods, or of how they were paid. */
const OTHERS = new Set<Line["kind"]>(["correction", "lateFee", "interest", "other"]);

/** What the period itself comes to. */
export const ownAmount = (lines: Line[]): number =>
  lines.filter(({ kind, contained }) => !contained && !OTHERS.has(kind))
    .reduce((sum, { amount }) => sum + amount.amount, 0);

const right = { align: "right", ifAny: true } as const;

const COLUMNS: Column<Line>[] = [
  { title: "what", of: ({ label }) => label },
  { title: "for", of: quantity, ...right },
  {
    title: "at",
    of: ({ price: one, amount, perDays }) =>
      one === undefined ? "" : price(one, amount.currency) + per(perDays),
    ...right,
  },
  {
    title: "with taxes",
    of: (line) =>
      line.priceWithTaxes && line.priceWithTaxes !== line.price
        ? priceWithTaxes(line.priceWithTaxes, line.amount.currency)
        : "",
    ...right,
  },
  { title: "amount", of: ({ amount }) => money(amount), ...right },
];

function named(line: Line): Line {
  switch (line.kind) {
    case "correction":
      return { ...line, label: `Correction of ${line.month}` };
    case "other":
      return { ...line, label: `Paid too much of ${line.label}` };
    case "tax": {
      const label = `${line.label} ${percent(line.rate ?? "0")}`;
      return { ...line, label: line.contained ? `of that ${label}` : label };
    }
    default:
      return line;
  }
}

function quantity({ energyWh, estimatedWh, days, base }: Line): string {
  if (energyWh !== undefined) return `${estimatedWh ? "≈ " : ""}${register(energyWh)}`;
  if (days !== undefined) return `${days} days`;
  return base ? money(base) : "";
}

const per = (days: number | undefined): string =>
  days === undefined ? "" : days === 1 ? " a day" : ` for ${days} days`;
