/** A line of a bill as JSON, with all by which its amount can be checked. */
import { z } from "zod";
import type { BilledUse, BillLine } from "../domain/lines.ts";
import { scaledText } from "../domain/money.ts";
import type { MunicipalTerms } from "../domain/municipal.ts";
import { money, month } from "./answers.ts";
import { toWh } from "./output.ts";

export const decimal = z.string().meta({ description: "A decimal number", example: "0.94793" });

const use = z.object({ energyWh: z.number(), amount: money });

const municipalTerms = z.object({
  aboveKwh: z.number().optional().meta({ description: "The limits of its band, in a whole month" }),
  upToKwh: z.number().optional(),
  base: decimal.optional().meta({ description: "In the currency; the rate is a part of it" }),
  rate: decimal.optional(),
  fixed: decimal.optional(),
  perKwh: decimal.optional(),
  cap: decimal.optional().meta({ description: "It is no more than this" }),
  energyWh: z.number(),
  days: z.int().meta({ description: "What is said of the month counts for so many days" }),
  perDays: z.int().meta({ description: "Of so many" }),
});

export const billLine = z.object({
  kind: z.enum([
    "energy",
    "minimum",
    "surcharge",
    "credit",
    "fedIn",
    "fixed",
    "tax",
    "municipal",
    "correction",
    "lateFee",
    "interest",
    "other",
  ]),
  label: z.string(),
  amount: money,
  energyWh: z.number().optional(),
  estimatedWh: z.number().optional(),
  days: z.int().optional(),
  perDays: z.int().optional().meta({ description: "The price is for so many days" }),
  price: decimal.optional().meta({ description: "Per kWh, or for the days, before taxes" }),
  priceWithTaxes: decimal.optional(),
  base: money.optional().meta({ description: "What a tax is on" }),
  rate: decimal.optional().meta({ description: "Of a tax, as a fraction of one" }),
  contained: z.boolean().optional().meta({
    description: "A tax that is in the lines above already and not added",
  }),
  municipal: municipalTerms.optional().meta({ description: "What the charge is made of" }),
  month: month.optional().meta({ description: "The period that is put right" }),
  billed: use.optional().meta({ description: "What was billed for that period so far" }),
  known: use.optional().meta({ description: "What it comes to as it is known now" }),
  rounding: z.enum(["halfUp", "halfEven"]),
}).meta({ id: "BillLine" });

export function shownLine(line: BillLine, currency: string): z.input<typeof billLine> {
  const { kind, label, amount, rounding } = line;
  return {
    kind,
    label,
    amount: { amount, currency },
    ...("milliwattHours" in line && { energyWh: signedWh(line.milliwattHours) }),
    ...("estimatedMilliwattHours" in line && { estimatedWh: toWh(line.estimatedMilliwattHours) }),
    ...("days" in line && { days: line.days, perDays: line.perDays }),
    ...("price" in line && {
      price: scaledText(line.price),
      priceWithTaxes: scaledText(line.priceWithTaxes),
    }),
    ...(line.kind === "tax" && {
      base: { amount: line.base, currency },
      rate: scaledText(line.rate),
      contained: line.contained,
    }),
    ...(line.kind === "municipal" && { municipal: shownTerms(line.terms) }),
    ...(line.kind === "correction" && {
      month: line.month,
      billed: shownUse(line.billed, currency),
      known: shownUse(line.known, currency),
    }),
    rounding,
  };
}

const shownUse = ({ milliwattHours, amount }: BilledUse, currency: string) => ({
  energyWh: toWh(milliwattHours),
  amount: { amount, currency },
});

function shownTerms(terms: MunicipalTerms): z.input<typeof municipalTerms> {
  const { aboveKwh, upToKwh, base, rate, fixed, perKwh, cap, milliwattHours, ...rest } = terms;
  const text = (value: number | undefined) => value === undefined ? undefined : scaledText(value);
  return {
    aboveKwh,
    upToKwh,
    base: text(base),
    rate: text(rate),
    fixed: text(fixed),
    perKwh: text(perKwh),
    cap: text(cap),
    energyWh: toWh(milliwattHours),
    ...rest,
  };
}

/** What is credited or put right may be below zero. */
const signedWh = (milliwattHours: number): number =>
  milliwattHours < 0 ? -toWh(-milliwattHours) : toWh(milliwattHours);
