/**
 * Clock, randomness, environment, sockets and timers are handed in, so that a simulation can replace
 * them. Only the programs' entries, the boards and the tests reach for the real ones.
 */
import { assertEquals } from "@std/assert";
import { codeOf } from "./code.ts";
import { isTypeScript, lineAt, readRepository, type Sources, sourcesOf } from "./repository.ts";

/** The programs: what they start, and the thread that owns the UDP socket, is a program as well. */
const MAY_REACH_OUT = [
  "server/main.ts",
  "server/admin/main.ts",
  "server/ingest/udp-thread.ts",
  "meter-sim/main.ts",
  "meter-sim/demo.ts",
  "meter-firmware/flash.ts",
  "meter-firmware/boards/",
  "tests/",
];

/** A call of the runtime's own, not of something of that name that was handed in. */
const runtimeCall = (name: string): RegExp =>
  new RegExp(`(?:(?<![.\\w$])|\\b(?:globalThis|window|self|crypto)\\.)${name}\\s*\\(`, "g");

const BANNED: { what: string; pattern: RegExp }[] = [
  { what: "Date.now", pattern: /\bDate\.now\b/g },
  { what: "new Date()", pattern: /\bnew\s+Date\b(?!\s*\(\s*[^\s)])/g },
  { what: "performance.now", pattern: /\bperformance\.now\b/g },
  { what: "Math.random", pattern: /\bMath\.random\b/g },
  { what: "crypto.getRandomValues", pattern: /\bcrypto\.getRandomValues\b/g },
  { what: "crypto.randomUUID", pattern: /\bcrypto\.randomUUID\b/g },
  { what: "randomBytes", pattern: runtimeCall("randomBytes") },
  { what: "random of node:crypto", pattern: /\bimport\s*\{[^}]*\brandom(?:Bytes|UUID|Int|Fill)/g },
  { what: "Temporal.Now", pattern: /\bTemporal\.Now\b/g },
  { what: "setTimeout", pattern: runtimeCall("setTimeout") },
  { what: "setInterval", pattern: runtimeCall("setInterval") },
  { what: "Deno.env", pattern: /\bDeno\.env\b/g },
  { what: "Deno.openKv", pattern: /\bDeno\.openKv\b/g },
  { what: "Deno.listen", pattern: /\bDeno\.listen/g },
];

const ambientCalls = (sources: Sources): string[] =>
  [...sources].filter(([path]) => isTypeScript(path)).flatMap(([path, source]) => {
    if (MAY_REACH_OUT.some((place) => path.startsWith(place))) return [];
    const code = codeOf(source);
    return BANNED.flatMap(({ what, pattern }) =>
      [...code.matchAll(pattern)].map((match) =>
        `${path}:${lineAt(source, match.index)} reaches for ${what}: have it handed in`
      )
    );
  });

Deno.test("ambientCalls() finds none in what is shipped", () => {
  assertEquals(ambientCalls(readRepository()), []);
});

const REFUSED: { source: string; what: string }[] = [
  { source: "const now = Date.now();", what: "Date.now" },
  { source: "run({ now: Date.now });", what: "Date.now" },
  { source: "const now = new Date();", what: "new Date()" },
  { source: "const now = new Date( /* now */ );", what: "new Date()" },
  { source: "const now = new Date;", what: "new Date()" },
  { source: "performance.now();", what: "performance.now" },
  { source: "Math.random();", what: "Math.random" },
  { source: "crypto.getRandomValues(bytes);", what: "crypto.getRandomValues" },
  { source: "crypto.randomUUID();", what: "crypto.randomUUID" },
  { source: "randomBytes(16);", what: "randomBytes" },
  { source: "crypto.randomBytes(16);", what: "randomBytes" },
  { source: 'import { createHash, randomInt } from "node:crypto";', what: "random of node:crypto" },
  { source: "Temporal.Now.instant();", what: "Temporal.Now" },
  { source: "setTimeout(run, 5);", what: "setTimeout" },
  { source: "globalThis.setTimeout(run, 5);", what: "setTimeout" },
  { source: "setInterval(run, 5);", what: "setInterval" },
  { source: 'Deno.env.get("A");', what: "Deno.env" },
  { source: "Deno.openKv();", what: "Deno.openKv" },
  { source: "Deno.listenDatagram(options);", what: "Deno.listen" },
  { source: "`at ${Date.now()}`;", what: "Date.now" },
];

for (const { source, what } of REFUSED) {
  Deno.test(`ambientCalls() refuses ${source}`, () => {
    const sources = sourcesOf({ "server/ingest/a.ts": `\n${source}\n` });
    assertEquals(ambientCalls(sources), [
      `server/ingest/a.ts:2 reaches for ${what}: have it handed in`,
    ]);
  });
}

Deno.test("ambientCalls() accepts a date made from a time, comments, strings and what is handed in", () => {
  const source =
    'new Date(0); new Date("2026"); // Date.now()\n"Math.random()"; board.setTimeout(run);';
  assertEquals(ambientCalls(sourcesOf({ "server/domain/a.ts": source })), []);
});

Deno.test("ambientCalls() accepts the entries, the boards and the tests", () => {
  const paths = ["server/main.ts", "meter-sim/main.ts", "meter-firmware/boards/a.ts", "tests/a.ts"];
  const sources = sourcesOf(Object.fromEntries(paths.map((path) => [path, "Date.now();"])));
  assertEquals(ambientCalls(sources), []);
});
