/** An e-mail about alerts, in plain text: one as it begins or ends, or those of a digest. */
import type { Alert } from "../domain/alert-life.ts";
import { type AlertPlace, alertText, subjectName } from "../domain/alert-words.ts";
import { type Language, languageOf } from "../domain/language.ts";
import { oneLine } from "../domain/one-line.ts";
import { wrapped } from "./wrap.ts";

export interface MailItem {
  alert: Alert;
  place: AlertPlace;
  event: "opened" | "closed";
}

interface MailReader {
  locale: string;
  personName: string;
  isDigest: boolean;
}

export interface Mail {
  subject: string;
  text: string;
}

interface MailWords {
  hello: (name: string) => string;
  ended: (title: string) => string;
  counted: (count: number) => string;
  digest: (alerts: string) => string;
  more: (count: number) => string;
  why: string;
  change: string;
}

const WORDS: Record<Language, MailWords> = {
  "pt-BR": {
    hello: (name) => name ? `Olá, ${name}.` : "Olá.",
    ended: (title) => `Encerrado: ${title}`,
    counted: (count) => count === 1 ? "1 alerta" : `${count} alertas`,
    digest: (alerts) => `Resumo: ${alerts}`,
    more: (count) => count === 1 ? "e mais 1 alerta." : `e mais ${count} alertas.`,
    why: "Você recebe este e-mail porque os avisos por e-mail destes alertas estão ligados.",
    change:
      "Para mudar o que recebe, e quando, use “alerts\u00a0email\u00a0set” na ferramenta de terminal.",
  },
  en: {
    hello: (name) => name ? `Hello ${name},` : "Hello,",
    ended: (title) => `Ended: ${title}`,
    counted: (count) => count === 1 ? "1 alert" : `${count} alerts`,
    digest: (alerts) => `Digest: ${alerts}`,
    more: (count) => count === 1 ? "and 1 more alert." : `and ${count} more alerts.`,
    why: "You get this e-mail because you are set to be told of these alerts by e-mail.",
    change:
      "To change what you are sent, and when, use “alerts\u00a0email\u00a0set” in the terminal tool.",
  },
};

const MOST_ITEMS = 50;
const MOST_OF_SUBJECT = 120;

export function alertMail(items: MailItem[], reader: MailReader): Mail {
  const words = WORDS[languageOf(reader.locale)];
  const shown = items.slice(0, MOST_ITEMS).map((item) => shownOf(item, reader.locale, words));
  const left = items.length - shown.length;
  const groups = Map.groupBy(shown, ({ name }) => name);
  const blocks = [
    ...wrapped(words.hello(oneLine(reader.personName))),
    ...[...groups].flatMap(([name, alerts]) => [
      "",
      ...wrapped(name),
      ...alerts.flatMap(({ lines }) => ["", ...lines]),
    ]),
    ...(left > 0 ? ["", words.more(left)] : []),
    "",
    ...wrapped(words.why),
    ...wrapped(words.change),
  ];
  const text = `${blocks.map(plainSpaces).join("\n")}\n`;
  return { subject: subjectOf(items.length, shown, reader, words), text };
}

interface Shown {
  name: string;
  title: string;
  lines: string[];
}

function shownOf({ alert, place, event }: MailItem, locale: string, words: MailWords): Shown {
  const here = { ...place, locale };
  const { title, sentence, hint } = alertText(alert, here);
  const told = event === "closed" ? words.ended(title) : title;
  const lines = [
    ...wrapped(told, "* ", "  "),
    ...wrapped(sentence, "  "),
    ...(hint ? wrapped(hint, "  ") : []),
  ];
  return { name: subjectName(alert.kind, here), title: told, lines };
}

function subjectOf(count: number, shown: Shown[], { isDigest }: MailReader, words: MailWords) {
  const alerts = words.counted(count);
  const [first] = shown;
  const text = isDigest
    ? words.digest(alerts)
    : count === 1
    ? `${first.title} (${first.name})`
    : alerts;
  const letters = [...oneLine(text)];
  return letters.length > MOST_OF_SUBJECT
    ? `${letters.slice(0, MOST_OF_SUBJECT - 1).join("")}…`
    : letters.join("");
}

/** Amounts are kept together while lines are broken. */
const plainSpaces = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");
