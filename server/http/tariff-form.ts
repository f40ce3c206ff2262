/** A tariff as people write and read it: prices and rates as decimal numbers, all else as it is. */
import { z } from "zod";
import { price as priceFaults } from "../domain/faults.ts";
import { parseScaled, ROUNDINGS, scaledText } from "../domain/money.ts";
import { DAYS, FLAG_COLOURS, type MonthlySurcharge, type Tariff } from "../domain/tariff.ts";
import { tariffFaults } from "../domain/tariff-faults.ts";
import { text } from "./input.ts";

const NOT_DECIMAL =
  "must be a number like 0.94793, with up to 7 digits before the point and 8 behind it";

const written = z.union([z.string().regex(/^-?\d{1,7}(\.\d{1,8})?$/, NOT_DECIMAL), z.number()], {
  error: NOT_DECIMAL,
}).meta({ example: "0.94793" });

const decimal = z.codec(written, z.number(), {
  decode: (value, { issues }) => {
    const scaled = parseScaled(String(value));
    if (scaled !== undefined) return scaled;
    issues.push({ code: "custom", message: NOT_DECIMAL, input: value });
    return z.NEVER;
  },
  encode: (value) => scaledText(value),
});

const name = text(1, 80).meta({ description: "As it stands on the bill", example: "Energy" });
const kwh = z.number().meta({ example: 300 });
const limit = kwh.optional().meta({ description: "Included; the last one has none" });
const monthDay = z.string().meta({ example: "06-01" });
const clock = z.string().meta({ example: "17:30" });

const list = <Item extends z.ZodType>(item: Item, max: number) =>
  z.array(item).max(max, `must have up to ${max} items`);

/** What is no object is said to be none. */
const kindOf = (kinds: string) => ({ code }: { code: string }) =>
  code === "invalid_union" ? `must be ${kinds}` : undefined;

const monthOf = <Decimal extends z.ZodType>(decimal: Decimal) =>
  z.strictObject({ name, price: decimal, colour: z.enum(FLAG_COLOURS).optional() });

/** The same form with numbers as they are sent, and as they are answered. */
function tariffOf<Decimal extends z.ZodType>(decimal: Decimal) {
  const named = { name, price: decimal };
  const window = z.strictObject({
    days: list(z.enum(DAYS), DAYS.length),
    from: clock,
    to: clock.meta({ description: "Not included; 24:00 is the end of the day", example: "20:30" }),
    season: z.strictObject({ from: monthDay, to: monthDay }).optional(),
  });
  const band = z.strictObject({ ...named, windows: list(window, 50) });
  const tier = z.strictObject({ ...named, upToKwh: limit });
  const tax = z.strictObject({
    name,
    bands: list(z.strictObject({ upToKwh: limit, rate: decimal }), 20),
  });
  const municipal = z.strictObject({
    upToKwh: limit,
    rate: decimal.optional(),
    fixed: decimal.optional(),
    perKwh: decimal.optional(),
    cap: decimal.optional(),
  });
  return z.strictObject({
    name: text(1, 80).meta({ example: "Home" }),
    currency: z.string().meta({ example: "BRL" }),
    decimals: z.number().meta({ description: "Of the currency's amounts", example: 2 }),
    rounding: z.enum(ROUNDINGS),
    energy: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("flat"), ...named }),
      z.strictObject({ kind: z.literal("tiers"), tiers: list(tier, 20) }),
      z.strictObject({ kind: z.literal("timeOfUse"), bands: list(band, 10) }),
    ], { error: kindOf("flat, tiers or timeOfUse") }),
    fixed: z.strictObject({ ...named, per: z.enum(["day", "period"]) }).optional(),
    minimum: z.strictObject({
      name,
      kwh: z.strictObject({ singlePhase: kwh, twoPhase: kwh, threePhase: kwh }),
    }).optional(),
    surcharge: z.strictObject({
      daysFrom: z.enum(["readingDay", "dayAfterReading"]),
      months: z.record(z.string(), monthOf(decimal)).meta({
        description: "By month, like 2026-08; what is not there is as the month before",
      }),
    }).optional(),
    taxes: z.strictObject({
      kind: z.enum(["inside", "onTop"]),
      stages: list(list(tax, 6), 4).meta({ description: "Those of one stage are on one base" }),
    }),
    municipal: z.strictObject({ name, base: decimal.optional(), bands: list(municipal, 50) })
      .optional(),
    fedIn: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("price"), ...named }),
      z.strictObject({ kind: z.literal("credit"), name }),
    ], { error: kindOf("price or credit") }).optional(),
    late: z.strictObject({
      feeName: name,
      fee: decimal,
      interestName: name,
      interestPerMonth: decimal,
    }).optional(),
    holidays: list(z.string().meta({ example: "12-25" }), 400),
  });
}

const form = tariffOf(decimal);

/** As it is sent; of what has that form, what cannot be right is refused by field. */
export const tariffSent = form.transform((tariff, { addIssue }) => {
  for (const { path, message } of tariffFaults(tariff)) {
    addIssue({ code: "custom", path: path.split("."), message, input: tariff });
  }
  return tariff;
}).meta({ id: "NewTariff" });

export const tariffShown = tariffOf(z.string().meta({ example: "0.94793" }))
  .meta({ id: "TariffTerms" });

export const shownTariff = (tariff: Tariff): z.input<typeof tariffShown> =>
  z.encode(form, tariff) as z.input<typeof tariffShown>;

const month = monthOf(decimal);

/** What is announced for a month. */
export const monthSent = month.transform((month, { addIssue }) => {
  for (const { path, message } of priceFaults(month.price, "price")) {
    addIssue({ code: "custom", path: [path], message, input: month });
  }
  return month;
});

export const monthsShown = z.record(z.string(), monthOf(z.string().meta({ example: "0.01885" })));

export const shownMonths = (
  months: Record<string, MonthlySurcharge>,
): z.input<typeof monthsShown> =>
  z.encode(z.record(z.string(), month), months) as z.input<typeof monthsShown>;
