/** How the server ends, and what it writes into its log until then. */
import { assertEquals } from "@std/assert";
import { RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { provision, reading, UdpLine } from "./udp-meter.ts";

/** Without the line for people, which a first start prints. */
const logged = (stderr: string) =>
  stderr.trim().split("\n").filter((line) => !line.startsWith("Set up"))
    .map((line) => JSON.parse(line));

const messages = (stderr: string): string[] => logged(stderr).map(({ message }) => message);

Deno.test("the server says once that it stops, and at last that it has", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  server.child.kill("SIGINT");
  const { code, stderr } = await server.kill("SIGTERM");
  assertEquals([code, messages(stderr)], [0, ["Stopping", "Stopped"]]);
});

Deno.test("the server logs each refused datagram at the level debug", async () => {
  using folder = new TestFolder();
  const env = { CONTALUZ_LOG: "debug" };
  await using server = await RunningServer.start({ data: folder.path, env });
  await using line = new UdpLine(server.udpPort);
  const [meter] = await provision(server, 1);
  await line.send(new Uint8Array(9));
  await line.exchange(meter.datagram([reading(1)]));
  const { stderr } = await server.kill("SIGTERM");
  const { level, message, outcome } = logged(stderr)
    .find(({ message }) => message !== "Answered");
  assertEquals([level, message, outcome], ["debug", "Datagram refused", "malformed"]);
});
