/**
 * Puts the meter on an ESP32: builds it, asks the chip who it is, fetches the meter's key from the
 * server with the enrolment token, and uploads code and settings. Uploading is the work of npm's
 * `espruino`, which npx runs, as it brings the serial port's driver with it.
 *
 * With `--dry-run` every step is shown and nothing is asked, sent or written.
 */
import { parseArgs } from "node:util";
import { buildFirmware, BUNDLE } from "./build.ts";
import { checkSettings, type Input, slotText } from "./settings.ts";
import { fileURLToPath } from "node:url";

const ESPRUINO = "espruino@0.1.67";
const BAUD = "115200";
/** So that the tool asks neither the chip nor the internet what the chip has. */
const BOARD = {
  BOARD: "ESP32",
  VERSION: "2v29",
  VERSION_MAJOR: 2,
  VERSION_MINOR: 29,
  info: {
    name: "ESP32",
    builtin_modules: ["Wifi", "dgram", "http", "crypto", "Flash", "Storage", "TelnetServer"],
  },
  chip: { saved_code: { address: 0x320000, page_size: 4096, pages: 224 } },
};
const SERIAL = /SERIAL=(\S+)/;
/** What the tool prints once the port is open; before that, nothing of the meter can be to blame. */
const OPENED = /^Connected$/m;
const LOCKED =
  `A meter that was set up before has a password: see "Flashing it again" in meter-firmware/README.md.`;
const CLOSED =
  "The port did not open: is it the board's, may this user open it, does another program have it open?";

/** The tool ends well, whatever happened: only what it printed tells. */
const isUploaded = (printed: string): boolean =>
  printed.includes("Upload Complete") &&
  !/Uncaught|Unable to connect|Invalid password/.test(printed);

const HELP = `Puts the meter on an ESP32 that runs Espruino.

  deno task firmware:flash --port /dev/ttyUSB0 --server http://192.168.1.10:8000 --token TOKEN \\
    --wifi "MY WIFI" --wifi-password "WIFI PASSWORD"

  --port PORT              serial port of the board
  --server URL             http://HOST:PORT of the server, as the meter will reach it
  --token TOKEN            the enrolment token that POST /api/v1/meters gave
  --wifi NAME              name of the Wi-Fi
  --wifi-password TEXT     its password, if it has one
  --source pulses|pzem     where the energy comes from; pulses unless told otherwise
  --pulses-per-kwh NUMBER  of the meter that gives the pulses; 1000 unless told otherwise
  --console-password TEXT  opens the meter's console again; made up and shown unless given
  --dry-run                show every step, do none
`;

/** The options that the settings come from. */
const OPTION_OF: Record<string, string> = {
  "server": "--server",
  "wifi.ssid": "--wifi",
  "wifi.password": "--wifi-password",
  "source": "--source",
  "pulsesPerKwh": "--pulses-per-kwh",
  "consolePassword": "--console-password",
};

/** In the words of the command line, as that is where it is put right. */
const asOption = (problem: string): string => {
  const [, setting, rest] = problem.match(/^([\w.]+): (.*)$/s) ?? [];
  return setting in OPTION_OF ? `${OPTION_OF[setting]} ${rest}` : problem;
};

const problemsOf = (options: Options, password: string): string[] => {
  const { problems } = checkSettings(settingsOf(options, NOT_YET_ENROLLED, password));
  if (!options.server.startsWith("https:")) return problems.map(asOption);
  const hint = "the chip has no room for https, and what it sends is signed";
  return problems.map((problem) =>
    problem.startsWith("server:") ? `${asOption(problem)}: ${hint}` : asOption(problem)
  );
};

/** What the tool touches. */
export interface Tools {
  say(line: string): void;
  build(): Promise<number>;
  /** Runs npm's espruino. Answers with what it printed; throws if it failed. */
  espruino(args: string[]): Promise<string>;
  post(url: string, body: unknown): Promise<Input>;
  /** Writes a file for the upload, gives its path. */
  write(name: string, text: string): Promise<string>;
  randomText(): string;
}

export interface Options {
  port: string;
  server: string;
  token: string;
  wifi: string;
  wifiPassword: string | undefined;
  source: string | undefined;
  pulsesPerKwh: number | undefined;
  consolePassword: string | undefined;
  isDryRun: boolean;
}

const MORE = "; --help shows all";

const FLAGS = {
  "port": { type: "string" },
  "server": { type: "string" },
  "token": { type: "string" },
  "wifi": { type: "string" },
  "wifi-password": { type: "string" },
  "source": { type: "string" },
  "pulses-per-kwh": { type: "string" },
  "console-password": { type: "string" },
  "dry-run": { type: "boolean", default: false },
  "help": { type: "boolean", default: false },
} as const;

/** The options, or what is wrong with them. */
export function readOptions(args: string[]): Options | string {
  try {
    const { values } = parseArgs({ args, options: FLAGS });
    if (values.help) return HELP;
    const missing = (["port", "server", "token", "wifi"] as const).filter((name) => !values[name]);
    if (missing.length > 0) {
      return `${missing.map((name) => `--${name}`).join(", ")} missing${MORE}`;
    }
    return {
      port: values.port!,
      server: values.server!,
      token: values.token!,
      wifi: values.wifi!,
      wifiPassword: values["wifi-password"],
      source: values.source,
      pulsesPerKwh: values["pulses-per-kwh"] === undefined
        ? undefined
        : Number(values["pulses-per-kwh"]),
      consolePassword: values["console-password"],
      isDryRun: values["dry-run"],
    };
  } catch (error) {
    // What follows the first sentence is advice that does not fit here.
    return `${(error as Error).message.split(". ")[0]}${MORE}`;
  }
}

interface Enrolled {
  meterId: string;
  key: string;
  keyId: number;
  reportIntervalS: number;
  udpPort: number | null;
}

const settingsOf = (options: Options, enrolled: Enrolled, consolePassword: string): Input => ({
  server: options.server,
  udpPort: enrolled.udpPort ?? 0,
  meter: enrolled.meterId,
  key: enrolled.key,
  keyId: enrolled.keyId,
  intervalS: enrolled.reportIntervalS,
  wifi: { ssid: options.wifi, password: options.wifiPassword },
  source: options.source,
  pulsesPerKwh: options.pulsesPerKwh,
  consolePassword,
});

/** Stands in for what only the server can give, to check the rest before the token is spent. */
const NOT_YET_ENROLLED: Enrolled = {
  meterId: "0".repeat(16),
  key: "0".repeat(64),
  keyId: 0,
  reportIntervalS: 5,
  udpPort: 8001,
};

/** `now` in Unix seconds becomes the settings' version, above all that the meter itself wrote. */
export async function flash(options: Options, tools: Tools, now: number): Promise<void> {
  const { port, server, token, isDryRun } = options;
  const password = options.consolePassword ?? tools.randomText();
  const problems = problemsOf(options, password);
  if (problems.length > 0) throw new Error(problems.join("; "));
  const line = ["--no-ble", "-p", port, "-b", BAUD, "--board"];
  const step = async <Value>(what: string, instead: Value, run: () => Promise<Value>) => {
    tools.say(isDryRun ? `would ${what}` : what);
    return isDryRun ? instead : await run();
  };

  await step("build the meter's code", 0, async () => {
    const bytes = await tools.build();
    tools.say(`  ${bytes} bytes`);
    return bytes;
  });
  const board = await step(
    "write the board's description",
    "ESP32.json",
    () => tools.write("ESP32.json", JSON.stringify(BOARD)),
  );
  const hardwareId = await step(
    `ask the chip at ${port} for its number`,
    "THE CHIP'S NUMBER",
    async () => {
      const printed = await tools.espruino([...line, board, "-e", 'print("SERIAL="+getSerial())']);
      const serial = printed.match(SERIAL)?.[1];
      if (!serial) {
        const hint = OPENED.test(printed) ? LOCKED : CLOSED;
        throw new Error(`no open Espruino answers at ${port}:\n${printed.trimEnd()}\n${hint}`);
      }
      tools.say(`  ${serial}`);
      return serial;
    },
  );
  const enrolled = await step(
    `fetch the meter's key from ${server}`,
    NOT_YET_ENROLLED,
    async () => {
      const answer = await tools.post(`${server.replace(/\/$/, "")}/api/v1/enrol`, {
        token,
        hardwareId,
      });
      tools.say(`  meter ${answer.meterId}, key ${answer.keyId}`);
      return answer;
    },
  );
  const file = await step(
    "write the meter's settings",
    "settings.json",
    () => tools.write("settings.json", slotText(now, settingsOf(options, enrolled, password))),
  );
  // Before the upload: whatever becomes of that, the console may be locked behind it.
  tools.say(`password of the meter's console: ${isDryRun ? "A PASSWORD" : password}`);
  await step(`upload code and settings to ${port}`, undefined, async () => {
    const upload = ["--config", "SAVE_ON_SEND=1", fileURLToPath(BUNDLE)];
    const printed = await tools.espruino([
      ...line,
      board,
      ...upload,
      "--storage",
      `meter-a.json:${file}`,
    ]);
    tools.say(printed.split("\n").map((line) => `  | ${line}`).join("\n"));
    if (!isUploaded(printed)) throw new Error("the upload did not succeed; see above");
  });
  tools.say(isDryRun ? "Nothing was done." : "Done.");
}

/** The runtime says what happened in the cause. */
const reasonOf = ({ message, cause }: Error): string => {
  const reason = cause instanceof Error ? cause.message : message;
  return /connection refused/i.test(reason) ? "nothing listens there" : reason;
};

/** What runs for real. */
function realTools(folder: string): Tools {
  return {
    say: console.log,
    build: buildFirmware,
    espruino: async (args) => {
      const { success, stdout, stderr } = await new Deno.Command("npx", {
        args: ["--yes", ESPRUINO, ...args],
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      const printed = decoder.decode(stdout) + decoder.decode(stderr);
      if (!success) throw new Error(`npm's espruino failed:\n${printed}`);
      return printed;
    },
    post: async (url, body) => {
      const init = { method: "POST", body: JSON.stringify(body) };
      const response = await fetch(url, init).catch((error) => {
        throw new Error(`no answer from ${new URL(url).origin}: ${reasonOf(error)}`);
      });
      const answer = await response.json().catch(() => undefined);
      if (response.ok && answer) return answer;
      throw new Error(`the server refuses: ${answer?.detail ?? `status ${response.status}`}`);
    },
    write: async (name, text) => {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, text, { mode: 0o600 });
      return path;
    },
    randomText: () => crypto.getRandomValues(new Uint8Array(6)).toHex(),
  };
}

if (import.meta.main) {
  const options = readOptions(Deno.args);
  if (options === HELP) {
    console.log(options);
    Deno.exit(0);
  }
  if (typeof options === "string") {
    console.error(`Cannot flash: ${options}`);
    Deno.exit(1);
  }
  const folder = await Deno.makeTempDir({ prefix: "contaluz-flash-" });
  try {
    await flash(options, realTools(folder), Math.floor(Date.now() / 1000));
  } catch (error) {
    console.error(`Cannot flash: ${(error as Error).message}`);
    Deno.exitCode = 1;
  } finally {
    // It holds the key.
    await Deno.remove(folder, { recursive: true });
  }
}
