/** Reads back what a PDF's pages say and where, just closely enough for PDFs of the paper. */
import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";

export interface PdfText {
  text: string;
  /** From 1 on. */
  page: number;
  /** Points from the page's upper left corner to where the line begins. */
  x: number;
  y: number;
  size: number;
}

export interface ReadPdf {
  pages: number;
  texts: PdfText[];
  /** The dictionaries of all objects. */
  objects: string;
  /** What the pages draw. */
  content: string;
}

const OBJECT = /(\d+) 0 obj\n([^]*?)\nendobj/g;
const SHOWN =
  /BT\n1 0 0 1 (?<x>[\d.-]+) (?<y>[\d.-]+) Tm\n\/(?<font>F\d+) (?<size>[\d.]+) Tf\n\[(?<glyphs>.*?)\] TJ/g;

export function readPdf(bytes: Uint8Array): ReadPdf {
  const objects = new Map<string, string>();
  for (const [, id, body] of latin(bytes).matchAll(OBJECT)) objects.set(id, body);
  const all = [...objects.values()];
  const pages = all.filter((body) => /\/Type \/Page\b/.test(body));
  const contents = pages.map((page) => streamOf(objects.get(referenced(page, "Contents")) ?? ""));
  return {
    pages: pages.length,
    texts: pages.flatMap((page, i) => textsOn(page, contents[i], i + 1, objects)),
    objects: all.map((body) => body.split("\nstream\n")[0]).join("\n"),
    content: contents.join("\n"),
  };
}

function textsOn(
  body: string,
  content: string,
  page: number,
  objects: Map<string, string>,
): PdfText[] {
  const resources = objects.get(referenced(body, "Resources")) ?? "";
  const fonts = new Map(
    [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, id]) => {
      const unicode = objects.get(referenced(objects.get(id) ?? "", "ToUnicode")) ?? "";
      return [name, lettersIn(streamOf(unicode))];
    }),
  );
  const height = Number(body.match(/\/MediaBox \[0 0 [\d.]+ ([\d.]+)\]/)?.[1]);
  const scale = Number(content.match(/^([\d.]+) 0 0 \1 0 0 cm/m)?.[1] ?? 1);
  return [...content.matchAll(SHOWN)].map(({ groups = {} }) => ({
    text: textOf(groups.glyphs, fonts.get(groups.font) ?? []),
    page,
    x: Number(groups.x) * scale,
    y: (height - Number(groups.y)) * scale,
    size: Number(groups.size) * scale,
  }));
}

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

const referenced = (body: string, name: string): string =>
  body.match(new RegExp(`/${name} (\\d+) 0 R`))?.[1] ?? "";

function streamOf(body: string): string {
  const packed = body.match(/\nstream\n([^]*)\nendstream/)?.[1] ?? "";
  return packed === "" ? "" : latin(inflateSync(Buffer.from(packed, "latin1")));
}

/** By glyph. */
const lettersIn = (map: string): string[] =>
  [...map.matchAll(/<[\da-f]{4}> <[\da-f]{4}> \[(.*?)\]/g)].flatMap(([, letters]) =>
    [...letters.matchAll(/<([\da-f ]*)>/g)].map(([, code]) =>
      String.fromCharCode(...(code.match(/[\da-f]{4}/g) ?? []).map((unit) => parseInt(unit, 16)))
    )
  );

const textOf = (shown: string, letters: string[]): string =>
  [...shown.matchAll(/<([\da-f]+)>/g)]
    .flatMap(([, glyphs]) => glyphs.match(/.{4}/g) ?? [])
    .map((glyph) => letters[parseInt(glyph, 16)] ?? "\ufffd")
    .join("");
