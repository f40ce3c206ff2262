/**
 * A whole meter on some hardware: sensor, register in flash, uplink, Wi-Fi, lamp and console around
 * the meter's core. Without valid settings it says what they lack and counts all the same; new ones
 * take effect with a restart, before which the register is saved.
 *
 * It is the same on the chip and on a desk: only the hardware differs.
 */
import type { Board, Hardware } from "./board.ts";
import { createFlashLog } from "./flash-log.ts";
import { createMeter, type Meter } from "./meter.ts";
import { createRegister } from "./register.ts";
import { createSensor } from "./sensor.ts";
import {
  checkSettings,
  type Input,
  loadSettings,
  saveSettings,
  type Settings,
} from "./settings.ts";
import { createUplink, type Uplink } from "./uplink.ts";
import { createWifiKeeper, type WifiKeeper } from "./wifi.ts";

/** What is to be had on the console under the name `meter`. */
export interface Console {
  status(): unknown;
  /** Whether they were right; then the meter restarts with them. Fields left out stay as they are. */
  configure(changes: Input): boolean;
  /** Counts so many pulses. */
  pulse(count: number): boolean;
  /** The register in watt-hours. */
  register(): number;
  restart(): void;
}

export interface Device {
  /** About once a second. */
  tick(): void;
  console: Console;
}

/** The part of a meter that needs settings. */
interface Reporting {
  meter: Meter;
  uplink: Uplink;
  wifi: WifiKeeper;
}

const BLINK_EVERY_MS = 5000;
const BLINKS_WELL = 1;
const BLINKS_NO_ANSWER = 2;
const BLINKS_NO_NETWORK = 3;
const BLINKS_NO_SETTINGS = 4;
const FEW_UNANSWERED = 2;

const FEW_VARIABLES = 1200;
/** A meter that starts with too little memory must not restart for ever without a reading. */
const FIRST_RESTART_MS = 600000;
const LOOK_AT_MEMORY_MS = 60000;

const POWER_OVER_MS = 10000;

/** The mean power over the last ten seconds or so. */
const createPowerMeter = (uptime: () => number, milliwattHours: () => number) => {
  let since = uptime();
  let before = milliwattHours();
  let watts = 0;
  return {
    tick: () => {
      const ms = uptime() - since;
      if (ms < POWER_OVER_MS) return;
      watts = Math.round((milliwattHours() - before) * 3600 / ms);
      since = uptime();
      before = milliwattHours();
    },
    watts: () => watts,
  };
};

export const createDevice = (hardware: Hardware): Device => {
  const flashLog = createFlashLog(hardware.flash);
  const register = createRegister({
    uptime: hardware.uptime,
    load: flashLog.load,
    save: flashLog.save,
  });
  const checked = checkSettings(loadSettings(hardware.files));
  const sensor = createSensor(hardware, checked.settings, register.add);
  const power = createPowerMeter(hardware.uptime, register.milliwattHours);
  let reporting: Reporting | undefined;
  let blinkAt = 0;
  let lookAtMemoryAt = FIRST_RESTART_MS;

  const startReporting = (settings: Settings): Reporting => {
    const uplink = createUplink(
      hardware,
      settings,
      (bytes) => reporting !== undefined && reporting.meter.receive(bytes),
    );
    const board: Board = {
      uptime: hardware.uptime,
      random: hardware.random,
      sha256: hardware.sha256,
      load: flashLog.load,
      save: flashLog.save,
      sendUdp: uplink.sendUdp,
      postHttp: uplink.postHttp,
    };
    return {
      meter: createMeter(board, settings, register),
      uplink: uplink,
      wifi: createWifiKeeper(hardware, settings.ssid, settings.wifiPassword),
    };
  };

  const blinks = (): number => {
    if (reporting === undefined) return BLINKS_NO_SETTINGS;
    if (!hardware.networkIsUp()) return BLINKS_NO_NETWORK;
    return reporting.meter.status().unanswered >= FEW_UNANSWERED ? BLINKS_NO_ANSWER : BLINKS_WELL;
  };

  const restart = (): void => {
    register.saveNow();
    hardware.restart();
  };

  /** Now and then: for a look, the chip tidies up its whole memory. */
  const watchMemory = (uptime: number): void => {
    if (uptime < lookAtMemoryAt) return;
    lookAtMemoryAt = uptime + LOOK_AT_MEMORY_MS;
    const free = hardware.freeVariables();
    if (free >= FEW_VARIABLES) return;
    hardware.print(`Restarting: only ${free} variables are free`);
    restart();
  };

  const report = (): void => {
    if (reporting === undefined) {
      register.saveWhenDue();
      return;
    }
    if (checked.settings !== undefined && checked.settings.hasTamperContact) {
      reporting.meter.tamper(hardware.tamperIsOpen());
    }
    const unanswered = reporting.meter.status().unanswered;
    reporting.wifi.tick(unanswered);
    reporting.uplink.tick(unanswered);
    reporting.meter.tick();
  };

  const tellProblems = (what: string, problems: string[]): void => {
    for (let i = 0; i < problems.length; i++) hardware.print(`${what}: ${problems[i]}`);
  };

  const configure = (changes: Input): boolean => {
    const input: Input = {};
    const old = loadSettings(hardware.files) || {};
    for (const name in old) input[name] = old[name];
    for (const name in changes) input[name] = changes[name];
    const problems = checkSettings(input).problems;
    tellProblems("Cannot configure", problems);
    if (problems.length > 0) return false;
    if (!saveSettings(hardware.files, input)) {
      hardware.print("Cannot configure: the settings could not be written");
      return false;
    }
    hardware.print("Configured: restarting");
    restart();
    return true;
  };

  const pulse = (count: number): boolean => {
    const problem = sensor.pulse(count === undefined ? 1 : count);
    if (problem !== "") hardware.print(problem);
    return problem === "";
  };

  const status = (): unknown => {
    const core = reporting === undefined ? undefined : reporting.meter.status();
    return {
      configured: core !== undefined,
      problems: checked.problems,
      registerWh: register.milliwattHours() / 1000,
      watts: power.watts(),
      network: hardware.networkIsUp(),
      uplink: reporting === undefined ? "not configured" : reporting.uplink.problem() || "ready",
      report: core,
      sensor: sensor.status(),
      freeVariables: hardware.freeVariables(),
    };
  };

  if (checked.settings === undefined) {
    tellProblems("Not configured", checked.problems);
    hardware.print("Counting all the same. Configure with meter.configure({...})");
  } else {
    reporting = startReporting(checked.settings);
    hardware.print(`Meter ${checked.settings.meter} reports to ${checked.settings.host}`);
    hardware.lockConsole(checked.settings.consolePassword);
  }

  return {
    tick: () => {
      const uptime = hardware.uptime();
      sensor.tick();
      power.tick();
      report();
      watchMemory(uptime);
      if (uptime < blinkAt) return;
      blinkAt = uptime + BLINK_EVERY_MS;
      hardware.blink(blinks());
    },
    console: {
      status: status,
      configure: configure,
      pulse: pulse,
      register: () => register.milliwattHours() / 1000,
      restart: restart,
    },
  };
};
