/** How whoever is signed in is told of alerts by e-mail, on the command line. */
import type { InferResponseType } from "hono/client";
import { usualKinds } from "../domain/alert-delivery.ts";
import { KINDS } from "../domain/alert-kinds.ts";
import { kindName } from "../domain/alert-words.ts";
import { KINDS_HELP, kindsIn } from "./alert-kinds.ts";
import { type Command, command } from "./command.ts";
import type { ApiClient } from "./connection.ts";
import { usage } from "./ending.ts";
import { details, table } from "./table.ts";
import type { Terminal } from "./world.ts";

type Wish = InferResponseType<ApiClient["me"]["alerts"]["$get"]>;

const LANGUAGE = "en";
const OFF = "off";
const USUAL = "usual";

export const alertEmailCommands: Command[] = [
  command("alerts email", {
    summary: "Of which alerts you are told by e-mail, and when",
    example: "alerts email",
    run: async ({ answers, world, connection: { api } }) => {
      const { mailIsOn } = await answers.show(
        api.me.alerts.$get(),
        (wish) => shown(wish, world.terminal),
      );
      if (!mailIsOn && !answers.isJson) answers.tell("This server sends no e-mail.");
    },
  }),
  command("alerts email set", {
    summary: "Say of which alerts you want to be told by e-mail, and when",
    options: {
      "--kind KIND,…": "of these; none, or usual for what is grave",
      "--digest TIME": "all in one e-mail a day, then, like 07:00; off for at once",
      "--quiet TIME-TIME": "when not, like 22:00-07:00; off for no such hours",
      "--timezone ZONE": "of these times, like America/Sao_Paulo; usual for the server's",
      "--language LANGUAGE": "of the e-mails, like pt-BR; usual for the server's",
    },
    details: `What is not named stays. What is urgent never waits.\n${KINDS_HELP}`,
    example: "alerts email set --kind unusual,budgetPassed --digest 07:00 --quiet 22:00-07:00",
    run: async ({ options, answers, world, connection: { api } }) => {
      const set = changes(options);
      const json = set(await answers.value(api.me.alerts.$get()));
      await answers.show(api.me.alerts.$put({ json }), (wish) => shown(wish, world.terminal));
    },
  }),
];

interface Given {
  kind?: string;
  digest?: string;
  quiet?: string;
  timezone?: string;
  language?: string;
}

/** What is typed is looked at before anybody is asked. */
function changes({ kind, digest, quiet, timezone, language }: Given) {
  if ([kind, digest, quiet, timezone, language].every((one) => one === undefined)) {
    throw usage("Say what is to be set.");
  }
  const kinds = kind === undefined ? undefined : wantedKinds(kind);
  const hours = quiet === undefined ? undefined : quietHours(quiet);
  // The server sets all of it at once, so what is not named must be said again.
  return (current: Wish) => ({
    email: email(current, kinds, digest),
    quiet: hours === undefined ? current.quiet : hours,
    timezone: orUsual(timezone, current.timezone),
    locale: orUsual(language, current.locale),
  });
}

const wantedKinds = (text: string) => {
  if (text === USUAL) return USUAL;
  return text === "none" ? [] : kindsIn("--kind", text);
};

/** Whoever has what is usual is left to it, should it become another. */
function email(current: Wish, wanted: ReturnType<typeof wantedKinds> | undefined, digest?: string) {
  const usual = usualKinds(KINDS[current.offered[0].kind].audience);
  const kinds = wanted === USUAL ? usual : wanted ?? current.email.kinds;
  const digestAt = digest === OFF ? null : digest ?? current.email.digestAt;
  return digestAt === null && `${kinds}` === `${usual}` ? null : { kinds, digestAt };
}

function quietHours(text: string) {
  if (text === OFF) return null;
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  if (from !== undefined) return { from, to };
  throw usage(`--quiet must be like 22:00-07:00, or off, not ${text}.`);
}

const orUsual = (text: string | undefined, current: string): string | null =>
  text === USUAL ? null : text ?? current;

function shown({ email, quiet, timezone, locale, offered }: Wish, terminal: Terminal): string {
  const fields = details({
    sent: email.digestAt === null ? "at once" : `once a day, at ${email.digestAt}`,
    "quiet hours": quiet ? `${quiet.from} to ${quiet.to}` : "none",
    timezone,
    language: locale,
  });
  const kinds = table(
    [
      { title: "kind", of: ({ kind }) => kind, whole: true },
      { title: "what", of: ({ kind }) => kindName(kind, LANGUAGE) },
      { title: "severity", of: ({ severity }) => severity },
      { title: "by e-mail", of: ({ kind }) => email.kinds.includes(kind) ? "yes" : "no" },
    ],
    offered,
    terminal,
  );
  return `${fields}\n\n${kinds}`;
}
