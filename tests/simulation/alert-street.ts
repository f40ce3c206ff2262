/**
 * A street of homes through the whole service: readings come in by ingest, sweeps look at them, and
 * the alerts are read over HTTP. Each home has its habits, and some have something happen to them.
 */
import { assert } from "@std/assert";
import { drawSeed, seededRandom } from "../../meter-sim/random.ts";
import { type Reading, TAMPER } from "../../server/domain/reading.ts";
import { AppInMemory } from "../server/app-in-memory.ts";
import { ISSUER } from "../server/billed-point.ts";
import { newMeter } from "../server/metered-point.ts";
import { flatAt } from "../server/priced-point.ts";
import type { Json } from "../server/running-server.ts";

const QUARTER = 900;
const HOUR = 3_600;
const DAY = 24 * HOUR;
/** 2026-07-01T00:00:00Z */
export const BEGIN = 1_782_864_000;

export interface Home {
  name: string;
  customer: string;
  point: string;
  meter: string;
  register: number;
  n: number;
  random: () => number;
  /** Readings that did not get through yet. */
  held: Reading[];
}

/** What is otherwise than usual in a home, by the hours since the story began. */
export interface Odd {
  extraWatts?: number;
  /** Nothing gets through, and comes later. */
  isCut?: boolean;
  /** There is no current. */
  isOut?: boolean;
  tamper?: boolean;
}

export class Street {
  readonly homes = new Map<string, Home>();

  private constructor(public app: AppInMemory, readonly seed: number) {}

  static async open(app: AppInMemory, seed: number, names: string[]): Promise<Street> {
    const street = new Street(app, seed);
    app.clock.seconds = BEGIN;
    await app.ask("PUT", "/issuer", ISSUER);
    const { id: tariffId } = await app.ask("POST", "/tariffs", { tariff: flatAt("0.9") });
    const random = seededRandom(seed);
    for (const name of names) {
      const { id: customer } = await app.ask("POST", "/customers", { name });
      const { id: point } = await app.ask("POST", "/points", {
        customerId: customer,
        label: name,
        timezone: "UTC",
        tariffId,
        tariffFrom: "2026-07-01T00:00:00Z",
        region: "street-1",
      });
      const meter = await newMeter(app, point);
      const own = seededRandom(drawSeed(random));
      street.homes.set(name, {
        name,
        customer,
        point,
        meter,
        register: 1_000_000,
        n: 0,
        random: own,
        held: [],
      });
    }
    return street;
  }

  home(name: string): Home {
    return this.homes.get(name)!;
  }

  /** Lives on until an instant; `odd` is asked for each home and quarter. */
  async live(until: number, odd: (home: string, at: number) => Odd = () => ({})): Promise<void> {
    const { app } = this;
    for (let at = app.clock.seconds; at < until; at += QUARTER) {
      app.clock.seconds = at + QUARTER;
      for (const home of this.homes.values()) await this.#quarter(home, at, odd(home.name, at));
    }
  }

  async #quarter(home: Home, at: number, odd: Odd): Promise<void> {
    if (odd.isOut) return;
    home.register += Math.round((wattsAt(home, at) + (odd.extraWatts ?? 0)) * QUARTER / 3.6);
    const reading = {
      n: ++home.n,
      time: at + QUARTER,
      milliwattHours: home.register,
      quality: odd.tamper ? TAMPER : 0,
      skew: 0,
    };
    home.held.push(reading);
    if (odd.isCut) return;
    const outcome = await this.app.ingest.takeReadings(home.meter, 0, home.held);
    assert(outcome, "cannot store readings");
    home.held = [];
  }

  /** Looks after an hour and a little, for readings come at the quarter's very end. */
  async sweep(): Promise<void> {
    assert(await this.app.alerting.sweep());
  }

  async bill(): Promise<void> {
    const by = { actor: { kind: "server", id: "test" } as const, at: this.app.clock.seconds };
    await this.app.parts.closing.begin(false, by);
    await this.app.parts.closing.ended();
  }

  /** All alerts that there were, the oldest first. */
  async alerts(): Promise<Json[]> {
    const { items } = await this.app.ask("GET", "/alerts?limit=200");
    return items.toReversed();
  }

  async exchange(name: string): Promise<void> {
    const home = this.home(name);
    const { id } = (await this.app.ask("POST", "/meters/provision", { meters: [{}] })).meters[0];
    await this.app.ask("POST", `/meters/${home.meter}/exchange`, {
      meterId: id,
      finalWh: home.register / 1000,
      startWh: 0,
    });
    Object.assign(home, { meter: id, register: 0, n: 0 });
  }
}

/** A fridge all day, people in the morning and in the evening. */
function wattsAt({ random }: Home, at: number): number {
  const hour = at % DAY / HOUR;
  const people = hour >= 7 && hour < 9 ? 350 : hour >= 18 && hour < 23 ? 550 : 40;
  return 70 + people * (0.7 + 0.6 * random());
}
