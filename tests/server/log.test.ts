/** Logs are lines of JSON, from the level on that was asked for. */
import { assertEquals } from "@std/assert";
import type { LogLevel } from "../../server/config.ts";
import { createLog, reasonOf } from "../../server/log.ts";

const LEVELS: LogLevel[] = ["debug", "info", "warn", "error"];

const logged = (from: LogLevel, fields?: Record<string, unknown>): unknown[] => {
  const lines: unknown[] = [];
  const log = createLog(from, (line) => lines.push(JSON.parse(line)), () => new Date(0));
  for (const level of LEVELS) log(level, "Hello", fields);
  return lines;
};

for (const [i, from] of LEVELS.entries()) {
  Deno.test(`createLog() from ${from} writes ${LEVELS.length - i} of four levels`, () => {
    const time = "1970-01-01T00:00:00.000Z";
    const lines = LEVELS.slice(i).map((level) => ({ time, level, message: "Hello" }));
    assertEquals(logged(from), lines);
  });
}

Deno.test("createLog() keeps fields, and line breaks inside one line", () => {
  const [line] = logged("error", { reason: "a\nb" }) as { reason: string }[];
  assertEquals(line.reason, "a\nb");
});

Deno.test("reasonOf() is an error's message, or whatever else was thrown", () => {
  assertEquals([reasonOf(new TypeError("full")), reasonOf("full"), reasonOf(7)], [
    "full",
    "full",
    "7",
  ]);
});
