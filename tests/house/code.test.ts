/** The tokenizer under the house rules: what it hides, what it shows, which imports it finds. */
import { assertEquals } from "@std/assert";
import { codeOf, importsOf, relativeUrlsOf, resolve } from "./code.ts";
import { sourcesOf } from "./repository.ts";

const HIDDEN: { what: string; source: string; code: string }[] = [
  { what: "a line comment", source: "a; // b\nc;", code: "a;     \nc;" },
  { what: "a block comment over lines", source: "a /* b\nc */ d", code: "a     \n     d" },
  { what: "a string", source: 'a("b\\"c")', code: 'a("    ")' },
  { what: "a comment's start in a string", source: 'a("//", b)', code: 'a("  ", b)' },
  { what: "a template", source: "a(`b\nc`)", code: "a(` \n  )" },
  { what: "a quote in a regular expression", source: `a(/["'\`]/, b)`, code: "a(/     /, b)" },
  { what: "one under a comment", source: "[ // c\n  /`/]", code: "[     \n  / /]" },
];

for (const { what, source, code } of HIDDEN) {
  Deno.test(`codeOf() hides ${what}`, () => assertEquals(codeOf(source), code));
}

const SHOWN: { what: string; source: string; name: string }[] = [
  { what: "code inside a template", source: "`x ${a({ b: `y ${HERE}` })} z`", name: "HERE" },
  { what: "code after a template", source: "`x ${a} z`; HERE", name: "HERE" },
  { what: "code after a division", source: "a / b; HERE / c", name: "HERE" },
  {
    what: "code after an apostrophe in a page's text",
    source: "<p>Don't</p>;\nHERE",
    name: "HERE",
  },
  { what: "code after a closing tag", source: "<a>{b}</a>; HERE; <br />;", name: "HERE" },
];

for (const { what, source, name } of SHOWN) {
  Deno.test(`codeOf() shows ${what}`, () => {
    assertEquals(codeOf(source).indexOf(name), source.indexOf(name));
  });
}

const IMPORTS: { source: string; specifier: string; typeOnly: boolean }[] = [
  { source: 'import { a } from "./a.ts";', specifier: "./a.ts", typeOnly: false },
  { source: 'import {\n  a,\n  b,\n} from "./a.ts";', specifier: "./a.ts", typeOnly: false },
  { source: 'import * as a from "./a.ts";', specifier: "./a.ts", typeOnly: false },
  { source: 'import "./a.ts";', specifier: "./a.ts", typeOnly: false },
  { source: 'await import("./a.ts");', specifier: "./a.ts", typeOnly: false },
  { source: 'export * from "./a.ts";', specifier: "./a.ts", typeOnly: false },
  { source: 'import { type A, b } from "./a.ts";', specifier: "./a.ts", typeOnly: false },
  { source: 'import type { A } from "./a.ts";', specifier: "./a.ts", typeOnly: true },
  { source: 'import { type A, type B } from "./a.ts";', specifier: "./a.ts", typeOnly: true },
  { source: 'export type { A } from "./a.ts";', specifier: "./a.ts", typeOnly: true },
  { source: '// @ts-types="./a.d.ts"', specifier: "./a.d.ts", typeOnly: true },
];

for (const { source, specifier, typeOnly } of IMPORTS) {
  Deno.test(`importsOf() finds ${source.replace(/\s+/g, " ")}`, () => {
    assertEquals(importsOf(source), [{ specifier, line: 1, typeOnly }]);
  });
}

Deno.test("relativeUrlsOf() finds files and no addresses", () => {
  const source = 'new URL("./a.ts", import.meta.url); new URL("https://a.example/");';
  assertEquals(relativeUrlsOf(source), ["./a.ts"]);
});

Deno.test("importsOf() finds no import in a string or a comment", () => {
  assertEquals(importsOf(`const a = 'import "./a.ts"'; // import "./b.ts"`), []);
});

Deno.test("importsOf() names the line", () => {
  assertEquals(importsOf('a();\n\nimport "b";')[0].line, 3);
});

Deno.test("resolve() follows relative paths and the import map", () => {
  const sources = sourcesOf({ "deno.json": '{"imports":{"@a":"./b/a.ts","hono":"npm:hono@1"}}' });
  assertEquals(resolve("../c/d.ts", "a/b/e.ts", sources), "a/c/d.ts");
  assertEquals(resolve("@a", "x/y.ts", sources), "b/a.ts");
  assertEquals(resolve("hono", "x/y.ts", sources), "package:hono");
});
