/** Text as it stands in a terminal, where some characters take two places and others none. */
import stringWidth from "string-width";

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What people typed elsewhere must not command the terminal, or turn the direction of a line. */
const COMMANDING = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu;

export const plain = (text: string): string => text.replace(COMMANDING, " ");

export const widthOf = (text: string): number => stringWidth(text);

export function shortened(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let short = "";
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (widthOf(short + segment) > width - 1) break;
    short += segment;
  }
  return `${short}…`;
}

/** In lines that fit, broken between words where that can be. */
export function wrapped(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const lines = [""];
  for (const word of text.split(" ").filter((word) => word !== "")) {
    const line = lines.pop()!;
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) lines.push(longer);
    else lines.push(...line === "" ? [] : [line], ...pieces(word, width));
  }
  return lines;
}

function pieces(word: string, width: number): string[] {
  const lines = [""];
  for (const { segment } of GRAPHEMES.segment(word)) {
    const line = lines.pop()!;
    if (widthOf(line + segment) <= width) lines.push(line + segment);
    else lines.push(...line === "" ? [] : [line], shortened(segment, width));
  }
  return lines;
}

const blanks = (text: string, width: number): string =>
  " ".repeat(Math.max(0, width - widthOf(text)));

export const padded = (text: string, width: number): string => text + blanks(text, width);

export const rightAligned = (text: string, width: number): string => blanks(text, width) + text;

const STYLES = { bold: 1, dim: 2, yellow: 33, cyan: 36 };

export const styled = (text: string, style: keyof typeof STYLES, hasColour: boolean): string =>
  hasColour && text !== "" ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
