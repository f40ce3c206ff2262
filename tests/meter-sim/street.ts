/**
 * A simulated chip in virtual time with a server of the test's own at the other end: it stores
 * reports in a map and acknowledges them, unless it is told to be silent.
 */
import { assertEquals } from "@std/assert";
import {
  decodeReport,
  encodeAcknowledgement,
  type Report,
  tagIsValid,
  type WireReading,
} from "../../meter-firmware/protocol/datagram.ts";
import { Chip, type Memory, newMemory, type World } from "../../meter-sim/chip.ts";
import type { Console } from "../../meter-firmware/device.ts";
import { slotText } from "../../meter-firmware/settings.ts";
import { runMeter } from "../../meter-sim/hardware.ts";
import { seededRandom } from "../../meter-sim/random.ts";
import { createVirtualTime } from "../../meter-sim/virtual-time.ts";
import { serverSign } from "../meter-firmware/signers.ts";

export const START_MS = 1_800_000_000_000;
const KEY = "0f".repeat(32);
const sign = serverSign(Uint8Array.fromHex(KEY));

export const SETTINGS = {
  server: "http://meters.example:8000",
  udpPort: 8001,
  meter: "00000000000000ab",
  key: KEY,
  wifi: { ssid: "Home" },
  pulsesPerKwh: 1000,
  consolePassword: "open sesame",
};

const PULSE_MS = 30;

type Runs = (chip: Chip) => Console;

export interface StreetOptions {
  seed?: number;
  settings?: unknown;
  memory?: Memory;
  run?: Runs;
}

/** One meter, its power, and what the server has of it. */
export class Street {
  readonly time = createVirtualTime(START_MS);
  readonly memory: Memory;
  readonly printed: string[] = [];
  /** Each datagram that left the chip, in order, with the way that it took. */
  readonly sent: { bytes: Uint8Array; way: "udp" | "http"; at: number }[] = [];
  readonly stored = new Map<number, WireReading>();
  serverIsSilent = false;
  udpIsBlocked = false;
  names: Record<string, string> = { "meters.example": "192.0.2.1" };
  restarts = 0;
  chip!: Chip;
  console!: Console;
  readonly #run: Runs;
  readonly #random: () => number;

  constructor({ seed = 1, settings = SETTINGS, memory, run = runMeter }: StreetOptions = {}) {
    this.#run = run;
    this.#random = seededRandom(seed);
    this.memory = memory ?? newMemory();
    if (settings) this.memory.files.set("meter-a.json", slotText(1, settings));
    this.powerUp();
  }

  powerUp(): void {
    this.chip = new Chip(this.memory, this.#world());
    this.console = this.#run(this.chip);
  }

  powerDown(): void {
    this.chip.powerDown();
  }

  /** Lets so much time pass, with a pulse every so often. */
  pass(ms: number, pulseEveryMs = Infinity): void {
    let isOver = false;
    this.time.schedule(ms, () => {
      isOver = true;
    });
    const pulse = () => {
      if (isOver) return;
      this.chip.edge?.(this.chip.uptime(), true);
      this.time.schedule(PULSE_MS, () => this.chip.edge?.(this.chip.uptime(), false));
      this.time.schedule(pulseEveryMs, pulse);
    };
    if (pulseEveryMs < Infinity) this.time.schedule(pulseEveryMs, pulse);
    while (!isOver && this.time.runNext());
  }

  reports(): Report[] {
    return this.sent.map(({ bytes }) => {
      const decoded = decodeReport(bytes);
      if (!decoded.ok) throw new Error(decoded.reason);
      return decoded.value;
    });
  }

  #world(): World {
    return {
      now: this.time.now,
      schedule: this.time.schedule,
      random: this.#random,
      resolve: (host, found) => found(this.names[host]),
      sendUdp: (bytes, port, address) => {
        assertEquals([port, address], [8001, "192.0.2.1"]);
        this.sent.push({ bytes, way: "udp", at: this.time.now() });
        const answer = this.udpIsBlocked ? undefined : this.#take(bytes);
        if (answer) this.time.schedule(30, () => this.chip.receive(answer));
      },
      postHttp: (post, answered) => {
        this.sent.push({ bytes: post.bytes, way: "http", at: this.time.now() });
        const answer = this.#take(post.bytes);
        this.time.schedule(50, () => answered(answer));
      },
      print: (line) => this.printed.push(line),
      restarted: () => {
        this.restarts++;
        this.powerUp();
      },
    };
  }

  #take(bytes: Uint8Array): Uint8Array | undefined {
    const decoded = decodeReport(bytes);
    if (this.serverIsSilent || !decoded.ok || !tagIsValid(bytes, sign)) return undefined;
    const { keyId, meter, readings } = decoded.value;
    for (const reading of readings) {
      assertEquals(reading, this.stored.get(reading.n) ?? reading, "one number, two contents");
      this.stored.set(reading.n, reading);
    }
    return encodeAcknowledgement({
      keyId,
      status: 0,
      meter,
      serverTime: Math.floor(this.time.now() / 1000),
      echo: readings.at(-1)!.n,
      intervalSeconds: 0,
    }, sign);
  }
}

/** As much of the meter's status as the tests read. */
export interface Status {
  configured: boolean;
  problems: string[];
  registerWh: number;
  watts: number;
  uplink: string;
  report?: { waiting: number; unanswered: number; clockIsSet: boolean; lastNumber: number };
}

export const statusOf = (street: Street): Status => street.console.status() as Status;
