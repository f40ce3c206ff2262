/** In which language something is said: as is asked, as the reader's browser has it, or as usual. */
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { z } from "zod";
import { isWritten } from "../domain/language.ts";
import { isLocale } from "../domain/locale.ts";
import type { HttpParts } from "./parts.ts";

const FORM = "must be a language, perhaps with a region, like pt-BR";

export const locale = z.string().max(35, FORM).refine(isLocale, FORM).meta({ example: "pt-BR" });

const WRITTEN = "must be Portuguese or English, perhaps with a region, like pt-BR";

/** One in which texts are written. */
export const writtenLocale = z.string().max(35, WRITTEN)
  .refine((text) => isLocale(text) && isWritten(text), WRITTEN).meta({ example: "pt-BR" });

export const askedLocale = locale.optional().meta({
  description: "Of the texts; else by Accept-Language, or that of the server",
});

const best = (wanted: { type: string; q: number }[], usual: string): string =>
  wanted.filter(({ type, q }) => q > 0 && isWritten(type) && isLocale(type))
    .sort((a, b) => b.q - a.q).at(0)?.type ?? usual;

export const localeFor = (
  { locale }: HttpParts,
  context: Context,
  asked: string | undefined,
): string =>
  asked ?? accepts(context, {
    header: "Accept-Language",
    supports: ["pt", "en"],
    default: locale,
    match: (wanted, { default: usual }) => best(wanted, usual),
  });
