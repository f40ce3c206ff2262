/** The benchmarks run, small, so that they never rot; their times are not judged here. */
import { assert, assertEquals } from "@std/assert";
import { MEASURES, QUICK, runMeasures } from "./main.ts";

Deno.test("every benchmark runs and prints figures", async () => {
  const lines: string[] = [];
  await runMeasures(Object.keys(MEASURES), QUICK, (line) => lines.push(line));
  const figures = lines.map((line) => JSON.parse(line));
  assertEquals(
    figures.map(({ measure }) => measure),
    [
      "ingest",
      "ingest",
      "fleet",
      "fleet",
      "fleet",
      "stored",
      "stored",
      "history",
      "import",
      "live",
      "liveSockets",
    ],
  );
  const [bare, fleet, life] = figures;
  const [live, liveSockets] = figures.slice(-2);
  assert(bare.bareReceivedPerSecond > 0);
  assert(fleet.acknowledged > 0);
  assertEquals(fleet.wrongAcknowledgements, 0);
  assert(life.readingsPerSecond > 0);
  assertEquals([live.lost, live.refused], [0, 0]);
  assert(live.measured > 0);
  assertEquals([liveSockets.lost, liveSockets.dropped], [0, 0]);
  assert(liveSockets.measured > 0);
});
