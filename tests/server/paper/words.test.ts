/** Both languages of the paper say the same things, with the same places to fill in. */
import { assertEquals, assertThrows } from "@std/assert";
import { LANGUAGES } from "../../../server/domain/language.ts";
import { saysIn, type WordKey, WORDS } from "../../../server/paper/words.ts";

const placesOf = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

Deno.test("WORDS has the same keys in each language, in the same order", () => {
  for (const language of LANGUAGES) {
    assertEquals(Object.keys(WORDS[language]), Object.keys(WORDS["pt-BR"]));
  }
});

Deno.test("WORDS has the same places to fill in under each key, and no empty word", () => {
  for (const key of Object.keys(WORDS.en) as WordKey[]) {
    assertEquals(placesOf(WORDS.en[key]), placesOf(WORDS["pt-BR"][key]), key);
    for (const language of LANGUAGES) assertEquals(WORDS[language][key].trim() !== "", true, key);
  }
});

Deno.test("WORDS says nothing aloud: no exclamation marks", () => {
  for (const language of LANGUAGES) {
    const loud = Object.values(WORDS[language]).filter((text) => text.includes("!"));
    assertEquals(loud, []);
  }
});

Deno.test("WORDS has no word that the paper never says", () => {
  const folder = new URL("../../../server/paper/", import.meta.url);
  const sources = [...Deno.readDirSync(folder)].filter(({ name }) => !name.startsWith("words-"))
    .filter(({ name }) => name.endsWith(".ts"))
    .map(({ name }) => Deno.readTextFileSync(new URL(name, folder))).join();
  assertEquals(Object.keys(WORDS.en).filter((key) => !sources.includes(`"${key}"`)), []);
});

Deno.test("saysIn() fills in places, and throws where one is missing", () => {
  const says = saysIn("pt-BR");
  assertEquals(says("dayOf", { date: "6 out", energy: "10,4 kWh" }), "6 out: 10,4 kWh");
  assertThrows(() => says("dayOf", { date: "6 out" }), RangeError, "dayOf lacks its energy");
});
