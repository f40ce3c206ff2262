/**
 * What goes on which page of a PDF. What is too long for one page is shrunk as a whole, like on a
 * copier; what could then not be read any more has as many pages as it takes.
 */
import type { Paper } from "./paper.ts";
import { type Block, type Pen, type Section, space, stack, stacked } from "./pdf-pen.ts";
import { sheetOf } from "./pdf-sheet.ts";
import { SMALL } from "./pdf-styles.ts";

export interface Room {
  width: number;
  height: number;
}

export interface Page {
  scale: number;
  /** In units that the scale makes points. */
  content: Block;
}

/** In points. */
const LEAST_SIZE = 5;
/** At which most texts are that small. */
const LEAST_SCALE = 0.6;
const HALVINGS = 6;
const GAP = 13;
const WIDEST_GAP = 21;
const NUMBER_HEIGHT = 16;

export function pagesOf(pen: Pen, paper: Paper, { width, height }: Room): Page[] {
  const sheetAt = (scale: number) => sheetOf(pen.atLeast(LEAST_SIZE / scale), paper, width / scale);
  const scale = fittingScale((scale) => heightOf(sheetAt(scale)) * scale <= height);
  if (scale !== undefined) return [{ scale, content: spread(sheetAt(scale), height / scale) }];
  return numbered(broken(sheetAt(1), height - NUMBER_HEIGHT), pen, paper, { width, height });
}

/** About the largest; as a smaller one leaves more room for each line, it is found by halving. */
function fittingScale(fits: (scale: number) => boolean): number | undefined {
  if (fits(1)) return 1;
  if (!fits(LEAST_SCALE)) return undefined;
  let [low, high] = [LEAST_SCALE, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

const heightOf = (sections: Section[]): number => stack(sections.map(stacked), GAP).height;

/** With what is left of the page between its parts. */
function spread(sections: Section[], height: number): Block {
  const spare = Math.max(0, height - heightOf(sections));
  return stack(sections.map(stacked), Math.min(WIDEST_GAP, GAP + spare / (sections.length - 1)));
}

/** Begins a page where one is full. */
function broken(sections: Section[], height: number): Block[] {
  const pages: Block[][] = [[]];
  let left = height;
  const put = (block: Block) => {
    pages[pages.length - 1].push(block);
    left -= block.height;
  };
  for (const { head = space(0), parts } of sections) {
    parts.forEach((part, i) => {
      const before = i === 0 ? [space(GAP), head] : [];
      const needed = stack([...before, part]).height;
      if (needed > left) {
        pages.push([]);
        left = height;
        put(head);
      } else before.forEach(put);
      put(part);
    });
  }
  return pages.map((blocks) => stack(blocks));
}

function numbered(pages: Block[], pen: Pen, { invoice }: Paper, { width, height }: Room): Page[] {
  const style = { ...SMALL, align: "right" } as const;
  return pages.map((page, i) => {
    const number = pen.paragraph(`${invoice.name} · ${i + 1}/${pages.length}`, style, width);
    const rest = height - page.height - number.height;
    return { scale: 1, content: stack([page, space(rest), number]) };
  });
}
