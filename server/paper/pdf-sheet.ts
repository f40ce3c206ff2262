/** The paper's parts from top to bottom, as what a PDF page is made of. */
import type { Paper, Party } from "./paper.ts";
import { flagBlock, monthsBlock, stripBlock } from "./pdf-drawings.ts";
import { payOf } from "./pdf-pay.ts";
import { beside, type Block, type Pen, type Section, stack, stacked } from "./pdf-pen.ts";
import { BODY, HEADING, INK_2, NAME, SMALL } from "./pdf-styles.ts";
import { rule } from "./pdf-table.ts";
import { linesOf, readingsOf, taxesOf } from "./pdf-tables.ts";

/** In order; how far they are apart is for the page to say. */
export function sheetOf(pen: Pen, paper: Paper, width: number): Section[] {
  const { strip, months } = paper;
  return [
    ...single(
      headOf(pen, paper, width),
      payOf(pen, paper, width),
      partiesOf(pen, [paper.customer, paper.point, paper.consumption], width),
    ),
    readingsOf(pen, paper, width),
    ...(strip ? single(stripOf(pen, strip, width)) : []),
    linesOf(pen, paper, width),
    ...taxesAndFlagOf(pen, paper, width),
    ...(months ? single(monthsOf(pen, months, width)) : []),
    ...single(workingOf(pen, paper, width), footOf(pen, paper, width)),
  ];
}

const single = (...blocks: Block[]): Section[] => blocks.map((block) => ({ parts: [block] }));

function headOf(pen: Pen, { issuer, invoice }: Paper, width: number): Block {
  const half = width / 2 - 12;
  const right = { align: "right" } as const;
  const side = ({ name, facts }: Paper["issuer"], style: { align?: "right" }): Block =>
    stack([
      pen.paragraph(name, { ...NAME, ...style, most: 2 }, half),
      ...facts.map((fact) => pen.paragraph(fact, { ...SMALL, ...style, most: 2 }, half)),
    ]);
  return stack([
    beside([[0, side(issuer, {})], [width - half, side(invoice, right)]]),
    rule(pen, width),
  ], 9);
}

function partiesOf(pen: Pen, parties: Party[], width: number): Block {
  const step = width / parties.length;
  const room = step - 14;
  return beside(parties.map(({ title, name, facts }, i) => [
    i * step,
    stack([
      pen.paragraph(title, { size: 8.4, colour: INK_2 }, room),
      pen.paragraph(name, { size: 9.4, strong: true, most: 2 }, room),
      ...facts.map((fact) => pen.paragraph(fact, { ...BODY, most: 3 }, room)),
    ]),
  ]));
}

function stripOf(pen: Pen, strip: NonNullable<Paper["strip"]>, width: number): Block {
  const edge = 50;
  return stack([
    stripBlock(pen, strip.days, width),
    beside([
      [0, pen.paragraph(strip.from, SMALL, edge)],
      [edge, pen.paragraph(strip.caption, { ...SMALL, align: "center" }, width - 2 * edge)],
      [width - edge, pen.paragraph(strip.to, { ...SMALL, align: "right" }, edge)],
    ]),
  ], 3);
}

/** More rows than these may have to go on on the next page, with nothing beside them. */
const MOST_TAXES_BESIDE = 12;

function taxesAndFlagOf(pen: Pen, { taxes, flag }: Paper, width: number): Section[] {
  const half = (width - 26) / 2;
  const parts = [
    ...(taxes ? [taxesOf(pen, taxes, half)] : []),
    ...(flag ? single(flagOf(pen, flag, half)) : []),
  ];
  if (parts.length < 2 || taxes && taxes.rows.length > MOST_TAXES_BESIDE) return parts;
  return single(beside([[0, stacked(parts[0])], [width - half, stacked(parts[1])]]));
}

function flagOf(
  pen: Pen,
  { colour, title, text }: NonNullable<Paper["flag"]>,
  width: number,
): Block {
  const left = 30;
  const room = width - left;
  return beside([
    [0, flagBlock(pen, colour)],
    [
      left,
      stack([
        pen.paragraph(title, { ...HEADING, most: 2 }, room),
        pen.paragraph(text, { ...BODY, most: 5 }, room),
      ]),
    ],
  ]);
}

function monthsOf(pen: Pen, months: NonNullable<Paper["months"]>, width: number): Block {
  const { title, note } = months;
  return stack([
    beside([
      [0, pen.paragraph(title, HEADING, width / 2)],
      [width / 2, pen.paragraph(note, { ...SMALL, align: "right" }, width / 2)],
    ]),
    monthsBlock(pen, months, width),
  ], 4);
}

const workingOf = (pen: Pen, { working: { title, sentences } }: Paper, width: number): Block =>
  stack([
    pen.paragraph(title, HEADING, width),
    pen.paragraph(sentences.join(" "), { ...BODY, size: 8, most: 16 }, width),
  ], 2);

const footOf = (pen: Pen, { notices, hash }: Paper, width: number): Block =>
  stack([
    rule(pen, width),
    ...notices.length > 0 ? [pen.paragraph(notices.join(" "), { ...SMALL, most: 8 }, width)] : [],
    ...hash === undefined
      ? []
      : [pen.paragraph(hash, { size: 6.2, colour: INK_2, most: 2 }, width)],
  ], 5);
