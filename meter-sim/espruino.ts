/**
 * Runs the very file that is flashed, in a sandbox that holds Espruino's API and nothing else: what
 * the meter uses and Espruino lacks is not defined here either. The chip below it is simulated.
 *
 * It stands in for Espruino's functions, not for its interpreter: how that parses and hoists is for
 * the linter, and for a test on the real one.
 */
import { createContext, Script } from "node:vm";
import type { Console } from "../meter-firmware/device.ts";
import { type Chip, PAGE_BYTES } from "./chip.ts";
import { sha256 } from "./sha256.ts";

/** Of the language, but not of Espruino's. */
const LACKING = [
  ...["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Symbol", "Proxy", "Reflect", "BigInt"],
  ...["RangeError", "TypeError", "EvalError", "URIError", "AggregateError", "Intl", "Iterator"],
  ...["Temporal", "SharedArrayBuffer", "Atomics", "WebAssembly", "FinalizationRegistry"],
  ...["BigInt64Array", "BigUint64Array", "Float16Array", "globalThis", "escape", "unescape"],
];
const LACKING_STATICS: [holder: string, names: string[]][] = [
  ["Math", ["trunc", "imul", "log2", "log10", "hypot", "cbrt", "fround", "clz32"]],
  ["Array", ["from", "of", "fromAsync"]],
  ["Number", ["isInteger", "isSafeInteger", "isFinite", "isNaN", "MAX_SAFE_INTEGER", "parseInt"]],
  ["Object", ["freeze", "seal", "fromEntries", "groupBy", "is"]],
  ["Array.prototype", ["flat", "flatMap", "at", "findLast", "with", "toSorted"]],
];

/** Espruino's strings are of bytes. */
const toText = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const toBytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

type Listener = (...values: never[]) => void;

/** What has `on` for events that are sent by `emit`. */
const emitter = () => {
  const listeners = new Map<string, Listener>();
  return {
    on: (event: string, listener: Listener) => void listeners.set(event, listener),
    emit: (event: string, ...values: unknown[]) => listeners.get(event)?.(...values as never[]),
  };
};

const createDgram = (chip: Chip) => ({
  createSocket: () => {
    const { on, emit } = emitter();
    let isOpen = true;
    chip.received = (bytes) => {
      // As on the chip: an empty datagram is taken for the end.
      if (bytes.length > 0) return void emit("message", toText(bytes));
      isOpen = false;
      emit("close");
    };
    return {
      on,
      send: (text: string, port: number, address: string) => {
        if (!isOpen) throw new Error("This socket is closed");
        if (typeof text !== "string") throw new Error("dgram sends byte strings only");
        chip.sendUdp(toBytes(text), port, address);
      },
      close: () => {
        isOpen = false;
        chip.received = undefined;
      },
    };
  },
});

interface HttpOptions {
  host: string;
  port: number;
  path: string;
  headers: Record<string, string>;
}

const createHttp = (chip: Chip) => ({
  request: (options: HttpOptions, connected: (response: unknown) => void) => {
    const { on, emit } = emitter();
    const answered = (bytes: Uint8Array | undefined) => {
      if (bytes === undefined) return void emit("error");
      const response = emitter();
      connected({ statusCode: "200", on: response.on });
      response.emit("data", toText(bytes));
      response.emit("close");
    };
    const end = (text: string) => {
      if (options.headers["Content-Length"] !== String(text.length)) {
        throw new Error("the Content-Length is not that of the body");
      }
      const { host: address, port, path } = options;
      const host = options.headers.Host.split(":")[0];
      chip.postHttp({ address, port, host, path, bytes: toBytes(text) }, answered);
    };
    return { on, end };
  },
});

const createFlash = (chip: Chip) => ({
  getPage: (at: number) => ({ addr: at - at % PAGE_BYTES, length: PAGE_BYTES }),
  read: (length: number, at: number) => chip.readFlash(at - FLASH_AT, length),
  write: (bytes: Uint8Array, at: number) => chip.writeFlash(at - FLASH_AT, bytes),
  erasePage: (at: number) => chip.eraseFlash(at - FLASH_AT),
});
const FLASH_AT = 0x310000;

const createSerial = (chip: Chip) => {
  const { on, emit } = emitter();
  return {
    on,
    setup: () => {},
    write: (text: string) => chip.askSensor(toBytes(text), (bytes) => emit("data", toText(bytes))),
  };
};

const createModules = (chip: Chip): Record<string, unknown> => ({
  crypto: { SHA256: (bytes: Uint8Array) => new Uint8Array(sha256(bytes)).buffer },
  dgram: createDgram(chip),
  http: createHttp(chip),
  Flash: createFlash(chip),
  Storage: {
    read: (name: string) => chip.memory.files.get(name),
    write: (name: string, text: string) => {
      chip.memory.files.set(name, text);
      return true;
    },
  },
  TelnetServer: { setOptions: () => {} },
  Wifi: {
    connect: () => chip.joinNetwork(),
    stopAP: () => {},
    getStatus: () => ({ station: chip.networkIsUp ? "connected" : "connecting" }),
    getHostByName: (host: string, found: (address: string | null) => void) =>
      chip.resolve(host, (address) => found(address ?? null)),
  },
});

const createTimers = (chip: Chip) => {
  const cancellations = new Map<number, () => void>();
  let last = 0;
  return {
    setTimeout: (run: () => void, ms: number) => {
      const id = ++last;
      cancellations.set(
        id,
        chip.schedule(ms, () => {
          cancellations.delete(id);
          run();
        }),
      );
      return id;
    },
    clearTimeout: (id: number) => {
      cancellations.get(id)?.();
      cancellations.delete(id);
    },
  };
};

type Change = { time: number; state: boolean };

const createGlobals = (chip: Chip): Record<string, unknown> => {
  const modules = createModules(chip);
  const pin = (read: () => boolean) => ({ read });
  const low = () => false;
  return {
    ...createTimers(chip),
    require: (name: string) => {
      if (!(name in modules)) throw new Error(`Module "${name}" not found`);
      return modules[name];
    },
    D2: pin(low),
    D16: pin(low),
    D17: pin(low),
    D26: pin(() => chip.tamperIsOpen),
    D27: pin(low),
    Serial3: createSerial(chip),
    E: {
      toString: toText,
      toUint8Array: toBytes,
      setPassword: (password: string) => void (chip.consolePassword = password),
      lockConsole: () => {},
      enableWatchdog: () => {},
      reboot: () => chip.restart(),
    },
    process: { env: { BOARD: "ESP32" }, memory: () => ({ free: 9_000 }) },
    NRF: { setServices: () => {} },
    getTime: () => chip.uptime() / 1000,
    print: (line: string) => chip.world.print(line),
    pinMode: () => {},
    digitalWrite: (_pin: unknown, value: number) => void (chip.blinks += value),
    setWatch: (changed: (change: Change) => void) => {
      chip.edge = (uptime, isDown) => changed({ time: uptime / 1000, state: !isDown });
    },
  };
};

/** Takes what Espruino lacks out of a world that has all of the language. */
const takeOut = `
  ${
  LACKING_STATICS.map(([holder, names]) =>
    names.map((name) => `delete ${holder}.${name};`).join("")
  ).join("\n")
}
  ${LACKING.map((name) => `delete global.${name};`).join("")}
`;

/** Powers the chip up with a compiled program in it. Gives the console that the program leaves. */
export const runCompiled = (chip: Chip, source: string): Console => {
  const globals = createGlobals(chip);
  const context = createContext(globals);
  globals.global = globals;
  new Script("global.seededRandom = undefined;").runInContext(context);
  globals.chance = chip.world.random;
  new Script(`Math.random = chance; delete global.chance; ${takeOut}`).runInContext(context);
  new Script(source, { filename: "meter.js" }).runInContext(context);
  return globals.meter as Console;
};
