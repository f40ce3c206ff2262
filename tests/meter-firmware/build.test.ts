/** The file that is flashed: small, in the subset, and made by the task that the README names. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { checkSubset, compile } from "../../meter-firmware/build.ts";
import { TestFolder } from "../server/test-folder.ts";

const ROOT = new URL("../../", import.meta.url);
const GOAL_BYTES = 24 * 1024;

/** Before the tests: the compiler keeps a thread for as long as the process lives. */
await compile(new URL("meter-firmware/boards/esp32.ts", ROOT));

Deno.test("firmware:build makes one file below the goal and prints its size", async () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: tasks["firmware:build"].split(" ").slice(1),
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  const { size } = Deno.statSync(new URL("meter-firmware/dist/meter.js", ROOT));
  assert(size < GOAL_BYTES, `${size} bytes`);
  assertStringIncludes(decoder.decode(stdout), `${size} bytes, within the goal`);
});

const UNREADABLE: [what: string, source: string][] = [
  ["a class that is missing", "var a = new Map();"],
  ["a variable below its use", "(()=>{a=1;var a})();"],
  ["newer syntax", "var a = b?.c;"],
  ["no program at all", "var = ;"],
];

for (const [what, source] of UNREADABLE) {
  Deno.test(`checkSubset() refuses ${what}`, async () => {
    await assertRejects(() => checkSubset(source), Error);
  });
}

Deno.test("compile() refuses what would have to be rewritten for Espruino", async () => {
  using folder = new TestFolder();
  const file = `${folder.path}/a.ts`;
  Deno.writeTextFileSync(file, "const { a } = globalThis as any; console.log(a);");
  await assertRejects(() => compile(new URL(`file://${file}`)), Error, "destructuring");
});
