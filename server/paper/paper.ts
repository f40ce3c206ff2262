/**
 * A bill as it stands on paper: every text in one language, numbers only where something is drawn.
 * HTML and PDF show this and know no words of their own.
 */
import type { Language } from "../domain/language.ts";
import type { FlagColour } from "../domain/tariff.ts";
import type { PaperState } from "./facts.ts";

export interface Party {
  title: string;
  name: string;
  facts: string[];
}

export interface ReadingRow {
  meter: string;
  previous: string;
  current: string;
  consumption: string;
  quality: string;
}

export interface LineRow {
  /** The price of energy by height: 1 is the lowest. */
  band?: 1 | 2 | 3;
  label: string;
  quantity: string;
  rate: string;
  /** Nothing where the amount is worked out by the rate. */
  price: string;
  /** By what the amount is worked out, with its currency, for narrow screens. */
  each: string;
  amount: string;
}

export interface TaxRow {
  tax: string;
  base: string;
  rate: string;
  amount: string;
}

export interface Bar {
  label: string;
  /** For narrow screens. */
  short: string;
  text: string;
  /** Of the highest: 0 to 1. */
  height: number;
  estimated: boolean;
}

export interface StripDay {
  text: string;
  /** From 0, nothing, to 6, the most; null where it was not measured. */
  level: number | null;
  estimated: boolean;
}

export interface Paper {
  language: Language;
  title: string;
  /** When it was made, as `2026-11-06`. */
  day: string;
  state: { kind: PaperState["kind"]; text: string };
  issuer: { name: string; facts: string[] };
  invoice: { name: string; facts: string[] };
  total: { title: string; currency: string; amount: string };
  dates: { title: string; text: string }[];
  pix?: { title: string; use: string; code: string; qrTitle: string };
  customer: Party;
  point: Party;
  consumption: Party;
  readings: { titles: Record<keyof ReadingRow, string>; rows: ReadingRow[] };
  lines: {
    /** Without that of the prices where no line has one. */
    titles: { item: string; quantity: string; rate: string; price?: string; amount: string };
    rows: LineRow[];
    total: { title: string; amount: string };
  };
  taxes?: { titles: Record<keyof TaxRow, string>; rows: TaxRow[] };
  flag?: { colour: FlagColour; title: string; text: string };
  months?: { title: string; label: string; note: string; bars: Bar[] };
  strip?: { label: string; from: string; to: string; caption: string; days: StripDay[] };
  working: { title: string; sentences: string[] };
  notices: string[];
  hash?: string;
}
