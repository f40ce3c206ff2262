/**
 * The desktop twin: one meter with a menu, or a fleet of households. Only here, and in the demo, does
 * the twin know the real clock, real chance, sockets, files and the terminal.
 */
import { compile } from "../meter-firmware/build.ts";
import { createApi, type IssuedMeter } from "./api.ts";
import { newMemory } from "./chip.ts";
import { Desk, putSettings } from "./desk.ts";
import { runCompiled } from "./espruino.ts";
import { runMeter } from "./hardware.ts";
import { createRecorder, parseLoadCurve, replay } from "./load-curve.ts";
import { runOneMeter } from "./one-meter.ts";
import type { Household } from "./household.ts";
import { runFleet } from "./fleet-program.ts";
import { HELP, OptionError, type Options, readOptions } from "./options.ts";
import { seededRandom } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import { createVirtualTime } from "./virtual-time.ts";

const ENTRY = new URL("../meter-firmware/boards/esp32.ts", import.meta.url);
const PULSES_PER_KWH = 10_000;
const HTTP_MS = 10_000;
const HARDWARE_ID = "desktop twin";
const LINE_EVERY_SHOWS = 10;

const schedule: Schedule = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

interface Identity extends IssuedMeter {
  udpPort: number | undefined;
}

async function enrolled({ server, token }: Options): Promise<Identity> {
  const body = JSON.stringify({ token, hardwareId: HARDWARE_ID });
  const response = await fetch(`${server}/api/v1/enrol`, { method: "POST", body }).catch(
    (error) => {
      throw new Error(`Cannot enrol the meter: no answer from ${server}: ${error.message}`);
    },
  );
  const answer = await response.json();
  if (!response.ok) throw new Error(`Cannot enrol the meter: ${answer.detail}`);
  return { id: answer.meterId, key: answer.key, keyId: answer.keyId, udpPort: answer.udpPort };
}

async function identify(options: Options): Promise<Identity> {
  const { server, udpPort, operatorKey, token } = options;
  if (token) return await enrolled(options);
  if (!operatorKey) {
    throw new OptionError("give --operator-key (or set CONTALUZ_OPERATOR_KEY), or --token");
  }
  const api = createApi({ address: server, operatorKey, fetch });
  const [issued] = await api.provisionMeters([{ label: "Desktop twin" }]);
  return { ...issued, udpPort };
}

const settingsOf = (identity: Identity, server: string) => ({
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

const IP = /^[\d.]+$|:/;

async function lookUp(host: string): Promise<string | undefined> {
  if (IP.test(host)) return host;
  if (host === "localhost") return "127.0.0.1";
  return (await Deno.resolveDns(host, "A").catch(() => []))[0];
}

/** The same place for datagrams, which the twin reaches without the chip's limits. */
async function post(server: string, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const response = await fetch(`${server}/api/v1/datagrams`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: bytes as Uint8Array<ArrayBuffer>,
      signal: AbortSignal.timeout(HTTP_MS),
    });
    const body = new Uint8Array(await response.arrayBuffer());
    return response.ok ? body : undefined;
  } catch {
    return undefined;
  }
}

async function receiveAll(socket: Deno.DatagramConn, desk: Desk): Promise<void> {
  try {
    for await (const [bytes] of socket) desk.receive(bytes);
  } catch {
    // The socket was closed: the program is at its end.
  }
}

/** Each key on its own at a terminal; otherwise what comes in. */
async function* keysOf(input: typeof Deno.stdin): AsyncGenerator<string> {
  if (input.isTerminal()) input.setRaw(true);
  for await (const text of input.readable.pipeThrough(new TextDecoderStream())) yield* text;
}

function createScreen(): (lines: string[]) => void {
  if (Deno.stdout.isTerminal()) {
    return (lines) => console.log(`\x1b[H\x1b[2J${lines.join("\r\n")}`);
  }
  let shows = 0;
  return (lines) => {
    if (shows++ % LINE_EVERY_SHOWS === 0) console.log(lines.slice(2, 6).join("; "));
  };
}

async function readCurve(file: string): Promise<Household> {
  const text = await Deno.readTextFile(file).catch((error) => {
    throw new OptionError(`--replay: cannot read ${file}: ${error.message}`);
  });
  return replay(parseLoadCurve(text, file), Date.now() / 1000);
}

async function runDesk(options: Options): Promise<void> {
  const curve = options.replay === undefined ? undefined : await readCurve(options.replay);
  const identity = await identify(options);
  const source = options.isCompiled ? await compile(ENTRY) : undefined;
  const load = { watts: options.watts };
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
  const recording = options.record === undefined ? undefined : await Deno.open(options.record, {
    write: true,
    create: true,
    truncate: true,
  });
  const encoder = new TextEncoder();
  const record = recording &&
    createRecorder((line) => void recording.writeSync(encoder.encode(`${line}\n`)));
  const memory = newMemory();
  putSettings(memory, settingsOf(identity, options.server));
  const desk = new Desk({
    time: createVirtualTime(Date.now()),
    random: seededRandom(options.seed),
    memory,
    run: (chip) => source === undefined ? runMeter(chip) : runCompiled(chip, source),
    pulsesPerKwh: PULSES_PER_KWH,
    watts: (ms) => {
      if (curve) load.watts = curve.watts(ms / 1000);
      record?.(ms / 1000, load.watts);
      return load.watts;
    },
    resolve: (host, found) => void lookUp(host).then(found),
    sendUdp: (bytes, port, hostname) =>
      void socket.send(bytes, { transport: "udp", hostname, port }).catch(() => {}),
    postHttp: ({ bytes }) => post(options.server, bytes),
    print: () => {},
  });
  const receiving = receiveAll(socket, desk);
  await runOneMeter({
    desk,
    meter: identity.id,
    program: source === undefined ? "the desktop twin" : "the flashed file in a sandbox",
    load,
    now: Date.now,
    schedule,
    keys: keysOf(Deno.stdin),
    show: createScreen(),
  });
  socket.close();
  recording?.close();
  await receiving;
}

async function runStreet(options: Options): Promise<void> {
  const over = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => over.abort(new Error("stopped")));
  }
  const startedAt = Date.now() - performance.now();
  await runFleet(options, {
    now: Date.now,
    steadyNow: () => startedAt + performance.now(),
    schedule,
    openSocket: () => Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 }),
    lookUp,
    fetch,
    terminal: {
      isTerminal: Deno.stdout.isTerminal(),
      write: (text) => void Deno.stdout.writeSync(new TextEncoder().encode(text)),
    },
    over: over.signal,
  });
}

async function main(): Promise<void> {
  const options = readOptions(Deno.args, Deno.env.get("CONTALUZ_OPERATOR_KEY"));
  if (options === undefined) return console.log(HELP);
  await (options.fleet > 0 ? runStreet(options) : runDesk(options));
}

if (import.meta.main) {
  try {
    await main();
    Deno.exit(0);
  } catch (error) {
    console.error(`contaluz sim: ${(error as Error).message}`);
    if (error instanceof OptionError) console.error(`\n${HELP}`);
    Deno.exit(1);
  }
}
