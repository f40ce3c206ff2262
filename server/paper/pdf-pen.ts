/** Texts on a PDF page: measured, broken and cut here, as the page must never run over. */
import { INK } from "./pdf-styles.ts";

/** The part of a PDF document that the paper draws with. */
export interface Canvas {
  font(name: string): Canvas;
  fontSize(size: number): Canvas;
  fillColor(colour: string): Canvas;
  strokeColor(colour: string): Canvas;
  lineWidth(width: number): Canvas;
  widthOfString(text: string, options?: TextOptions): number;
  text(text: string, x: number, y: number, options?: TextOptions & { lineBreak: false }): Canvas;
  rect(x: number, y: number, width: number, height: number): Canvas;
  roundedRect(x: number, y: number, width: number, height: number, radius: number): Canvas;
  circle(x: number, y: number, radius: number): Canvas;
  path(svg: string): Canvas;
  moveTo(x: number, y: number): Canvas;
  lineTo(x: number, y: number): Canvas;
  translate(x: number, y: number): Canvas;
  fill(): Canvas;
  stroke(): Canvas;
  fillAndStroke(): Canvas;
  clip(): Canvas;
  save(): Canvas;
  restore(): Canvas;
}

interface TextOptions {
  features?: string[];
}

export interface TextStyle {
  size: number;
  strong?: boolean;
  colour?: string;
  align?: "left" | "right" | "center";
  /** Lines; what goes beyond ends in an ellipsis. */
  most?: number;
  /** A code, which loses its blanks when it is copied unless they stand inside a line. */
  code?: boolean;
}

/** Something of a known height that can be put anywhere. */
export interface Block {
  height: number;
  draw(x: number, y: number): void;
}

/** Blocks one below the other; those that go on on the next page have the head over them again. */
export interface Section {
  head?: Block;
  parts: Block[];
}

const LEADING = 1.4;
const OWN_LEADING = 1.2;
const FEATURES = { features: ["tnum", "kern"] };
/** What the typeface has no sign for. */
const UNKNOWN =
  /[^\u0020-\u007e\u00a0-\u017f\u02c6-\u02dc\u2010-\u2026\u2030\u2039\u203a\u20ac\u2122\u2212]/gu;
const MARKS = /\p{M}/gu;

/** The text as the typeface can write it: without rare accents, other scripts as question marks. */
export const writable = (text: string): string =>
  text.normalize("NFC").replace(/[\t\r\n]+/g, " ").replaceAll("≈", "~").replace(UNKNOWN, (sign) => {
    const plain = sign.normalize("NFKD").replace(MARKS, "");
    return plain.replace(UNKNOWN, "?");
  });

const BIG = 1_000;

export class Pen {
  constructor(
    readonly canvas: Canvas,
    /** Nothing is written smaller. */
    readonly leastSize = 0,
    readonly widths: Map<string, number> = new Map(),
  ) {}

  atLeast(size: number): Pen {
    return new Pen(this.canvas, size, this.widths);
  }

  /** Word by word, as most words come again. */
  width(text: string, { size, strong }: TextStyle): number {
    const words = text.split(" ");
    const blanks = (words.length - 1) * this.#widthOfWord(" ", strong);
    const sum = words.reduce((sum, word) => sum + this.#widthOfWord(word, strong), blanks);
    return Math.max(size, this.leastSize) * sum;
  }

  #widthOfWord(word: string, strong = false): number {
    const key = `${strong} ${word}`;
    const known = this.widths.get(key);
    if (known !== undefined) return known;
    const width = this.#typeface(BIG, strong).widthOfString(word, FEATURES) / BIG;
    this.widths.set(key, width);
    return width;
  }

  paragraph(text: string, style: TextStyle, width: number): Block {
    const { most = 1, colour = INK, align = "left", strong } = style;
    const size = Math.max(style.size, this.leastSize);
    const lines = this.#broken(writable(text), style, width, most);
    const step = size * LEADING;
    return {
      height: lines.length * step,
      draw: (x, y) =>
        lines.forEach((line, i) => {
          const rest = align === "left" ? 0 : width - this.width(line, style);
          const left = x + (align === "center" ? rest / 2 : rest);
          const top = y + i * step + size * (LEADING - OWN_LEADING) / 2;
          this.#typeface(size, strong).fillColor(colour)
            .text(line, left, top, { ...FEATURES, lineBreak: false });
        }),
    };
  }

  #typeface(size: number, strong = false): Canvas {
    return this.canvas.font(strong ? "strong" : "regular").fontSize(size);
  }

  #broken(text: string, style: TextStyle, width: number, most: number): string[] {
    const fits = (line: string): boolean => this.width(line, style) <= width;
    const lines: string[] = [];
    let rest = text.trim();
    while (rest !== "" && lines.length < most) {
      const length = this.#lengthOfLine(rest, fits, style.code);
      lines.push(rest.slice(0, length).trimEnd());
      rest = rest.slice(length).trimStart();
    }
    if (rest !== "") lines.push(shortened(lines.pop() ?? "", fits));
    return lines;
  }

  /** Up to a blank, or, in what has none, as many characters as fit. */
  #lengthOfLine(text: string, fits: (line: string) => boolean, code = false): number {
    if (fits(text)) return text.length;
    if (code) return lengthOfCode(text, fits);
    let end = 0;
    let blank = text.indexOf(" ");
    while (blank > 0 && fits(text.slice(0, blank))) {
      end = blank;
      blank = text.indexOf(" ", blank + 1);
    }
    return end > 0 ? end : charactersThatFit(text, fits);
  }
}

function lengthOfCode(text: string, fits: (line: string) => boolean): number {
  let length = charactersThatFit(text, fits);
  while (length > 1 && text.slice(length - 1, length + 1).includes(" ")) length--;
  return length;
}

/** At least one, so that a text comes to its end however narrow its place is. */
function charactersThatFit(text: string, fits: (line: string) => boolean): number {
  let [low, high] = [1, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(text.slice(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

function shortened(line: string, fits: (line: string) => boolean): string {
  let end = line.length;
  while (end > 0 && !fits(`${line.slice(0, end).trimEnd()}…`)) end--;
  return `${line.slice(0, end).trimEnd()}…`;
}

export const space = (height: number): Block => ({ height, draw: () => {} });

export const stack = (blocks: Block[], gap = 0): Block => ({
  height: blocks.reduce((sum, { height }) => sum + height, Math.max(blocks.length - 1, 0) * gap),
  draw: (x, y) => {
    let at = y;
    for (const block of blocks) {
      block.draw(x, at);
      at += block.height + gap;
    }
  },
});

export const stacked = ({ head, parts }: Section): Block => stack(head ? [head, ...parts] : parts);

/** Next to each other, each at its own distance from the left. */
export const beside = (parts: [number, Block][]): Block => ({
  height: Math.max(0, ...parts.map(([, { height }]) => height)),
  draw: (x, y) => parts.forEach(([left, block]) => block.draw(x + left, y)),
});
