/** From a bill to what its paper shows. */
import type { Bill } from "../domain/bill.ts";
import type { BillLine, EnergyLine } from "../domain/lines.ts";
import type { Scaled } from "../domain/money.ts";
import type { LineFacts, LineName, NoticeFacts, PaperFacts, PaperState } from "../paper/facts.ts";
import { readingsOf } from "./paper-readings.ts";
import { isTaxedInside, shown, sinceOf, taxesAt, taxOf } from "./paper-taxes.ts";
import { workingOf } from "./paper-working.ts";

/** What is known of a bill besides what it says. */
export interface OnPaper {
  state: PaperState;
  number: string;
  pix?: string;
  hash?: string;
}

export function paperFacts(bill: Bill, { state, number, pix, hash }: OnPaper): PaperFacts {
  const { period: { month, firstDay, lastDay, days } } = bill;
  return {
    state,
    currency: bill.currency,
    issuer: bill.issuer,
    customer: bill.customer,
    point: {
      label: bill.point.label,
      code: bill.point.code,
      address: bill.point.address,
      tariff: bill.tariffName,
    },
    month,
    period: { from: firstDay, to: lastDay, days },
    number,
    issued: bill.issuedOn,
    due: bill.dueOn,
    nextReading: bill.nextReadingOn,
    readings: readingsOf(bill),
    consumption: bill.milliwattHours,
    lines: linesOf(bill),
    total: bill.total,
    taxes: bill.lines.flatMap((line) => line.kind === "tax" ? [taxOf(line, bill)] : []),
    ...flagsOf(bill),
    months: bill.months.map(({ month, milliwattHours, estimated }) => ({
      month,
      consumption: milliwattHours,
      estimated,
    })),
    days: bill.days.map(({ date, milliwattHours, quality }) => ({
      day: date,
      consumption: quality === "missing" ? null : milliwattHours,
      estimated: quality === "estimated",
    })),
    working: workingOf(bill, (line) => nameOf(line, bill)),
    notices: noticesOf(bill),
    pix,
    hash,
  };
}

function linesOf(bill: Bill): LineFacts[] {
  const bands = bandsOf(bill.lines);
  return bill.lines.flatMap((line): LineFacts[] => {
    if (line.kind === "tax" && line.contained) return [];
    return [{
      name: nameOf(line, bill),
      amount: line.amount,
      ...("milliwattHours" in line && { energy: line.milliwattHours }),
      ...("estimatedMilliwattHours" in line && { estimated: line.estimatedMilliwattHours > 0 }),
      ...("days" in line && { days: { count: line.days, per: line.perDays } }),
      ...("price" in line && { rate: shown(line.price) }),
      ...("price" in line && isTaxedInside(line, bill) && { price: shown(line.priceWithTaxes) }),
      ...(line.kind === "energy" && bands(line)),
    }];
  });
}

/** How dear energy is next to other energy, where there are two or three prices. */
function bandsOf(lines: BillLine[]) {
  const energy = lines.filter((line): line is EnergyLine => line.kind === "energy");
  const prices = [...new Set(energy.map(({ price }) => price))].sort((a, b) => a - b);
  return ({ price }: { price: Scaled }): Pick<LineFacts, "band"> => {
    if (prices.length < 2 || prices.length > 3) return {};
    const height = prices.indexOf(price);
    return { band: height === prices.length - 1 ? 3 : height + 1 as 1 | 2 };
  };
}

function nameOf(line: BillLine, bill: Bill): LineName {
  const { label } = line;
  switch (line.kind) {
    case "energy":
    case "minimum":
    case "credit":
      return { kind: "named", label, ...sinceOf(taxesAt(line.from, bill), bill) };
    case "surcharge": {
      const { colour } = bill.surcharges.find(({ name }) => name === label) ?? {};
      const since = sinceOf(taxesAt(line.from, bill), bill);
      return colour ? { kind: "flag", colour, ...since } : { kind: "named", label, ...since };
    }
    case "correction":
      return { kind: "correction", month: line.month };
    case "tax":
      return { kind: "named", label, ...sinceOf(line, bill) };
    case "lateFee":
    case "interest":
      return { kind: "named", label, invoice: line.invoice };
    case "other":
      return line.invoice === undefined
        ? { kind: "named", label }
        : { kind: line.amount > 0 ? "charge" : "credit", invoice: line.invoice };
    default:
      return { kind: "named", label };
  }
}

function flagsOf({ surcharges, lines }: Bill): Pick<PaperFacts, "flags" | "flagCost"> {
  const flags = surcharges.flatMap(({ month, colour, price, assumed }) =>
    colour ? [{ month, colour, per100KilowattHours: shown(100 * price), assumed }] : []
  );
  const cost = lines.filter(({ kind }) => kind === "surcharge")
    .reduce((sum, { amount }) => sum + amount, 0);
  return flags.length === 0 ? { flags } : { flags, flagCost: cost };
}

function noticesOf(bill: Bill): NoticeFacts[] {
  const { estimatedMilliwattHours, period, lines, late } = bill;
  const exceptLighting = lines.some(({ kind }) => kind === "municipal");
  return [
    ...(estimatedMilliwattHours > 0 ? [{ kind: "estimated", month: period.month } as const] : []),
    ...lines.flatMap((line): NoticeFacts[] =>
      line.kind === "correction"
        ? [{ kind: "correction", month: line.month, amount: line.amount }]
        : []
    ),
    ...assumedIn(bill),
    ...(late
      ? [
        {
          kind: "late",
          fine: shown(late.fee),
          interestAMonth: shown(late.interestPerMonth),
          exceptLighting,
        } as const,
      ]
      : []),
  ];
}

function assumedIn({ surcharges }: Bill): NoticeFacts[] {
  const byName = Map.groupBy(surcharges.filter(({ assumed }) => assumed), ({ name }) => name);
  return [...byName].map(([name, several]) => ({
    kind: "assumed",
    name,
    months: several.map(({ month }) => month),
  }));
}
