/**
 * The words by which something is found. What is stored and what is searched for go through the same
 * function, so that accents, case and the punctuation of a tax id make no difference.
 */

const MAX_WORDS = 16;
const MAX_WORD_LENGTH = 32;
const MAX_SORT_NAME_LENGTH = 64;
/** Longer texts would only cost time: what follows finds no room. */
const MAX_TEXT_LENGTH = 1_024;

const MARKS = /\p{M}/gu;
const WORD = "[\\p{L}\\p{N}]+";
const alone = (pattern: string): string => `(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`;
const E_MAIL = '[\\p{L}\\p{N}][^\\s<>()",;:@]*@[^\\s<>()",;:@]*[\\p{L}\\p{N}]';
const CPF = alone("\\d{3}\\.?\\d{3}\\.?\\d{3}-?\\d{2}");
const CNPJ = alone("[\\da-z]{2}\\.?[\\da-z]{3}\\.?[\\da-z]{3}/?[\\da-z]{4}-?\\d{2}");

const WORDS = new RegExp(WORD, "gu");
const TOKENS = new RegExp(`(${E_MAIL})|(${CPF}|${CNPJ})|${WORD}`, "gu");

const plain = (text: string): string =>
  text.slice(0, MAX_TEXT_LENGTH).toLowerCase().normalize("NFD").replace(MARKS, "");

/** Distinct and sorted; the first that there is room for. */
export function wordsOf(texts: string[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const word of wordsIn(plain(text))) {
      if (words.size === MAX_WORDS) return [...words].sort();
      words.add(shortened(word, MAX_WORD_LENGTH));
    }
  }
  return [...words].sort();
}

function* wordsIn(text: string): Generator<string> {
  for (const [token, eMail, taxId] of text.matchAll(TOKENS)) {
    if (eMail) {
      yield eMail;
      yield* plainWords(eMail);
    } else {
      yield taxId ? taxId.replace(/[./-]/g, "") : token;
    }
  }
}

const plainWords = (text: string): string[] => text.match(WORDS) ?? [];

/** A character outside the basic plane is not cut in two. */
const shortened = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");

/** The form by which names are ordered. */
export const sortName = (text: string): string =>
  shortened(plainWords(plain(text)).join(" "), MAX_SORT_NAME_LENGTH).trimEnd();
