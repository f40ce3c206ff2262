/** As much of Espruino's API as the board uses. */

interface Pin {
  read(): boolean;
}

declare const D2: Pin;
declare const D16: Pin;
declare const D17: Pin;
declare const D26: Pin;
declare const D27: Pin;

interface SerialLine {
  setup(baud: number, options: { tx: Pin; rx: Pin }): void;
  on(event: "data", received: (text: string) => void): void;
  write(text: string): void;
}
declare const Serial3: SerialLine;

interface DatagramSocket {
  on(event: "message", received: (text: string) => void): void;
  on(event: "error" | "close", ended: () => void): void;
  send(text: string, port: number, address: string): void;
  close(): void;
}

interface HttpResponse {
  statusCode: string;
  on(event: "data", received: (text: string) => void): void;
  on(event: "close", closed: () => void): void;
}

interface HttpRequest {
  /** Has the interpreter close the connection in its next turn. */
  clsNow: boolean;
  on(event: "error", failed: () => void): void;
  end(text: string): void;
}

interface HttpOptions {
  host: string;
  port: number;
  path: string;
  method: string;
  headers: { [name: string]: string };
}

interface WifiModule {
  connect(ssid: string, options: { password: string }, done: (error: string | null) => void): void;
  getStatus(): { station: string };
  getHostByName(host: string, found: (address: string | null) => void): void;
  stopAP(): void;
}

interface FlashModule {
  getFree(): { addr: number; length: number }[];
  getPage(address: number): { addr: number; length: number };
  read(length: number, address: number): Uint8Array;
  write(bytes: Uint8Array, address: number): void;
  erasePage(address: number): void;
}

/** Gives the modules that are in the chip. */
interface Require {
  (name: "crypto"): { SHA256(bytes: Uint8Array): ArrayBuffer };
  (name: "dgram"): { createSocket(type: string): DatagramSocket };
  (name: "http"): {
    request(options: HttpOptions, answered: (response: HttpResponse) => void): HttpRequest;
  };
  (name: "Wifi"): WifiModule;
  (name: "Flash"): FlashModule;
  (name: "Storage"): {
    read(name: string): string | undefined;
    write(name: string, text: string): boolean;
  };
  (name: "TelnetServer"): { setOptions(options: { mode: string }): void };
}

declare const E: {
  toString(bytes: Uint8Array): string;
  toUint8Array(text: string): Uint8Array;
  setPassword(password: string): void;
  lockConsole(): void;
  enableWatchdog(seconds: number): void;
  reboot(): void;
};

declare const process: {
  env: { BOARD: string };
  memory(): { free: number };
};

declare const NRF: { setServices(services: undefined, options: { uart: boolean }): void };
declare const global: { meter: unknown; require: Require };

/** Seconds since the power came, in fractions. */
declare function getTime(): number;
declare function print(text: string): void;
declare function pinMode(pin: Pin, mode: string): void;
declare function digitalWrite(pin: Pin, value: number): void;
declare function setWatch(
  changed: (change: { time: number; state: boolean }) => void,
  pin: Pin,
  options: { repeat: boolean; edge: string },
): void;
declare function setTimeout(run: () => void, ms: number): number;
declare function clearTimeout(timer: number | undefined): void;
