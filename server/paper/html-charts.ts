/** What is drawn on the HTML page: shapes with classes, which the style sheet colours. */
import { html, raw } from "hono/html";
import type { FlagColour } from "../domain/tariff.ts";
import { barPlaces } from "./bars.ts";
import type { Paper } from "./paper.ts";

export type Html = ReturnType<typeof html>;

interface Frame {
  width: number;
  height: number;
  /** `wide` or `narrow`: which screens show it. */
  kind: string;
}

const FRAMES: Frame[] = [
  { width: 734, height: 132, kind: "wide" },
  { width: 340, height: 140, kind: "narrow" },
];

const ON_COLOUR = "strip-estimated";

const LINES = html`
  <rect width="5" height="5" class="hatch-ground" />
  <rect width="1.6" height="5" class="hatch-line" />
`;
/** Finer, with the colour below to be seen. */
const LINES_ON_COLOUR = html`<rect width="0.6" height="5" class="hatch-over" />`;

const pattern = (id: string, lines = LINES): Html =>
  html`
    <defs>
      <pattern id="${id}" width="5" height="5" patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)">
        ${lines}
      </pattern>
    </defs>
  `;

/** Texts are never scaled, so there is one drawing for desks and one for phones. */
export const monthsSvgs = (months: NonNullable<Paper["months"]>): Html[] =>
  FRAMES.map((frame) => monthsSvg(months, frame));

function monthsSvg(
  { label, bars }: NonNullable<Paper["months"]>,
  { width, height, kind }: Frame,
): Html {
  const base = height - 20;
  const places = barPlaces(bars, { width, base, top: 24, radius: 2 });
  const drawn = bars.map((bar, i) => {
    const { centre, top, path } = places[i];
    const last = i === bars.length - 1 ? " last" : "";
    const fill = bar.estimated ? raw(` fill="url(#months-${kind})"`) : "";
    return html`
      <path d="${path}" class="${bar.estimated ? "estimated" : `bar${last}`}" ${fill} />
      <text x="${centre}" y="${top - 7}" class="t${last}">${bar.text}</text>
      <text x="${centre}" y="${base + 16}" class="t${last}">${kind === "wide"
        ? bar.label
        : bar.short}</text>
    `;
  });
  return html`
    <svg class="chart ${kind}" viewBox="0 0 ${width} ${height}" role="img"
      aria-label="${label}">
      ${pattern(`months-${kind}`)}
      ${drawn}
      <path d="M0 ${base}H${width}" class="axis" />
    </svg>
  `;
}

const STRIP_HEIGHT = 28;

export function stripSvg({ label, days }: NonNullable<Paper["strip"]>): Html {
  const step = 24;
  const width = days.length * step;
  const drawn = days.map(({ text, level, estimated }, i) => {
    // A little wider than its place, against seams.
    const wide = i === days.length - 1 ? step : step + 0.4;
    const place = raw(`x="${i * step}" width="${wide}" height="${STRIP_HEIGHT}"`);
    return html`
      <rect ${place} ${level === null
        ? raw('class="missing" fill="url(#strip)"')
        : raw(`class="s${level}"`)}>
        <title>${text}</title>
      </rect>
      ${estimated ? html`<rect ${place} class="hatched" fill="url(#${ON_COLOUR})" />` : ""}
    `;
  });
  return html`
    <svg class="strip-chart" viewBox="0 0 ${width} ${STRIP_HEIGHT}" preserveAspectRatio="none"
      role="img" aria-label="${label}">${pattern("strip")}${pattern(
        ON_COLOUR,
        LINES_ON_COLOUR,
      )}${drawn}</svg>
  `;
}

export const flagSvg = (colour: FlagColour): Html =>
  html`
    <svg class="flag-${colour}" viewBox="0 0 34 34" width="34" height="34" aria-hidden="true">
      <path class="cloth" d="M8 5.5h20l-4.6 6.8 4.6 6.8H8z" />
      <path class="pole" d="M8 4v27" />
    </svg>
  `;

export const bandSvg = (band: 1 | 2 | 3 | undefined): Html | string =>
  band === undefined ? "" : html`
    <svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">
      <rect width="12" height="12" rx="2.5" class="b${band}" />
    </svg>
  `;
