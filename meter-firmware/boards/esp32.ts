/**
 * The meter on an ESP32 with Espruino, and on Espruino for Linux, which has neither Wi-Fi nor pins.
 * This is the entry that is compiled and flashed. Nothing is decided here: it passes on what the chip
 * offers, with the chip's oddities made good.
 */
import type { Files, Hardware, HttpPost, RawFlash, UdpSocket } from "../board.ts";
import { createDevice } from "../device.ts";

/** By its long name, as the compiler would put a substitute before the short one. */
const load = global.require;

const LAMP = D2;
const PULSES = D27;
const TAMPER = D26;
const SENSOR_TX = D17;
const SENSOR_RX = D16;
const SENSOR_BAUD = 9600;

const IS_CHIP = process.env.BOARD === "ESP32";
/** Free by the chip's table of partitions, beside the storage of files. */
const FLASH_AT = 0x310000;
const FLASH_BYTES = 65536;

const BLINK_MS = 120;
const BLINK_PAUSE_MS = 280;
const HTTP_TIMEOUT_MS = 20000;
const WATCHDOG_SECONDS = 60;
const TICK_MS = 1000;
const PLENTY = 100000;

const poweredUpAt = getTime();
const uptimeOf = (seconds: number): number => Math.floor((seconds - poweredUpAt) * 1000);
const uptime = (): number => uptimeOf(getTime());

/** The empty text makes it a copy: without it the text would change with the bytes. */
const toText = (bytes: Uint8Array): string => E.toString(bytes) + "";

const findWifi = (): WifiModule | undefined => {
  try {
    return load("Wifi");
  } catch (_error) {
    return undefined;
  }
};
const wifi = findWifi();

const flashModule = load("Flash");

const flashStart = (): number => {
  if (IS_CHIP) return FLASH_AT;
  const area = flashModule.getFree()[0];
  return area.addr + area.length - FLASH_BYTES;
};

const createFlash = (): RawFlash => {
  const start = flashStart();
  const pageBytes = flashModule.getPage(start).length;
  return {
    pageBytes: pageBytes,
    // Whole numbers stay whole on Espruino only if they are told to; an address must be one.
    pages: (FLASH_BYTES / pageBytes) | 0,
    read: (at, length) => flashModule.read(length, start + at),
    write: (at, bytes) => flashModule.write(bytes, start + at),
    erase: (at) => flashModule.erasePage(start + at),
  };
};

const storage = load("Storage");
const files: Files = {
  read: (name) => storage.read(name),
  write: (name, text) => storage.write(name, text),
};

const crypto = load("crypto");

const blink = (times: number): void => {
  if (!IS_CHIP || times === 0) return;
  digitalWrite(LAMP, 1);
  setTimeout(() => {
    digitalWrite(LAMP, 0);
    setTimeout(() => blink(times - 1), BLINK_PAUSE_MS);
  }, BLINK_MS);
};

const openUdp = (received: (bytes: Uint8Array) => void, closed: () => void): UdpSocket => {
  const socket = load("dgram").createSocket("udp4");
  let isOpen = true;
  const end = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closed();
  };
  socket.on("message", (text) => received(E.toUint8Array(text)));
  // An error that nobody listens to would be thrown.
  socket.on("error", end);
  // An empty datagram is enough for that: the system takes it for the end.
  socket.on("close", end);
  return {
    send: (bytes, port, address) => {
      try {
        socket.send(toText(bytes), port, address);
      } catch (_error) {
        end();
      }
    },
    close: () => {
      isOpen = false;
      socket.close();
    },
  };
};

const postHttp = (
  post: HttpPost,
  answered: (bytes: Uint8Array | undefined) => void,
): void => {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined = undefined;
  let request: HttpRequest | undefined = undefined;
  const finish = (bytes: Uint8Array | undefined): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    answered(bytes);
  };
  timer = setTimeout(() => {
    // There is no other way to have the chip let go of a connection that says nothing.
    if (request !== undefined) request.clsNow = true;
    finish(undefined);
  }, HTTP_TIMEOUT_MS);
  const options: HttpOptions = {
    host: post.address,
    port: post.port,
    path: post.path,
    method: "POST",
    headers: {
      "Host": `${post.host}:${post.port}`,
      "Content-Type": "application/octet-stream",
      "Content-Length": String(post.bytes.length),
    },
  };
  try {
    request = load("http").request(options, (response) => {
      let text = "";
      response.on("data", (more) => {
        text += more;
      });
      response.on("close", () => {
        finish(Number(response.statusCode) === 200 ? E.toUint8Array(text) : undefined);
      });
    });
    request.on("error", () => finish(undefined));
    request.end(toText(post.bytes));
  } catch (_error) {
    // A connection that is refused is thrown.
    finish(undefined);
  }
};

const resolve = (host: string, found: (address: string | undefined) => void): void => {
  // Without the module the system looks names up by itself.
  if (wifi === undefined) found(host);
  else wifi.getHostByName(host, (address) => found(address === null ? undefined : address));
};

const watchPulses = (edge: (uptime: number, isDown: boolean) => void): void => {
  if (!IS_CHIP) return;
  pinMode(PULSES, "input_pullup");
  setWatch((change) => edge(uptimeOf(change.time), !change.state), PULSES, {
    repeat: true,
    edge: "both",
  });
};

const openSensor = (received: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void => {
  Serial3.setup(SENSOR_BAUD, { tx: SENSOR_TX, rx: SENSOR_RX });
  Serial3.on("data", (text) => received(E.toUint8Array(text)));
  return (bytes) => Serial3.write(toText(bytes));
};

const hardware: Hardware = {
  uptime: uptime,
  random: Math.random,
  sha256: (bytes) => new Uint8Array(crypto.SHA256(bytes)),
  flash: createFlash(),
  files: files,
  print: print,
  lockConsole: (password) => {
    if (!IS_CHIP) return;
    E.setPassword(password);
    E.lockConsole();
  },
  blink: blink,
  tamperIsOpen: () => IS_CHIP && TAMPER.read(),
  freeVariables: () => IS_CHIP ? process.memory().free : PLENTY,
  networkIsUp: () => wifi === undefined || wifi.getStatus().station === "connected",
  joinNetwork: (ssid, password) => {
    if (wifi !== undefined) wifi.connect(ssid, { password: password }, () => {});
  },
  resolve: resolve,
  openUdp: openUdp,
  postHttp: postHttp,
  openSensor: openSensor,
  watchPulses: watchPulses,
  restart: () => E.reboot(),
};

/** What would let anybody in the neighbourhood at the meter. */
const closeDoors = (): void => {
  if (!IS_CHIP) return;
  load("TelnetServer").setOptions({ mode: "off" });
  if (wifi !== undefined) wifi.stopAP();
  if (typeof NRF !== "undefined") NRF.setServices(undefined, { uart: false });
};

closeDoors();
if (IS_CHIP) {
  pinMode(TAMPER, "input_pullup");
  E.enableWatchdog(WATCHDOG_SECONDS);
}
const device = createDevice(hardware);
global.meter = device.console;
// Again: an access point that the chip remembers it opens after this program has begun.
setTimeout(closeDoors, TICK_MS);

const beat = (): void => {
  // First, so that the heart goes on beating whatever a tick may throw.
  setTimeout(beat, TICK_MS);
  device.tick();
};
beat();
