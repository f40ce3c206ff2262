/**
 * A chip that exists only here: memory that survives a power cut, an uptime, timers, a pulse input,
 * a lamp and a network, in a world of the caller's making. On it runs the meter, either its source
 * (`hardware.ts`) or the very file that is flashed (`espruino.ts`).
 */
import type { HttpPost } from "../meter-firmware/board.ts";
import type { Random } from "./random.ts";

export const PAGE_BYTES = 4096;
export const PAGES = 16;
const SENSOR_MS = 60;

/** What is left when the power goes. */
export interface Memory {
  flash: Uint8Array;
  files: Map<string, string>;
}

export const newMemory = (): Memory => ({
  flash: new Uint8Array(PAGE_BYTES * PAGES).fill(0xff),
  files: new Map(),
});

/** What is around the chip. */
export interface World {
  /** Milliseconds. */
  now(): number;
  /** Gives its cancellation. */
  schedule(delayMs: number, run: () => void): () => void;
  random: Random;
  /** Finds undefined where there is no such name. */
  resolve(host: string, found: (address: string | undefined) => void): void;
  sendUdp(bytes: Uint8Array, port: number, address: string): void;
  postHttp(post: HttpPost, answered: (bytes: Uint8Array | undefined) => void): void;
  print(line: string): void;
  /** The chip asks for a restart: the caller may power it up anew. */
  restarted(): void;
}

/** The chip refuses other addresses. */
function mustBeWhole(at: number): void {
  if (!Number.isInteger(at)) throw new Error(`flash has no address ${at}`);
}

export class Chip {
  tamperIsOpen = false;
  blinks = 0;
  consolePassword: string | undefined;
  isOn = true;
  #isInReach = true;
  #hasJoined = false;
  /** What is on the serial line, if anything: gives its answer to what it is sent. */
  sensor: ((bytes: Uint8Array) => Uint8Array) | undefined;
  /** What waits for datagrams and for pulses. */
  received: ((bytes: Uint8Array) => void) | undefined;
  edge: ((uptime: number, isDown: boolean) => void) | undefined;
  #poweredUpAt: number;

  constructor(readonly memory: Memory, readonly world: World) {
    this.#poweredUpAt = world.now();
  }

  get networkIsUp(): boolean {
    return this.#isInReach && this.#hasJoined;
  }

  /** Whether there is a network to join. One that was lost must be joined again. */
  putInReach(isInReach: boolean): void {
    this.#isInReach = isInReach;
    if (!isInReach) this.#hasJoined = false;
  }

  joinNetwork(): void {
    this.#hasJoined = this.#isInReach;
  }

  uptime(): number {
    return this.world.now() - this.#poweredUpAt;
  }

  /** Nothing that was scheduled before a power cut happens after it. */
  schedule(delayMs: number, run: () => void): () => void {
    return this.world.schedule(delayMs, () => {
      if (this.isOn) run();
    });
  }

  /** A datagram has come in. */
  receive(bytes: Uint8Array): void {
    if (this.isOn && this.networkIsUp) this.received?.(bytes);
  }

  sendUdp(bytes: Uint8Array, port: number, address: string): void {
    if (this.networkIsUp) this.world.sendUdp(bytes, port, address);
  }

  postHttp(post: HttpPost, answered: (bytes: Uint8Array | undefined) => void): void {
    if (!this.networkIsUp) return answered(undefined);
    this.world.postHttp(post, (bytes) => {
      if (this.isOn) answered(this.networkIsUp ? bytes : undefined);
    });
  }

  resolve(host: string, found: (address: string | undefined) => void): void {
    this.world.resolve(host, (address) => {
      if (this.isOn) found(address);
    });
  }

  /** The answer of what is on the serial line comes a little later. */
  askSensor(bytes: Uint8Array, received: (bytes: Uint8Array) => void): void {
    const answer = this.sensor?.(bytes);
    if (answer) this.schedule(SENSOR_MS, () => received(answer));
  }

  restart(): void {
    this.powerDown();
    this.world.restarted();
  }

  powerDown(): void {
    this.isOn = false;
    this.received = undefined;
    this.edge = undefined;
  }

  readFlash(at: number, length: number): Uint8Array {
    mustBeWhole(at);
    return this.memory.flash.slice(at, at + length);
  }

  /** Bits can only be cleared. */
  writeFlash(at: number, bytes: Uint8Array): void {
    mustBeWhole(at);
    for (let i = 0; i < bytes.length; i++) this.memory.flash[at + i] &= bytes[i];
  }

  eraseFlash(at: number): void {
    mustBeWhole(at);
    const start = at - at % PAGE_BYTES;
    this.memory.flash.fill(0xff, start, start + PAGE_BYTES);
  }
}
