/** Where bars stand, for whatever draws them. */
import type { Bar } from "./paper.ts";

export interface BarPlace {
  centre: number;
  top: number;
  /** As SVG writes it: square at the foot, round at the head. */
  path: string;
}

export interface BarSpace {
  width: number;
  /** Of the line on which they stand. */
  base: number;
  /** Of the highest bar's head. */
  top: number;
  radius: number;
}

const SHARE_OF_STEP = 0.6;
const LOWEST = 1;

export function barPlaces(bars: Bar[], { width, base, top, radius }: BarSpace): BarPlace[] {
  const step = width / bars.length;
  const wide = Math.min(step * SHARE_OF_STEP, width / 10);
  return bars.map(({ height }, i) => {
    const centre = step * (i + 0.5);
    const tall = Math.max((base - top) * height, LOWEST);
    const round = Math.min(radius, tall);
    const head = `q0 -${round} ${round} -${round}h${rounded(wide - 2 * round)}` +
      `q${round} 0 ${round} ${round}`;
    const path = `M${rounded(centre - wide / 2)} ${base}v-${rounded(tall - round)}${head}V${base}z`;
    return { centre: rounded(centre), top: rounded(base - tall), path };
  });
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
