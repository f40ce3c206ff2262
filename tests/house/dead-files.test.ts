/**
 * Nothing lies about: every shipped file is reached from a program's entry, every file under tests
 * serves a test, no note to oneself is left, no path of one machine, no stray thing at the top.
 */
import { assertEquals } from "@std/assert";
import { importsOf, relativeUrlsOf, resolve } from "./code.ts";
import {
  isTest,
  isTypeScript,
  lineAt,
  readRepository,
  type Sources,
  sourcesOf,
} from "./repository.ts";

/** Folders with the program that runs them; until it exists, the tests stand for it. */
const PROGRAMS = [
  { folder: "server/", main: "server/main.ts" },
  { folder: "meter-sim/", main: "meter-sim/main.ts" },
];
const TOOLS = [
  "meter-firmware/build.ts",
  "meter-firmware/flash.ts",
  "meter-firmware/subset-lint.ts",
];
const BOARDS = /^meter-firmware\/boards\/[^/]+\.ts$/;

const TOP_LEVEL = [
  "deno.json",
  "deno.lock",
  "Dockerfile",
  "compose.yaml",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "docs",
  "server",
  "meter-firmware",
  "meter-sim",
  "web",
  "tests",
];

const reachableFrom = (starts: string[], sources: Sources): Set<string> => {
  const reached = new Set<string>();
  const waiting = [...starts];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const source = sources.get(path);
    if (source === undefined || reached.has(path)) continue;
    reached.add(path);
    if (!isTypeScript(path)) continue;
    const specifiers = [
      ...importsOf(source).map(({ specifier }) => specifier),
      ...relativeUrlsOf(source),
    ];
    for (const specifier of specifiers) waiting.push(resolve(specifier, path, sources));
  }
  return reached;
};

const namedInTasks = (sources: Sources): string[] => {
  const { tasks } = JSON.parse(sources.get("deno.json") ?? "{}");
  return [...sources.keys()].filter((path) => JSON.stringify(tasks ?? {}).includes(path));
};

const testsOf = (sources: Sources): string[] =>
  [...sources.keys()].filter((path) => isTest(path) && /\.test\.tsx?$/.test(path));

const entriesOf = (sources: Sources): string[] => {
  const boards = [...sources.keys()].filter((path) => BOARDS.test(path));
  const firmware = boards.length > 0 ? boards : ["meter-firmware/meter.ts"];
  const tasks = namedInTasks(sources).filter((path) => !isTest(path));
  return [...PROGRAMS.map(({ main }) => main), ...TOOLS, ...tasks, ...firmware];
};

const unreachedFiles = (sources: Sources): string[] => {
  const reached = reachableFrom(entriesOf(sources), sources);
  const tested = reachableFrom(testsOf(sources), sources);
  const isTheTests = (path: string): boolean =>
    tested.has(path) &&
    PROGRAMS.some(({ folder, main }) => path.startsWith(folder) && !sources.has(main));
  return [...sources.keys()].filter((path) =>
    isTypeScript(path) && !isTest(path) && !reached.has(path) && !isTheTests(path)
  );
};

/** Files that are not code may also be read by their name. */
const idleTestFiles = (sources: Sources): string[] => {
  const tests = [...testsOf(sources), ...namedInTasks(sources).filter(isTest)];
  const reached = reachableFrom(tests, sources);
  const isNamed = (path: string): boolean => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return [...reached].some((user) => sources.get(user)?.includes(name));
  };
  return [...sources.keys()].filter((path) =>
    isTest(path) && !reached.has(path) && (isTypeScript(path) || !isNamed(path))
  );
};

/** The words are written in two parts, so that this file passes its own rule. */
const LEFTOVERS = [/\b(?:TO(?:DO)|FIX(?:ME)|XX(?:X))\b/g, /(?<![\w.~-])\/(?:home|work|root)\/\w/g];

const leftovers = (sources: Sources): string[] =>
  [...sources].filter(([, source]) => !source.includes("\0")).flatMap(([path, source]) =>
    LEFTOVERS.flatMap((pattern) =>
      [...source.matchAll(pattern)].map((match) =>
        `${path}:${lineAt(source, match.index)} holds ${match[0]}`
      )
    )
  );

const strayAtTop = (sources: Sources): string[] => {
  const names = new Set([...sources.keys()].map((path) => path.split("/")[0]));
  return [...names].filter((name) => !name.startsWith(".") && !TOP_LEVEL.includes(name));
};

const REPOSITORY = readRepository();

Deno.test("unreachedFiles() finds none", () => assertEquals(unreachedFiles(REPOSITORY), []));
Deno.test("idleTestFiles() finds none", () => assertEquals(idleTestFiles(REPOSITORY), []));
Deno.test("leftovers() finds none", () => assertEquals(leftovers(REPOSITORY), []));
Deno.test("strayAtTop() finds none", () => assertEquals(strayAtTop(REPOSITORY), []));

Deno.test("unreachedFiles() names a file that only a test imports", () => {
  const sources = sourcesOf({
    "server/main.ts": 'import "./used.ts";',
    "server/used.ts": "",
    "server/unused.ts": "",
    "tests/server/unused.test.ts": 'import "../../server/unused.ts";',
  });
  assertEquals(unreachedFiles(sources), ["server/unused.ts"]);
});

Deno.test("unreachedFiles() follows workers, boards and tasks", () => {
  const sources = sourcesOf({
    "deno.json": '{ "tasks": { "admin": "deno run server/admin.ts" } }',
    "server/admin.ts": 'new Worker(new URL("./worker.ts", import.meta.url));',
    "server/worker.ts": "",
    "meter-firmware/boards/esp32.ts": 'import "../meter.ts";',
    "meter-firmware/meter.ts": "",
  });
  assertEquals(unreachedFiles(sources), []);
});

Deno.test("unreachedFiles() lets a test stand for a program until there is one", () => {
  const files = {
    "meter-sim/network.ts": "",
    "tests/meter-sim/network.test.ts": 'import "../../meter-sim/network.ts";',
  };
  assertEquals(unreachedFiles(sourcesOf(files)), []);
  const withProgram = sourcesOf({ ...files, "meter-sim/main.ts": "" });
  assertEquals(unreachedFiles(withProgram), ["meter-sim/network.ts"]);
});

Deno.test("idleTestFiles() names helpers and fixtures that no test uses", () => {
  const sources = sourcesOf({
    "deno.json": '{ "tasks": { "bench": "deno run tests/bench.ts" } }',
    "tests/bench.ts": "",
    "tests/a.test.ts": 'import "./helper.ts"; Deno.readTextFile("tests/bill.xml");',
    "tests/helper.ts": "",
    "tests/bill.xml": "",
    "tests/idle.ts": "",
    "tests/idle.xml": "",
  });
  assertEquals(idleTestFiles(sources), ["tests/idle.ts", "tests/idle.xml"]);
});

for (const note of ["// TO" + "DO: later", "// FIX" + "ME", "// XX" + "X", "/ho" + "me/ana/a.ts"]) {
  Deno.test(`leftovers() names ${note}`, () => {
    assertEquals(leftovers(sourcesOf({ "server/a.ts": `a;\n${note}\n` })).length, 1);
  });
}

Deno.test("leftovers() accepts a page's address and a word in another language", () => {
  assertEquals(
    leftovers(sourcesOf({ "web/a.ts": 'link("/home"); "todo"; "a.example/root/b"' })),
    [],
  );
});

Deno.test("strayAtTop() names what does not belong at the top", () => {
  const sources = sourcesOf({ "deno.json": "{}", ".ci/run": "", "notes.txt": "", "lib/a.ts": "" });
  assertEquals(strayAtTop(sources), ["notes.txt", "lib"]);
});
