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
      "closing",
      "closing",
      "closing",
      "closing",
      "alerts",
      "import",
      "live",
      "liveSockets",
    ],
  );
  const [bare, fleet, life] = figures;
  const [first, killed, second, found, live, liveSockets] = figures.slice(-8).toSpliced(4, 2);
  const alerts = figures.find(({ measure }) => measure === "alerts");
  assertEquals([alerts.points, alerts.reported], [QUICK.alertPoints, 0]);
  assert(bare.bareReceivedPerSecond > 0);
  assert(fleet.acknowledged > 0);
  assertEquals(fleet.wrongAcknowledgements, 0);
  assert(life.readingsPerSecond > 0);
  for (const closing of [first, second]) {
    assertEquals([closing.invoices, closing.failures], [QUICK.closingPoints, 0]);
  }
  assertEquals([killed.signal, killed.failures], ["SIGKILL", 0]);
  assertEquals(found, { measure: "closing", wrongPoints: 0, wrongNumbers: 0, wrongDocuments: 0 });
  assertEquals([live.lost, live.refused], [0, 0]);
  assert(live.measured > 0);
  assertEquals([liveSockets.lost, liveSockets.dropped], [0, 0]);
  assert(liveSockets.measured > 0);
});
