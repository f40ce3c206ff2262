/**
 * Runs more seeds than the tests do, or one again with its trace:
 * `--seeds 5000 --from 1000`, or `--seed 4711`.
 */
import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "0" },
    seed: { type: "string" },
  },
});

async function many(from: number, count: number): Promise<number> {
  const sum = { seeds: 0, failed: 0, readings: 0, acknowledgements: 0, crashes: 0, reboots: 0 };
  const begin = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    sum.seeds++;
    try {
      const { readings, acknowledgements, crashes, reboots } = await simulate(seed);
      sum.readings += readings;
      sum.acknowledgements += acknowledgements;
      sum.crashes += crashes;
      sum.reboots += reboots;
    } catch (error) {
      sum.failed++;
      console.error(`Seed ${seed} fails: ${String(error).split("\n")[0]}`);
      console.error(`  again with: deno task simulate --seed ${seed}`);
    }
  }
  const seconds = Math.round(performance.now() - begin) / 1000;
  console.log(JSON.stringify({ ...sum, seconds }));
  return sum.failed;
}

if (values.seed === undefined) {
  const failed = await many(Number(values.from), Number(values.seeds));
  Deno.exit(failed > 0 ? 1 : 0);
} else {
  console.log(JSON.stringify(await simulate(Number(values.seed), { trace: console.log })));
}
