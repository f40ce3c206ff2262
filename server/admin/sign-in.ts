/** Signing in and out, and the links that set a password. */
import type { InferResponseType } from "hono/client";
import { type Answer, type Answers, granted } from "./answers.ts";
import { type Command, command } from "./command.ts";
import { anonymous, type ApiClient, checked, isOpen, signedIn } from "./connection.ts";
import { Ending, usage } from "./ending.ts";
import { forgetSession, keepSession } from "./session-file.ts";
import { details } from "./table.ts";
import type { Terminal, World } from "./world.ts";

type Me = InferResponseType<ApiClient["me"]["$get"]>;

const UNAUTHENTICATED = 401;
const CODE_WANTED = "urn:contaluz:problem:codeWanted";

export const signInCommands: Command[] = [
  command("sign-in", {
    summary: "Sign in; the password is asked for, or is a line of standard input",
    options: {
      "--email EMAIL": "else it is asked for",
      "--code CODE": "of an authenticator; else it is asked for where there is one",
    },
    example: "sign-in --address https://luz.example --email maria@example.org",
    run: async ({ options, answers, connection: { address }, world }) => {
      const { terminal } = world;
      if (isOpen(address)) {
        answers.tell(`Mind that anybody on the way to ${address} can read along.`);
      }
      const email = options.email ?? await asked(terminal, "E-mail");
      const password = await secret(terminal, "Password");
      const api = anonymous(world, address);
      const attempt = (code?: string) => api.session.$post({ json: { email, password, code } });
      let answer: Answer<Me> = await attempt(options.code);
      if (options.code === undefined && await wantsCode(answer)) {
        answer = await attempt(await asked(terminal, "Code"));
      }
      await answers.show(granted(Promise.resolve(answer)), whois);
      await keepSession(world, { address, cookie: cookieIn(answer.headers) });
      if (world.environment.CONTALUZ_KEY) answers.tell("CONTALUZ_KEY is set, and goes first.");
    },
  }),
  command("sign-out", {
    summary: "Sign out",
    example: "sign-out",
    run: async ({ answers, world }) => {
      const connection = await signedIn(world);
      if (!connection) return answers.tell("Nobody was signed in.");
      await forgetSession(world);
      await answers.done(connection.api.session.$delete(), "Signed out.");
    },
  }),
  command("whoami", {
    summary: "Who is asking, a person or a key",
    example: "whoami",
    run: async ({ answers, connection: { api } }) => {
      const { person, key } = await answers.show(api.me.$get(), whois);
      if (!person && !key) throw new Ending("notSignedIn", "Sign in, or give a key.");
    },
  }),
  command("set-up [LINK]", {
    summary: "Make the first operator, with the link that the server shows when it has none",
    options: { "--email EMAIL": "else it is asked for", "--name NAME": "else it is asked for" },
    details: "Without LINK, it is asked for. A link works once.",
    example: "set-up http://127.0.0.1:8000/set-password#token=9c0e3a59c2d64b1f",
    run: ({ words, options, answers, connection, world }) =>
      usingLink(words.LINK, connection.address, answers, world, async (purpose) => {
        if (purpose !== "setup") {
          throw new Ending("refused", "The link is for deno task admin set-password.");
        }
        const email = options.email ?? await asked(world.terminal, "E-mail");
        return { email, name: options.name ?? await asked(world.terminal, "Name") };
      }),
  }),
  command("set-password [LINK]", {
    summary: "Set a password with the link of an invitation, or one for a lost password",
    details: "Without LINK, it is asked for. A link works once.",
    example: "set-password https://luz.example/set-password#token=9c0e3a59c2d64b1f",
    run: ({ words, answers, connection, world }) =>
      usingLink(words.LINK, connection.address, answers, world, (purpose) => {
        if (purpose === "setup") {
          throw new Ending(
            "refused",
            "The link makes the first operator: it is for deno task admin set-up.",
          );
        }
        return Promise.resolve({});
      }),
  }),
];

async function usingLink(
  given: string | undefined,
  usualAddress: string,
  answers: Answers,
  world: World,
  more: (purpose: string) => Promise<{ email?: string; name?: string }>,
): Promise<void> {
  const link = given ?? await secret(world.terminal, "Link");
  const [, page, token] = link.match(/^(?:(.+)#token=)?([0-9a-f]+)$/) ?? [];
  if (!token) throw usage("That is no link to set a password.");
  const address = page ? checked(new URL("/", page).href) : usualAddress;
  const api = anonymous(world, address);
  const { purpose, email } = await answers.value(api.links.check.$post({ json: { token } }));
  const fields = await more(purpose);
  if (email) answers.tell(`For ${email}.`);
  const password = await secret(world.terminal, "New password");
  if (world.terminal.isTty && await secret(world.terminal, "Once more") !== password) {
    throw new Ending("refused", "The passwords differ. Nothing was changed.");
  }
  const set = api.password.$post({ json: { token, password, ...fields } });
  const signIn = (email: string) => `deno task admin sign-in --address ${address} --email ${email}`;
  await answers.show(
    set,
    ({ email }) => `The password of ${email} is set. Now sign in:\n  ${signIn(email)}`,
  );
}

async function wantsCode(answer: Answer<Me>): Promise<boolean> {
  if (answer.status !== UNAUTHENTICATED) return false;
  const problem = JSON.parse(await answer.clone().text());
  return problem.type === CODE_WANTED;
}

function cookieIn(headers: Headers): string {
  const [cookie] = headers.getSetCookie();
  if (cookie) return cookie.split(";", 1)[0];
  throw new Ending("refused", "The server signed in without giving a session.");
}

async function asked(terminal: Terminal, what: string): Promise<string> {
  const text = (await terminal.readLine(`${what}: `))?.trim();
  if (text) return text;
  throw usage(`${what} is missing.`);
}

async function secret(terminal: Terminal, what: string): Promise<string> {
  const text = await terminal.readSecret(`${what}: `);
  if (text) return text;
  throw usage(`${what} is missing.`);
}

function whois({ person, key, customer }: Me): string {
  const limits = customer ? { customer: `${customer.name} (${customer.id})` } : {};
  if (person) {
    const { name, email, role } = person;
    return details({ name, "e-mail": email, role, ...limits });
  }
  if (!key) return "Nobody who is known.";
  const { id, label, scopes } = key;
  return details({ key: label ?? id, scopes: scopes.join(", "), ...limits });
}
