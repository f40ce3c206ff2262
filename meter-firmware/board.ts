/**
 * All that a meter may touch, so that the same meter runs on a chip and in a simulation.
 *
 * `Hardware` is what a chip with its sensors, flash and network has to offer; `device.ts` makes a
 * whole meter of it. `Board` is the little that the meter's core needs of that. Nothing of either
 * throws or waits: what fails is reported by its value, or, for what is sent, by the answer that
 * never comes.
 */
import type { Sha256 } from "./protocol/hmac.ts";

/** What survives a power cut. One meter and channel has one of these. */
export interface Saved {
  /** No reading has, or will have without another save, a number above this. */
  reservedThrough: number;
  /** The register as it was saved: what was counted since is lost with the power. */
  milliwattHours: number;
}

export interface Board {
  /** Milliseconds since power-up; never steps, unlike a clock that gets set. */
  uptime(): number;
  /** From 0 up to, but not including, 1. */
  random(): number;
  sha256: Sha256;
  /** What the last completed `save` was given; undefined on a board that never saved. */
  load(): Saved | undefined;
  /**
   * True only once `saved` is what `load` gives after a power cut. Wherever the power goes, `load`
   * gives either the old value or the new one.
   */
  save(saved: Saved): boolean;
  sendUdp(bytes: Uint8Array): void;
  /** Calls `answered` with the body of a 200 answer, or with undefined when there is none. */
  postHttp(bytes: Uint8Array, answered: (bytes: Uint8Array | undefined) => void): void;
}

/** Offsets count from the beginning of the area. */
export interface RawFlash {
  /** A multiple of 32. */
  pageBytes: number;
  /** At least 2. */
  pages: number;
  read(at: number, length: number): Uint8Array;
  /** Clears bits and sets none. */
  write(at: number, bytes: Uint8Array): void;
  /** Sets all bits of the page that begins there. */
  erase(at: number): void;
}

export interface UdpSocket {
  send(bytes: Uint8Array, port: number, address: string): void;
  close(): void;
}

export interface HttpPost {
  /** Where to, looked up already. */
  address: string;
  port: number;
  /** As the server is called, for its `Host` header. */
  host: string;
  path: string;
  bytes: Uint8Array;
}

/** Files that survive a power cut; one that is being written at that moment may be gone. */
export interface Files {
  read(name: string): string | undefined;
  write(name: string, text: string): boolean;
}

export interface Hardware {
  uptime(): number;
  random(): number;
  sha256: Sha256;
  /** A flash area for the meter alone. */
  flash: RawFlash;
  files: Files;
  /** A line for whoever sits at the console. */
  print(line: string): void;
  lockConsole(password: string): void;
  /** Lights the lamp so many times. */
  blink(times: number): void;
  tamperIsOpen(): boolean;
  /** How much memory is left, in the chip's own measure. */
  freeVariables(): number;
  networkIsUp(): boolean;
  joinNetwork(ssid: string, password: string): void;
  resolve(host: string, found: (address: string | undefined) => void): void;
  /** `closed` is called when the socket has come to its end without being told to. */
  openUdp(received: (bytes: Uint8Array) => void, closed: () => void): UdpSocket;
  postHttp(post: HttpPost, answered: (bytes: Uint8Array | undefined) => void): void;
  /** Opens the serial line of a sensor; what it gives back writes to it. */
  openSensor(received: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void;
  /** Calls back with the uptime of each edge of the pulse input, and whether it is down now. */
  watchPulses(edge: (uptime: number, isDown: boolean) => void): void;
  restart(): void;
}
