/** The example's paper in words, with usual blanks, for reading. */
import type { PaperFacts } from "../../../server/paper/facts.ts";
import type { Paper } from "../../../server/paper/paper.ts";
import type { Language } from "../../../server/domain/language.ts";
import { paperOf } from "../../../server/paper/write.ts";
import { billOf } from "./example-bill.ts";

const plain = <Value>(value: Value): Value =>
  JSON.parse(JSON.stringify(value).replaceAll("\u00a0", " "));

export const written = (changes: Partial<PaperFacts> = {}, language: Language = "pt-BR"): Paper =>
  plain(paperOf(billOf(changes), language));
