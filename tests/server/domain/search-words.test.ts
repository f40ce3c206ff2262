/** Words of search: whoever searches as people write finds what was stored as people write. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { sortName, wordsOf } from "../../../server/domain/search-words.ts";

const SEED = 20260802;

const CASES: { what: string; texts: string[]; words: string[] }[] = [
  { what: "accents and case", texts: ["Conceição ÁVILA"], words: ["avila", "conceicao"] },
  { what: "accents typed apart", texts: ["Conceic\u0327a\u0303o"], words: ["conceicao"] },
  { what: "words and numbers", texts: ["D'Ávila & Cia., ap. 12B"], words: w("12b ap avila cia d") },
  { what: "each word once", texts: ["Rio Rio", "rio"], words: ["rio"] },
  { what: "a CPF", texts: ["123.456.789-09"], words: ["12345678909"] },
  { what: "a CPF without punctuation", texts: ["cpf:12345678909."], words: w("12345678909 cpf") },
  { what: "a CNPJ", texts: ["(33.000.167/0001-01)"], words: ["33000167000101"] },
  { what: "a CNPJ with letters", texts: ["12.ABC.345/01DE-35"], words: ["12abc34501de35"] },
  { what: "longer digits as no CPF", texts: ["123.456.789-091"], words: w("091 123 456 789") },
  { what: "a date as no tax id", texts: ["2026-08-05"], words: w("05 08 2026") },
  { what: "a telephone", texts: ["+55 (21) 99999-1234"], words: w("1234 21 55 99999") },
  {
    what: "an e-mail address as a whole and by parts",
    texts: ["Ana <Ána.Souza+casa@Ex-ample.com.br>."],
    words: w("ample ana ana.souza+casa@ex-ample.com.br br casa com ex souza"),
  },
  { what: "nothing where there is none", texts: ["", " — !", "@"], words: [] },
  { what: "other scripts", texts: ["Ελλάδα 東京"], words: ["ελλαδα", "東京"] },
];

function w(words: string): string[] {
  return words.split(" ");
}

for (const { what, texts, words } of CASES) {
  Deno.test(`wordsOf() finds ${what}`, () => assertEquals(wordsOf(texts), words));
}

Deno.test("wordsOf() keeps the first sixteen words", () => {
  const texts = ["z y x", "a b c d e f g h i j k l m n o p"];
  assertEquals(wordsOf(texts), w("a b c d e f g h i j k l m x y z"));
});

Deno.test("wordsOf() cuts a long word, and no character in two", () => {
  assertEquals(wordsOf(["a".repeat(40)]), ["a".repeat(32)]);
  assertEquals(wordsOf(["a" + "𐐨".repeat(40)]), ["a" + "𐐨".repeat(15)]);
});

Deno.test("wordsOf() gives few, short, distinct and sorted words for any texts", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 60 })), (texts) => {
      const words = wordsOf(texts);
      assert(words.length <= 16);
      assertEquals(words, [...new Set(words)].sort());
      for (const word of words) assert(word.length > 0 && word.length <= 32 && word.isWellFormed());
    }),
    { seed: SEED },
  );
});

Deno.test("wordsOf() finds what is stored by each of the words that it was stored under", () => {
  const anyName = fc.string({ unit: fc.constantFrom(..."aÀbÇd É-.'1"), maxLength: 20 });
  fc.assert(
    fc.property(anyName, (name) => {
      const stored = wordsOf([name]);
      for (const word of stored) {
        assertEquals(wordsOf([word.toUpperCase()]), [word]);
      }
    }),
    { seed: SEED },
  );
});

const NAMES: { text: string; name: string }[] = [
  { text: "  Élio   d'Ávila ", name: "elio d avila" },
  { text: "Condomínio Sol, bl. 2", name: "condominio sol bl 2" },
  { text: "!", name: "" },
  { text: "ab ".repeat(40), name: "ab ".repeat(21) + "a" },
  { text: "abc ".repeat(40), name: "abc ".repeat(16).trimEnd() },
];

for (const { text, name } of NAMES) {
  Deno.test(`sortName() orders ${JSON.stringify(text.slice(0, 24))} as ${name.slice(0, 24)}`, () => {
    assertEquals(sortName(text), name);
  });
}
