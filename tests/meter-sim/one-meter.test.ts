/** The meter with a menu: what is typed, and the real program against a real server. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Keys } from "../../meter-sim/menu.ts";
import { OPERATOR_KEY, RunningServer } from "../server/running-server.ts";
import { TestFolder } from "../server/test-folder.ts";
import { until, within } from "../server/within.ts";
import { killIfRunning, taskCommand } from "../task.ts";

const END_MS = 20_000;

const typed = (text: string) => {
  const keys = new Keys();
  return [...text].map((key) => keys.read(key)).filter((command) => command !== undefined);
};

Deno.test("Keys.read() takes single keys at once and digits with Enter", () => {
  assertEquals(typed("+-fsnpq").map(({ kind }) => kind), [
    "changeLoad",
    "changeLoad",
    "faster",
    "slower",
    "toggleNetwork",
    "togglePower",
    "quit",
  ]);
  assertEquals(typed("2000\r"), [{ kind: "setLoad", watts: 2000 }]);
  assertEquals(typed("999999\n"), [{ kind: "setLoad", watts: 100_000 }]);
});

Deno.test("Keys.read() forgets digits that something else follows, and ignores other keys", () => {
  assertEquals(typed("12x\r"), []);
  assertEquals(typed("\x03"), [{ kind: "quit" }]);
});

Deno.test("Keys.read() takes the last digit back", () => {
  assertEquals(typed("123\x7f4\r"), [{ kind: "setLoad", watts: 124 }]);
  assertEquals(typed("1\x7f\r"), []);
});

/** `deno task sim` before a server, with what it has said so far. */
class RunningSim implements AsyncDisposable {
  said = "";
  readonly ended: Promise<number>;
  readonly child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;

  constructor(
    { address, udpPort }: Pick<RunningServer, "address" | "udpPort">,
    args: string[] = [],
  ) {
    this.child = taskCommand("sim", {
      args: ["--server", address, "--udp-port", String(udpPort), ...args],
      env: { CONTALUZ_OPERATOR_KEY: OPERATOR_KEY },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#keys = this.child.stdin.getWriter();
    this.ended = this.#end();
  }

  async type(text: string): Promise<void> {
    await this.#keys.write(new TextEncoder().encode(text));
  }

  says(text: string): Promise<void> {
    return until(() => this.said.includes(text), END_MS, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    killIfRunning(this.child, "SIGKILL");
    await this.ended;
    await this.#keys.close().catch(() => {});
  }

  async #end(): Promise<number> {
    for await (const text of this.child.stdout.pipeThrough(new TextDecoderStream())) {
      this.said += text;
    }
    return (await this.child.status).code;
  }
}

const stored = (server: RunningServer) =>
  server.metric('contaluz_readings_total{outcome="stored"}');

for (const program of [[], ["--compiled"]]) {
  Deno.test(`the sim task ${program.join(" ")} counts a load and reports it until it is told to quit`, async () => {
    using data = new TestFolder();
    await using server = await RunningServer.start({ data: data.path });
    await using sim = new RunningSim(server, ["--load", "9000", ...program]);
    await sim.says("load      9,000 W");
    await until(async () => await stored(server) >= 2, END_MS, "two readings");
    await sim.says("server reporting over UDP");
    await sim.type("q");
    assertEquals(await within(sim.ended, END_MS, "the end"), 0);
    assertMatch(sim.said, /Stopped at [\d.]+ kWh\. All readings are acknowledged\./);
  });
}

Deno.test("the sim's meter has a point, and the line that it prints asks what was used there", async () => {
  using data = new TestFolder();
  await using server = await RunningServer.start({ data: data.path });
  await using sim = new RunningSim(server, ["--load", "90000"]);
  await until(async () => await stored(server) >= 3, END_MS, "three readings");
  const [, value, url] = sim.said.match(/curl -s -H "authorization: (.+)" "(.+)"/)!;
  const response = await fetch(url, { headers: { authorization: value } });
  assertEquals(response.status, 200);
  assertGreater((await response.json()).totalWh, 0);
});

Deno.test("the sim says for how long no server has answered, and at the end what is lost", async () => {
  using data = new TestFolder();
  await using server = await RunningServer.start({ data: data.path });
  await using sim = new RunningSim(server);
  await sim.says("server    connecting");
  await server.stop();
  await until(() => /no answer for \d+ s/.test(sim.said), END_MS, "the truth");
  assertStringIncludes(sim.said, `Does it run at ${server.address}, UDP port ${server.udpPort}?`);
  await sim.type("q");
  assertEquals(await within(sim.ended, END_MS, "the end"), 0);
  assertMatch(sim.said, /Stopped at .*\d+ readings? (was|were) not acknowledged and lost/);
});

Deno.test({
  name: "the sim that a signal ends says how it ends, too",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using data = new TestFolder();
    await using server = await RunningServer.start({ data: data.path });
    await using sim = new RunningSim(server);
    await until(async () => await stored(server) >= 1, END_MS, "a reading");
    sim.child.kill("SIGTERM");
    assertEquals(await within(sim.ended, END_MS, "the end"), 0);
    assertStringIncludes(sim.said, "Stopped at ");
  },
});

Deno.test("the sim replays a curve and records it, whatever is typed", async () => {
  using data = new TestFolder();
  const [curve, recording] = [`${data.path}/curve.csv`, `${data.path}/recording.csv`];
  Deno.writeTextFileSync(curve, "0,1200\n10,1200\n");
  await using server = await RunningServer.start({ data: `${data.path}/server` });
  await using sim = new RunningSim(server, ["--replay", curve, "--record", recording]);
  await sim.says(`from ${curve}; the keys do not change it`);
  await sim.type("5000\n+");
  await until(async () => await stored(server) >= 1, END_MS, "a reading");
  await sim.type("q");
  assertEquals(await within(sim.ended, END_MS, "the end"), 0);
  assertStringIncludes(sim.said, `The load is in ${recording}.`);
  const watts = Deno.readTextFileSync(recording).trim().split("\n").slice(1)
    .map((line) => line.split(",")[1]);
  assert(watts.length > 0 && watts.every((load) => load === "1200"), `${new Set(watts)}`);
});

Deno.test("the sim takes a meter that has a token", async () => {
  using data = new TestFolder();
  await using server = await RunningServer.start({ data: data.path });
  const { enrolmentToken } = await server.ask("POST", "/meters", {});
  const args = ["--server", server.address, "--token", enrolmentToken];
  const env = { CONTALUZ_OPERATOR_KEY: "" };
  await using child = taskCommand("sim", { args, env, stdin: "piped", stdout: "null" }).spawn();
  await until(async () => await stored(server) >= 1, END_MS, "a reading");
  await child.stdin.close();
  assertEquals((await within(child.status, END_MS, "the end")).code, 0);
});
