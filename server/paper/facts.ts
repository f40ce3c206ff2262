/**
 * What is known of a bill before it is put into words: integers, days as `2026-11-24`, months as
 * `2026-11`. Energy is in milliwatt-hours, money in minor units of the currency.
 */
import type { Decimal } from "../domain/format.ts";
import type { FlagColour } from "../domain/tariff.ts";

export type PaperState =
  | { kind: "issued" }
  | { kind: "paid"; on: string }
  | { kind: "overdue" }
  | { kind: "credited"; on: string; by?: string };

export interface PartyFacts {
  name: string;
  /** In its normal form, when it is a Brazilian one. */
  taxId?: string;
  address?: string;
  phone?: string;
}

export interface PointFacts {
  label: string;
  code?: string;
  address?: string;
  /** As the tariff is called. */
  tariff?: string;
}

export interface ReadingEdge {
  day: string;
  /** Unknown where nothing was read and nothing estimated. */
  register?: number;
}

/** In part is measured what has one register, and estimated what the mean was added to. */
export type ReadingQuality =
  | "measured"
  | "measuredInPart"
  | "estimatedInPart"
  | "estimated"
  | "unread";

export interface ReadingFacts {
  meter: string;
  /** Counted what was fed in. */
  fedIn: boolean;
  previous: ReadingEdge;
  current: ReadingEdge;
  consumption: number;
  quality: ReadingQuality;
}

/** `since` are days as with `TaxFacts`. */
export type LineName =
  | { kind: "flag"; colour: FlagColour; since?: string[] }
  | { kind: "correction"; month: string }
  /** What was paid too much of an earlier invoice. */
  | { kind: "credit" | "charge"; invoice: string }
  /** What the tariff calls it, and of which earlier invoice it is. */
  | { kind: "named"; label: string; invoice?: string; since?: string[] };

export interface LineFacts {
  name: LineName;
  energy?: number;
  /** All or some of that energy. */
  estimated?: boolean;
  /** Instead of energy; the rate is for `per` of them. */
  days?: { count: number; per: number };
  /** How dear the energy is next to other hours. */
  band?: 1 | 2 | 3;
  /** Per kWh, or for the days, before tax. */
  rate?: Decimal;
  /** With tax, where the amount has the tax in it. */
  price?: Decimal;
  amount: number;
}

export interface TaxFacts {
  tax: string;
  /** On what was used from these days on, where other rates were before or after. */
  since?: string[];
  base: number;
  /** A fraction of one. */
  rate: Decimal;
  amount: number;
  /** In the price, or added to it. */
  inside: boolean;
}

export interface FlagFacts {
  month: string;
  colour: FlagColour;
  /** Before tax, in whole units of the currency. */
  per100KilowattHours?: Decimal;
  /** It is that of the month before, as none was announced yet. */
  assumed: boolean;
}

export interface MonthFacts {
  month: string;
  consumption: number;
  estimated: boolean;
}

export interface DayFacts {
  day: string;
  /** Null where it was not measured. */
  consumption: number | null;
  estimated: boolean;
}

export interface DivisorFacts {
  taxes: string[];
  /** One less the rates of these taxes, as a fraction of one. */
  left: Decimal;
}

/** One line worked out: rate ÷ (what each group of taxes leaves, multiplied) = price. */
export interface ExampleFacts {
  name: LineName;
  rate: Decimal;
  divisors: DivisorFacts[];
  price: Decimal;
}

/** Prices and amounts in whole units of the currency, of a whole month but for `perKwh`. */
export interface MunicipalFacts {
  name: string;
  /** The limits of its band, as far as there are any. */
  above?: number;
  upTo?: number;
  /** There with its rate. */
  base?: Decimal;
  rate?: Decimal;
  fixed?: Decimal;
  perKwh?: Decimal;
  cap?: Decimal;
  energy: number;
  /** What is said of the month counts for so many of them. */
  days: { count: number; per: number };
}

export interface UseFacts {
  energy: number;
  amount: number;
}

export interface WorkingFacts {
  /** One for all lines with the same taxes in the price. */
  examples: ExampleFacts[];
  /** Taxes whose rate depends on the consumption. */
  bands: { tax: string; since?: string[]; rate: Decimal; above: number; otherwise: Decimal }[];
  municipal: MunicipalFacts[];
  corrections: { month: string; billed: UseFacts; known: UseFacts }[];
  /** Energy of time before or after all readings, by the mean of earlier bills. */
  byMean: number;
  /** Energy between readings that are far apart. */
  spread: number;
  /** In whole or in part. */
  daysUnread: number;
}

export type NoticeFacts =
  | { kind: "estimated"; month: string }
  | { kind: "correction"; month: string; amount: number }
  /** For these months nothing was announced yet. */
  | { kind: "assumed"; name: string; months: string[] }
  | { kind: "late"; fine: Decimal; interestAMonth: Decimal; exceptLighting: boolean };

export interface PaperFacts {
  state: PaperState;
  currency: string;
  issuer: PartyFacts;
  customer: PartyFacts;
  point: PointFacts;
  number: string;
  /** The month that the bill is named after. */
  month: string;
  /** The first and the last day that are billed. */
  period: { from: string; to: string; days: number };
  issued: string;
  due: string;
  nextReading?: string;
  readings: ReadingFacts[];
  consumption: number;
  lines: LineFacts[];
  total: number;
  taxes: TaxFacts[];
  flags: FlagFacts[];
  /** What the flags add with tax. */
  flagCost?: number;
  /** Up to thirteen, the billed one last. */
  months: MonthFacts[];
  days: DayFacts[];
  working: WorkingFacts;
  notices: NoticeFacts[];
  /** The code to pay with. */
  pix?: string;
  hash?: string;
}
