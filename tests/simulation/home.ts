/**
 * A meter on its wall: the shipped meter over a board whose power, flash and crystal fail when told
 * to. What it sends is put on record before anything can happen to it.
 */
import type { Board } from "../../meter-firmware/board.ts";
import { createMeter, type Meter } from "../../meter-firmware/meter.ts";
import type { Random } from "../../meter-sim/random.ts";
import type { VirtualTime } from "../../meter-sim/virtual-time.ts";
import type { IssuedKey } from "../../server/store/meter-keys.ts";
import { createFlash, PowerCut, saveTo, sha256 } from "../meter-firmware/bench.ts";
import type { MeterPlan } from "./plan.ts";

export interface HomeParts {
  time: VirtualTime;
  random: Random;
  sendUdp(home: Home, bytes: Uint8Array): void;
  postHttp(home: Home, bytes: Uint8Array, answered: (body: Uint8Array | undefined) => void): void;
}

const TICKS_AN_INTERVAL = 5;
const SHORTEST_TICK_MS = 1_000;

export class Home {
  readonly flash = createFlash();
  meter: Meter | undefined;
  /** Nothing gets through that way before this virtual time. */
  udpCutUntil = 0;
  httpCutUntil = 0;
  boots = 0;
  #poweredAt = 0;
  #uptimeJumps = 0;

  constructor(readonly issued: IssuedKey, readonly plan: MeterPlan, readonly parts: HomeParts) {}

  get id(): string {
    return this.issued.id;
  }

  get channel(): number {
    return this.plan.channel;
  }

  powerUp(): void {
    this.boots++;
    this.flash.next = "stored";
    this.#poweredAt = this.parts.time.now();
    this.#uptimeJumps = 0;
    this.meter = createMeter(this.#board(), {
      meter: this.issued.id,
      key: this.issued.key,
      keyId: this.issued.keyId,
      channel: this.plan.channel,
      intervalSeconds: this.plan.intervalSeconds,
      outboxCapacity: this.plan.outboxCapacity,
    });
    this.#scheduleTick(this.boots);
  }

  /** All that is not in flash is gone. */
  powerDown(): void {
    this.meter = undefined;
    this.boots++;
  }

  reboot(offMs: number): void {
    this.powerDown();
    const boot = this.boots;
    this.parts.time.schedule(offMs, () => {
      if (this.boots === boot) this.powerUp();
    });
  }

  /** The board's clock leaps ahead, as after a sleep that it did not notice. */
  jump(ms: number): void {
    this.#uptimeJumps += ms;
  }

  #scheduleTick(boot: number): void {
    const { time, random } = this.parts;
    const intervalMs = this.meter!.status().intervalSeconds * 1000;
    const pace = Math.max(SHORTEST_TICK_MS, intervalMs / TICKS_AN_INTERVAL);
    const delayMs = Math.floor(pace * (0.9 + 0.2 * random()));
    time.schedule(delayMs, () => {
      if (this.boots !== boot) return;
      const hours = delayMs / 3_600_000;
      this.meter!.add(Math.floor(random() * this.plan.maxWatts * hours * 1000));
      this.#tick();
      if (this.boots === boot) this.#scheduleTick(boot);
    });
  }

  #tick(): void {
    try {
      this.meter!.tick();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.reboot(0);
    }
  }

  #board(): Board {
    const { time, random } = this.parts;
    const boot = this.boots;
    return {
      uptime: () => {
        const real = time.now() - this.#poweredAt;
        return Math.floor(real * (1 + this.plan.drift)) + this.#uptimeJumps;
      },
      random,
      sha256,
      load: () => this.flash.saved,
      save: (saved) => saveTo(this.flash, saved),
      sendUdp: (bytes) => this.parts.sendUdp(this, bytes),
      postHttp: (bytes, answered) =>
        this.parts.postHttp(this, bytes, (body) => {
          if (this.boots === boot) answered(body);
        }),
    };
  }
}
