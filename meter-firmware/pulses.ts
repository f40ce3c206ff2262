/**
 * Pulses of a meter's S0 output or of its blinking light become energy.
 *
 * A contact bounces as it closes and again as it opens, and a pulse may be longer than any bounce. So
 * a pulse counts as it begins, if the line was at rest for a while before: bounce of either kind never
 * rests for long. That while has to be longer than the pauses within a bounce and shorter than the
 * pause between two pulses at full load.
 *
 * A pulse is rarely a whole number of milliwatt-hours. What is left over is carried on in integers,
 * so the sum is exact after any number of pulses.
 *
 * It does not know pins: the board says when there was an edge, or how many pulses a counter of the
 * chip's own has seen, which debounces by itself.
 */
export interface PulseOptions {
  /** A whole number, as it is printed on the meter. */
  pulsesPerKwh: number;
  debounceMs: number;
}

export interface Pulses {
  /** The line went down, where a pulse begins, or up, where it ends. */
  edge(uptimeMs: number, isDown: boolean): void;
  /** So many pulses at once, a whole number, without debouncing. */
  count(pulses: number): void;
  /** All that counted since power-up. */
  pulses(): number;
}

const MILLIWATT_HOURS_PER_KWH = 1000000;
/** As many as keep their energy, and what is left over from before, below 2⁵³. */
const MOST_PULSES_AT_ONCE = 4294967296;

/** `add` is given whole numbers above 0. */
export const createPulses = (
  options: PulseOptions,
  add: (milliwattHours: number) => void,
): Pulses => {
  let counted = 0;
  /** Infinity while the line is down. */
  let restsSince = -Infinity;
  /** In parts of a milliwatt-hour, of which one has `pulsesPerKwh`. */
  let leftOver = 0;

  const addEnergyOf = (pulses: number): void => {
    const parts = leftOver + pulses * MILLIWATT_HOURS_PER_KWH;
    leftOver = parts % options.pulsesPerKwh;
    const milliwattHours = (parts - leftOver) / options.pulsesPerKwh;
    if (milliwattHours > 0) add(milliwattHours);
  };

  const count = (pulses: number): void => {
    let waiting = pulses;
    while (waiting > 0) {
      const some = Math.min(waiting, MOST_PULSES_AT_ONCE);
      addEnergyOf(some);
      counted += some;
      waiting -= some;
    }
  };

  return {
    edge: (uptimeMs, isDown) => {
      const rested = uptimeMs - restsSince;
      restsSince = isDown ? Infinity : uptimeMs;
      if (isDown && rested >= options.debounceMs) count(1);
    },
    count: count,
    pulses: () => counted,
  };
};
