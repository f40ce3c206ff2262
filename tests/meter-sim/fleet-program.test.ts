/** The fleet as it is typed: a real program against a real server, with a past and a bad network. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { OPERATOR_KEY, RunningServer } from "../server/running-server.ts";
import { TestFolder } from "../server/test-folder.ts";
import { within } from "../server/within.ts";
import { taskCommand } from "../task.ts";
import { countsOf } from "./real-uplink.ts";

const DAY_OF_QUARTERS = 96;
const END_MS = 40_000;

/** Runs a fleet of twenty until it has said `cue`, stops it, and gives all that it said. */
const stoppedAt = async (cue: RegExp, { address, udpPort }: RunningServer, args: string[]) => {
  await using child = taskCommand("sim", {
    args: ["--server", address, "--udp-port", String(udpPort), "--fleet", "20", ...args],
    env: { CONTALUZ_OPERATOR_KEY: OPERATOR_KEY },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let said = "";
  let isStopped = false;
  const listening = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (isStopped || !cue.test(said)) continue;
      isStopped = true;
      child.kill("SIGINT");
    }
  })();
  await within(listening, END_MS, "the end of the fleet");
  assertEquals((await child.status).code, 0);
  return said;
};

Deno.test("the sim task gives a fleet a past, has it report and stops when told to", async () => {
  using data = new TestFolder();
  await using server = await RunningServer.start({ data: data.path });
  const faults = ["--loss", "0.05", "--duplicate", "0.05", "--delay", "20"];
  const past = ["--backfill", "1d", "--every", "15m"];
  const said = await stoppedAt(/[1-9]\d* acknowledged/, server, [...faults, ...past]);
  assertStringIncludes(said, "Filling in their past");
  assertMatch(said, /Stopped\. 20 meters: .* acknowledged, \d+ never acknowledged/);
  const { stored, conflicts, refused } = await countsOf(server);
  const acknowledged = Number(said.match(/Stopped.* (\d+) acknowledged/)![1]);
  const past20 = 20 * (DAY_OF_QUARTERS + 1);
  assertEquals([stored >= past20 - 20 + acknowledged, conflicts, refused], [true, 0, 0]);
});

Deno.test("a fleet before which the network is dead says that it finishes, and what was never acknowledged", async () => {
  using data = new TestFolder();
  await using server = await RunningServer.start({ data: data.path });
  const said = await stoppedAt(/[1-9]\d* readings sent, 0 acknowledged/, server, ["--loss", "1"]);
  assertMatch(said, /Finishing: [1-9]\d* readings wait for the server\n/);
  assertMatch(said, /Stopped\. 20 meters: .*, 0 acknowledged, [1-9]\d* never acknowledged\n/);
});

Deno.test("a fleet that is stopped while its past is filled in says so", async () => {
  using data = new TestFolder();
  await using server = await RunningServer.start({ data: data.path });
  const said = await stoppedAt(/Filling in/, server, ["--backfill", "10y", "--every", "5m"]);
  assertStringIncludes(said, "Stopped before the past of the meters was filled in\n");
});
