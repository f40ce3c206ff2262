/**
 * A register with a hard life: it begins anew, is exchanged behind its device, says what is wrong for
 * a while. The energy that really flowed stands beside it, so what history should say is known
 * without any of its rules.
 */
import type { Resolution } from "../../../server/domain/corrections.ts";
import type { Reading } from "../../../server/domain/reading.ts";
import { reading } from "./readings.ts";

/** What happened, where it shows, and what a person would answer. */
export interface Oddity {
  afterN: number;
  byN: number;
  resolution: Resolution;
}

/** What really was at an instant: the energy since the beginning that can be known. */
export interface Truth {
  time: number;
  total: number;
}

export interface Habit {
  step: number;
  count: number;
  /** Out of a hundred readings, so many begin something odd. */
  odd: number;
  runsBack: boolean;
}

export class OddRegister {
  readonly readings: Reading[] = [];
  readonly oddities: Oddity[] = [];
  /** By the numbers of good readings. */
  readonly truths = new Map<number, Truth>();
  register: number;
  #n = 0;
  #time: number;
  #latest = 0;
  #goodSince = 0;
  #wrongLeft = 0;

  constructor(
    readonly habit: Habit,
    readonly below: (limit: number) => number,
    readonly begin: number,
    /** Goes on where another register's truth ended. */
    public total = 0,
  ) {
    this.register = 10 ** 7 + below(10 ** 6);
    this.#time = begin;
  }

  live(): this {
    for (let i = 0; i < this.habit.count; i++) this.#read(this.habit.odd);
    while (this.#wrongLeft > 0) this.#read(0);
    this.#read(0);
    return this;
  }

  #rarely(percent: number): boolean {
    return this.below(100) < percent;
  }

  #read(odd: number): void {
    const { step, runsBack } = this.habit;
    this.#n += this.#rarely(80) ? 1 : 1 + this.below(4);
    if (this.#n > 1) this.#time += step * (this.#rarely(95) ? 1 : 1 + this.below(6));
    const back = runsBack && this.#rarely(3) ? this.below(3 * step) : 0;
    const flown = this.readings.length === 0 ? 0 : this.below(100_000);
    const isOdd = this.#wrongLeft === 0 && this.#goodSince > 0 && this.#rarely(odd);
    if (!isOdd || !this.#changeRegister(flown)) this.#flow(flown, flown);
    this.#say(Math.max(this.begin, this.#time + this.below(Math.ceil(step / 3)) - back));
  }

  #flow(energy: number, known: number): void {
    this.register += energy;
    this.total += known;
  }

  /** Something odd happens in the pause before the next reading; not if nobody could see it. */
  #changeRegister(flown: number): boolean {
    const kind = ["reset", "exchange", "fault"][this.below(3)];
    if (kind === "fault") {
      const length = 1 + this.below(4);
      this.#wrongLeft = length;
      return false;
    }
    const before = this.below(flown + 1);
    const start = this.below(1_000);
    const restart = start + flown - before;
    if (restart >= this.register) return false;
    const [afterN, byN] = [this.readings[this.readings.length - 1].n, this.#n];
    const resolution: Resolution = kind === "reset"
      ? { kind, start }
      : { kind: "exchange", final: this.register + before, start };
    this.oddities.push({ afterN, byN, resolution });
    this.register = restart;
    this.total += kind === "reset" ? flown - before : flown;
    this.#goodSince = 0;
    return true;
  }

  #say(time: number): void {
    const n = this.#n;
    this.#latest = Math.max(this.#latest, time);
    if (this.#wrongLeft === 0) {
      this.#goodSince++;
      this.truths.set(n, { time: this.#latest, total: this.total });
      this.readings.push(reading({ n, time, milliwattHours: this.register }));
      return;
    }
    if (this.#goodSince > 0) {
      const afterN = this.readings[this.readings.length - 1].n;
      this.oddities.push({ afterN, byN: n, resolution: { kind: "fault", fromN: n, toN: n } });
      this.#goodSince = 0;
    }
    const fault = this.oddities[this.oddities.length - 1];
    fault.byN = n + 1;
    fault.resolution = { ...fault.resolution, toN: n } as Resolution;
    this.#wrongLeft--;
    const isUp = this.below(2) === 0;
    const wrong = isUp ? this.register + 10 ** 8 + this.below(10 ** 8) : this.below(100);
    this.readings.push(reading({ n, time, milliwattHours: Math.min(wrong, 10 ** 12) }));
  }
}

/** The energy between two instants if it flowed evenly from one truth to the next. */
export function trueEnergy(truths: Truth[], from: number, to: number): number {
  const at = (time: number): number => {
    const next = truths.findIndex((truth) => truth.time > time);
    if (next < 0) return truths.at(-1)?.total ?? 0;
    if (next === 0) return truths[0].total;
    const [a, b] = [truths[next - 1], truths[next]];
    return a.total + Math.floor((b.total - a.total) * ((time - a.time) / (b.time - a.time)));
  };
  return at(to) - at(from);
}
