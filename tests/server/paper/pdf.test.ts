/** The paper as a PDF: one page if that can be read, texts that can be copied, always the same. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { parsePix } from "../../../server/domain/pix.ts";
import type { PaperFacts } from "../../../server/paper/facts.ts";
import { writable } from "../../../server/paper/pdf-pen.ts";
import { paperPdf } from "../../../server/paper/pdf.ts";
import { type Language, LANGUAGES } from "../../../server/domain/language.ts";
import { paperOf } from "../../../server/paper/write.ts";
import { billOf, PIX } from "./example-bill.ts";
import { type ReadPdf, readPdf } from "./pdf-reader.ts";

const A4 = { width: 595.28, height: 841.89 };

const pdfOf = (facts: PaperFacts, language: Language = "pt-BR"): Promise<Uint8Array> =>
  paperPdf(paperOf(facts, language));

const read = async (facts: PaperFacts, language?: Language): Promise<ReadPdf> =>
  readPdf(await pdfOf(facts, language));

const textsOf = ({ texts }: ReadPdf): string => texts.map(({ text }) => text).join("\n");

const LONG = "Maria Aparecida Conceição de Souza Albuquerque Cavalcanti de Mello e Silva ".repeat(
  4,
);

const longBill = billOf({
  readings: Array.from({ length: 3 }, () => billOf().readings[0]),
  lines: Array.from({ length: 25 }, (_, i) => billOf().lines[i % 4]),
});

/** With the longest names. */
const fullBill = billOf({
  issuer: { name: LONG, taxId: "12ABC34501DE35", address: LONG, phone: "0800 000 0000" },
  customer: { name: LONG, taxId: "12345678909", address: LONG },
  point: { label: LONG, code: "9".repeat(40), tariff: LONG, address: LONG },
  number: "A/000.000.000.418.207",
  readings: Array.from({ length: 6 }, () => ({ ...billOf().readings[0], meter: "M".repeat(40) })),
  lines: Array.from({ length: 25 }, (_, i) => ({
    ...billOf().lines[i % 4],
    name: { kind: "named", label: `${i} ${LONG}` },
    amount: 99_999_999_999,
  })),
  total: 9_999_999_999_999,
  notices: Array.from({ length: 5 }, () => ({ kind: "assumed", name: LONG, months: [] })),
});

Deno.test("paperPdf() gives the same bytes for the same paper, and others for another", async () => {
  const bill = await pdfOf(billOf());
  assertEquals(await pdfOf(billOf()), bill);
  assertNotEquals(await pdfOf(billOf({ total: 47_306 })), bill);
});

Deno.test("paperPdf() writes texts that can be selected, with all their accents", async () => {
  const texts = textsOf(await read(billOf()));
  for (
    const text of [
      "Luz Exemplo Distribuição S.A.",
      "Fatura 000.418.207",
      "Conceição Araújo Antônio",
      "CPF ***.456.789-**",
      "473,05",
      "Bandeira amarela em outubro e novembro.",
      "Iluminação pública",
      "5 nov 2026 · 18.060",
      "Energia, intermediário",
      "Consumo por mês, kWh",
    ]
  ) assert(texts.replaceAll("\u00a0", " ").includes(text), `${text} is not in\n${texts}`);
});

Deno.test("paperPdf() writes every letter of Portuguese, and question marks for other scripts", async () => {
  const letters = "ÁÂÃÀÇÉÊÍÓÔÕÚÜáâãàçéêíóôõúü – “aspas” º ª ½ € ÷ × −";
  const name = `${letters} Łódź 中文`;
  const texts = textsOf(await read(billOf({ customer: { name } })));
  assert(texts.replaceAll("\n", " ").includes(`${letters} Łódź ??`), texts);
});

Deno.test("writable() keeps what has a sign and never grows a text without bound", () => {
  assertEquals(writable("Ação\t\n2 m²"), "Ação 2 m²");
  assertEquals(writable("ệ ﬁ 日本"), "e fi ??");
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    assertEquals(writable(writable(text)), writable(text));
  }));
});

Deno.test("paperPdf() writes the Pix code whole: its lines put together can be paid with", async () => {
  const { texts } = await read(billOf());
  const start = texts.findIndex(({ text }) => text.startsWith("000201"));
  const { x, size } = texts[start];
  const rest = texts.slice(start).findIndex((text) => text.x !== x || text.size !== size);
  const code = texts.slice(start, start + rest).map(({ text }) => text).join("");
  assertEquals(code, PIX);
  assert(parsePix(code).ok);
});

const BILLS: Record<string, PaperFacts> = {
  "a usual bill": billOf(),
  "25 lines and three meters": longBill,
  "hardly anything": billOf({
    customer: { name: "A" },
    issuer: { name: "B" },
    point: { label: "C" },
    readings: [],
    lines: [],
    taxes: [],
    flags: [],
    months: [],
    days: [],
    working: { ...billOf().working, examples: [], bands: [] },
    notices: [],
    pix: undefined,
    hash: undefined,
  }),
};
for (const [name, facts] of Object.entries(BILLS)) {
  for (const language of LANGUAGES) {
    Deno.test(`paperPdf() fits on one page, in ${language}: ${name}`, async () => {
      const { pages, texts } = await read(facts, language);
      assertEquals(pages, 1);
      for (const { text, x, y } of texts) {
        const isInside = x >= 30 && x < A4.width - 30 && y > 25 && y < A4.height - 20;
        assert(isInside, `"${text}" is at ${x}, ${y}`);
      }
    });
  }
}

Deno.test("paperPdf() keeps 25 lines readable: no line of the table below 5.5 points", async () => {
  const { texts } = await read(billOf({
    lines: Array.from({ length: 25 }, () => billOf().lines[0]),
  }));
  const amounts = texts.filter(({ text }) => text === "281,79");
  assertEquals(amounts.length, 25);
  assert(amounts.every(({ size }) => size >= 5.5), String(amounts[0].size));
});

const manyLines = {
  ...fullBill,
  lines: Array.from({ length: 105 }, (_, i) => ({
    ...billOf().lines[i % 4],
    name: { kind: "named" as const, label: `Line ${i + 1} ${LONG}` },
  })),
};

Deno.test("paperPdf() takes more pages rather than write what nobody can read", async () => {
  const { pages, texts } = await read(manyLines, "en");
  assert(pages > 1, `${pages} pages`);
  const lines = texts.filter(({ text }) => text.startsWith("Line "));
  assertEquals(
    lines.map(({ text }) => Number(text.split(" ")[1])),
    manyLines.lines.map((_, i) => i + 1),
  );
  for (const { text, size, y } of texts) {
    assert(size >= 4.99 && y > 25 && y < A4.height - 20, `"${text}" has ${size} points, at ${y}`);
  }
});

Deno.test("paperPdf() keeps on its first page what one needs to pay, and says on each which it is", async () => {
  const { pages, texts } = await read(manyLines, "en");
  const first = texts.filter(({ page }) => page === 1).map(({ text }) => text);
  for (const needed of ["Total to pay", "24 November 2026", "Period"]) {
    assert(first.some((text) => text.includes(needed)), needed);
  }
  assert(first.join("").includes(PIX), "no code to pay with");
  for (let page = 1; page <= pages; page++) {
    const wanted = `Invoice A/000.000.000.418.207 · ${page}/${pages}`;
    assert(texts.some((text) => text.page === page && text.text === wanted), wanted);
    const isOfTable = ({ text }: { text: string }) => /^Line \d+ /.test(text);
    const ofPage = texts.filter((text) => text.page === page);
    assertEquals(ofPage.some(isOfTable), ofPage.some(({ text }) => text === "Rate before tax"));
  }
});

Deno.test("paperPdf() writes nothing below five points, on one page or more", async () => {
  for (const facts of [longBill, fullBill]) {
    const { texts } = await read(facts);
    const least = Math.min(...texts.map(({ size }) => size));
    assert(least >= 4.99, `${least} points`);
  }
});

Deno.test("paperPdf() names title, author and language, and the day the bill was issued", async () => {
  const { objects } = await read(billOf(), "en");
  assert(objects.includes("/Lang (en)"));
  assert(objects.includes("/DisplayDocTitle true"));
  assertMatch(objects, /\(D:20261106000000Z\)/);
  const utf16 = (text: string): string => text.split("").map((c) => `\0${c}`).join("");
  assert(objects.includes(utf16("Bill of November 2026")), "no title");
});

Deno.test("paperPdf() holds no picture: QR code and bars are shapes", async () => {
  const { objects, content } = await read(billOf());
  assert(!objects.includes("/Image\n") && !/\/Subtype \/Image/.test(objects));
  assert(!/\bDo\b/.test(content));
  const squares = content.match(/ re$/gm) ?? [];
  assert(squares.length > 300, `${squares.length} rectangles`);
});

Deno.test("paperPdf() embeds its two typefaces, and nothing that a printer might not have", async () => {
  const { objects } = await read(billOf());
  const named = [...objects.matchAll(/\/BaseFont \/(\S+)/g)].map(([, name]) => name.slice(7));
  assertEquals([...new Set(named)].sort(), ["Figtree-Regular", "Figtree-SemiBold"]);
});

/** How wide the code's upper left corner sign is, seven squares, on paper. */
const squareOf = ({ content }: ReadPdf): number => {
  const scale = Number(content.match(/^([\d.]+) 0 0 \1 0 0 cm/m)?.[1] ?? 1);
  const [, width] = content.match(/^0 0 ([\d.]+) [\d.]+ re$/m) ?? [];
  return Number(width) / 7 * scale;
};

Deno.test("paperPdf() prints the QR code at the same size however much else is shrunk", async () => {
  const [usual, full] = [squareOf(await read(billOf())), squareOf(await read(longBill))];
  assert(usual > 2 && Math.abs(full - usual) < 0.01, `${usual} and ${full} points a square`);
});
