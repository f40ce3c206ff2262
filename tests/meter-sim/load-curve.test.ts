import { assertEquals, assertThrows } from "@std/assert";
import {
  createRecorder,
  type LoadCurve,
  parseLoadCurve,
  replay,
} from "../../meter-sim/load-curve.ts";

const NAME = "home.csv";
const curve = (...points: [time: number, watts: number][]): LoadCurve =>
  points.map(([time, watts]) => ({ time, watts }));

const READ: { what: string; text: string; expected: LoadCurve }[] = [
  {
    what: "Unix seconds under a header",
    text: "time,watts\n100,20\n105.5,30.25\n",
    expected: curve([100, 20], [105.5, 30.25]),
  },
  {
    what: "no header and no last newline",
    text: "100,20\n105,0",
    expected: curve([100, 20], [105, 0]),
  },
  {
    what: "RFC 3339 with any offset",
    text: "Time, Watts\n2026-01-15T08:00:00-03:00,120\n2026-01-15T11:00:05.5Z,130\n",
    expected: curve([1768474800, 120], [1768474805.5, 130]),
  },
  {
    what: "a file of another system, with blanks",
    text: "\ufefftime,watts\r\n 100 , 20 \r\n\r\n105,30\r\n",
    expected: curve([100, 20], [105, 30]),
  },
];

for (const { what, text, expected } of READ) {
  Deno.test(`parseLoadCurve() reads ${what}`, () => {
    assertEquals(parseLoadCurve(text, NAME), expected);
  });
}

const REFUSED: { what: string; text: string; error: string }[] = [
  { what: "nothing", text: "", error: "Cannot read the load curve home.csv: it has no values" },
  { what: "a header alone", text: "time,watts\n", error: "it has no values" },
  { what: "a time without watts", text: "time,watts\n100\n", error: "home.csv, line 2: must be" },
  { what: "a third field", text: "100,20,30\n", error: "line 1: must be a time and watts" },
  {
    what: "a header further down",
    text: "100,20\ntime,watts\n",
    error: "line 2: the time must be",
  },
  {
    what: "a time without an offset",
    text: "100,20\n2026-01-15T08:00:00,30\n",
    error: "line 2: the time must be RFC 3339",
  },
  {
    what: "a month too many",
    text: "2026-13-15T08:00:00Z,30\n",
    error: "line 1: the time must be",
  },
  {
    what: "a time that does not rise",
    text: "100,20\n\n100,30\n",
    error: "line 3: the time must be",
  },
  { what: "negative watts", text: "100,-5\n", error: "line 1: watts must be a number" },
  { what: "no watts", text: "100,\n", error: "line 1: watts must be a number" },
  { what: "watts that are no number", text: "100,NaN\n", error: "line 1: watts must be a number" },
];

for (const { what, text, error } of REFUSED) {
  Deno.test(`parseLoadCurve() refuses ${what}, naming the line`, () => {
    assertThrows(() => parseLoadCurve(text, NAME), Error, error);
  });
}

Deno.test("replay() holds each value until the next, and begins anew after the last", () => {
  const { watts } = replay(curve([100, 1], [110, 2], [130, 3]));
  const times = [100, 109.9, 110, 129, 130, 149.9, 150, 160, 199, 50 * 1000 + 100];
  assertEquals(times.map(watts), [1, 1, 2, 2, 3, 3, 1, 2, 3, 1]);
});

Deno.test("replay() repeats itself backwards in time, too", () => {
  const { watts } = replay(curve([100, 1], [110, 2], [130, 3]));
  assertEquals([99, 79, 60, 50, 49].map(watts), [3, 2, 2, 1, 3]);
});

Deno.test("replay() begins where it is told to", () => {
  const { watts } = replay(curve([100, 1], [110, 2]), 5000);
  assertEquals([5000, 5009, 5010, 5020].map(watts), [1, 1, 2, 1]);
});

Deno.test("replay() of a single value is that value", () => {
  const { watts } = replay(curve([100, 7]));
  assertEquals([0, 99, 100, 100.5, 1e9].map(watts), [7, 7, 7, 7, 7]);
});

Deno.test("createRecorder() writes what parseLoadCurve() reads", () => {
  const lines: string[] = [];
  const record = createRecorder((line) => lines.push(line));
  record(1768474800, 119.96);
  record(1768474800.2504, 5620.54);
  record(1768474860, 0);
  assertEquals(lines, [
    "time,watts",
    "2026-01-15T11:00:00Z,120",
    "2026-01-15T11:00:00.250Z,5620.5",
    "2026-01-15T11:01:00Z,0",
  ]);
  const read = parseLoadCurve(lines.join("\n"), NAME);
  assertEquals(read, curve([1768474800, 120], [1768474800.25, 5620.5], [1768474860, 0]));
});

Deno.test("createRecorder() leaves out what would not rise", () => {
  const lines: string[] = [];
  const record = createRecorder((line) => lines.push(line));
  for (const time of [100, 100, 100.0001, 99, 101]) record(time, 1);
  assertEquals(parseLoadCurve(lines.join("\n"), NAME), curve([100, 1], [101, 1]));
});
