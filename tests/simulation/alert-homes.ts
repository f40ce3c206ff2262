/**
 * A year of homes by quarters of an hour, for alerts: what people do that is no fault, as ovens,
 * guests, parties, holidays, heat waves, cars that are charged now and then. All of it by the seed.
 */
import { between, drawSeed, gaussian, type Random, seededRandom } from "../../meter-sim/random.ts";

export const QUARTERS = 96;

/** The warmth of a day that all homes share, from about 14 to 36 °C. */
export function weatherOf(seed: number, days: number): number[] {
  const random = seededRandom(seed);
  let drift = 0;
  let wave = 0;
  return Array.from({ length: days }, (_, day) => {
    drift = 0.7 * drift + 1.6 * gaussian(random);
    if (wave === 0 && random() < 0.02) wave = Math.floor(between(random, 3, 9));
    if (wave > 0) wave--;
    // The first day is one of March: autumn in the south.
    const season = 24 + 5 * Math.cos(2 * Math.PI * (day + 45) / 365);
    return season + drift + (wave > 0 ? 5 : 0);
  });
}

export interface Home {
  random: Random;
  people: number;
  baseWatts: number;
  fridge: { watts: number; minutes: number; duty: number };
  lightWatts: number;
  /** 0 where there is none. */
  coolerWatts: number;
  coolsAbove: number;
  heaterWatts: number;
  carWatts: number;
  pumpWatts: number;
  wakes: number;
  sleeps: number;
  /** Days of each stay away and of each visit, from and to. */
  away: [number, number][];
  guests: [number, number][];
  /** What a day's plan has after midnight. */
  carry: Float64Array<ArrayBuffer>;
}

export function moveIn(seed: number, days: number): Home {
  const random = seededRandom(seed);
  const has = (part: number, least: number, most: number) =>
    random() < part ? between(random, least, most) : 0;
  const stays = (aYear: number, least: number, most: number): [number, number][] =>
    Array.from({ length: Math.round(aYear * days / 365 + random() * 0.5) }, () => {
      const from = Math.floor(random() * days);
      return [from, from + Math.floor(between(random, least, most))];
    });
  return {
    random: seededRandom(drawSeed(random)),
    people: Math.floor(between(random, 1, 5.5)),
    baseWatts: between(random, 50, 140),
    fridge: {
      watts: between(random, 90, 150),
      minutes: between(random, 35, 70),
      duty: between(random, 0.35, 0.55),
    },
    lightWatts: between(random, 60, 200),
    coolerWatts: has(0.5, 700, 1_200),
    coolsAbove: between(random, 24, 28),
    heaterWatts: has(0.2, 800, 1_200),
    carWatts: has(0.05, 2_500, 3_700),
    pumpWatts: has(0.1, 500, 900),
    wakes: between(random, 5.5, 8),
    sleeps: between(random, 21.5, 24),
    away: stays(2, 4, 18),
    guests: stays(4, 1, 5),
    carry: new Float64Array(QUARTERS),
  };
}

const isOn = (stays: [number, number][], day: number): boolean =>
  stays.some(([from, to]) => from <= day && day < to);

/** Adds a load to watt-hours by quarters, which go on into the next day. */
function add(load: Float64Array, hour: number, hours: number, watts: number): void {
  const end = Math.min(load.length, (hour + hours) * 4);
  for (let at = Math.max(0, hour * 4); at < end;) {
    const quarter = Math.floor(at);
    const until = Math.min(end, quarter + 1);
    load[quarter] += watts * (until - at) / 4;
    at = until;
  }
}

export interface Faults {
  /** Added all day long. */
  watts: number;
  isFridgeBroken: boolean;
  /** A new habit: at home by day, with what is used there. */
  daytimeWatts: number;
}

export const NO_FAULTS: Faults = { watts: 0, isFridgeBroken: false, daytimeWatts: 0 };

/** The milliwatt-hours of a day's quarters. */
export function dayOf(
  home: Home,
  day: number,
  warmth: number,
  faults: Faults,
): Float64Array<ArrayBuffer> {
  const { random } = home;
  const load = new Float64Array(2 * QUARTERS);
  load.set(home.carry);
  alwaysOn(home, load, faults);
  if (!isOn(home.away, day)) {
    const isWeekend = day % 7 > 4;
    const isAtHome = isWeekend || random() < 0.12;
    const people = home.people + (isOn(home.guests, day) ? Math.ceil(between(random, 1, 4)) : 0);
    livingIn(home, load, people, isAtHome);
    washing(home, load, people, isWeekend);
    climate(home, load, warmth, isAtHome);
    now(home, load, isWeekend);
    if (!isWeekend) add(load, 8.5, between(random, 7, 10), faults.daytimeWatts);
  }
  home.carry = load.slice(QUARTERS);
  return load.subarray(0, QUARTERS).map((wattHours) =>
    Math.round(Math.max(0, wattHours * (1 + 0.02 * gaussian(random))) * 1_000)
  );
}

function alwaysOn({ random, baseWatts, fridge }: Home, load: Float64Array, faults: Faults): void {
  add(load, 0, 24, baseWatts * between(random, 0.97, 1.03) + faults.watts);
  if (faults.isFridgeBroken) return add(load, 0, 24, fridge.watts * 1.3);
  for (let at = random() * fridge.minutes; at < 24 * 60; at += fridge.minutes) {
    const minutes = Math.min(
      24 * 60 - at,
      fridge.minutes * fridge.duty * between(random, 0.9, 1.1),
    );
    add(load, at / 60, minutes / 60, fridge.watts);
  }
}

function livingIn(home: Home, load: Float64Array, people: number, isAtHome: boolean): void {
  const { random, lightWatts } = home;
  const wakes = home.wakes + (isAtHome ? 1.5 : 0) + between(random, -0.3, 0.3);
  const sleeps = home.sleeps + between(random, -0.5, isAtHome ? 1.5 : 0.5);
  for (let i = 0; i < people; i++) {
    const hour = random() < 0.45 ? wakes + i / 4 : between(random, 18, 21.5);
    add(load, hour, between(random, 0.08, 0.18), 5_000);
  }
  add(load, 18, sleeps - 18, lightWatts * between(random, 0.6, 1));
  add(load, wakes, 0.7, lightWatts / 2);
  add(load, between(random, 18.5, 20), between(random, 1, 3.5), 120);
  if (isAtHome) add(load, wakes, between(random, 4, 12), between(random, 80, 300));
  for (const hour of [wakes + 0.5, 12, 19]) {
    if (random() < 0.7) add(load, hour + random() / 2, 0.06, 1_300);
  }
  if (random() < (isAtHome ? 0.5 : 0.15)) {
    add(load, random() < 0.5 ? 11 : 18.5, between(random, 0.5, 1.3), 1_200);
  }
}

function washing({ random }: Home, load: Float64Array, people: number, isWeekend: boolean): void {
  const loads = random() < (isWeekend ? 0.7 : 0.2) ? 1 + Number(random() < people / 10) : 0;
  for (let i = 0; i < loads; i++) {
    add(load, between(random, 8, 16), 1, random() < 0.3 ? 1_100 : 320);
  }
  if (isWeekend && random() < 0.5) {
    add(load, between(random, 14, 18), between(random, 0.5, 1.5), 800);
  }
}

function climate(home: Home, load: Float64Array, warmth: number, isAtHome: boolean): void {
  const { random, coolerWatts, coolsAbove, heaterWatts } = home;
  const heat = warmth - coolsAbove;
  if (coolerWatts > 0 && random() < 0.15 + heat / 4) {
    const duty = Math.min(0.75, Math.max(0.35, 0.45 + heat / 20));
    add(load, home.sleeps - between(random, 0, 2), between(random, 5, 9), coolerWatts * duty);
    if (isAtHome && heat > 1) {
      add(load, between(random, 12, 15), between(random, 2, 6), coolerWatts * duty);
    }
  }
  if (heaterWatts > 0 && random() < (20 - warmth) / 5) {
    add(load, between(random, 18, 20), between(random, 1.5, 4), heaterWatts);
  }
}

/** What is done now and then, at no set time. */
function now({ random, carWatts, pumpWatts }: Home, load: Float64Array, isWeekend: boolean): void {
  if (pumpWatts > 0) add(load, 9, 6, pumpWatts);
  if (carWatts > 0 && random() < 0.4) {
    add(load, between(random, 19, 22), between(random, 1, 4), carWatts);
  }
  if (random() < (isWeekend ? 0.04 : 0.005)) {
    add(load, 18, between(random, 3, 6), between(random, 700, 1_800));
  }
}
