/** What one needs to pay, on a PDF page: the amount, by when, the code. */
import type { Paper } from "./paper.ts";
import { box, qrBlock, STATES, stateSign } from "./pdf-drawings.ts";
import { beside, type Block, type Pen, space, stack } from "./pdf-pen.ts";
import { HEADING, INK_2, SMALL } from "./pdf-styles.ts";
import { rule } from "./pdf-table.ts";

export function payOf(pen: Pen, paper: Paper, width: number): Block {
  const { pix } = paper;
  const left = width * 0.45;
  const total = stack([totalOf(pen, paper, left), datesOf(pen, paper.dates, left)], 7);
  const right = pix ? pixOf(pen, pix, width - left) : space(0);
  const height = Math.max(total.height, right.height);
  const middle = (block: Block): Block => stack([space((height - block.height) / 2), block]);
  return stack([beside([[0, middle(total)], [left, middle(right)]]), rule(pen, width)], 10);
}

function totalOf(pen: Pen, { total, state }: Paper, width: number): Block {
  const currency = { size: 15, colour: INK_2 };
  const figure = { size: fitting(pen, total.amount, width - 30), strong: true };
  const symbolWidth = pen.width(total.currency, currency) + 5;
  return stack([
    pen.paragraph(total.title, HEADING, width),
    beside([
      [
        0,
        stack([
          space((figure.size - currency.size) * 1.17),
          pen.paragraph(total.currency, currency, width),
        ]),
      ],
      [symbolWidth, pen.paragraph(total.amount, figure, width)],
    ]),
    beside([
      [0, stack([space(2.4), stateSign(pen, state.kind)])],
      [13, pen.paragraph(state.text, { size: 9, strong: true, colour: STATES[state.kind] }, width)],
    ]),
  ]);
}

/** The biggest size at which the amount is no wider than its room. */
function fitting(pen: Pen, text: string, room: number): number {
  const sizes = [34, 30, 26, 22, 18];
  return sizes.find((size) => pen.width(text, { size, strong: true }) <= room) ?? 14;
}

function datesOf(pen: Pen, dates: Paper["dates"], width: number): Block {
  const size = 9;
  const column = 12 + Math.max(...dates.map(({ title }) => pen.width(title, { size })));
  return stack(dates.map(({ title, text }) =>
    beside([
      [0, pen.paragraph(title, { size, colour: INK_2 }, column)],
      [column, pen.paragraph(text, { size }, width - column)],
    ])
  ));
}

function pixOf(pen: Pen, pix: NonNullable<Paper["pix"]>, width: number): Block {
  // Of the page, so that cameras read it however much else is shrunk.
  const side = width * 0.446;
  const left = side + 6;
  const room = width - left;
  const code = pen.paragraph(pix.code, { size: 6.4, most: 12, code: true }, room - 12);
  const texts = stack([
    pen.paragraph(pix.title, HEADING, room),
    pen.paragraph(pix.use, { ...SMALL, most: 3 }, room),
    box(pen, code, room, 6),
  ], 3);
  return beside([
    [0, qrBlock(pen, pix.code, side)],
    [left, stack([space(Math.max(0, (side - texts.height) / 2)), texts])],
  ]);
}
