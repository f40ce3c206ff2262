/** Tables that fit the terminal: what is too long for it goes on in a line below, in its column. */
import { padded, plain, rightAligned, styled, widthOf, wrapped } from "./text.ts";

export interface Column<Row> {
  title: string;
  of: (row: Row) => string | null | undefined;
  /** Numbers are broken last, as ids are. */
  align?: "right";
  /** Hard to read in parts, as an id is: others give way first. */
  whole?: true;
  /** Left out where no row has it, and empty where one has not. */
  ifAny?: true;
}

export interface Look {
  /** Infinite where nobody looks at a terminal. */
  columns: number;
  hasColour: boolean;
}

const GAP = "  ";
const NARROWEST = 6;

export function table<Row>(all: Column<Row>[], rows: Row[], look: Look): string {
  const columns = all.filter(({ ifAny, of }) => !ifAny || rows.some((row) => of(row)));
  const cells = rows.map((row) =>
    columns.map(({ of, ifAny }) => plain(of(row) ?? (ifAny ? "" : "–")))
  );
  const titles = columns.map(({ title }) => title);
  const widths = fitting(columns, [titles, ...cells], look.columns);
  const head = linesOf(columns, titles, widths).map((line) => styled(line, "bold", look.hasColour));
  return [...head, ...cells.flatMap((row) => linesOf(columns, row, widths))].join("\n");
}

function linesOf<Row>(columns: Column<Row>[], cells: string[], widths: number[]): string[] {
  const parts = cells.map((cell, i) => wrapped(cell, widths[i]));
  const count = Math.max(...parts.map(({ length }) => length));
  return Array.from({ length: count }, (_, line) =>
    columns.map(({ align }, i) => {
      const part = parts[i][line] ?? "";
      return align === "right" ? rightAligned(part, widths[i]) : padded(part, widths[i]);
    }).join(GAP).trimEnd());
}

function fitting<Row>(columns: Column<Row>[], lines: string[][], available: number): number[] {
  const widths = columns.map((_, i) => lines.reduce((most, l) => Math.max(most, widthOf(l[i])), 1));
  const room = available - GAP.length * (columns.length - 1);
  narrow(widths, room, columns.map(({ whole, align }) => whole || align ? Infinity : NARROWEST));
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
