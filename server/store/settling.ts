/**
 * What a new bill makes up for of earlier ones: readings that changed since, what paying late costs,
 * and what is to be given back. Each is an entry on the earlier invoice, so that no other bill has it
 * as well, until the bill that has it is taken back.
 */
import { type Basis, rateBasis, type Snapshot } from "../domain/bill.ts";
import type { Step } from "../domain/calendar.ts";
import { canonicalText } from "../domain/canonical.ts";
import type { Run } from "../domain/energy-slices.ts";
import type { PastUse } from "../domain/estimate.ts";
import { paidOn } from "../domain/invoice-state.ts";
import { lateLines } from "../domain/late.ts";
import { type AmountLine, sumOf } from "../domain/lines.ts";
import {
  chargedBy,
  chargedFor,
  creditOf,
  difference,
  isNothing,
  toGiveBack,
} from "../domain/made-up.ts";
import type { Rounding } from "../domain/money.ts";
import { lastInForce } from "../domain/tariff.ts";
import type { Change } from "./change.ts";
import { hashOf } from "./invoice-document.ts";
import type { InvoiceRecord, Invoices } from "./invoices.ts";
import { INVOICES } from "./kinds.ts";

type Energy = Pick<Basis, "energy" | "fedIn">;

/** What is known now of an earlier bill's energy; nothing where that can no longer be told. */
export type EnergyNow = (
  period: InvoiceRecord["period"],
  past: PastUse[],
  step: Step,
) => Promise<Energy | undefined>;

export interface Settling extends Pick<Snapshot, "corrections" | "others"> {
  /** The ids of the invoices that it makes up for. */
  made: string[];
  /** Milliwatt-hours fed in earlier that are left, with what is put right of them. */
  credit: number;
}

interface Parts {
  invoices: Invoices;
  change: Change;
  energyNow: EnergyNow;
  rounding: Rounding;
  /** What the new invoice will be. */
  invoiceId: string;
  credit: number;
}

/** With all else that an invoice checks, below the ten checks of an atomic; more come next month. */
const MOST_A_BILL = 4;
/** Older bills are looked at only where they were estimated, and not beyond a year. */
const ALWAYS_SEEN = 3;
const MOST_SEEN = 12;
/** The energy of a bill that has to be looked at. */
const UNKNOWN = "";

/** Where nothing was estimated, readings lie so close that only how much it is can change. */
export function energyHashOf({ energy, fedIn }: Energy): string {
  const isSure = [...energy, ...fedIn].every(({ quality }) => quality !== "estimated");
  const kept = isSure ? [energy, fedIn].map(totalOf) : [energy, fedIn];
  return hashOf(canonicalText(kept));
}

const totalOf = (runs: Run[]): number =>
  runs.flatMap(({ milliwattHours }) => milliwattHours).reduce((sum, energy) => sum + energy, 0);

/** What was billed up to an instant, in order of time. */
export const pastUseOf = (invoices: InvoiceRecord[], until: number): PastUse[] =>
  inForceOf(invoices).filter(({ period }) => period.to <= until).map(({ use }) => use);

const inForceOf = (invoices: InvoiceRecord[]): InvoiceRecord[] =>
  invoices.filter(({ credited }) => !credited).toSorted((a, b) => a.period.to - b.period.to);

/** The latest periods first, as they are not looked at for long. */
const inTurn = (invoices: InvoiceRecord[]): InvoiceRecord[] => [
  ...inForceOf(invoices).toReversed(),
  ...invoices.filter(({ credited }) => credited),
];

export async function settlingOf(earlier: InvoiceRecord[], parts: Parts): Promise<Settling> {
  const { change, energyNow, credit } = parts;
  const settling: Settling = { corrections: [], others: [], made: [], credit };
  const doubted = doubtedOf(earlier);
  for (const seen of inTurn(earlier)) {
    if (settling.made.length === MOST_A_BILL) break;
    const energy = doubted.has(seen.id)
      ? await otherEnergy(seen, pastUseOf(earlier, seen.period.from), energyNow)
      : undefined;
    if (!energy && !isPaidLate(seen) && toGiveBack(seen) === 0) continue;
    // From here on as it will be checked to be still.
    const invoice = await change.get(INVOICES, seen.id);
    if (!invoice) continue;
    if (energy && !invoice.credited) await correct(invoice, energy, settling, parts);
    if (isPaidLate(invoice)) await chargeLate(invoice, settling, parts);
    giveBack(invoice, settling, parts);
    change.put(INVOICES, invoice);
    settling.made.push(invoice.id);
  }
  return settling;
}

/** Of which the energy may be known otherwise now. */
function doubtedOf(earlier: InvoiceRecord[]): Set<string> {
  const doubted = inForceOf(earlier).toReversed().filter(({ use, energyHash }, i) =>
    i < ALWAYS_SEEN || energyHash === UNKNOWN || i < MOST_SEEN && use.estimated
  );
  return new Set(doubted.map(({ id }) => id));
}

/** The energy as it is known now, if it is not what was billed; mostly its sum tells. */
async function otherEnergy(
  { period, energyHash }: InvoiceRecord,
  past: PastUse[],
  energyNow: EnergyNow,
): Promise<Energy | undefined> {
  let energy: Energy | undefined;
  for (const step of ["1y", "15m"] as const) {
    energy = await energyNow(period, past, step);
    if (!energy || energyHashOf(energy) === energyHash) return undefined;
  }
  return energy;
}

/** With what it used of what was fed in, and what is left, as all there is for it to use. */
async function correct(
  invoice: InvoiceRecord,
  energy: Energy,
  settling: Settling,
  { invoices, invoiceId }: Parts,
): Promise<void> {
  const { snapshot } = await invoices.document(invoice);
  const charged = chargedFor(invoice);
  const creditBefore = settling.credit - creditOf(charged);
  const { energy: drawn, fedIn } = energy;
  // At the prices of then, whatever the tariff says by now.
  const basis: Basis = { ...snapshot.basis, energy: drawn, fedIn, creditBefore };
  const more = difference(chargedBy(rateBasis(basis)), charged);
  invoice.energyHash = energyHashOf(energy);
  if (isNothing(more)) return;
  settling.corrections.push({ charged, basis });
  settling.credit += creditOf(more);
  invoice.entries.push({ on: invoiceId, kind: "correction", ...more });
}

const isPaidLate = (invoice: InvoiceRecord): boolean =>
  !invoice.credited && (paidOn(invoice) ?? "") > invoice.payBy &&
  invoice.entries.every(({ kind }) => kind !== "late");

/** By the rule that stood on the bill that was paid late. */
async function chargeLate(
  invoice: InvoiceRecord,
  { others }: Settling,
  { invoices, invoiceId }: Parts,
): Promise<void> {
  const { number, total, own, municipal, dueOn, entries } = invoice;
  const { snapshot } = await invoices.document(invoice);
  const { tariff } = lastInForce(snapshot.basis);
  const base = Math.min(own.amount, total) - municipal;
  const lines = lateLines({ invoice: number, base, dueOn, paidOn: paidOn(invoice)! }, tariff);
  others.push(...lines);
  entries.push({ on: invoiceId, kind: "late", amount: sumOf(lines) });
}

function giveBack(
  invoice: InvoiceRecord,
  { others }: Settling,
  { rounding, invoiceId }: Parts,
): void {
  const amount = toGiveBack(invoice);
  if (amount === 0) return;
  const { number, entries } = invoice;
  const line: AmountLine = {
    kind: "other",
    label: number,
    invoice: number,
    amount: -amount,
    rounding,
  };
  others.push(line);
  entries.push({ on: invoiceId, kind: "givenBack", amount });
}

/**
 * The bill that made up for earlier ones is taken back, so a later one has to. Tells what that
 * changes of what is left of what was fed in.
 */
export async function undo({ id, made }: InvoiceRecord, change: Change): Promise<number> {
  let credit = 0;
  for (const earlier of made) {
    const invoice = await change.get(INVOICES, earlier);
    if (!invoice) continue;
    const before = chargedFor(invoice);
    invoice.entries = invoice.entries.filter(({ on }) => on !== id);
    // What is credited has taken all of its own back.
    if (!invoice.credited) credit -= creditOf(difference(before, chargedFor(invoice)));
    invoice.energyHash = UNKNOWN;
    change.put(INVOICES, invoice);
  }
  return credit;
}
