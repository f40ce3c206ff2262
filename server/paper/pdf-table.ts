/** Tables on a PDF page. */
import { beside, type Block, type Pen, type Section, stack } from "./pdf-pen.ts";
import { INK, INK_2, LINE, LINE_STRONG } from "./pdf-styles.ts";

export interface Column {
  title: string;
  /** Of the table's width. */
  share: number;
  align?: "right";
  cells: string[];
  /** Lines that a cell may have. */
  most?: number;
}

const SIZE = 8.4;
const TITLE_SIZE = 7.6;
const PADDING = 2.4;
const GUTTER = 8;
const INDENT = 11;

export function rule(pen: Pen, width: number, colour = LINE, weight = 0.6): Block {
  return {
    height: weight,
    draw: (x, y) => {
      const middle = y + weight / 2;
      pen.canvas.lineWidth(weight).strokeColor(colour)
        .moveTo(x, middle).lineTo(x + width, middle).stroke();
    },
  };
}

/** Rows may begin with a mark, drawn at the left of the first column. */
export function table(
  pen: Pen,
  columns: Column[],
  width: number,
  marks: (Block | undefined)[] = [],
): Section {
  const row = (textOf: (column: Column) => string, title: boolean, indent = 0): Block =>
    cellsOf(pen, columns, width, { textOf, title, indent });
  const count = columns[0]?.cells.length ?? 0;
  const parts = Array.from({ length: count }, (_, i) => {
    const mark = marks[i];
    const cells = row((column) => column.cells[i], false, mark && INDENT);
    return stack([
      padded(beside([[0, cells], ...(mark ? [[0, mark] as [number, Block]] : [])])),
      rule(pen, width),
    ]);
  });
  const head = stack([padded(row(({ title }) => title, true)), rule(pen, width, LINE_STRONG)]);
  return { head, parts };
}

function cellsOf(
  pen: Pen,
  columns: Column[],
  width: number,
  { textOf, title, indent }: {
    textOf: (column: Column) => string;
    title: boolean;
    indent: number;
  },
): Block {
  let left = 0;
  return beside(columns.map((column, i): [number, Block] => {
    const at = left + (i === 0 ? indent : 0);
    const room = column.share * width - (i === columns.length - 1 ? 0 : GUTTER) - (at - left);
    left += column.share * width;
    const style = {
      size: title ? TITLE_SIZE : SIZE,
      colour: title ? INK_2 : INK,
      align: column.align,
      most: title ? 2 : column.most ?? 1,
    };
    return [at, pen.paragraph(textOf(column), style, room)];
  }));
}

const padded = (block: Block): Block => ({
  height: block.height + 2 * PADDING,
  draw: (x, y) => block.draw(x, y + PADDING),
});
