/**
 * A bill as a pure function of a snapshot: all that it is computed from, kept with it, so that
 * whoever computes it again has the same bytes.
 */
import { type BillingPeriod, localDays } from "./billing-period.ts";
import type { Quality, Value } from "./energy.ts";
import { eachPart, energyOf, packed, type Run, unpacked, within } from "./energy-slices.ts";
import { byMonth, isUnread, type PastUse } from "./estimate.ts";
import { type AmountLine, type BillLine, sumOf } from "./lines.ts";
import { type Charged, chargedBy, correctionLines } from "./made-up.ts";
import type { Rounding } from "./money.ts";
import type { PixReceiver } from "./pix.ts";
import { rate, type Rating, type ToRate } from "./rating.ts";
import { inForce, lastInForce, type LateRule } from "./tariff.ts";

/** What a period is rated by, as it is kept. */
export interface Basis extends Omit<ToRate, "energy" | "fedIn" | "creditBefore"> {
  energy: Run[];
  fedIn: Run[];
  creditBefore: number;
}

export interface Party {
  id: string;
  name: string;
  taxId?: string;
  address?: string;
  phone?: string;
}

/** A register as it stood at an instant. */
export interface RegisterShown {
  /** Unix seconds. */
  time: number;
  milliwattHours: number;
  quality: Quality;
}

/** A meter of the period, at whose edges, or where the meter came and went, its register stood so. */
export interface MeterShown {
  meterId: string;
  label?: string;
  channel: number;
  previous?: RegisterShown;
  current?: RegisterShown;
  /** What it counted, over resets as well. */
  milliwattHours: number;
}

export interface Snapshot {
  format: 1;
  number: number;
  issuer: Party;
  /** Where it can be paid to by Pix. */
  receiver?: PixReceiver;
  customer: Party;
  point: { id: string; label: string; code?: string; address?: string };
  /** Dates in the point's time zone, like `2026-08-06`. */
  issuedOn: string;
  dueOn: string;
  nextReadingOn?: string;
  basis: Basis;
  meters: MeterShown[];
  /** Earlier bills, of which the last twelve are shown. */
  past: PastUse[];
  /** Periods that were charged with something else than what is known now. */
  corrections: { charged: Charged; basis: Basis }[];
  /** What is added or taken off besides: late fees, interest, other amounts. */
  others: AmountLine[];
}

export interface Bill
  extends Omit<Snapshot, "basis" | "past" | "corrections" | "others">, Omit<Rating, "lines"> {
  period: BillingPeriod;
  timeZone: string;
  tariffName: string;
  late?: LateRule;
  lines: BillLine[];
  days: DayShown[];
  /** Up to thirteen, this month's at the end. */
  months: PastUse[];
}

/** What was drawn on a day; nothing is known of one that is missing in part. */
export interface DayShown {
  date: string;
  milliwattHours: number;
  quality: Quality;
}

const MONTHS_SHOWN = 13;

/** Only versions that count are kept. */
export const basisOf = ({ energy, fedIn = [], creditBefore = 0, ...rest }: ToRate): Basis => {
  const { from, to } = rest.period;
  const counted = inForce(rest.tariffs, from, to);
  return {
    ...rest,
    tariffs: counted.map(({ version }) => version),
    energy: packed(energy),
    fedIn: packed(fedIn),
    creditBefore,
  };
};

export const rateBasis = (
  { energy, fedIn, ...rest }: Basis,
  drawn: Value[] = unpacked(energy),
): Rating => rate({ ...rest, energy: drawn, fedIn: unpacked(fedIn) });

export function billOf({ basis, past, corrections, others, ...kept }: Snapshot): Bill {
  const drawn = unpacked(basis.energy);
  const { lines: rated, ...rating } = rateBasis(basis, drawn);
  const { period, timeZone } = basis;
  const { tariff } = lastInForce(basis);
  const lines = [...rated, ...madeUpLines({ corrections, others }, tariff.rounding)];
  const use: PastUse = {
    month: period.month,
    days: period.days,
    milliwattHours: rating.milliwattHours,
    estimated: rating.estimatedMilliwattHours > 0,
    ...(rating.missingSeconds > 0 && { missingSeconds: rating.missingSeconds }),
    ...(isUnread(drawn, period) && { unread: true }),
  };
  const months = [...byMonth(past), use].slice(-MONTHS_SHOWN);
  return {
    ...kept,
    ...rating,
    period,
    timeZone,
    tariffName: tariff.name,
    ...(tariff.late && { late: tariff.late }),
    lines,
    days: daysShown(drawn, period, timeZone),
    total: sumOf(lines),
    months,
  };
}

/** What a bill has besides what its own period comes to. */
export const madeUpLines = (
  { corrections, others }: Pick<Snapshot, "corrections" | "others">,
  rounding: Rounding,
): BillLine[] => [
  ...corrections.flatMap(({ charged, basis }) =>
    correctionLines(
      basis.period.month,
      chargedBy(rateBasis(basis)),
      charged,
      rounding,
    )
  ),
  ...others,
];

const WORST_FIRST: Quality[] = ["missing", "estimated", "measured"];

function daysShown(energy: Value[], { from, to }: BillingPeriod, timeZone: string): DayShown[] {
  const days = localDays(from, to, timeZone).map((day) => ({ ...day, slices: [] as Value[] }));
  eachPart(within(energy, from, to), days, (part, { slices }) => slices.push(part));
  return days.map(({ date, slices }) => {
    const qualities = new Set(slices.map(({ quality }) => quality));
    const quality = WORST_FIRST.find((quality) => qualities.has(quality)) ?? "missing";
    return { date, milliwattHours: energyOf(slices), quality };
  });
}
