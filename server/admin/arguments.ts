/** Reads what was typed against the declaration of its command. */
import { parseArgs } from "node:util";
import { type Command, partsOf } from "./command.ts";
import { usage } from "./ending.ts";

/** What every command takes. */
export const COMMON = {
  "--json": "print the server's JSON and nothing else",
  "--limit COUNT": "of a list, show up to so many",
  "--address URL": "of the server, if not the one that you are signed in to",
  "--key-file FILE": "an API key, instead of a sign-in; - is standard input",
  "--help": "what a command does, with an example",
} as const;

export interface Typed {
  words: Record<string, string | string[]>;
  options: Record<string, string | boolean>;
}

/** The command with the longest name that was typed, and what follows it. */
export function commandIn(commands: Command[], args: string[]): [Command, string[]] {
  const fits = (command: Command): boolean =>
    partsOf(command).name.split(" ").every((part, i) => args[i] === part);
  const [best] = commands.filter(fits).sort((a, b) => lengthOf(b) - lengthOf(a));
  if (best) return [best, args.slice(lengthOf(best))];
  const [first] = args;
  if (first.startsWith("-")) throw usage(`Put the command before ${first}.`);
  const related = commands.filter((command) => partsOf(command).name.split(" ")[0] === first);
  const known = related.map((command) => partsOf(command).name).join(", ");
  throw usage(`There is no command "${first}"${known ? ` alone: there is ${known}` : ""}.`);
}

const lengthOf = (command: Command): number => partsOf(command).name.split(" ").length;

export function readArguments(command: Command, args: string[]): Typed {
  const declared = Object.keys({ ...COMMON, ...command.options }).map((option) =>
    option.slice(2).split(" ")
  );
  const options = Object.fromEntries(
    declared.map(([name, value]) => [name, { type: value ? "string" : "boolean" } as const]),
  );
  const { values, positionals } = parsed(args, options);
  const flags = declared.filter(([, value]) => !value).map(([name]) => [name, false]);
  return {
    words: values.help ? {} : wordsIn(command, positionals),
    options: { ...Object.fromEntries(flags), ...values } as Typed["options"],
  };
}

type Options = Record<string, { type: "string" | "boolean" }>;

function parsed(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    const named = message.match(/'(-[^' ]+)/)?.[1];
    const isUnknown = code === "ERR_PARSE_ARGS_UNKNOWN_OPTION";
    if (isUnknown && named) throw usage(`There is no option ${named}.`);
    const [said, ...more] = message.split("\n");
    const hint = named && more.length > 0 ? ` Write ${named}=… for what begins with a dash.` : "";
    throw usage(said + hint);
  }
}

function wordsIn(command: Command, typed: string[]): Typed["words"] {
  const rest = [...typed];
  const words: Typed["words"] = {};
  for (const word of partsOf(command).words) {
    const name = word.replace(/[[\]…]/g, "");
    if (word.endsWith("…")) words[name] = rest.splice(0);
    else if (rest.length > 0) words[name] = rest.shift()!;
    if (!word.startsWith("[") && (words[name] ?? "").length === 0) {
      throw usage(`${name} is missing.`);
    }
  }
  if (rest.length > 0) throw usage(`"${rest[0]}" is one word too many.`);
  return words;
}

export function numberOf(name: string, text: string): number {
  if (text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  throw usage(`${name} must be a number, not ${text}.`);
}

export function oneOf<const Choice extends string>(
  name: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw usage(`${name} must be ${anyOf(choices)}, not ${text}.`);
}

export function monthOf(name: string, text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw usage(`${name} must be a month, like 2026-11, not ${text}.`);
}

export const anyOf = (choices: readonly string[]): string =>
  choices.join(", ").replace(/, ([^,]*)$/, " or $1");

/** A detail that is to be changed: nothing takes it away. */
export const orGone = (text: string | undefined): string | null | undefined =>
  text === "" ? null : text;
