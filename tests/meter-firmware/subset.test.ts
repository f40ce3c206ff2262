/** The guards of the language that Espruino runs: each refuses what it should, the meter passes. */
import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import plugin from "../../meter-firmware/subset-lint.ts";

const FOLDER = new URL("../../meter-firmware/", import.meta.url);
const CONFIG = new URL("subset.json", FOLDER);

const REFUSED: { rule: string; source: string }[] = [
  { rule: "no-destructuring", source: "const { a } = b;" },
  { rule: "no-destructuring", source: "const [a] = b;" },
  { rule: "no-destructuring", source: "const f = ({ a }) => a;" },
  { rule: "no-default-parameter", source: "const f = (a = 1) => a;" },
  { rule: "no-rest-or-spread", source: "const f = (...a) => a;" },
  { rule: "no-rest-or-spread", source: "const a = [...b];" },
  { rule: "no-rest-or-spread", source: "const a = { ...b };" },
  { rule: "no-optional-chaining", source: "a?.b;" },
  { rule: "no-optional-chaining", source: "a?.();" },
  { rule: "no-exponent", source: "const a = b ** 2;" },
  { rule: "no-exponent", source: "a **= 2;" },
  { rule: "no-logical-assignment", source: "a ??= 1;" },
  { rule: "no-logical-assignment", source: "a ||= 1;" },
  { rule: "no-async", source: "const f = async () => 1;" },
  { rule: "no-async", source: "await a;" },
  { rule: "no-generator", source: "function* f() {}" },
  { rule: "no-generator", source: "class A { *a() {} }" },
  { rule: "no-label", source: "a: for (;;) break a;" },
  { rule: "no-private-name", source: "class A { #a = 1; }" },
  { rule: "no-bigint", source: "const a = 1n;" },
  { rule: "no-bigint", source: "const a = BigInt(1);" },
  { rule: "no-computed-key", source: "const a = { [b]: 1 };" },
  { rule: "no-computed-member", source: "class A { [b]() {} }" },
  { rule: "no-computed-member", source: "class A { [b] = 1; }" },
  { rule: "no-bare-field", source: "class A { a: number; }" },
  { rule: "no-case-after-default", source: "switch (a) { default: b(); break; case 1: c(); }" },
  { rule: "no-closure-in-loop", source: "for (let i = 0; i < 3; i++) a.push(() => i);" },
  { rule: "no-closure-in-loop", source: "while (a) a.push(function () {});" },
  { rule: "no-missing-class", source: "const a = new Map();" },
  { rule: "no-missing-class", source: "const a = new Set();" },
  { rule: "no-missing-class", source: "const a = Symbol.iterator;" },
  { rule: "no-text-coder", source: "const a = new TextEncoder();" },
  { rule: "no-text-coder", source: "const a = new TextDecoder();" },
  { rule: "no-error-subclass", source: 'throw new RangeError("a");' },
  { rule: "no-error-subclass", source: "const a = b instanceof TypeError;" },
  { rule: "no-number-static", source: "const a = Number.isInteger(b);" },
  { rule: "no-number-static", source: "const a = Number.MAX_SAFE_INTEGER;" },
  { rule: "no-math-static", source: "const a = Math.trunc(b);" },
  { rule: "no-math-static", source: "const a = Math.imul(b, c);" },
  { rule: "no-math-static", source: "const a = Math.log2(b);" },
  { rule: "no-math-static", source: "const a = Math.cosh(b);" },
  { rule: "no-array-static", source: "const a = Array.from(b);" },
  { rule: "no-array-static", source: "const a = Array.of(b);" },
  { rule: "no-array-method", source: "const a = b.flat();" },
  { rule: "no-array-method", source: "const a = b.at(-1);" },
  { rule: "no-object-freeze", source: "const a = Object.freeze(b);" },
  { rule: "no-slice", source: "const a = b.slice(1);" },
  { rule: "no-length-assignment", source: "a.length = 0;" },
  { rule: "no-length-assignment", source: "a.length--;" },
  { rule: "no-use-before-definition", source: "f(); function f() {}" },
  { rule: "no-use-before-definition", source: "const a = () => f(); const f = () => 1; a();" },
  { rule: "no-use-before-definition", source: "const a = { f }; function f() {}" },
  { rule: "no-use-before-definition", source: "const a = (x) => { x(b); const b = 1; };" },
  { rule: "no-use-before-definition", source: "class A extends B {} class B {}" },
];

const ACCEPTED: { what: string; source: string }[] = [
  { what: "a name used below its definition", source: "const f = () => 1; f();" },
  { what: "a function that calls itself", source: "const f = () => f();" },
  { what: "a type used above its definition", source: "const a = (b: B): B => b; interface B {}" },
  { what: "a property named like a later value", source: "a.b({ b: c.b }); const b = 1;" },
  { what: "a parameter named like a later value", source: "const a = (b) => b; const b = 1;" },
  {
    what: "a caught error named like a later value",
    source: "try {} catch (e) { a(e); } const e = 1;",
  },
  { what: "one name in two blocks", source: "if (a) { const b = 1; c(b); } const b = 2;" },
  { what: "a property named like a missing method", source: "const a = b.at + c.flat;" },
  { what: "a class with a getter", source: "class A { a = 1; get b() { return this.a; } }" },
  { what: "a declared field", source: "class A { declare a: number; }" },
  { what: "for-of and for-in", source: "for (const a of b) c(a); for (const a in b) c(a);" },
  { what: "template literals and `??`", source: "const a = `${b}` + (c ?? 1);" },
  { what: "default as the last case", source: "switch (a) { case 1: b(); break; default: c(); }" },
  {
    what: "the functions of Math that exist",
    source: "Math.floor(a) + Math.pow(a, Math.sign(a));",
  },
];

const rulesBroken = (file: string, source: string): string[] => [
  ...new Set(Deno.lint.runPlugin(plugin, file, source).map(({ id }) => id.replace(/.*\//, ""))),
];

for (const { rule, source } of REFUSED) {
  Deno.test(`${rule} refuses \`${source}\``, () => {
    assertEquals(rulesBroken("snippet.ts", source), [rule]);
  });
}

for (const { what, source } of ACCEPTED) {
  Deno.test(`the subset's rules accept ${what}`, () => {
    assertEquals(rulesBroken("snippet.ts", source), []);
  });
}

Deno.test("every rule of the subset has a snippet that it refuses", () => {
  const proven = new Set(REFUSED.map(({ rule }) => rule));
  assertEquals(Object.keys(plugin.rules).filter((rule) => !proven.has(rule)), []);
});

const sourcesIn = (folder: URL, excluded: string[]): URL[] =>
  [...Deno.readDirSync(folder)].filter(({ name }) => !excluded.includes(name)).flatMap((entry) => {
    if (entry.isDirectory) return sourcesIn(new URL(`${entry.name}/`, folder), excluded);
    return entry.name.endsWith(".ts") ? [new URL(entry.name, folder)] : [];
  });

Deno.test("the meter is written in the subset", () => {
  const { exclude } = JSON.parse(Deno.readTextFileSync(CONFIG));
  const files = sourcesIn(FOLDER, exclude);
  assert(files.some((file) => file.pathname.endsWith("/protocol/datagram.ts")));
  for (const file of files) {
    const broken = Deno.lint.runPlugin(plugin, file.pathname, Deno.readTextFileSync(file));
    assertEquals(broken.map(({ message }) => message), [], file.pathname);
  }
});

const checkTypes = async (target: string): Promise<{ success: boolean; stderr: string }> => {
  const args = ["check", "--no-lock", "--config", CONFIG.pathname, target];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  return { success, stderr: new TextDecoder().decode(stderr) };
};

Deno.test("subset.json refuses the types of what Espruino lacks", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, "export const numbers = new Map<string, number>();\n");
    const { success, stderr } = await checkTypes(file);
    assertFalse(success);
    assertStringIncludes(stderr, "Cannot find name 'Map'");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("subset.json accepts the meter", async () => {
  const { success, stderr } = await checkTypes(FOLDER.pathname);
  assert(success, stderr);
});
