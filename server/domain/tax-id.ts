/**
 * Brazilian tax ids: CPF of people, CNPJ of companies. The normal form has neither punctuation nor
 * blanks; the first twelve places of a CNPJ may hold letters, in upper case.
 */

export type TaxIdKind = "cpf" | "cnpj";

export type TaxId =
  | { ok: true; kind: TaxIdKind; digits: string }
  | { ok: false; fault: string };

const CPF = /^\d{11}$/;
const CNPJ = /^[0-9A-Z]{12}\d{2}$/;
const PUNCTUATION = /[\s.\-/]/g;
/** The last check digit looks at one place more than the first does. */
const CPF_WEIGHTS = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
const CNPJ_WEIGHTS = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];

export function parseTaxId(text: string): TaxId {
  const digits = upperCase(text.replace(PUNCTUATION, ""));
  if (CPF.test(digits)) return checked("cpf", digits, CPF_WEIGHTS);
  if (CNPJ.test(digits)) return checked("cnpj", digits, CNPJ_WEIGHTS);
  return refused("must be a CPF with 11 digits or a CNPJ with 14 characters");
}

/** Only of ASCII: elsewhere a letter may become two, or one that is allowed. */
const upperCase = (text: string): string =>
  text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

const refused = (fault: string): TaxId => ({ ok: false, fault });

function checked(kind: TaxIdKind, digits: string, weights: number[]): TaxId {
  if (isOneRepeated(digits)) return refused("must not be one digit repeated");
  const body = digits.slice(0, -2);
  const first = checkDigit(body, weights.slice(1));
  const second = checkDigit(body + first, weights);
  if (digits !== `${body}${first}${second}`) return refused("has a wrong check digit");
  return { ok: true, kind, digits };
}

const isOneRepeated = (digits: string): boolean => digits === digits[0].repeat(digits.length);

function checkDigit(text: string, weights: number[]): number {
  const sum = weights.reduce((sum, weight, i) => sum + weight * valueAt(text, i), 0);
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

const valueAt = (text: string, i: number): number => text.charCodeAt(i) - 48;

/** A normal form as people write it. */
export const formatTaxId = (normal: string): string =>
  normal.length === 11
    ? normal.replace(/^(.{3})(.{3})(.{3})(.{2})$/, "$1.$2.$3-$4")
    : normal.replace(/^(.{2})(.{3})(.{3})(.{4})(.{2})$/, "$1.$2.$3/$4-$5");
