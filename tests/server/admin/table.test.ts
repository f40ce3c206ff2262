/** Tables and bars in a terminal. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bar } from "../../../server/admin/bars.ts";
import { type Column, table } from "../../../server/admin/table.ts";
import { plain, shortened, widthOf, wrapped } from "../../../server/admin/text.ts";
import { unitFor } from "../../../server/admin/units.ts";

type Row = [id: string, name: string, number: string];

const COLUMNS: Column<Row>[] = [
  { title: "id", of: ([id]) => id, whole: true },
  { title: "name", of: ([, name]) => name },
  { title: "Wh", of: ([, , number]) => number, align: "right" },
];
const shown = (rows: Row[], columns: number, hasColour = false): string[] =>
  table(COLUMNS, rows, { columns, hasColour }).split("\n");

Deno.test("a table aligns names to the left and numbers to the right", () => {
  assertEquals(shown([["a1", "Ana", "5"], ["b2", "Beatriz", "1,200"]], 80), [
    "id  name        Wh",
    "a1  Ana          5",
    "b2  Beatriz  1,200",
  ]);
});

Deno.test("a table wraps long names, and leaves ids whole", () => {
  assertEquals(shown([["8a1f63c0d27be954", "Companhia de Energia", "5"]], 36), [
    "id                name            Wh",
    "8a1f63c0d27be954  Companhia de     5",
    "                  Energia",
  ]);
});

Deno.test("a table that nobody looks at in a terminal is as wide as it needs to be", () => {
  const name = "Companhia de Energia ".repeat(20).trim();
  assertEquals(
    shown([["8a1f63c0d27be954", name, "5"]], Infinity)[1],
    `8a1f63c0d27be954  ${name}   5`,
  );
});

Deno.test("a column that is only for those who have something is left out, or empty", () => {
  const columns: Column<string[]>[] = [
    { title: "id", of: ([id]) => id },
    { title: "why", of: ([, why]) => why, ifAny: true },
  ];
  const look = { columns: 80, hasColour: false };
  assertEquals(table(columns, [["a"], ["b"]], look), "id\na\nb");
  assertEquals(table(columns, [["a"], ["b", "x"]], look), "id  why\na\nb   x");
});

Deno.test("a table counts wide characters as two places, and marks as none", () => {
  assertEquals(
    shown([["a1", "日本", "5"], ["b2", "Jose\u0301 ", "6"]], 80),
    [
      "id  name   Wh",
      "a1  日本    5",
      "b2  José    6",
    ].map((line) => line.replace("é", "e\u0301")),
  );
});

Deno.test("a table paints its head where there is colour, and nothing else", () => {
  const [head, row] = shown([["a1", "Ana", "5"]], 80, true);
  assertEquals([head, row], ["\x1b[1mid  name  Wh\x1b[0m", "a1  Ana    5"]);
});

Deno.test("no name commands the terminal", () => {
  const [, row] = shown([["a1", "A\x1b[2Jna\x9b31m\n\u202ex", "5"]], 80);
  assertEquals(row, "a1  A [2Jna 31m x   5");
  assertEquals(plain("a\r\nb\tc"), "a b c");
});

Deno.test("no table is wider than the terminal", () => {
  const cell = fc.string({ unit: "grapheme", maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 12, max: 200 }),
      (rows, columns) => {
        for (const line of shown(rows, columns)) assert(widthOf(line) <= columns, line);
      },
    ),
  );
});

const WRAPPED: [text: string, width: number, lines: string[]][] = [
  ["Maria da Luz", 12, ["Maria da Luz"]],
  ["Maria da Luz", 8, ["Maria da", "Luz"]],
  ["Maria da Luz", 4, ["Mari", "a da", "Luz"]],
  ["to Companhia", 5, ["to", "Compa", "nhia"]],
  ["日本語", 5, ["日本", "語"]],
  ["日本語", 1, ["…", "…", "…"]],
];

for (const [text, width, lines] of WRAPPED) {
  Deno.test(`${text} in ${width} places is ${lines.length} lines`, () => {
    assertEquals(wrapped(text, width), lines);
  });
}

const SHORTENED: [text: string, width: number, short: string][] = [
  ["Maria", 5, "Maria"],
  ["Maria", 4, "Mar…"],
  ["日本語", 5, "日本…"],
  ["日本語", 4, "日…"],
  ["👩‍👩‍👧 home", 4, "👩‍👩‍👧 …"],
  ["ab", 1, "…"],
];

for (const [text, width, short] of SHORTENED) {
  Deno.test(`${text} in ${width} places is ${short}`, () => {
    assertEquals(shortened(text, width), short);
  });
}

const BARS: [share: number, width: number, drawn: string][] = [
  [0, 4, ""],
  [1, 4, "████"],
  [0.5, 4, "██"],
  [0.5, 1, "▌"],
  [0.28, 4, "█▏"],
  [0.000_1, 4, "▏"],
  [2, 2, "██"],
  [-1, 2, ""],
];

for (const [share, width, drawn] of BARS) {
  Deno.test(`a share of ${share} in ${width} places is drawn as "${drawn}"`, () => {
    assertEquals(bar(share, width), drawn);
  });
}

Deno.test("energy is written in the unit in which the largest value is easy to read", () => {
  const written = (wh: number, largest = wh): string => {
    const unit = unitFor(largest);
    return `${unit.write(wh)} ${unit.name}`;
  };
  assertEquals(written(1.25), "1.25 Wh");
  assertEquals(written(999.999), "999.999 Wh");
  assertEquals(written(42_168.441), "42.168 kWh");
  assertEquals(written(12, 5_000), "0.012 kWh");
  assertEquals(written(1_234_567_890), "1,234.568 MWh");
});
