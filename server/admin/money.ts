/** Money for people, exact to the last digit, each currency as it is written where it is paid with. */
import { parseScaled, scaledText } from "../domain/money.ts";
import { usage } from "./ending.ts";

export interface Money {
  /** In the currency's smallest unit. */
  amount: number;
  currency: string;
}

/** Elsewhere as in English. */
const LOCALES: Record<string, string> = { BRL: "pt-BR" };
const MOST_DECIMALS = 8;
/** A price that is worked out, as bills write it. */
const TAXED_DECIMALS = 5;
/** In examples. */
const UNITS = "471";
const PART = "920";

const formatOf = (currency: string, decimals?: number): Intl.NumberFormat =>
  new Intl.NumberFormat(LOCALES[currency] ?? "en", {
    style: "currency",
    currency,
    maximumFractionDigits: decimals,
  });

const decimalsOf = (currency: string): number =>
  formatOf(currency).resolvedOptions().maximumFractionDigits!;

/** What is given is a decimal text, never a float. */
const written = (text: string, format: Intl.NumberFormat): string =>
  format.format(text as Intl.StringNumericLiteral).replaceAll("\u00a0", " ");

export function money({ amount, currency }: Money): string {
  const decimals = decimalsOf(currency);
  const digits = `${Math.abs(amount)}`.padStart(decimals + 1, "0");
  const [units, part] = [digits.slice(0, digits.length - decimals), digits.slice(-decimals)];
  const text = decimals === 0 ? digits : `${units}.${part}`;
  return written(amount < 0 ? `-${text}` : text, formatOf(currency));
}

/** With as many decimals as it has. */
export const price = (text: string, currency: string): string =>
  written(text, formatOf(currency, MOST_DECIMALS));

export const priceWithTaxes = (text: string, currency: string): string =>
  written(text, formatOf(currency, TAXED_DECIMALS));

/** From a fraction of one: 0.18 is 18 %. */
export const percent = (fraction: string): string =>
  `${scaledText((parseScaled(fraction) ?? 0) * 100)} %`;

/** In the smallest unit, of an amount as people type it; below zero it is given back. */
export function minorUnits(name: string, text: string, currency: string): number {
  const decimals = decimalsOf(currency);
  const [, sign, units, part = ""] = /^(-?)(\d{1,9})(?:\.(\d+))?$/.exec(text) ?? [];
  if (units !== undefined && part.length <= decimals) {
    const amount = Number(units + part.padEnd(decimals, "0"));
    return sign === "" ? amount : -amount;
  }
  const example = decimals === 0 ? UNITS : `${UNITS}.${PART.slice(0, decimals)}`;
  throw usage(`${name} must be an amount in ${currency} like ${example}, not ${text}.`);
}
