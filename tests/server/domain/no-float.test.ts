/** Money is worked out without a float: nothing divides, rounds or reads one where money is. */
import { assertEquals } from "@std/assert";
import { codeOf } from "../../house/code.ts";
import { lineAt, readRepository } from "../../house/repository.ts";

/** Where `/` divides whole numbers of any size. */
const DIVIDES = "money.ts";

const FILES = [
  DIVIDES,
  ...[
    "tariff.ts",
    "tariff-presets.ts",
    "taxes.ts",
    "priced-energy.ts",
    "charges.ts",
    "lines.ts",
    "surcharge.ts",
  ],
  ...["energy-slices.ts", "rating.ts", "estimate.ts", "late.ts", "bill.ts", "canonical.ts"],
].map((name) => `server/domain/${name}`);

const FLOAT = /\bparseFloat\b|\btoFixed\b|\bMath\.(?!min\b|max\b|abs\b)\w+|\d\.\d|\de-\d/g;
const DIVISION = / \/=? /g;

function floatsIn(path: string, source: string): string[] {
  const code = codeOf(source);
  const patterns = path.endsWith(`/${DIVIDES}`) ? [FLOAT] : [FLOAT, DIVISION];
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].map(({ 0: found, index }) =>
      `${path}:${lineAt(source, index)} ${found.trim()}`
    )
  );
}

Deno.test("no file that works out money knows a float", () => {
  const sources = readRepository();
  const found = FILES.flatMap((path) => floatsIn(path, sources.get(path) ?? `${path} / is gone`));
  assertEquals(found, []);
});

Deno.test("floatsIn() sees floats and looks away from words", () => {
  assertEquals(floatsIn("a.ts", "const a = b / 3;"), ["a.ts:1 /"]);
  assertEquals(floatsIn("a.ts", "\nconst a = 0.1;"), ["a.ts:2 0.1"]);
  assertEquals(floatsIn("a.ts", "Math.round(parseFloat(a).toFixed(2))").length, 3);
  assertEquals(floatsIn("a.ts", '// a / b\nconst a = "0.1 / 3" + Math.max(1, 2);'), []);
  assertEquals(floatsIn("x/money.ts", "top / bottom"), []);
});
