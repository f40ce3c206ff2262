/** What counts the energy: pulses of a meter that is there already, or a PZEM-004T on a serial line. */
import type { Hardware } from "./board.ts";
import { createPulses } from "./pulses.ts";
import { createPzem } from "./pzem.ts";
import { DEFAULT_DEBOUNCE_MS, DEFAULT_PULSES_PER_KWH, type Settings } from "./settings.ts";

export interface Sensor {
  /** About once a second. */
  tick(): void;
  /** For the console: counts pulses as if they had come, or tells why it cannot. */
  pulse(count: number): string;
  status(): unknown;
}

export type SensorHardware = Pick<Hardware, "uptime" | "watchPulses" | "openSensor">;

type Add = (milliwattHours: number) => void;

const MOST_PULSES = 1000000;

const pulseSensor = (
  hardware: SensorHardware,
  settings: Settings | undefined,
  add: Add,
): Sensor => {
  const pulses = createPulses({
    pulsesPerKwh: settings === undefined ? DEFAULT_PULSES_PER_KWH : settings.pulsesPerKwh,
    debounceMs: settings === undefined ? DEFAULT_DEBOUNCE_MS : settings.debounceMs,
  }, add);
  hardware.watchPulses(pulses.edge);
  return {
    tick: () => {},
    pulse: (count) => {
      if (!(count >= 1 && count <= MOST_PULSES && count % 1 === 0)) {
        return `pulse: must be a whole number, 1 to ${MOST_PULSES}`;
      }
      pulses.count(count);
      return "";
    },
    status: () => {
      return { pulses: pulses.pulses() };
    },
  };
};

const pzemSensor = (hardware: SensorHardware, add: Add): Sensor => {
  let write: (bytes: Uint8Array) => void = () => {};
  const pzem = createPzem({
    write: (bytes) => write(bytes),
    add: add,
    uptime: hardware.uptime,
  });
  write = hardware.openSensor(pzem.receive);
  return {
    tick: pzem.poll,
    pulse: () => "pulse: the energy comes from the PZEM sensor, not from pulses",
    status: pzem.status,
  };
};

/** Without settings pulses are counted all the same, by the usual number for each kilowatt-hour. */
export const createSensor = (
  hardware: SensorHardware,
  settings: Settings | undefined,
  add: Add,
): Sensor => {
  if (settings !== undefined && settings.source === "pzem") return pzemSensor(hardware, add);
  return pulseSensor(hardware, settings, add);
};
