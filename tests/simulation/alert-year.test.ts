/**
 * A few homes for a third of a year: what goes wrong is found in time, and hardly anything else is
 * told. More homes, a year, and other seeds: `tests/simulation/alerts-main.ts`.
 */
import { assert, assertEquals } from "@std/assert";
import { customersFalse, scoresOf, tableOf } from "./alert-table.ts";
import { simulateYear } from "./alert-year.ts";

const SEED = 7;
const HOMES = 12;
const DAYS = 120;

Deno.test(`simulateYear() finds each incident in time and is quiet otherwise with seed ${SEED}`, () => {
  const year = simulateYear(SEED, HOMES, DAYS);
  const scores = scoresOf(year);
  const table = `\n${tableOf(scores)}\n`;
  assertEquals(scores.missed, [], table);
  assert(scores.rows.reduce((sum, { found }) => sum + found.length, 0) >= 10, table);
  assert(customersFalse(scores) < 1, table);
  assertEquals(scores.forbidden, 0, table);
});
