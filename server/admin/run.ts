/** One command from what was typed to its exit code. */
import { Answers } from "./answers.ts";
import { commandIn, numberOf, readArguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { connect } from "./connection.ts";
import { Ending, EXIT, usage } from "./ending.ts";
import { helpFor, howToGetHelp, overview } from "./help.ts";
import { plain } from "./text.ts";
import type { World } from "./world.ts";

export async function run(commands: Command[], args: string[], world: World): Promise<number> {
  const { terminal } = world;
  let command: Command | undefined;
  try {
    if (args.length === 0 || args[0] === "--help" || args[0] === "-h" || args[0] === "help") {
      terminal.write(overview(commands));
      return args.length === 0 ? EXIT.usage : EXIT.done;
    }
    const [found, rest] = commandIn(commands, args);
    command = found;
    const { words, options } = readArguments(command, rest);
    if (options.help) terminal.write(helpFor(command));
    else await carryOut(command, words, options, world);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof Ending)) {
      terminal.tell(`It broke off: ${plain((error as Error).message)}\n`);
      return EXIT.refused;
    }
    const help = error.why === "usage" ? ` ${howToGetHelp(command)}` : "";
    terminal.tell(`${error.message}${help}\n`);
    return EXIT[error.why];
  }
}

async function carryOut(
  command: Command,
  words: Record<string, string | string[]>,
  options: Record<string, string | boolean>,
  world: World,
): Promise<void> {
  const limit = typeof options.limit === "string" ? countOf(options.limit) : undefined;
  const answers = new Answers(world.terminal, options.json === true, limit);
  const connection = await connect(world, options);
  await command.run({ words, options, answers, connection, world });
}

function countOf(text: string): number {
  const count = numberOf("--limit", text);
  if (Number.isInteger(count) && count > 0) return count;
  throw usage(`--limit must be a whole number from 1 on, not ${text}.`);
}
