/** Mails about alerts: what they say, and that names cannot break their form. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { commandIn } from "../../../server/admin/arguments.ts";
import { COMMANDS } from "../../../server/admin/commands.ts";
import { alertMail, type MailItem } from "../../../server/notify/mail-text.ts";
import { CLOSED, placeIn, sample } from "../domain/alerts-told.ts";

const READER = {
  locale: "pt-BR",
  personName: "Marina",
  isDigest: false,
};

const item = (kind: Parameters<typeof sample>[0], name: string): MailItem => ({
  alert: sample(kind),
  place: placeIn("en", name),
  event: "opened",
});

const DAY_LIMIT = item("dayLimit", "Casa");
const SILENT: MailItem = {
  ...item("silent", "CL-42"),
  alert: { ...sample("silent"), closedAt: CLOSED },
  event: "closed",
};

Deno.test("alertMail() of one alert says in its subject what it is about, and where", () => {
  assertEquals(alertMail([DAY_LIMIT], READER), {
    subject: "Consumo do dia acima do limite (Casa)",
    text: `Olá, Marina.

Casa

* Consumo do dia acima do limite
  Quinta, 12 de novembro: consumo de 13,8 kWh até agora; o limite é de 13 kWh
  por dia.
  Veja em que horas o consumo foi maior.

Você recebe este e-mail porque os avisos por e-mail destes alertas estão
ligados.
Para mudar o que recebe, e quando, use “alerts email set” na ferramenta de
terminal.
`,
  });
});

Deno.test("alertMail() of a digest puts together what is of one home, in the reader's language", () => {
  const items = [DAY_LIMIT, SILENT, item("unusual", "Casa")];
  const reader = { locale: "en", personName: "", isDigest: true };
  assertEquals(alertMail(items, reader), {
    subject: "Digest: 3 alerts",
    text: `Hello,

Casa

* Use of the day above the limit
  Thursday 12 November: 13.8 kWh so far; the limit is 13 kWh a day.
  See at which hours most was used.

* Much more used than usual
  From Tuesday 17 November, 14:15 to 20:00, 9.8 kWh was used: 133% above what
  is usual at these hours (4.2 kWh).
  See whether something was left on that need not be.

CL-42

* Ended: Meter out of contact
  CL-42: was out of contact from Tuesday 17 November, 14:15; by Saturday 21
  November, 09:30, it was back.

You get this e-mail because you are set to be told of these alerts by e-mail.
To change what you are sent, and when, use “alerts email set” in the terminal
tool.
`,
  });
});

Deno.test("alertMail() counts: one alert, several that are no digest, none", () => {
  const subjectOf = (items: MailItem[], isDigest: boolean) =>
    alertMail(items, { ...READER, isDigest }).subject;
  assertEquals(subjectOf([DAY_LIMIT], true), "Resumo: 1 alerta");
  assertEquals(subjectOf([DAY_LIMIT, SILENT], false), "2 alertas");
  assertEquals(subjectOf([SILENT], false), "Encerrado: Medidor sem comunicação (CL-42)");
  assertEquals(subjectOf([], true), "Resumo: 0 alertas");
});

Deno.test("alertMail() shows fifty alerts and how many more there are", () => {
  const of = (count: number, locale: string) =>
    alertMail(Array(count).fill(DAY_LIMIT), { ...READER, locale, isDigest: true });
  const shown = ({ text }: { text: string }) => text.match(/^\* /gm)?.length;
  assertEquals([1, 50, 51, 500].map((count) => shown(of(count, "en"))), [1, 50, 50, 50]);
  assert(!of(50, "en").text.includes("more"));
  assert(of(51, "en").text.includes("\n\nand 1 more alert.\n\n"));
  assert(of(51, "pt").text.includes("\n\ne mais 1 alerta.\n\n"));
  assert(of(62, "en").text.includes("\n\nand 12 more alerts.\n\n"));
  assertEquals(of(62, "pt").subject, "Resumo: 62 alertas");
});

Deno.test("alertMail() names a command that the terminal tool has", () => {
  const { text } = alertMail([DAY_LIMIT], READER);
  const [, typed] = text.match(/“(.+)”/)!;
  const [, notOfTheName] = commandIn(COMMANDS, typed.split(" "));
  assertEquals(notOfTheName, []);
});

const anyName = fc.string({
  unit: fc.constantFrom(
    ...["a", "é", "💡", " ", "\n", "\r", "\t", "\0", "."],
    ...["\u0085", "\u2028", "\u202e", "\u200f", "\u00a0"],
  ),
  maxLength: 300,
});

Deno.test("alertMail() keeps its form, whatever people are called", () => {
  fc.assert(fc.property(anyName, anyName, fc.boolean(), (name, personName, isDigest) => {
    const items = [item("silent", name), item("outage", name)].slice(isDigest ? 0 : 1);
    const { subject, text } = alertMail(items, { ...READER, personName, isDigest });
    assert(!/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(subject), JSON.stringify(subject));
    assert([...subject].length <= 120 && subject.trim() !== "");
    assert(!/[^\P{Cc}\n]|[\p{Bidi_Control}\u2028\u2029]/u.test(text), JSON.stringify(text));
    for (const line of text.split("\n")) {
      assert([...line].length <= 78, line);
      assertEquals(line, line.trimEnd());
    }
    assert(!text.includes("\n\n\n"), JSON.stringify(text));
  }));
});
