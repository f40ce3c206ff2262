/**
 * `deno task sim`: one meter, registered at a server, with a menu. What it is made of is handed in by
 * `main.ts`.
 */
import { compile } from "../meter-firmware/build.ts";
import { OptionError } from "./arguments.ts";
import { type Chip, newMemory } from "./chip.ts";
import { curlLine } from "./command-lines.ts";
import type { Terminal } from "./terminal.ts";
import { Desk, putSettings } from "./desk.ts";
import { identify, type Identity } from "./desk-identity.ts";
import { runCompiled } from "./espruino.ts";
import { fileFailure } from "./failure.ts";
import { runMeter } from "./hardware.ts";
import type { Household } from "./household.ts";
import { createRecorder, parseLoadCurve, replay } from "./load-curve.ts";
import { runOneMeter } from "./one-meter.ts";
import type { Options } from "./options.ts";
import { seededRandom } from "./random.ts";
import { farewell, screen, type Shown, statusLines } from "./screen.ts";
import { hostOf, openUplink, type Wires } from "./server-uplink.ts";
import { createVirtualTime } from "./virtual-time.ts";

export interface DeskProgramParts {
  /** Unix milliseconds. */
  now(): number;
  wires: Wires;
  terminal: Terminal;
  keys: AsyncIterable<string>;
  /** Told to stop. */
  over: AbortSignal;
}

const ENTRY = new URL("../meter-firmware/boards/esp32.ts", import.meta.url);
const PULSES_PER_KWH = 10_000;
const LINE_EVERY_SHOWS = 10;
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

const settingsOf = (identity: Identity, server: string) => ({
  // The twin's requests do not take the chip's way, which knows no https.
  server: server.replace(/^https:/, "http:"),
  udpPort: identity.udpPort ?? 0,
  meter: identity.id,
  key: identity.key,
  keyId: identity.keyId,
  wifi: { ssid: "the desk" },
  pulsesPerKwh: PULSES_PER_KWH,
  debounceMs: 1,
  consolePassword: "desk",
});

/** The key of a server that is not only for trying out has no place on a screen. */
const howToAsk = (
  { server, operatorKey }: Options,
  { pointId }: Identity,
  beginsAt: number,
): string[] => {
  if (pointId === undefined || operatorKey === undefined) return [];
  const isHere = LOOPBACK.includes(hostOf(server));
  const from = new Date(beginsAt - beginsAt % 60_000).toISOString().replace(".000Z", "Z");
  const path = `/points/${pointId}/consumption?step=1m&from=${from}`;
  const key = isHere ? operatorKey : "$CONTALUZ_OPERATOR_KEY";
  const caption = isHere ? "" : ", with the operator's key in CONTALUZ_OPERATOR_KEY";
  return [
    `What it used, minute by minute${caption}:`,
    `  ${curlLine({ address: server, operatorKey: key, path })}`,
  ];
};

const readCurve = async (file: string, beginsAt: number): Promise<Household> => {
  const text = await Deno.readTextFile(file).catch((error) => {
    throw new OptionError(`--replay: cannot read ${file}: ${fileFailure(error)}`);
  });
  return replay(parseLoadCurve(text, file), beginsAt / 1000);
};

const openRecording = async (file: string) => {
  const options = { write: true, create: true, truncate: true };
  const recording = await Deno.open(file, options).catch((error) => {
    throw new OptionError(`--record: cannot write ${file}: ${fileFailure(error)}`);
  });
  const encoder = new TextEncoder();
  const record = createRecorder((line) => void recording.writeSync(encoder.encode(`${line}\n`)));
  return { record, close: () => recording.close() };
};

/** The whole screen anew on a terminal; elsewhere a line now and then. */
const createShow = ({ isTerminal, write }: Terminal) => {
  let shows = 0;
  return (view: Shown): void => {
    if (isTerminal) return write(`\x1b[H\x1b[2J${screen(view).join("\r\n")}\r\n`);
    if (shows === 0) write(`${screen(view).join("\n")}\n\n`);
    else if (shows % LINE_EVERY_SHOWS === 0) {
      write(`${statusLines(view).map((line) => line.replace(/\s+/g, " ").trim()).join("; ")}\n`);
    }
    shows += 1;
  };
};

const programOf = async (isCompiled: boolean) => {
  if (!isCompiled) return { name: "the desktop twin", run: runMeter };
  const source = await compile(ENTRY);
  return { name: "the flashed file in a sandbox", run: (chip: Chip) => runCompiled(chip, source) };
};

export const runDesk = async (options: Options, parts: DeskProgramParts): Promise<void> => {
  const { now, wires, terminal } = parts;
  const beginsAt = now();
  const curve = options.replay === undefined
    ? undefined
    : await readCurve(options.replay, beginsAt);
  const recording = options.record === undefined ? undefined : await openRecording(options.record);
  const program = await programOf(options.isCompiled);
  const identity = await identify(options, wires);
  const place = { address: options.server, udpPort: identity.udpPort };
  const uplink = await openUplink(place, wires, { sockets: 1 });
  const load = { watts: options.watts };
  const memory = newMemory();
  putSettings(memory, settingsOf(identity, options.server));
  const desk = new Desk({
    time: createVirtualTime(beginsAt),
    now,
    random: seededRandom(options.seed),
    memory,
    run: program.run,
    pulsesPerKwh: PULSES_PER_KWH,
    watts: (ms) => {
      if (curve) load.watts = curve.watts(ms / 1000);
      recording?.record(ms / 1000, load.watts);
      return load.watts;
    },
    resolve: (host, found) => void wires.lookUp(host).then(found),
    sendUdp: (bytes) => uplink.send(identity.id, bytes),
    postHttp: ({ bytes }, answered) => uplink.postHttp(bytes, answered),
    print: () => {},
  });
  uplink.listen(identity.id, (bytes) => desk.receive(bytes));
  const say = (line: string): void =>
    terminal.write(terminal.isTerminal ? `${line}\r\n` : `${line}\n`);
  const last = await runOneMeter({
    desk,
    captions: {
      meter: identity.id,
      program: program.name,
      server: options.server,
      udpPort: identity.udpPort,
      replay: options.replay,
      record: options.record,
      ask: howToAsk(options, identity, beginsAt),
    },
    load,
    now,
    schedule: wires.schedule,
    keys: parts.keys,
    over: parts.over,
    show: createShow(terminal),
    say,
  });
  await uplink.close();
  recording?.close();
  farewell(last).forEach(say);
};
