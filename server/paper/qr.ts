/** QR codes as squares: for the SVG here and for whatever else draws them. */
import { html } from "hono/html";
import { encode } from "uqr";

/** Around the code nothing may be drawn for as many squares. */
export const QUIET_ZONE = 4;

/** Dark where true, by rows, without the quiet zone. */
export const qrSquares = (text: string): boolean[][] =>
  encode(text, { ecc: "M", boostEcc: false, border: 0 }).data;

export interface Stroke {
  x: number;
  y: number;
  length: number;
}

/** Neighbours in a row are one stroke: fewer shapes, and no hairlines between them. */
export const qrStrokes = (squares: boolean[][]): Stroke[] =>
  squares.flatMap((row, y) =>
    row.flatMap((dark, x) => {
      if (!dark || row[x - 1]) return [];
      const end = row.indexOf(false, x);
      return [{ x, y, length: (end < 0 ? row.length : end) - x }];
    })
  );

/** Stands by itself, black on white whatever the page's colours are: that is what cameras expect. */
export function qrSvg(text: string, title: string): string {
  const squares = qrSquares(text);
  const size = squares.length + 2 * QUIET_ZONE;
  const path = qrStrokes(squares)
    .map(({ x, y, length }) => `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h${length}v1h-${length}z`)
    .join("");
  return `${html`
    <svg
      xmlns="http://www.w3.org/2000/svg"
      class="qr"
      viewBox="0 0 ${size} ${size}"
      width="${size * 4}"
      height="${size * 4}"
      role="img"
      shape-rendering="crispEdges"
    >
      <title>${title}</title>
      <path fill="#fff" d="M0 0h${size}v${size}H0z" />
      <path fill="#000" d="${path}" />
    </svg>
  `}`.trim();
}
