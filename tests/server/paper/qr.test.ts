/** The QR code on a bill, read back by another decoder from the pixels that its SVG draws. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import jsqr from "jsqr";
import { pixCode } from "../../../server/domain/pix.ts";
import { qrSquares, qrSvg, QUIET_ZONE } from "../../../server/paper/qr.ts";
import { pixelsOf, readBack } from "./qr-pixels.ts";

const CODE = pixCode(
  { key: "pix@exemplo.com.br", name: "Luz Exemplo", city: "Rio de Janeiro" },
  { amount: 47_305, number: "000.418.207", text: "Conta de novembro" },
);

for (const text of [CODE, "A", "Ação às 19h42, R$ 2,93", "0".repeat(400)]) {
  Deno.test(`qrSvg() draws what a decoder reads back: ${text.slice(0, 30)}`, () => {
    assertEquals(readBack(qrSvg(text, "Pix")), text);
  });
}

Deno.test("qrSvg() is still read with a tenth of the code covered, as level M promises", () => {
  const { pixels, side } = pixelsOf(qrSvg(CODE, "Pix"), 3);
  const from = Math.floor(side * 0.45);
  for (let row = from; row < from + side * 0.18; row++) {
    pixels.fill(255, (row * side + from) * 4, (row * side + from + Math.floor(side * 0.18)) * 4);
  }
  assertEquals(jsqr.default(pixels, side, side)?.data, CODE);
});

Deno.test("qrSvg() keeps a quiet zone of four squares on each side", () => {
  const svg = qrSvg(CODE, "Pix");
  const { pixels, side } = pixelsOf(svg, 1);
  const isDark = (x: number, y: number): boolean => pixels[(y * side + x) * 4] === 0;
  for (let i = 0; i < side; i++) {
    for (let zone = 0; zone < QUIET_ZONE; zone++) {
      assert(!isDark(i, zone) && !isDark(zone, i));
      assert(!isDark(i, side - 1 - zone) && !isDark(side - 1 - zone, i));
    }
  }
  assert(isDark(QUIET_ZONE, QUIET_ZONE));
  assertEquals(side, qrSquares(CODE).length + 8);
});

Deno.test("qrSvg() has crisp edges, a title for screen readers, nothing inline that a policy refuses", () => {
  const svg = qrSvg(CODE, 'Pix de "R$ 473,05" <b>');
  assertStringIncludes(svg, 'shape-rendering="crispEdges"');
  assertStringIncludes(svg, 'role="img"');
  assertStringIncludes(svg, "<title>Pix de &quot;R$ 473,05&quot; &lt;b&gt;</title>");
  assert(!/style|script|\son\w+=/.test(svg));
  assertMatch(svg, /^<svg\s+xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>$/);
});
