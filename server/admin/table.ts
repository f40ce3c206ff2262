/** Tables that fit the terminal: what is too long for it is shortened, the longest first. */
import { padded, plain, rightAligned, shortened, styled, widthOf } from "./text.ts";

export interface Column<Row> {
  title: string;
  of: (row: Row) => string | null | undefined;
  align?: "right";
  /** Is of no use if it is cut, as an id is: others give way first. */
  whole?: true;
}

export interface Look {
  columns: number;
  hasColour: boolean;
}

const GAP = "  ";
const NARROWEST = 6;

export function table<Row>(columns: Column<Row>[], rows: Row[], look: Look): string {
  const cells = rows.map((row) => columns.map(({ of }) => plain(of(row) ?? "–")));
  const titles = columns.map(({ title }) => title);
  const widths = fitting(columns, [titles, ...cells], look.columns);
  const head = styled(lineOf(columns, titles, widths), "bold", look.hasColour);
  return [head, ...cells.map((row) => lineOf(columns, row, widths))].join("\n");
}

function lineOf<Row>(columns: Column<Row>[], cells: string[], widths: number[]): string {
  return cells.map((cell, i) => {
    const short = shortened(cell, widths[i]);
    return columns[i].align === "right" ? rightAligned(short, widths[i]) : padded(short, widths[i]);
  }).join(GAP).trimEnd();
}

function fitting<Row>(columns: Column<Row>[], lines: string[][], available: number): number[] {
  const widths = columns.map((_, i) => lines.reduce((most, l) => Math.max(most, widthOf(l[i])), 1));
  const room = available - GAP.length * (columns.length - 1);
  narrow(widths, room, columns.map(({ whole }) => whole ? Infinity : NARROWEST));
  narrow(widths, room, columns.map(() => 1));
  return widths;
}

/** Takes from the widest until they fit, or none is left that may become narrower. */
function narrow(widths: number[], room: number, least: number[]): void {
  const sum = (): number => widths.reduce((sum, width) => sum + width, 0);
  for (let excess = sum() - room; excess > 0; excess = sum() - room) {
    const wide = widths.map((width, i) => width > least[i] ? width : 0);
    const [first, second = 0] = wide.toSorted((a, b) => b - a);
    if (first === 0) return;
    const i = wide.indexOf(first);
    widths[i] = Math.max(least[i], Math.min(first - 1, Math.max(second, first - excess)));
  }
}

/** A thing by its fields, one a line. */
export function details(fields: Record<string, string | null | undefined>): string {
  const width = Math.max(...Object.keys(fields).map(widthOf));
  return Object.entries(fields).map(([name, value]) =>
    `${padded(name, width)}${GAP}${plain(value ?? "–")}`
  ).join("\n");
}
