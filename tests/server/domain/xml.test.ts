/** Text between tags: whatever it holds, a real parser gives it back. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { XmlDocument } from "libxml2-wasm";
import { tag, tags, xmlText } from "../../../server/domain/xml.ts";

const SEED = 20260805;

Deno.test("xmlText() writes what has a meaning in XML as references", () => {
  assertEquals(xmlText(`<a b="c">'&`), "&lt;a b=&quot;c&quot;&gt;&apos;&amp;");
  assertEquals(xmlText("\t\r\n"), "&#9;&#13;&#10;");
});

Deno.test("xmlText() puts a mark where there is what XML forbids", () => {
  assertEquals(xmlText("a\0b\x1Bc\uFFFEd\uD800e𐐨"), "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe𐐨");
});

Deno.test("xmlText() is read as it was, between tags and in an attribute", () => {
  // deno-lint-ignore no-control-regex
  const forbidden = /[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g;
  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({ unit: fc.constantFrom(..."<>&\"'\r\n\t ]]>\0\x0Bé"), maxLength: 20 }),
  );
  fc.assert(
    fc.property(anyText, (text) => {
      const written = xmlText(text);
      using document = XmlDocument.fromString(`<a b="${written}">${written}</a>`);
      const expected = text.replace(forbidden, "\uFFFD");
      assertEquals(document.root.content, expected);
      assertEquals(document.root.attr("b")?.content, expected);
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("tags() leaves out what is undefined and keeps the order", () => {
  assertEquals(tags({ b: 1, a: undefined, c: tag("d", "e") }), "<b>1</b><c><d>e</d></c>");
});
