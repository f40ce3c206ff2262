/** What is typed behind the sim, the demo and the build of the firmware, and what is refused. */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { OptionError } from "../../meter-sim/arguments.ts";
import { SIM_HELP } from "../../meter-sim/help.ts";
import { readOptions } from "../../meter-sim/options.ts";
import { taskCommand } from "../task.ts";

type Env = Record<string, string>;

const read = (args: string[], env: Env = {}) => readOptions(args, env)!;

const WRONG: [args: string, message: string, env?: Env][] = [
  ["--fleet -1", "--fleet must be a number from 1 to 100000, not -1"],
  ["--fleet=1.5", "--fleet must be a whole number, not 1.5"],
  ["--fleet 0", "--fleet must be a number from 1 to 100000, not 0"],
  ["--load -5", "--load must be a number from 0 to 100000, not -5"],
  ["--load=", "--load must be a number from 0 to 100000, not nothing"],
  ["--load", "--load needs a value"],
  ["--load --compiled", "--load needs a value"],
  ["--load 5 --load 6", "--load is given twice"],
  ["--compiled=yes", "--compiled takes no value"],
  ["--fleet 5 --loss 2", "--loss must be a number from 0 to 1, not 2"],
  ["--fleet 5 --backfill soon", "--backfill must be like 15m, 12h, 90d or 1y, not soon"],
  ["--fleet 5 --backfill 0d", "--backfill must be like 15m, 12h, 90d or 1y, not 0d"],
  ["--fleet 5 --backfill 11y", "--backfill must be at most 10y, not 11y"],
  ["--fleet 5 --backfill 1d --every 0s", "--every must be like 15m, 12h, 90d or 1y, not 0s"],
  ["--server localhost", "--server must be like http://127.0.0.1:8000, not localhost"],
  ["--colour red", "--colour is not an option"],
  ["--operatorkey=secret", "--operatorkey is not an option"],
  ["red", "red is not an option"],
  ["--udp-port 0", "--udp-port must be a number from 1 to 65535, not 0"],
  ["", "CONTALUZ_UDP_PORT must be a number", { CONTALUZ_UDP_PORT: "all" }],
  ["", "CONTALUZ_HTTP_PORT is 0, so the server picked a port: say which one with --server", {
    CONTALUZ_HTTP_PORT: "0",
  }],
];

const IDLE: [args: string, message: string, env?: Env][] = [
  ["--fleet 5 --record a", "--record does nothing with --fleet"],
  ["--fleet 5 --compiled", "--compiled does nothing with --fleet"],
  ["--fleet 5 --token a", "--token does nothing with --fleet"],
  ["--loss 0.1", "--loss does nothing without --fleet"],
  ["--backfill 1d", "--backfill does nothing without --fleet"],
  ["--fleet 5 --every 5m", "--every does nothing without --backfill"],
  ["--replay a --load 5", "--load does nothing with --replay"],
  ["--token a --operator-key b", "--operator-key does nothing with --token"],
  ["--token a --udp-port 5", "--udp-port does nothing with --token"],
  ["--fleet 5 --delay 50 --udp-port off", "--delay does nothing over HTTP"],
  ["--fleet 5 --delay 50", "--delay does nothing over HTTP", { CONTALUZ_UDP_PORT: "off" }],
];

for (const [typed, message, env = {}] of [...WRONG, ...IDLE]) {
  const args = typed.split(" ").filter((arg) => arg !== "");
  Deno.test(`the sim refuses ${Object.keys(env)} ${typed}`, () => {
    const error = assertThrows(() => readOptions(args, env), OptionError);
    assert(error.message.startsWith(message), error.message);
    assert(!error.message.includes("secret"));
  });
}

Deno.test("the sim reads spans and faults", () => {
  const options = read(
    "--fleet 20 --backfill 1y --every 30m --loss 0.1 --delay 50".split(" "),
    { CONTALUZ_OPERATOR_KEY: "a key" },
  );
  assertEquals([options.backfillSeconds, options.everySeconds], [31_536_000, 1_800]);
  assertEquals(options.faults, { loss: 0.1, duplicate: 0, delayMs: 50 });
  assertEquals(options.operatorKey, "a key");
});

Deno.test("the sim takes the server's ports from its variables, and options before them", () => {
  const place = ({ server, udpPort }: ReturnType<typeof read>) => [server, udpPort];
  const env = { CONTALUZ_HTTP_PORT: "9000", CONTALUZ_UDP_PORT: "9001" };
  assertEquals(place(read([])), ["http://127.0.0.1:8000", 8001]);
  assertEquals(place(read([], { CONTALUZ_HTTP_PORT: "", CONTALUZ_UDP_PORT: "" })), [
    "http://127.0.0.1:8000",
    8001,
  ]);
  assertEquals(place(read([], env)), ["http://127.0.0.1:9000", 9001]);
  assertEquals(place(read([], { CONTALUZ_UDP_PORT: "off" })), ["http://127.0.0.1:8000", undefined]);
  const typed = ["--server", "https://meters.example/", "--udp-port", "off"];
  assertEquals(place(read(typed, env)), ["https://meters.example", undefined]);
});

Deno.test("the sim's help names every option, and what faster time does", () => {
  assertEquals(readOptions(["--help"], {}), undefined);
  for (const name of ["--server", "--udp-port", "--token", "--record", "--every", "--seed"]) {
    assertStringIncludes(SIM_HELP, name);
  }
  assertStringIncludes(SIM_HELP, "sees eight times the power; a recording has the meter's time");
});

const SAID: [task: string, args: string[], code: number, said: RegExp][] = [
  ["sim", ["--colour"], 1, /^contaluz sim: --colour is not an option; --help shows all\n$/],
  ["sim", [], 1, /^contaluz sim: no operator key .* CONTALUZ_OPERATOR_KEY .*--help shows all\n$/],
  ["sim", ["--help"], 0, /--backfill/],
  ["demo", ["--help"], 0, /data\/demo.*once that\s+folder is deleted it begins anew/],
  ["demo", ["--homes=5"], 1, /^demo: --homes is not an option; --help shows all\n$/],
  ["firmware:build", ["--help"], 0, /It takes no options/],
  ["firmware:build", ["fast"], 1, /fast is not an option/],
];

for (const [task, args, expected, said] of SAID) {
  Deno.test(`the task ${task} ${args.join(" ")} says so and exits ${expected}`, async () => {
    const env = { CONTALUZ_OPERATOR_KEY: "" };
    const { code, stdout, stderr } = await taskCommand(task, { args, env }).output();
    assertEquals(code, expected);
    assertMatch(new TextDecoder().decode(expected === 0 ? stdout : stderr), said);
  });
}

Deno.test("the sim says that nothing listens where it looks for a server, and what to do", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  listener.close();
  const args = ["--server", address, "--operator-key", "a-key"];
  const { code, stderr } = await taskCommand("sim", { args }).output();
  assertEquals(code, 1);
  assertStringIncludes(
    new TextDecoder().decode(stderr),
    `no answer from ${address}: nothing listens there. Does the server run? --server names another`,
  );
});
