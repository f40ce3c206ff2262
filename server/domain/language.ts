/** The languages in which people are written to. */

export const LANGUAGES = ["pt-BR", "en"] as const;
export type Language = typeof LANGUAGES[number];

export const isWritten = (locale: string): boolean => /^(pt|en)\b/i.test(locale);

/** The language for a locale like `pt-PT`; English where there is none. */
export const languageOf = (locale: string): Language => /^pt\b/i.test(locale) ? "pt-BR" : "en";

const REGIONS: Record<Language, string> = { "pt-BR": "pt-BR", en: "en-GB" };

/** Numbers and dates are those of the region, but never in another language than the words. */
export const formatLocaleOf = (locale: string): string =>
  /^(pt|en)-[a-z]{2}$/i.test(locale) ? locale : REGIONS[languageOf(locale)];
