/** The terminal of one meter: what is typed, and what is shown. Knows nothing of chips and sockets. */
import type { DeskView } from "./desk.ts";

export type Command =
  | { kind: "setLoad"; watts: number }
  | { kind: "changeLoad"; watts: number }
  | { kind: "faster" }
  | { kind: "slower" }
  | { kind: "toggleNetwork" }
  | { kind: "togglePower" }
  | { kind: "quit" };

const STEP_WATTS = 100;
const MOST_WATTS = 100_000;
const MOST_DIGITS = 6;

const KEYS: Record<string, Command> = {
  "+": { kind: "changeLoad", watts: STEP_WATTS },
  "=": { kind: "changeLoad", watts: STEP_WATTS },
  "-": { kind: "changeLoad", watts: -STEP_WATTS },
  "f": { kind: "faster" },
  "s": { kind: "slower" },
  "n": { kind: "toggleNetwork" },
  "p": { kind: "togglePower" },
  "q": { kind: "quit" },
  // Ctrl-C and Ctrl-D, which a terminal passes on as they are.
  "\x03": { kind: "quit" },
  "\x04": { kind: "quit" },
};

/** Reads keys one by one; digits wait for Enter. */
export class Keys {
  #digits = "";

  get typed(): string {
    return this.#digits;
  }

  read(key: string): Command | undefined {
    if (/^\d$/.test(key)) {
      this.#digits = (this.#digits + key).slice(0, MOST_DIGITS);
      return undefined;
    }
    const digits = this.#digits;
    this.#digits = "";
    if ((key === "\r" || key === "\n") && digits !== "") {
      return { kind: "setLoad", watts: withinLimits(Number(digits)) };
    }
    return KEYS[key];
  }
}

export const withinLimits = (watts: number): number => Math.max(0, Math.min(MOST_WATTS, watts));

export interface Shown extends DeskView {
  meter: string;
  program: string;
  load: number;
  speed: number;
  typed: string;
}

const ago = (ms: number | undefined): string =>
  ms === undefined ? "none yet" : `${(ms / 1000).toFixed(0)} s ago`;

const yesNo = (is: boolean, yes: string, no: string): string => is ? yes : no;

/** A handful of lines of the same width each time. */
export function screen(view: Shown): string[] {
  const register = view.hasPower ? `${(view.registerWh / 1000).toFixed(6)} kWh` : "no power";
  return [
    `Meter ${view.meter}, ${view.program}`,
    "",
    `register  ${register.padEnd(16)} power  ${view.watts} W of a load of ${
      Math.round(view.load)
    } W`,
    `outbox    ${view.waiting} waiting, ${view.unanswered} reports unanswered`,
    `server    ${view.uplink}, last acknowledgement ${ago(view.sinceAcknowledgement)}`,
    `power ${yesNo(view.hasPower, "on", "OFF")}   network ${
      yesNo(view.hasNetwork, "on", "OFF")
    }   time ×${view.speed}`,
    "",
    "+ -  load by 100 W     digits, Enter  set the load     f s  faster, slower",
    `n  network             p  power                        q  quit     ${view.typed}`,
  ];
}
