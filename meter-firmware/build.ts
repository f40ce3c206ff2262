/**
 * Compiles the meter into the one file that is flashed, and proves that Espruino can read it.
 *
 * esbuild joins the files and takes the types out; what is newer than ES5 it refuses to compile, but
 * for the few things named below that Espruino has. terser makes it small and puts functions above
 * their uses, as Espruino hoists nothing. Then the result is parsed and linted again: a tool may have
 * written what no source did.
 */
import { parse } from "acorn";
import { buildSync } from "esbuild";
import { minify } from "terser";
import { fileURLToPath } from "node:url";

export const BUNDLE = new URL("dist/meter.js", import.meta.url);
const ENTRY = new URL("boards/esp32.ts", import.meta.url);
const LINT = new URL("subset-lint.ts", import.meta.url);
const GOAL_BYTES = 24 * 1024;

/** What Espruino has beyond ES5. */
const SUPPORTED = {
  "arrow": true,
  "class": true,
  "const-and-let": true,
  "for-of": true,
  "object-extensions": true,
  "template-literal": true,
};
/** Espruino's own global, and what the file leaves behind on the console. */
const RESERVED = ["E", "meter"];

/** The source of the one file that the program at `entry` becomes. */
export async function compile(entry: URL): Promise<string> {
  const joined = buildSync({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: "iife",
    target: "es5",
    supported: SUPPORTED,
    charset: "ascii",
    logLevel: "silent",
  });
  const { code } = await minify(joined.outputFiles[0].text, {
    ecma: 2015,
    // Inlining more would put variables below their uses.
    compress: { passes: 2, hoist_funs: true, inline: 1 },
    mangle: { reserved: RESERVED },
    format: { ascii_only: true },
  });
  return code!;
}

/** Throws unless Espruino can read the source. */
export async function checkSubset(source: string): Promise<void> {
  parse(source, { ecmaVersion: 2015, sourceType: "script" });
  const folder = await Deno.makeTempDir({ prefix: "contaluz-lint-" });
  try {
    const config = { lint: { plugins: [fileURLToPath(LINT)], rules: { tags: [] } } };
    await Deno.writeTextFile(`${folder}/lint.json`, JSON.stringify(config));
    await Deno.writeTextFile(`${folder}/bundle.js`, source);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["lint", "--compact", "--config", `${folder}/lint.json`, `${folder}/bundle.js`],
      env: { NO_COLOR: "1" },
    }).output();
    if (success) return;
    throw new Error(`Espruino cannot run it: ${new TextDecoder().decode(stderr)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Builds `dist/meter.js`. Answers with its size in bytes. */
export async function buildFirmware(): Promise<number> {
  const source = await compile(ENTRY);
  await checkSubset(source);
  await Deno.mkdir(new URL("./", BUNDLE), { recursive: true });
  await Deno.writeTextFile(BUNDLE, source);
  return source.length;
}

const HELP =
  `Compiles the meter into the one file that is flashed, and checks that the chip can read it.
It takes no options. The file: ${fileURLToPath(BUNDLE)}`;

if (import.meta.main) {
  if (Deno.args.includes("--help")) {
    console.log(HELP);
    Deno.exit(0);
  }
  if (Deno.args.length > 0) {
    console.error(`Cannot build the firmware: ${Deno.args[0]} is not an option; it takes none`);
    Deno.exit(1);
  }
  try {
    const bytes = await buildFirmware();
    const verdict = bytes <= GOAL_BYTES ? "within" : "above";
    console.log(`${fileURLToPath(BUNDLE)}: ${bytes} bytes, ${verdict} the goal of ${GOAL_BYTES}`);
  } catch (error) {
    console.error(`Cannot build the firmware: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
