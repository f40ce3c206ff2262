/** Energy, power and times for people. */
import { usage } from "./ending.ts";

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

/** By the clock of a place. */
export const minuteIn = (rfc3339: string, timeZone: string): string =>
  Temporal.Instant.from(rfc3339).toZonedDateTimeISO(timeZone).toPlainDateTime()
    .toString({ smallestUnit: "minute" }).replace("T", " ");

export const instantIn = (rfc3339: string, timeZone: string): string =>
  `${minuteIn(rfc3339, timeZone)}, ${timeZone}`;

/** Of kilowatt-hours as people type them. */
export function wattHours(name: string, text: string): number {
  const [, units, part = ""] = /^(\d{1,7})(?:\.(\d{1,6}))?(?: ?kWh)?$/i.exec(text) ?? [];
  if (units === undefined) throw usage(`${name} must be in kWh like 1.2, not ${text}.`);
  return Number(units + part.padEnd(6, "0")) / 1_000;
}
