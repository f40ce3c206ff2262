/** What the paper says, in each language under the same keys. Places in braces are filled in. */
import type { Language } from "../domain/language.ts";
import { ENGLISH } from "./words-en.ts";
import { PORTUGUESE, type WordKey, type Words } from "./words-pt.ts";

export type { WordKey };

export const WORDS: Record<Language, Words> = { "pt-BR": PORTUGUESE, en: ENGLISH };

export type Says = (key: WordKey, places?: Record<string, string | number>) => string;

export const saysIn = (language: Language): Says => (key, places = {}) =>
  WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => {
    if (!Object.hasOwn(places, name)) throw new RangeError(`${key} lacks its ${name}`);
    return String(places[name]);
  });
