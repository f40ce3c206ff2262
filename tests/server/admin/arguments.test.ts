/** What is typed, what is wrong with it, and what the help says. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { commandIn, readArguments } from "../../../server/admin/arguments.ts";
import { partsOf } from "../../../server/admin/command.ts";
import { COMMANDS } from "../../../server/admin/commands.ts";
import { offline } from "./tool.ts";

/** An example's words, as a shell parts them. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);

for (const command of COMMANDS) {
  const { name } = partsOf(command);
  Deno.test(`the help of ${name} shows an example that fits`, async () => {
    const [found, rest] = commandIn(COMMANDS, wordsOf(command.example));
    assertEquals(found, command);
    readArguments(found, rest);
    const { code, out, errors } = await offline().run(...name.split(" "), "--help");
    assertEquals([code, errors], [0, ""]);
    assertStringIncludes(out, command.example);
    for (const line of out.split("\n")) assert(line.length <= 100, line);
  });
}

Deno.test("no two commands have one name", () => {
  const names = COMMANDS.map((command) => partsOf(command).name);
  assertEquals([...new Set(names)], names);
});

Deno.test("the README names commands and options that there are", () => {
  const readme = Deno.readTextFileSync(new URL("../../../README.md", import.meta.url));
  const lines = [...readme.matchAll(/`admin ([^`]+)`/g)].map(([, line]) => line)
    .filter((line) => !/^--help$| --help$/.test(line));
  assert(lines.length > 9);
  for (const line of lines) {
    const [command, rest] = commandIn(COMMANDS, wordsOf(line));
    // Some are named without what they take.
    readArguments(command, [...rest, "--help"]);
  }
});

Deno.test("the overview names each command and each exit code", async () => {
  const { code, out } = await offline().run("--help");
  assertEquals(code, 0);
  for (const { usage } of COMMANDS) assertStringIncludes(out, `\n  ${usage} `);
  for (const meaning of ["0  done", "1  refused", "2  the command", "3  not signed in", "4  the"]) {
    assertMatch(out, new RegExp(`^  ${meaning}`, "m"));
  }
});

const WRONG: [typed: string, errors: string][] = [
  ["custmers", 'There is no command "custmers". See deno task admin --help'],
  ["customers add", "NAME is missing. See deno task admin customers add --help"],
  ["customers a b", '"b" is one word too many. See deno task admin customers --help'],
  ["customers --colour", "There is no option --colour. See deno task admin customers --help"],
  ["watch", "POINT is missing. See deno task admin watch --help"],
  [
    "export",
    'There is no command "export" alone: there is export consumption, export readings, ' +
    "export green-button, export customer. See deno task admin --help",
  ],
  ["--json customers", "Put the command before --json. See deno task admin --help"],
  [
    "consumption 8a1f63c0d27be954 --by week",
    "--by must be hour, day, month or year, not week. See deno task admin consumption --help",
  ],
  [
    "meters exchange 8a1f63c0d27be954 lots",
    "FINAL-WH must be a number, not lots. See deno task admin meters exchange --help",
  ],
  [
    "customers --limit 0",
    "--limit must be a whole number from 1 on, not 0. See deno task admin customers --help",
  ],
  [
    "customers --address contaluz.example",
    "The server's address must be like http://127.0.0.1:8000, not contaluz.example. " +
    "See deno task admin customers --help",
  ],
  [
    "cases resolve 8a1f63c0d27be954-0-9 exchange --start 4",
    "A case of exchange takes --final. See deno task admin cases resolve --help",
  ],
  [
    "invoices pay 8a1f63c0d27be954 --amount -43.99",
    "Option '--amount' argument is ambiguous. Write --amount=… for what begins with a dash. " +
    "See deno task admin invoices pay --help",
  ],
  [
    "invoices --unpaid --credited",
    "--credited and --unpaid do not go together. See deno task admin invoices --help",
  ],
  ["import nothing.csv", "There is no file nothing.csv. See deno task admin import --help"],
  ["points --key-file none", "There is no file none. See deno task admin points --help"],
];

for (const [typed, errors] of WRONG) {
  Deno.test(`"${typed}" is refused in one line, with 2`, async () => {
    const shown = await offline().run(...typed.split(" "));
    assertEquals(shown, { code: 2, out: "", errors: `${errors}\n` });
  });
}

Deno.test("without a command there is the overview, and 2", async () => {
  const { code, out } = await offline().run();
  assertEquals([code, out.split("\n")[0]], [
    2,
    "Contaluz in the terminal, for the utility's staff and for customers.",
  ]);
});
