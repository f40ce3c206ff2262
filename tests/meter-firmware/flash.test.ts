/** The flashing tool with a board that is only played, and a real server where it matters. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { flash, type Options, readOptions, type Tools } from "../../meter-firmware/flash.ts";
import { checkSettings, loadSettings } from "../../meter-firmware/settings.ts";
import { RunningServer } from "../server/running-server.ts";
import { TestFolder } from "../server/test-folder.ts";
import { taskCommand } from "../task.ts";

const NOW = 1_800_000_000;
const SERIAL = "24:6f:28:aa:bb:cc";
const ARGUMENTS = [
  ...["--port", "/dev/ttyUSB0", "--server", "http://192.168.1.10:8000"],
  ...["--token", "a-token", "--wifi", "Home", "--wifi-password", "12345678"],
];

const options = (...more: string[]): Options => {
  const read = readOptions([...ARGUMENTS, ...more]);
  if (typeof read === "string") throw new Error(read);
  return read;
};

interface Played {
  tools: Tools;
  said: string[];
  ran: string[][];
  written: Map<string, string>;
}

/** A board that answers, and a server that gives a key to whoever asks. */
function play(changes: Partial<Tools> = {}): Played {
  const said: string[] = [];
  const ran: string[][] = [];
  const written = new Map<string, string>();
  const enrolled = { meterId: "0".repeat(15) + "7", key: "ab".repeat(32), keyId: 0 };
  const tools: Tools = {
    say: (line) => said.push(line),
    build: () => Promise.resolve(18_000),
    espruino: (args) => {
      ran.push(args);
      return Promise.resolve(
        args.includes("-e") ? `>\nSERIAL=${SERIAL}\n=undefined` : "Upload Complete",
      );
    },
    post: () => Promise.resolve({ ...enrolled, reportIntervalS: 5, udpPort: 8001 }),
    write: (name, text) => {
      written.set(name, text);
      return Promise.resolve(`/tmp/${name}`);
    },
    randomText: () => "made-up-word",
    ...changes,
  };
  return { tools, said, ran, written };
}

const settingsIn = ({ written }: Played) =>
  loadSettings({ read: () => written.get("settings.json"), write: () => false });

Deno.test("flash() builds, asks the chip, enrols and uploads settings that the meter takes", async () => {
  const played = play();
  await flash(options("--pulses-per-kwh", "800"), played.tools, NOW);
  const settings = settingsIn(played);
  assertEquals(checkSettings(settings).problems, []);
  assertEquals([settings.key, settings.pulsesPerKwh], ["ab".repeat(32), 800]);
  const [ask, upload] = played.ran;
  assert(ask.includes("/dev/ttyUSB0") && ask.includes("--board"));
  assertStringIncludes(upload.join(" "), "meter.js --storage meter-a.json:/tmp/settings.json");
  assertStringIncludes(played.said.join("\n"), SERIAL);
  const password = played.said.findIndex((line) => line.includes("made-up-word"));
  const uploading = played.said.findIndex((line) => line.startsWith("upload code"));
  assert(password >= 0 && password < uploading, played.said.join("\n"));
  assertEquals(played.said.at(-1), "Done.");
});

Deno.test("flash() writes settings of a version above all that the meter itself wrote", async () => {
  const played = play();
  await flash(options(), played.tools, NOW);
  assertEquals(JSON.parse(played.written.get("settings.json")!).version, NOW);
});

Deno.test("flash() shows every step of a dry run and does none", async () => {
  const refuse = () => Promise.reject(new Error("it did something"));
  const played = play({ build: refuse, espruino: refuse, post: refuse, write: refuse });
  await flash(options("--dry-run"), played.tools, NOW);
  assertEquals(played.said.filter((line) => line.startsWith("would ")).length, 6);
  assertEquals(played.said.at(-1), "Nothing was done.");
});

Deno.test("flash() finds what does not fit before the token is spent", async () => {
  const played = play({ post: () => Promise.reject(new Error("the token was spent")) });
  const wrong = options("--pulses-per-kwh=-5", "--source", "gas");
  const error = await assertRejects(() => flash(wrong, played.tools, NOW), Error);
  assertStringIncludes(error.message, "--pulses-per-kwh must be a whole number");
  assertStringIncludes(error.message, '--source must be "pulses" or "pzem"');
  assertEquals(played.ran, []);
});

Deno.test("flash() names the option whose text does not fit, and says why there is no https", async () => {
  const wrong = {
    ...options("--wifi-password=short", "--console-password=abc"),
    server: "https://192.168.1.10",
    wifi: "a".repeat(32),
  };
  const error = await assertRejects(() => flash(wrong, play().tools, NOW), Error);
  assertEquals(error.message.match(/--[a-z-]+/g), [
    "--server",
    "--wifi",
    "--wifi-password",
    "--console-password",
  ]);
  assertStringIncludes(error.message, "no room for https");
});

const SILENT: { what: string; printed: string; hint: string; not: string }[] = [
  {
    what: "of a port that did not open nothing about passwords",
    printed: "Connecting to '/dev/ttyUSB0'\nUnable to connect!",
    hint: "The port did not open",
    not: "password",
  },
  {
    what: "of a port that opened that the meter may have a password",
    printed: "Connecting to '/dev/ttyUSB0'\nConnected\n",
    hint: "has a password",
    not: "did not open",
  },
];

for (const { what, printed, hint, not } of SILENT) {
  Deno.test(`flash() says when no Espruino answers, and ${what}`, async () => {
    const { tools } = play({ espruino: () => Promise.resolve(printed) });
    const error = await assertRejects(() => flash(options(), tools, NOW), Error);
    assertStringIncludes(error.message, "no open Espruino answers at /dev/ttyUSB0");
    assertStringIncludes(error.message, printed.trim());
    assertStringIncludes(error.message, hint);
    assert(!error.message.includes(not), error.message);
  });
}

for (const printed of ["Unable to connect!", "Upload Complete\nUncaught Error: no space", "Sent"]) {
  Deno.test(`flash() does not take "${printed}" for a success`, async () => {
    const espruino = (args: string[]) =>
      Promise.resolve(args.includes("-e") ? `SERIAL=${SERIAL}` : printed);
    const error = await assertRejects(() => flash(options(), play({ espruino }).tools, NOW), Error);
    assertStringIncludes(error.message, "the upload did not succeed");
  });
}

Deno.test("readOptions() names what is missing, and gives help", () => {
  const read = readOptions(["--port", "/dev/ttyUSB0", "--wifi", "Home"]);
  assertEquals(read, "--server, --token missing; --help shows all");
  assertStringIncludes(readOptions(["--help"]) as string, "--dry-run");
  assertEquals(readOptions(["--baud", "5"]), "Unknown option '--baud'; --help shows all");
});

Deno.test("flash() enrols a meter at a real server, once for the same board", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  const { id, enrolmentToken } = await server.ask("POST", "/meters", {});
  const post = async (url: string, body: unknown) =>
    await (await fetch(url, { method: "POST", body: JSON.stringify(body) })).json();
  const played = play({ post });
  const real = { ...options(), server: server.address, token: enrolmentToken };
  await flash(real, played.tools, NOW);
  const first = settingsIn(played);
  assertEquals([first.meter, first.udpPort], [id, server.udpPort]);
  await flash(real, played.tools, NOW + 60);
  assertEquals(settingsIn(played).key, first.key);
});

Deno.test("the flashing task shows its steps without a board", async () => {
  const args = [...ARGUMENTS, "--dry-run"];
  const { code, stdout } = await taskCommand("firmware:flash", { args }).output();
  assertEquals(code, 0);
  assertStringIncludes(new TextDecoder().decode(stdout), "would upload code and settings");
});
