/**
 * Keeps the meter in its Wi-Fi. The chip tries twice to join and then stays away for good, so it is
 * told again, with pauses that grow to five minutes and are shortened at random: a street whose power
 * comes back must not join in one moment.
 */
import type { Hardware } from "./board.ts";

export interface WifiKeeper {
  /** About once a second, with the number of reports in a row without an answer. */
  tick(unanswered: number): void;
}

/** Joining takes the chip up to 17 s. */
const FIRST_PAUSE_MS = 20000;
const LONGEST_PAUSE_MS = 300000;
/** The chip calls itself connected as soon as it is let in, whether or not anything gets through. */
const USELESS_AFTER_REPORTS = 60;

export type WifiHardware = Pick<Hardware, "uptime" | "random" | "networkIsUp" | "joinNetwork">;

export const createWifiKeeper = (
  hardware: WifiHardware,
  ssid: string,
  password: string,
): WifiKeeper => {
  let pauseMs = FIRST_PAUSE_MS;
  let dueAt = 0;

  return {
    tick: (unanswered) => {
      const uptime = hardware.uptime();
      if (hardware.networkIsUp() && unanswered < USELESS_AFTER_REPORTS) {
        pauseMs = FIRST_PAUSE_MS;
        dueAt = 0;
        return;
      }
      if (uptime < dueAt) return;
      dueAt = uptime + pauseMs * (1 - hardware.random() / 4);
      pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
      hardware.joinNetwork(ssid, password);
    },
  };
};
