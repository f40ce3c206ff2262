/** What every part of the paper is written with. */
import type { Formats } from "../domain/format.ts";
import type { PaperFacts } from "./facts.ts";
import type { Says } from "./words.ts";

export interface Writing {
  facts: PaperFacts;
  says: Says;
  formats: Formats;
}

export const given = (...texts: (string | undefined)[]): string[] =>
  texts.filter((text): text is string => text !== undefined && text !== "");

const KILOWATT_HOUR = 1_000_000;

/** Whole kWh where all are, else down to the Wh, so that every sum can be checked by hand. */
export const placesFor = (energies: number[]): number =>
  energies.every((energy) => energy % KILOWATT_HOUR === 0) ? 0 : 3;
