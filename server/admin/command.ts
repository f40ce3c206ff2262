/**
 * A command as data: what is typed, what it says about itself, what it does. Help, the reading of
 * arguments and the types of what `run` is given are all made from this one declaration.
 */
import type { Answers } from "./answers.ts";
import type { Connection } from "./connection.ts";
import type { World } from "./world.ts";

/** Words in capitals stand for what is typed: `ID`, `[SEARCH]` may be left out, `POINT…` repeats. */
type WordOf<Word> = Word extends `[${infer Name}]` ? { [K in Name]?: string }
  : Word extends `${infer Name}…` ? { [K in Name]: string[] }
  : Word extends Lowercase<Word & string> ? unknown
  : { [K in Word & string]: string };
type WordsOf<Usage> = Usage extends `${infer Word} ${infer Rest}` ? WordOf<Word> & WordsOf<Rest>
  : WordOf<Usage>;

/** `--name VALUE` takes a value, `--name` does not. */
type OptionsOf<Option extends string> =
  & { [O in Option as O extends `--${infer Name} ${string}` ? Name : never]?: string }
  & {
    [
      O in Option as O extends `--${string} ${string}` ? never
        : O extends `--${infer Name}` ? Name
        : never
    ]: boolean;
  };

export interface Asked<Usage, Option extends string> {
  words: WordsOf<Usage>;
  options: OptionsOf<Option>;
  connection: Connection;
  answers: Answers;
  world: World;
}

export interface Spoken<Option extends string = string> {
  summary: string;
  options?: Record<Option, string>;
  details?: string;
  /** What follows `deno task admin`. */
  example: string;
}

export interface Command extends Spoken {
  usage: string;
  options: Record<string, string>;
  // deno-lint-ignore no-explicit-any
  run: (asked: Record<keyof Asked<string, string>, any>) => Promise<void>;
}

export const command = <const Usage extends string, Option extends string = never>(
  usage: Usage,
  { options, ...rest }: Spoken<Option> & { run: (asked: Asked<Usage, Option>) => Promise<void> },
): Command => ({ usage, options: options ?? {}, ...rest });

const isName = (word: string): boolean => word === word.toLowerCase();

/** What it is called, and what is typed behind that. */
export function partsOf({ usage }: Command): { name: string; words: string[] } {
  const parts = usage.split(" ");
  return {
    name: parts.filter(isName).join(" "),
    words: parts.filter((part) => !isName(part)),
  };
}
