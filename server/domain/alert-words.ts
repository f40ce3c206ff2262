/**
 * What an alert says to people: a title, a sentence with the numbers behind it and, while it is
 * open, where to look. It says the same whenever it is read.
 */
import { type FactsOf, factsOf } from "./alert-facts.ts";
import { figuresOf } from "./alert-figures.ts";
import { type Kind, KINDS, type SubjectType } from "./alert-kinds.ts";
import type { Alert } from "./alert-life.ts";
import { ENGLISH } from "./alert-words-en.ts";
import { PORTUGUESE } from "./alert-words-pt.ts";
import { type Language, languageOf } from "./language.ts";
import { oneLine } from "./one-line.ts";

export interface AlertPlace {
  locale: string;
  timeZone: string;
  currency: string;
  /** What people call the point, the meter or the region. */
  name: string;
}

export interface AlertText {
  title: string;
  sentence: string;
  /** What to do or where to look, if there is something. */
  hint?: string;
}

/** A customer knows of which home it is; the staff are told the name. */
export type Told<K extends Kind> = FactsOf<K> & { name: string };

interface KindWords<K extends Kind> {
  /** For lists and settings. */
  name: string;
  title: string;
  open: (told: Told<K>) => string;
  closed: (told: Told<K>) => string;
  hint?: string;
}

export interface AlertWords {
  kinds: { [K in Kind]: KindWords<K> };
  /** How something is called that has a name, and that has none. */
  subjects: Record<SubjectType, { named: (name: string) => string; nameless: string }>;
}

const WORDS: Record<Language, AlertWords> = { "pt-BR": PORTUGUESE, en: ENGLISH };

const wordsIn = (locale: string): AlertWords => WORDS[languageOf(locale)];

export const kindName = (kind: Kind, locale: string): string => wordsIn(locale).kinds[kind].name;

/** On one line, whatever somebody has put into the name. */
export function subjectName(kind: Kind, { locale, name }: Pick<AlertPlace, "locale" | "name">) {
  const { named, nameless } = wordsIn(locale).subjects[KINDS[kind].subject];
  const plain = oneLine(name);
  return plain === "" ? nameless : named(plain);
}

export function alertText(
  alert: Pick<Alert, "kind" | "evidence" | "openedAt" | "closedAt" | "key">,
  place: AlertPlace,
): AlertText {
  const { kind, closedAt } = alert;
  const { title, open, closed, hint } = wordsIn(place.locale).kinds[kind];
  const figures = figuresOf(place.locale, place.currency, place.timeZone);
  const told = { ...factsOf(kind, alert, figures), name: subjectName(kind, place) };
  // Words and facts are of the same kind.
  if (closedAt === undefined) return { title, sentence: open(told as never), hint };
  return { title, sentence: closed(told as never) };
}
