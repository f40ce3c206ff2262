/** The paper's tables: readings, lines, taxes. */
import type { LineFacts, ReadingEdge, ReadingQuality } from "./facts.ts";
import type { LineRow, Paper } from "./paper.ts";
import { lineName, sinceDays } from "./write-sentences.ts";
import { given, placesFor, type Writing } from "./writing.ts";
import type { WordKey } from "./words.ts";

const NO_BREAK = "\u00a0";

const QUALITIES: Record<ReadingQuality, WordKey> = {
  measured: "measured",
  measuredInPart: "measuredInPart",
  estimatedInPart: "estimatedInPart",
  estimated: "estimated",
  unread: "unread",
};

export function readingsOf({ facts: { readings }, says, formats }: Writing): Paper["readings"] {
  const places = placesFor(
    readings.flatMap(({ previous, current }) => [previous.register ?? 0, current.register ?? 0]),
  );
  const edge = ({ day, register }: ReadingEdge): string =>
    given(
      formats.shortDayOfYear(day),
      register === undefined ? "–" : formats.kilowattHours(register, places),
    ).join(" · ");
  return {
    titles: {
      meter: says("meter"),
      previous: says("previousReading"),
      current: says("currentReading"),
      consumption: says("consumption"),
      quality: says("reading"),
    },
    rows: readings.map(({ meter, fedIn, previous, current, consumption, quality }) => ({
      meter: fedIn ? says("fedIn", { meter }) : meter,
      previous: edge(previous),
      current: edge(current),
      consumption: quality === "unread" ? "–" : formats.energy(consumption, places),
      quality: says(QUALITIES[quality]),
    })),
  };
}

export function linesOf(writing: Writing): Paper["lines"] {
  const { facts: { lines, total }, says, formats } = writing;
  const { currency } = formats;
  const places = placesFor(lines.map(({ energy }) => energy ?? 0));
  return {
    titles: {
      item: says("item"),
      quantity: says("quantity"),
      rate: says("rate"),
      ...(lines.some(({ price }) => price) && { price: says("price") }),
      amount: says("amount", { currency }),
    },
    rows: lines.map((line) => rowOf(line, places, writing)),
    total: { title: says("total"), amount: formats.amount(total) },
  };
}

function rowOf(line: LineFacts, places: number, writing: Writing): LineRow {
  const { name, energy, estimated, days, band, amount } = line;
  const { says, formats } = writing;
  const quantity = days ? daysOf(days, writing) : "";
  const rate = line.rate ? formats.rate(line.rate) : "";
  const price = line.price ? formats.price(line.price) : "";
  const counted = price || rate;
  return {
    ...(band ? { band } : {}),
    label: lineName(name, writing),
    quantity: energy === undefined
      ? quantity
      : `${estimated ? `≈${NO_BREAK}` : ""}${formats.energy(energy, places)}`,
    rate,
    price,
    each: counted && says("each", { currency: formats.currency, price: counted }),
    amount: formats.amount(amount),
  };
}

function daysOf({ count, per }: NonNullable<LineFacts["days"]>, { says }: Writing): string {
  if (per > 1) return says("daysOf", { days: count, per });
  return count === 1 ? says("oneDay") : says("days", { days: count });
}

export function taxesOf(writing: Writing): Pick<Paper, "taxes"> {
  const { facts: { taxes }, says, formats } = writing;
  if (taxes.length === 0) return {};
  const [{ inside }] = taxes;
  const isAlike = taxes.every((tax) => tax.inside === inside);
  return {
    taxes: {
      titles: {
        tax: says(isAlike ? inside ? "taxInside" : "taxOnTop" : "tax"),
        base: says("taxBase"),
        rate: says("taxRate"),
        amount: formats.currency,
      },
      rows: taxes.map(({ tax, since, base, rate, amount }) => ({
        tax: sinceDays(tax, since, writing),
        base: formats.amount(base),
        rate: formats.percent(rate),
        amount: formats.amount(amount),
      })),
    },
  };
}
