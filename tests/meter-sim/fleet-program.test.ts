/** The fleet as it is typed: a real program against a real server, with a past and a bad network. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { OPERATOR_KEY, RunningServer } from "../server/running-server.ts";
import { TestFolder } from "../server/test-folder.ts";
import { within } from "../server/within.ts";
import { countsOf } from "./real-uplink.ts";

const ROOT = new URL("../../", import.meta.url);
const DAY_OF_QUARTERS = 96;

Deno.test("the sim task gives a fleet a past, has it report and stops when told to", async () => {
  using data = new TestFolder();
  await using server = await RunningServer.start({ data: data.path });
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const address = ["--server", server.address, "--udp-port", String(server.udpPort)];
  const faults = ["--loss", "0.05", "--duplicate", "0.05", "--delay", "20"];
  await using child = new Deno.Command(Deno.execPath(), {
    args: [
      ...tasks.sim.split(" ").slice(1),
      ...address,
      ...faults,
      ...["--fleet", "20", "--backfill", "1d", "--every", "15m"],
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1", CONTALUZ_OPERATOR_KEY: OPERATOR_KEY },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let told = "";
  const listening = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      told += text;
      if (/[1-9]\d* acknowledged/.test(told) && !told.includes("Stopped")) child.kill("SIGINT");
    }
  })();
  await within(listening, 30_000, "the end of the fleet");
  assertEquals((await child.status).code, 0);
  assertStringIncludes(told, "Filling in their past");
  assertStringIncludes(told, "Stopped. 20 meters: ");
  const { stored, conflicts, refused } = await countsOf(server);
  const acknowledged = Number(told.match(/Stopped.* (\d+) acknowledged/)![1]);
  const past = 20 * (DAY_OF_QUARTERS + 1);
  assertEquals([stored >= past - 20 + acknowledged, conflicts, refused], [true, 0, 0]);
});
