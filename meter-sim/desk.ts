/**
 * One meter on a desk: a simulated chip with a load that can be turned, a time that can run faster,
 * a network and a power supply that can be cut. It reports to a real server.
 *
 * All that the chip does happens in virtual time, which `pass` lets go on; the sockets are real.
 */
import type { HttpPost } from "../meter-firmware/board.ts";
import type { Console } from "../meter-firmware/device.ts";
import { decodeAcknowledgement } from "../meter-firmware/protocol/datagram.ts";
import { slotText } from "../meter-firmware/settings.ts";
import { Chip, type Memory, type World } from "./chip.ts";
import { putLoadOn } from "./load.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface DeskParts {
  time: VirtualTime;
  random: Random;
  memory: Memory;
  /** Powers a chip up with the meter in it: its source, or the file that is flashed. */
  run: (chip: Chip) => Console;
  pulsesPerKwh: number;
  /** The load at a moment of the desk's time, in milliseconds. */
  watts: (ms: number) => number;
  resolve: World["resolve"];
  sendUdp: World["sendUdp"];
  postHttp: (post: HttpPost) => Promise<Uint8Array | undefined>;
  print: (line: string) => void;
}

export interface DeskView {
  registerWh: number;
  watts: number;
  waiting: number;
  unanswered: number;
  uplink: string;
  hasPower: boolean;
  hasNetwork: boolean;
  /** Milliseconds of the desk's time; none before the first. */
  sinceAcknowledgement: number | undefined;
}

/** As much of the meter's status as the desk shows. */
interface Status {
  registerWh: number;
  watts: number;
  uplink: string;
  report?: { waiting: number; unanswered: number };
}

export const putSettings = (memory: Memory, settings: unknown): void =>
  void memory.files.set("meter-a.json", slotText(1, settings));

export class Desk {
  #chip: Chip | undefined;
  #console: Console | undefined;
  #hasNetwork = true;
  #acknowledgedAt: number | undefined;

  constructor(readonly parts: DeskParts) {}

  get hasPower(): boolean {
    return this.#chip !== undefined;
  }

  powerUp(): void {
    if (this.#chip) return;
    const chip = new Chip(this.parts.memory, this.#world());
    chip.putInReach(this.#hasNetwork);
    this.#chip = chip;
    this.#console = this.parts.run(chip);
    const { time, pulsesPerKwh, watts } = this.parts;
    putLoadOn(chip, { pulsesPerKwh, watts: () => watts(time.now()) });
  }

  powerDown(): void {
    this.#chip?.powerDown();
    this.#chip = undefined;
    this.#console = undefined;
  }

  setNetwork(isUp: boolean): void {
    this.#hasNetwork = isUp;
    this.#chip?.putInReach(isUp);
  }

  /** A datagram has come in. */
  receive(bytes: Uint8Array): void {
    this.#note(bytes);
    this.#chip?.receive(bytes);
  }

  /** Lets so much time pass on the desk. */
  pass(ms: number): void {
    const { time } = this.parts;
    let isOver = false;
    time.schedule(ms, () => {
      isOver = true;
    });
    while (!isOver && time.runNext());
  }

  view(): DeskView {
    const status = this.#console?.status() as Status | undefined;
    const since = this.#acknowledgedAt;
    return {
      registerWh: status?.registerWh ?? 0,
      watts: status?.watts ?? 0,
      waiting: status?.report?.waiting ?? 0,
      unanswered: status?.report?.unanswered ?? 0,
      uplink: status?.uplink ?? "no power",
      hasPower: this.hasPower,
      hasNetwork: this.#hasNetwork,
      sinceAcknowledgement: since === undefined ? undefined : this.parts.time.now() - since,
    };
  }

  #note(bytes: Uint8Array): void {
    if (decodeAcknowledgement(bytes).ok) this.#acknowledgedAt = this.parts.time.now();
  }

  #world(): World {
    const { time, random, resolve, sendUdp, postHttp, print } = this.parts;
    return {
      now: time.now,
      schedule: time.schedule,
      random,
      resolve,
      sendUdp,
      postHttp: async (post, answered) => {
        const bytes = await postHttp(post);
        if (bytes) this.#note(bytes);
        answered(bytes);
      },
      print,
      restarted: () => {
        this.powerDown();
        time.schedule(0, () => this.powerUp());
      },
    };
  }
}
