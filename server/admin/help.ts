/** What the tool says about itself, made from the table of commands. */
import { COMMON } from "./arguments.ts";
import { type Command, partsOf } from "./command.ts";
import { EXIT, EXIT_MEANINGS } from "./ending.ts";
import { padded, widthOf } from "./text.ts";

const TASK = "deno task admin";

export function overview(commands: Command[]): string {
  const codes = Object.entries(EXIT_MEANINGS).map(([why, meaning]) =>
    [`${EXIT[why as keyof typeof EXIT]}`, meaning] as const
  );
  return `Contaluz in the terminal, for the utility's staff and for customers.

  ${TASK} COMMAND …
  ${TASK} COMMAND --help     what it takes, with an example

${pairs(commands.map(({ usage, summary }) => [usage, summary]))}

With every command:
${pairs(Object.entries(COMMON))}

Who asks: the key in --key-file, or else in CONTALUZ_KEY, or else who has signed in.
Whom: the server at --address, or else at CONTALUZ_ADDRESS, or else the one that was signed
in to, or else http://127.0.0.1:8000.

Exit codes:
${pairs(codes)}
`;
}

export function helpFor(command: Command): string {
  const { usage, summary, details, options, example } = command;
  const own = Object.entries(options);
  return [
    `${summary}.`,
    `  ${TASK} ${usage}${own.length > 0 ? " [OPTION…]" : ""}`,
    ...details ? [details] : [],
    ...own.length > 0 ? [pairs(own)] : [],
    `With every command:\n${pairs(Object.entries(COMMON))}`,
    `Example:\n  ${TASK} ${example}`,
  ].join("\n\n") + "\n";
}

export const howToGetHelp = (command?: Command): string =>
  command ? `See ${TASK} ${partsOf(command).name} --help` : `See ${TASK} --help`;

function pairs(lines: (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([name]) => widthOf(name)));
  return lines.map(([name, meaning]) => `  ${padded(name, width)}  ${meaning}`).join("\n");
}
