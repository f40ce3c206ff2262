/** A simulated year of alerts as a table: `--seed 1 --homes 200 --days 365 [--missed]`. */
import { parseArgs } from "node:util";
import { scoresOf, tableOf } from "./alert-table.ts";
import { simulateYear } from "./alert-year.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    homes: { type: "string", default: "200" },
    days: { type: "string", default: "365" },
    missed: { type: "boolean", default: false },
  },
});

const begin = performance.now();
const year = simulateYear(Number(values.seed), Number(values.homes), Number(values.days));
const seconds = (performance.now() - begin) / 1_000;
const scores = scoresOf(year);
console.log(`seed ${values.seed}, ${values.homes} homes, ${values.days} days`);
console.log(tableOf(scores));
const { evaluations, ratings } = year;
console.log(`${evaluations} evaluations, ${ratings} ratings, ${seconds.toFixed(1)} s`);
if (values.missed) console.log(scores.missed.join("\n"));
