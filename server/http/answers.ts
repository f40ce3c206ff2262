/** The forms in which several routes answer. */
import { z } from "zod";

export const id = z.string().regex(/^[0-9a-f]{16}$/, "must have 16 hexadecimal digits").meta({
  example: "8a1f63c0d27be954",
});

export const instantAnswer = z.string().meta({
  format: "date-time",
  example: "2026-11-20T11:00:00Z",
});

export const wh = z.number().meta({ description: "Watt-hours, exact", example: 18201.8 });

export const money = z.object({
  amount: z.int().meta({ description: "In the smallest unit of the currency", example: 47192 }),
  currency: z.string().meta({ example: "BRL" }),
}).meta({ id: "Money" });

export const date = z.string().meta({ format: "date", example: "2026-11-24" });

export const month = z.string().meta({ example: "2026-11" });

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: "The cursor of the next page" }),
  });
