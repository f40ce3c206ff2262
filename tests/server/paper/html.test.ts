/** The paper as a page: whole, valid enough to be parsed, and nothing that a strict policy refuses. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PAPER_FILES, STYLE_PATH } from "../../../server/paper/files.ts";
import { paperHtml } from "../../../server/paper/html.ts";
import { LANGUAGES } from "../../../server/domain/language.ts";
import { paperOf } from "../../../server/paper/write.ts";
import { billOf, PIX } from "./example-bill.ts";

const EVIL = `<script>alert("1")</script> & 'x'`;
const page = paperHtml(paperOf(billOf(), "pt-BR"));

Deno.test("paperHtml() has no script, no inline style and nothing from elsewhere", () => {
  assert(!/<script|<style|\sstyle=|\son\w+=|javascript:/i.test(page), page);
  assert(!/(?:src|href)="(?!\/paper\/)/.test(page));
});

Deno.test("paperHtml() asks only for files that the paper brings along", async () => {
  assertStringIncludes(page, `href="${STYLE_PATH}"`);
  const style = new TextDecoder().decode(await PAPER_FILES[STYLE_PATH].read());
  const asked = [...style.matchAll(/url\("([^"]+)"\)/g)].map(([, name]) => `/paper/${name}`);
  assertEquals(asked.length, 2);
  for (const path of asked) {
    const bytes = await PAPER_FILES[path].read();
    assertEquals([...bytes.subarray(0, 4)], [0, 1, 0, 0], `${path} is no typeface`);
  }
});

Deno.test("paperHtml() colours by class what it draws, and the style sheet knows each class", async () => {
  const style = new TextDecoder().decode(await PAPER_FILES[STYLE_PATH].read());
  const drawn = [...page.matchAll(/<(?:rect|path|text)[^>]* class="([^"]+)"/g)]
    .flatMap(([, names]) => names.split(" "));
  assert(drawn.length > 50);
  // What is not measured is filled with a pattern, by an attribute.
  const unknown = new Set(
    drawn.filter((name) => name !== "missing" && !style.includes(`.${name}`)),
  );
  assertEquals([...unknown], []);
});

for (const language of LANGUAGES) {
  Deno.test(`paperHtml() says all that the paper says, in ${language}`, () => {
    const paper = paperOf(billOf(), language);
    const page = paperHtml(paper);
    assertStringIncludes(page, `<html lang="${language}">`);
    const said = [
      paper.title,
      paper.state.text,
      paper.total.amount,
      PIX,
      ...paper.issuer.facts,
      ...paper.customer.facts,
      ...paper.lines.rows.flatMap(({ label, quantity, price, amount }) => [
        label,
        quantity,
        price,
        amount,
      ]),
      ...(paper.taxes?.rows.flatMap((row) => Object.values(row)) ?? []),
      ...(paper.months?.bars.map(({ text }) => text) ?? []),
      ...(paper.strip?.days.map(({ text }) => text) ?? []),
      ...paper.working.sentences,
      ...paper.notices,
      paper.flag?.text ?? "",
      paper.hash ?? "",
    ];
    for (const text of said) {
      assertStringIncludes(page, text);
    }
  });
}

Deno.test("paperHtml() shows whatever people are called as text, never as markup", () => {
  const evil = billOf({
    issuer: { name: EVIL, address: EVIL },
    customer: { name: EVIL, address: EVIL },
    point: { label: EVIL, code: EVIL, tariff: EVIL },
    number: EVIL,
    lines: [{ name: { kind: "named", label: EVIL }, amount: 1 }],
    notices: [{ kind: "assumed", name: EVIL, months: ["2026-11"] }],
    taxes: [{ tax: EVIL, base: 1, rate: { value: 1, digits: 2 }, amount: 1, inside: true }],
    hash: EVIL,
    pix: EVIL,
  });
  const page = paperHtml(paperOf(evil, "en"));
  assert(!/<script/.test(page), page);
  assertEquals(page.match(/&lt;script&gt;/g)?.length, 14);
});

Deno.test("paperHtml() has no column of prices where none is on the bill", () => {
  const net = billOf().lines.map((line) => ({ ...line, price: undefined }));
  const page = paperHtml(paperOf(billOf({ lines: net }), "en"));
  assert(!/class="number price"|Price with tax/.test(page), page);
  assertEquals(page.match(/<td class="number rate">/g)?.length, net.length);
  assertStringIncludes(page, `colspan="3"`);
  assertStringIncludes(page, "at R$ 0.79120");
});

Deno.test("paperHtml() leaves out what a bill does not have", () => {
  const bare = billOf({
    pix: undefined,
    taxes: [],
    flags: [],
    months: [],
    days: [],
    hash: undefined,
  });
  const page = paperHtml(paperOf(bare, "en"));
  assert(!/class="(?:pix|two|months|strip|hash)"/.test(page), page);
});

Deno.test("paperHtml() hatches estimated days over their colour", () => {
  const days = billOf().days.map((day, i) => ({ ...day, estimated: i === 2 }));
  const page = paperHtml(paperOf(billOf({ days }), "en"));
  assertEquals(page.match(/fill="url\(#strip-estimated\)"/g)?.length, 1);
  assertEquals(page.match(/id="strip-estimated"/g)?.length, 1);
});
