/** Energy, power and times for people. */

export interface Unit {
  name: "Wh" | "kWh" | "MWh";
  write: (wh: number) => string;
}

const number = (decimals: number, least = decimals) =>
  new Intl.NumberFormat("en", { minimumFractionDigits: least, maximumFractionDigits: decimals });

const SMALL = number(3, 0);
const LARGE = number(3);

/** One in which the largest of some values is easy to read. */
export function unitFor(largestWh: number): Unit {
  if (largestWh < 1_000) return { name: "Wh", write: (wh) => SMALL.format(wh) };
  if (largestWh < 1e7) return { name: "kWh", write: (wh) => LARGE.format(wh / 1_000) };
  return { name: "MWh", write: (wh) => LARGE.format(wh / 1e6) };
}

export const watts = (power: number | null): string | null =>
  power === null ? null : `${number(1, 0).format(power)} W`;

export const register = (wh: number | null): string | null =>
  wh === null ? null : `${LARGE.format(wh / 1_000)} kWh`;

export const instant = (rfc3339: string | null | undefined): string | null =>
  rfc3339 ? rfc3339.replace("T", " ").replace(/Z$/, " UTC") : null;
