/**
 * A device that speaks JSON: it keeps readings for hours and hands them in by the handful, in any
 * order and some of them again, until each has been taken.
 */
import { assertEquals } from "@std/assert";
import { between, type Random } from "../../meter-sim/random.ts";
import type { VirtualTime } from "../../meter-sim/virtual-time.ts";
import { receive } from "../../server/domain/reading.ts";
import type { Model } from "./model.ts";
import { pick } from "./plan.ts";
import type { Site } from "./site.ts";

export interface FeederParts {
  id: string;
  intervalSeconds: number;
  time: VirtualTime;
  random: Random;
  model: Model;
  anySite(): Site | undefined;
  failUnlessInjected(error: unknown): void;
}

interface Raw {
  n: number;
  time: number;
  milliwattHours: number;
  quality: number;
}

const MAX_UPLOAD = 120;

export class Feeder {
  readonly channel = 0;
  #waiting: Raw[] = [];
  #taken: Raw[] = [];
  #register = 0;

  constructor(readonly parts: FeederParts) {
    this.#scheduleReading();
    this.#scheduleUpload();
  }

  get id(): string {
    return this.parts.id;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  resetRegister(): void {
    this.#register = 0;
  }

  #scheduleReading(): void {
    const { time, intervalSeconds } = this.parts;
    time.schedule(intervalSeconds * 1000, () => {
      this.#read();
      this.#scheduleReading();
    });
  }

  #read(): void {
    const { random, time, model, id } = this.parts;
    const second = Math.floor(time.now() / 1000);
    this.#register += Math.floor(between(random, 0, 1e6));
    const reading = { n: second, time: second, milliwattHours: this.#register, quality: 0 };
    model.generate(id, reading);
    this.#waiting.push(reading);
  }

  /** Often soon, at times after long. */
  #scheduleUpload(): void {
    const { time, random, intervalSeconds } = this.parts;
    const intervals = pick(random, [1, 1, 3, 10, 100]);
    time.schedule(Math.floor(intervals * intervalSeconds * 1000 * (random() + 0.5)), () => {
      this.upload().catch((error) => this.parts.failUnlessInjected(error));
      this.#scheduleUpload();
    });
  }

  /** The server's answer may be lost: what is taken is known to be only once it is heard. */
  async upload(): Promise<void> {
    const { anySite, random, model, id } = this.parts;
    const site = anySite();
    const readings = this.#choose();
    if (!site || readings.length === 0) return;
    const arrival = { receivedAt: site.now(), sentAt: 0, intervalSeconds: 0 };
    const received = receive(readings, arrival);
    const outcome = await site.ingest.takeReadings(id, this.channel, received);
    if (!outcome || site.kv.isDead) return;
    assertEquals(outcome.conflicts, [], `readings of ${id} were refused`);
    model.acknowledge(id, readings);
    if (random() < 0.1) return;
    this.#waiting = this.#waiting.filter((reading) => !readings.includes(reading));
    this.#taken.push(...readings);
  }

  #choose(): Raw[] {
    const { random } = this.parts;
    const begin = random() < 0.5 ? 0 : Math.floor(random() * this.#waiting.length);
    const length = Math.ceil(random() * MAX_UPLOAD);
    const chosen = new Set(this.#waiting.slice(begin, begin + length));
    if (random() < 0.3 && this.#taken.length > 0) chosen.add(pick(random, this.#taken));
    return [...chosen].sort((a, b) => a.n - b.n);
  }
}
