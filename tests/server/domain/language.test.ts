/** In which language and by which region's formats people are written to. */
import { assertEquals } from "@std/assert";
import { formatLocaleOf, type Language, languageOf } from "../../../server/domain/language.ts";

const CASES: [locale: string, language: Language, formats: string][] = [
  ["pt-BR", "pt-BR", "pt-BR"],
  ["pt", "pt-BR", "pt-BR"],
  ["PT-pt", "pt-BR", "PT-pt"],
  ["en", "en", "en-GB"],
  ["en-US", "en", "en-US"],
  ["de", "en", "en-GB"],
  ["pt_BR.UTF-8", "en", "en-GB"],
  ["ptolemaic", "en", "en-GB"],
  ["", "en", "en-GB"],
];
for (const [locale, language, formats] of CASES) {
  Deno.test(`languageOf() picks ${language} for "${locale}", with the formats of ${formats}`, () => {
    assertEquals(languageOf(locale), language);
    assertEquals(formatLocaleOf(locale), formats);
  });
}
