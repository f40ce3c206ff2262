/** What is drawn on a PDF page: QR code, months, days, flag, the signs of states and bands. */
import type { FlagColour } from "../domain/tariff.ts";
import { barPlaces } from "./bars.ts";
import type { PaperState } from "./facts.ts";
import type { Paper, StripDay } from "./paper.ts";
import type { Block, Canvas, Pen } from "./pdf-pen.ts";
import { INK, INK_2, LINE_STRONG } from "./pdf-styles.ts";
import { qrSquares, qrStrokes, QUIET_ZONE } from "./qr.ts";

const BANDS = { 1: "#c27800", 2: "#a33a0c", 3: "#4a0d26" };
const BAR = "#848da1";
const STRIP = ["#f0eadf", "#f3dcb0", "#efc06f", "#e09a2c", "#c27800", "#8f4a0b", "#4a1f12"];
const FLAGS: Record<FlagColour, string> = {
  green: "#2e9e6b",
  yellow: "#f2c200",
  red1: "#d3263f",
  red2: "#8e1030",
};
export const STATES: Record<PaperState["kind"], string> = {
  issued: INK,
  paid: "#0a6556",
  overdue: "#ad103c",
  credited: INK_2,
};

/** In one shape, so that no viewer shows seams between the squares. */
export function qrBlock({ canvas }: Pen, code: string, side: number): Block {
  const squares = qrSquares(code);
  const unit = side / (squares.length + 2 * QUIET_ZONE);
  return {
    height: side,
    draw: (x, y) => {
      canvas.save().translate(x + QUIET_ZONE * unit, y + QUIET_ZONE * unit);
      for (const stroke of qrStrokes(squares)) {
        canvas.rect(stroke.x * unit, stroke.y * unit, stroke.length * unit, unit);
      }
      canvas.fillColor("#000000").fill().restore();
    },
  };
}

export function monthsBlock(
  pen: Pen,
  { bars }: NonNullable<Paper["months"]>,
  width: number,
): Block {
  const { canvas } = pen;
  const [top, base, height] = [12, 62, 74];
  const places = barPlaces(bars, { width, base, top, radius: 1.5 });
  return {
    height,
    draw: (x, y) =>
      bars.forEach((bar, i) => {
        const { centre, top, path } = places[i];
        const last = i === bars.length - 1;
        canvas.save().translate(x, y);
        if (bar.estimated) hatched(canvas, () => canvas.path(path), [centre - 30, 0, 60, base]);
        else canvas.path(path).fillColor(last ? BANDS[1] : BAR).fill();
        canvas.restore();
        line(canvas, x, y + base, width);
        const colour = last ? INK : INK_2;
        const style = { size: 7.2, strong: last, colour, align: "center" } as const;
        const [above, below] = [bar.text, bar.label].map((text) => pen.paragraph(text, style, 40));
        above.draw(x + centre - 20, y + top - above.height - 0.4);
        below.draw(x + centre - 20, y + base + 1.5);
      }),
  };
}

const line = (canvas: Canvas, x: number, y: number, width: number): Canvas =>
  canvas.lineWidth(0.6).strokeColor(LINE_STRONG).moveTo(x, y).lineTo(x + width, y).stroke();

export function stripBlock({ canvas }: Pen, days: StripDay[], width: number): Block {
  const height = 14;
  const wide = width / days.length;
  return {
    height,
    draw: (x, y) =>
      days.forEach(({ level, estimated }, i) => {
        // A little over the next, against seams.
        const over = i < days.length - 1 ? 0.4 : 0;
        const area: Area = [x + i * wide, y, wide + over, height];
        if (level === null) hatched(canvas, () => canvas.rect(...area), area);
        else canvas.rect(...area).fillColor(STRIP[level]).fill();
        if (estimated) strokes(canvas, () => canvas.rect(...area), area, INK, 0.35);
      }),
  };
}

type Area = [x: number, y: number, width: number, height: number];

/** Not measured. */
function hatched(canvas: Canvas, shape: () => Canvas, area: Area): void {
  strokes(canvas, shape, area, BANDS[1], 0.7);
  canvas.lineWidth(0.5).strokeColor(BANDS[1]);
  shape().stroke();
}

function strokes(
  canvas: Canvas,
  shape: () => Canvas,
  [x, y, width, height]: Area,
  colour: string,
  weight: number,
): void {
  canvas.save();
  shape().clip();
  for (let at = x - height; at < x + width; at += 2.6) {
    canvas.moveTo(at, y + height).lineTo(at + height, y);
  }
  canvas.lineWidth(weight).strokeColor(colour).stroke().restore();
}

export function flagBlock({ canvas }: Pen, colour: FlagColour): Block {
  return {
    height: 24,
    draw: (x, y) => {
      canvas.save().translate(x, y).lineWidth(1).fillColor(FLAGS[colour]).strokeColor(INK);
      canvas.path("M2 2h17l-4 5l4 5H2z").fillAndStroke();
      canvas.lineWidth(1.4).moveTo(2, 1).lineTo(2, 22).stroke().restore();
    },
  };
}

export function stateSign({ canvas }: Pen, kind: PaperState["kind"]): Block {
  return {
    height: 8,
    draw: (x, y) => {
      canvas.save().translate(x, y).lineWidth(1.2).fillColor(STATES[kind]).strokeColor(
        STATES[kind],
      );
      if (kind === "paid") canvas.circle(4, 4, 3.4).fill();
      else if (kind === "overdue") canvas.path("M4 0l4 4l-4 4l-4 -4z").fill();
      else if (kind === "credited") canvas.path("M1 1l6 6M7 1l-6 6").stroke();
      else canvas.circle(4, 4, 3).stroke();
      canvas.restore();
    },
  };
}

export const bandMark = ({ canvas }: Pen, band: 1 | 2 | 3): Block => ({
  height: 0,
  draw: (x, y) => void canvas.roundedRect(x, y + 2.9, 6, 6, 1.2).fillColor(BANDS[band]).fill(),
});

export const box = ({ canvas }: Pen, inner: Block, width: number, padding: number): Block => ({
  height: inner.height + 2 * padding,
  draw: (x, y) => {
    canvas.roundedRect(x, y, width, inner.height + 2 * padding, 3).fillColor("#eef1f6").fill();
    inner.draw(x + padding, y + padding);
  },
});
