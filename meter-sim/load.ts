/**
 * A load before the pulse output of a meter: watts become pulses at the moments at which they are
 * due, in steps of a tenth of a second, as fast or slowly as the chip's own time passes.
 */
import type { Chip } from "./chip.ts";

const STEP_MS = 100;
const PULSE_MS = 1;
const MILLIWATT_HOURS_A_KILOWATT_HOUR = 1_000_000;
const JOULES_A_MILLIWATT_HOUR = 3.6;

export interface LoadParts {
  pulsesPerKwh: number;
  /** The load at the moment. */
  watts: () => number;
}

/** Runs as long as the chip has power. */
export function putLoadOn(chip: Chip, { pulsesPerKwh, watts }: LoadParts): void {
  const joulesAPulse = MILLIWATT_HOURS_A_KILOWATT_HOUR * JOULES_A_MILLIWATT_HOUR / pulsesPerKwh;
  let joules = 0;
  let before = chip.uptime();
  const step = () => {
    const now = chip.uptime();
    const load = watts();
    joules += load * (now - before) / 1000;
    while (joules >= joulesAPulse) {
      joules -= joulesAPulse;
      const ago = Math.min(now - before, joules / load * 1000);
      const at = Math.floor(now - ago);
      chip.edge?.(at, true);
      chip.edge?.(at + PULSE_MS, false);
    }
    before = now;
    chip.schedule(STEP_MS, step);
  };
  chip.schedule(STEP_MS, step);
}
