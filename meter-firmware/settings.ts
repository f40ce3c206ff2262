/**
 * A meter's settings: what the console or the flashing tool wrote, checked field by field. What does
 * not fit is told with the field's name, all at once.
 *
 * Where they are kept: in two files that are written in turn, because a power cut between the removal
 * of an old file and the making of a new one leaves neither. The one with the higher version counts.
 */
import type { Files } from "./board.ts";

export interface Settings {
  host: string;
  httpPort: number;
  /** 0 when the server takes HTTP only. */
  udpPort: number;
  meter: string;
  key: Uint8Array;
  keyId: number;
  channel: number;
  intervalSeconds: number;
  ssid: string;
  wifiPassword: string;
  source: string;
  pulsesPerKwh: number;
  debounceMs: number;
  hasTamperContact: boolean;
  consolePassword: string;
}

export interface CheckedSettings {
  /** Undefined when there are problems. */
  settings: Settings | undefined;
  problems: string[];
}

// deno-lint-ignore no-explicit-any
export type Input = any;

export const DEFAULT_PULSES_PER_KWH = 1000;
export const DEFAULT_DEBOUNCE_MS = 20;
const LONGEST_CONSOLE_PASSWORD = 20;

const KNOWN = [
  "server",
  "udpPort",
  "meter",
  "key",
  "keyId",
  "channel",
  "intervalS",
  "wifi",
  "source",
  "pulsesPerKwh",
  "debounceMs",
  "tamper",
  "consolePassword",
];

const isHex = (text: Input, length: number): boolean => {
  if (typeof text !== "string" || text.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if ("0123456789abcdef".indexOf(text.charAt(i)) < 0) return false;
  }
  return true;
};

const fromHex = (digits: string): Uint8Array => {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(digits.substr(2 * i, 2), 16);
  return bytes;
};

const isText = (value: Input, shortest: number, longest: number): boolean =>
  typeof value === "string" && value.length >= shortest && value.length <= longest;

interface Checker {
  problems: string[];
  require(isRight: boolean, problem: string): void;
  /** A whole number within limits; the usual one when none is given. */
  whole(name: string, usual: number, smallest: number, largest: number): number;
}

const createChecker = (input: Input): Checker => {
  const problems: string[] = [];
  return {
    problems: problems,
    require: (isRight, problem) => {
      if (!isRight) problems.push(problem);
    },
    whole: (name, usual, smallest, largest) => {
      const value = input[name] === undefined ? usual : input[name];
      const isRight = typeof value === "number" && value % 1 === 0 && value >= smallest &&
        value <= largest;
      if (!isRight) problems.push(`${name}: must be a whole number, ${smallest} to ${largest}`);
      return value;
    },
  };
};

interface Server {
  host: string;
  port: number;
}

/** Of http://HOST or http://HOST:PORT. There is no room on the chip for https. */
const serverOf = (url: Input): Server | undefined => {
  if (typeof url !== "string" || url.substr(0, 7) !== "http://") return undefined;
  let place = url.substr(7);
  if (place.charAt(place.length - 1) === "/") place = place.substr(0, place.length - 1);
  const colon = place.indexOf(":");
  const host = colon < 0 ? place : place.substr(0, colon);
  const port = colon < 0 ? 80 : Number(place.substr(colon + 1));
  const isRight = host !== "" && host.indexOf("/") < 0 && port % 1 === 0 && port > 0 &&
    port < 65536;
  return isRight ? { host: host, port: port } : undefined;
};

const checkNames = (input: Input, checker: Checker): void => {
  for (const name in input) {
    checker.require(KNOWN.indexOf(name) >= 0, `${name}: is not known`);
  }
};

const checkTexts = (input: Input, checker: Checker): void => {
  checker.require(isHex(input.meter, 16), "meter: must be 16 hexadecimal digits, in lower case");
  checker.require(isHex(input.key, 64), "key: must be 64 hexadecimal digits, in lower case");
  const wifi = input.wifi || {};
  checker.require(isText(wifi.ssid, 1, 31), "wifi.ssid: must be a text of 1 to 31 characters");
  checker.require(
    wifi.password === undefined || wifi.password === "" || isText(wifi.password, 8, 63),
    "wifi.password: must be a text of 8 to 63 characters, or left out",
  );
  checker.require(
    input.source === undefined || input.source === "pulses" || input.source === "pzem",
    'source: must be "pulses" or "pzem"',
  );
  checker.require(
    isText(input.consolePassword, 4, LONGEST_CONSOLE_PASSWORD),
    `consolePassword: must be a text of 4 to ${LONGEST_CONSOLE_PASSWORD} characters`,
  );
};

export const checkSettings = (input: Input): CheckedSettings => {
  if (typeof input !== "object" || input === null) {
    return { settings: undefined, problems: ["there are no settings"] };
  }
  const checker = createChecker(input);
  const server = serverOf(input.server);
  checker.require(server !== undefined, "server: must be like http://HOST or http://HOST:PORT");
  checkTexts(input, checker);
  checkNames(input, checker);
  const numbers = {
    udpPort: checker.whole("udpPort", 8001, 0, 65535),
    keyId: checker.whole("keyId", 0, 0, 255),
    channel: checker.whole("channel", 0, 0, 1),
    intervalS: checker.whole("intervalS", 5, 1, 3600),
    pulsesPerKwh: checker.whole("pulsesPerKwh", DEFAULT_PULSES_PER_KWH, 1, 1000000),
    debounceMs: checker.whole("debounceMs", DEFAULT_DEBOUNCE_MS, 0, 1000),
  };
  if (server === undefined || checker.problems.length > 0) {
    return { settings: undefined, problems: checker.problems };
  }
  return {
    settings: {
      host: server.host,
      httpPort: server.port,
      udpPort: numbers.udpPort,
      meter: input.meter,
      key: fromHex(input.key),
      keyId: numbers.keyId,
      channel: numbers.channel,
      intervalSeconds: numbers.intervalS,
      ssid: input.wifi.ssid,
      wifiPassword: input.wifi.password || "",
      source: input.source || "pulses",
      pulsesPerKwh: numbers.pulsesPerKwh,
      debounceMs: numbers.debounceMs,
      hasTamperContact: input.tamper === true,
      consolePassword: input.consolePassword,
    },
    problems: [],
  };
};

interface Slot {
  version: number;
  settings: Input;
}

const SLOTS = ["meter-a.json", "meter-b.json"];

const readSlot = (files: Files, name: string): Slot => {
  try {
    const slot = JSON.parse(files.read(name) || "");
    if (typeof slot.version === "number") return slot;
  } catch (_error) {
    // None, or one that a power cut left half-written: as if it had never been.
  }
  return { version: 0, settings: undefined };
};

/** As they were written, unchecked; undefined if there are none. */
export const loadSettings = (files: Files): Input => {
  const a = readSlot(files, SLOTS[0]);
  const b = readSlot(files, SLOTS[1]);
  return b.version > a.version ? b.settings : a.settings;
};

/** The file that is to be written, and what is to be in it: the flashing tool writes it as well. */
export const slotText = (version: number, settings: Input): string =>
  JSON.stringify({ version: version, settings: settings });

export const saveSettings = (files: Files, settings: Input): boolean => {
  const a = readSlot(files, SLOTS[0]).version;
  const b = readSlot(files, SLOTS[1]).version;
  return files.write(b > a ? SLOTS[0] : SLOTS[1], slotText(Math.max(a, b) + 1, settings));
};
