/**
 * When it is looked for what is to be told: after each quarter of an hour by the server that has the
 * lease, with some time for the readings of that quarter to come in.
 */
import { QUARTER } from "../domain/time-of-use.ts";
import type { Announcer } from "../store/announcer.ts";
import type { Signs } from "../store/signs.ts";
import { Sweep, type SweepParts } from "./sweep.ts";

export interface AlertingParts extends Omit<SweepParts, "isStopped" | "listeningSince"> {
  signs: Signs;
  every: (ms: number, run: () => void) => () => void;
  /** Told when alerts have changed. */
  changed: () => void;
  announcer: Announcer;
}

export interface AlertStats {
  /** Changes so far, by kind and event. */
  changes: Map<string, number>;
  /** How many are open, by kind and region. */
  open: Map<string, number>;
  points: number;
  /** Unix seconds of the last sweep that came to its end, and how long it took. */
  sweptAt: number;
  sweepSeconds: number;
}

const TICK_MS = 15_000;
const SETTLE_SECONDS = 60;

export class Alerting {
  readonly stats: AlertStats = {
    changes: new Map(),
    open: new Map(),
    points: 0,
    sweptAt: 0,
    sweepSeconds: 0,
  };
  readonly #listeningSince: number;
  #sweptQuarter = 0;
  #running: Promise<void> | undefined;
  #isStopped = false;
  #stopTimer: () => void;

  constructor(readonly parts: AlertingParts) {
    this.#listeningSince = parts.now();
    this.#stopTimer = parts.every(TICK_MS, () => void this.tick());
  }

  /** Sweeps if a quarter has ended that nobody has looked at. */
  async tick(): Promise<void> {
    if (this.#running || this.#isStopped) return;
    try {
      await this.#alone(() => this.#tick());
    } catch (error) {
      this.parts.report("Cannot look for what is to be told", error);
    }
  }

  async #tick(): Promise<void> {
    const { now, signs, lease } = this.parts;
    await signs.write(now());
    // Kept from one sweep to the next, or each server would look at each quarter.
    if (lease.isHeld) await lease.hold(now());
    const quarter = Math.floor((now() - SETTLE_SECONDS) / QUARTER);
    if (quarter <= this.#sweptQuarter || !await this.#sweep()) return;
    // Where nothing is set up yet, the first points do not wait for the next quarter.
    if (this.stats.points > 0) this.#sweptQuarter = quarter;
  }

  /** Whether it came to its end: another server may be at it. */
  sweep(): Promise<boolean> {
    return this.#alone(() => this.#sweep());
  }

  async #alone<Done>(work: () => Promise<Done>): Promise<Done> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running = promise;
    try {
      return await work();
    } finally {
      this.#running = undefined;
      resolve();
    }
  }

  async #sweep(): Promise<boolean> {
    const { now, announcer, changed } = this.parts;
    const began = now();
    announcer.begin();
    const sweep = new Sweep({
      ...this.parts,
      listeningSince: this.#listeningSince,
      isStopped: () => this.#isStopped,
    });
    const isDone = await sweep.run();
    for (const { event, alert: { kind } } of sweep.news) this.#count(`${kind} ${event}`);
    if (sweep.news.length > 0) changed();
    if (!isDone) {
      // Another server counts them now.
      this.stats.open = new Map();
      return false;
    }
    this.stats.points = sweep.points;
    this.stats.sweptAt = began;
    this.stats.sweepSeconds = now() - began;
    this.stats.open = sweep.open;
    return true;
  }

  #count(change: string): void {
    this.stats.changes.set(change, (this.stats.changes.get(change) ?? 0) + 1);
  }

  /** Broken off between two points; another server may begin at once. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopTimer();
    await this.#running;
    await this.parts.signs.write(this.parts.now());
    await this.parts.lease.release();
  }
}
