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
  /** Real milliseconds, in which the server answers. */
  now: () => number;
  random: Random;
  memory: Memory;
  /** Powers a chip up with the meter in it: its source, or the file that is flashed. */
  run: (chip: Chip) => Console;
  pulsesPerKwh: number;
  /** The load at a moment of the desk's time, in milliseconds. */
  watts: (ms: number) => number;
  resolve: World["resolve"];
  sendUdp: World["sendUdp"];
  postHttp: (post: HttpPost, answered: (bytes: Uint8Array | undefined) => void) => void;
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
  /** Milliseconds of the desk's time since the power came. */
  poweredMs: number;
  /** Real milliseconds since the first report that nothing has come back for; 0 when there is none. */
  silentMs: number;
  /** The way that the last acknowledgement came; undefined before the first. */
  answeredBy: "UDP" | "HTTP" | undefined;
  /** Real milliseconds. */
  sinceAnswerMs: number;
  /** Readings that no server had acknowledged when the power went. */
  lostReadings: number;
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
  #poweredAt = 0;
  #unansweredSince: number | undefined;
  #answeredBy: DeskView["answeredBy"];
  #answeredAt = 0;
  #lostReadings = 0;

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
    this.#poweredAt = time.now();
    putLoadOn(chip, { pulsesPerKwh, watts: () => watts(time.now()) });
  }

  powerDown(): void {
    this.#lostReadings += this.#status()?.report?.waiting ?? 0;
    this.#unansweredSince = undefined;
    this.#chip?.powerDown();
    this.#chip = undefined;
    this.#console = undefined;
  }

  setNetwork(isUp: boolean): void {
    this.#hasNetwork = isUp;
    this.#unansweredSince = undefined;
    this.#chip?.putInReach(isUp);
  }

  /** A datagram has come in. */
  receive(bytes: Uint8Array): void {
    this.#note(bytes, "UDP");
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
    const { time, now } = this.parts;
    const status = this.#status();
    return {
      registerWh: status?.registerWh ?? 0,
      watts: status?.watts ?? 0,
      waiting: status?.report?.waiting ?? 0,
      unanswered: status?.report?.unanswered ?? 0,
      uplink: status?.uplink ?? "no power",
      hasPower: this.hasPower,
      hasNetwork: this.#hasNetwork,
      poweredMs: this.hasPower ? time.now() - this.#poweredAt : 0,
      silentMs: now() - (this.#unansweredSince ?? now()),
      answeredBy: this.#answeredBy,
      sinceAnswerMs: now() - this.#answeredAt,
      lostReadings: this.#lostReadings,
    };
  }

  #status(): Status | undefined {
    return this.#console?.status() as Status | undefined;
  }

  #sent(): void {
    this.#unansweredSince ??= this.parts.now();
  }

  #note(bytes: Uint8Array, way: "UDP" | "HTTP"): void {
    if (!decodeAcknowledgement(bytes).ok) return;
    this.#unansweredSince = undefined;
    this.#answeredBy = way;
    this.#answeredAt = this.parts.now();
  }

  #world(): World {
    const { time, random, resolve, sendUdp, postHttp, print } = this.parts;
    return {
      now: time.now,
      schedule: time.schedule,
      random,
      resolve,
      sendUdp: (bytes, port, address) => {
        this.#sent();
        sendUdp(bytes, port, address);
      },
      postHttp: (post, answered) => {
        this.#sent();
        postHttp(post, (bytes) => {
          if (bytes) this.#note(bytes, "HTTP");
          answered(bytes);
        });
      },
      print,
      restarted: () => {
        this.powerDown();
        time.schedule(0, () => this.powerUp());
      },
    };
  }
}
