/** The keys of one meter: what is typed becomes what is to be done. */

export type Command =
  | { kind: "setLoad"; watts: number }
  | { kind: "changeLoad"; watts: number }
  | { kind: "faster" }
  | { kind: "slower" }
  | { kind: "toggleNetwork" }
  | { kind: "togglePower" }
  | { kind: "quit" };

export const MOST_WATTS = 100_000;
const STEP_WATTS = 100;
const MOST_DIGITS = 6;
const BACKSPACE = ["\x7f", "\b"];

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
    this.#digits = BACKSPACE.includes(key) ? digits.slice(0, -1) : "";
    if ((key === "\r" || key === "\n") && digits !== "") {
      return { kind: "setLoad", watts: withinLimits(Number(digits)) };
    }
    return KEYS[key];
  }
}

export const withinLimits = (watts: number): number => Math.max(0, Math.min(MOST_WATTS, watts));
