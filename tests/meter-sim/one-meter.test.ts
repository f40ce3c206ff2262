/** The meter with a menu: what is typed, what is shown, and the real program against a real server. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Keys, screen, type Shown } from "../../meter-sim/menu.ts";
import { OptionError, readOptions } from "../../meter-sim/options.ts";
import { OPERATOR_KEY, RunningServer } from "../server/running-server.ts";
import { TestFolder } from "../server/test-folder.ts";
import { until } from "../server/within.ts";

const ROOT = new URL("../../", import.meta.url);

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

const VIEW: Shown = {
  meter: "00000000000000ab",
  program: "the desktop twin",
  registerWh: 1234.5,
  watts: 348,
  waiting: 3,
  unanswered: 1,
  uplink: "ready",
  hasPower: true,
  hasNetwork: false,
  sinceAcknowledgement: 2_400,
  load: 350,
  speed: 4,
  typed: "12",
};

Deno.test("screen() shows register, power, outbox and the last acknowledgement", () => {
  const text = screen(VIEW).join("\n");
  for (const part of ["1.234500 kWh", "348 W", "350 W", "3 waiting", "2 s ago", "network OFF"]) {
    assertStringIncludes(text, part);
  }
  const off = screen({ ...VIEW, hasPower: false, sinceAcknowledgement: undefined }).join("\n");
  for (const part of ["no power", "power OFF", "none yet"]) assertStringIncludes(off, part);
});

const WRONG: [args: string[], part: string][] = [
  [["--fleet", "-1"], "--fleet"],
  [["--fleet=1.5"], "--fleet must be a whole number"],
  [["--loss", "2"], "--loss must be a number from 0 to 1"],
  [["--backfill", "soon"], "--backfill must be like 15m, 12h, 90d or 1y"],
  [["--server", "localhost"], "--server must be like"],
  [["--colour", "red"], "--colour"],
];

for (const [args, part] of WRONG) {
  Deno.test(`readOptions() refuses ${args.join(" ")}`, () => {
    assertThrows(() => readOptions(args, undefined), OptionError, part);
  });
}

Deno.test("readOptions() reads spans and faults", () => {
  const options = readOptions(
    ["--fleet", "20", "--backfill", "1y", "--every", "30m", "--loss", "0.1", "--delay", "50"],
    "a key",
  )!;
  assertEquals([options.backfillSeconds, options.everySeconds], [31_536_000, 1_800]);
  assertEquals(options.faults, { loss: 0.1, duplicate: 0, delayMs: 50 });
  assertEquals(options.operatorKey, "a key");
});

for (const program of [[], ["--compiled"]]) {
  Deno.test(`the sim task ${program.join(" ")} counts a load and reports it until it is told to quit`, async () => {
    using data = new TestFolder();
    await using server = await RunningServer.start({ data: data.path });
    const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
    const address = ["--server", server.address, "--udp-port", String(server.udpPort)];
    const child = new Deno.Command(Deno.execPath(), {
      args: [...tasks.sim.split(" ").slice(1), ...address, "--load", "9000", ...program],
      cwd: ROOT,
      env: { NO_COLOR: "1", CONTALUZ_OPERATOR_KEY: OPERATOR_KEY },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const keys = child.stdin.getWriter();
    const stored = () => server.metric('contaluz_readings_total{outcome="stored"}');
    await until(async () => await stored() >= 2, 20_000, "two readings");
    await keys.write(new TextEncoder().encode("q"));
    await keys.close();
    const { code, stdout } = await child.output();
    assertEquals(code, 0);
    assertStringIncludes(new TextDecoder().decode(stdout), "of a load of 9000 W");
  });
}

Deno.test("the sim task says what it lacks", async () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: tasks.sim.split(" ").slice(1),
    cwd: ROOT,
    env: { NO_COLOR: "1", CONTALUZ_OPERATOR_KEY: "" },
  }).output();
  assertEquals(code, 1);
  assertStringIncludes(new TextDecoder().decode(stderr), "give --operator-key");
});
