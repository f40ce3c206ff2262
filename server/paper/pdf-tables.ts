/** The paper's tables on a PDF page. */
import type { Paper } from "./paper.ts";
import { bandMark } from "./pdf-drawings.ts";
import { beside, type Pen, type Section, space, stack } from "./pdf-pen.ts";
import { INK } from "./pdf-styles.ts";
import { rule, table } from "./pdf-table.ts";

/** From here on a long name is cut, as else the whole page would be too small to read. */
const MANY_LINES = 12;

export function readingsOf(
  pen: Pen,
  { readings: { titles, rows } }: Paper,
  width: number,
): Section {
  return table(pen, [
    { title: titles.meter, share: 0.24, most: 2, cells: rows.map(({ meter }) => meter) },
    { title: titles.previous, share: 0.22, cells: rows.map(({ previous }) => previous) },
    { title: titles.current, share: 0.22, cells: rows.map(({ current }) => current) },
    { title: titles.quality, share: 0.16, cells: rows.map(({ quality }) => quality) },
    {
      title: titles.consumption,
      share: 0.16,
      align: "right",
      cells: rows.map(({ consumption }) => consumption),
    },
  ], width);
}

export function linesOf(
  pen: Pen,
  { lines: { titles, rows, total } }: Paper,
  width: number,
): Section {
  const align = "right" as const;
  const price = titles.price === undefined
    ? []
    : [{ title: titles.price, share: 0.17, align, cells: rows.map(({ price }) => price) }];
  const marks = rows.map(({ band }) => band && bandMark(pen, band));
  const { head, parts } = table(
    pen,
    [
      {
        title: titles.item,
        share: price.length > 0 ? 0.36 : 0.53,
        most: rows.length > MANY_LINES ? 1 : 2,
        cells: rows.map(({ label }) => label),
      },
      { title: titles.quantity, share: 0.16, align, cells: rows.map(({ quantity }) => quantity) },
      { title: titles.rate, share: 0.17, align, cells: rows.map(({ rate }) => rate) },
      ...price,
      { title: titles.amount, share: 0.14, align, cells: rows.map(({ amount }) => amount) },
    ],
    width,
    marks,
  );
  const sum = { size: 11, strong: true };
  const sumRow = stack([
    rule(pen, width, INK, 1.2),
    space(4),
    beside([
      [0, pen.paragraph(total.title, sum, width / 2)],
      [width / 2, pen.paragraph(total.amount, { ...sum, align }, width / 2)],
    ]),
  ]);
  return { head, parts: [...parts, sumRow] };
}

export function taxesOf(
  pen: Pen,
  { titles, rows }: NonNullable<Paper["taxes"]>,
  width: number,
): Section {
  const align = "right" as const;
  return table(pen, [
    { title: titles.tax, share: 0.4, most: 2, cells: rows.map(({ tax }) => tax) },
    { title: titles.base, share: 0.22, align, cells: rows.map(({ base }) => base) },
    { title: titles.rate, share: 0.18, align, cells: rows.map(({ rate }) => rate) },
    { title: titles.amount, share: 0.2, align, cells: rows.map(({ amount }) => amount) },
  ], width);
}
