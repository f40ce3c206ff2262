/**
 * Randomness that a seed repeats: the only source of chance in the twin and its tests.
 *
 * Mulberry32: 32 bits of state, good enough to vary a simulation and no use for secrets.
 */

/** Gives numbers from 0 up to, but not including, 1. */
export type Random = () => number;

export const seededRandom = (seed: number): Random => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Takes a seed for a stream of its own, so that two users of chance do not disturb each other. */
export const drawSeed = (random: Random): number => Math.floor(random() * 2 ** 32);

export const between = (random: Random, low: number, high: number): number =>
  low + random() * (high - low);

/** Normally distributed around 0 with a standard deviation of 1 (Box and Muller). */
export const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
