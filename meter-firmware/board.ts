/**
 * All that a meter may touch, so that the same meter runs on a chip and in a simulation.
 *
 * Counting pulses, keeping Wi-Fi up and calling `tick` is the board's own business; the meter only
 * calls what is listed here. None of it throws or waits: what fails is reported by its value, or, for
 * what is sent, by the answer that never comes.
 */
import type { Sha256 } from "./protocol/hmac.ts";

/** What survives a power cut. One meter and channel has one of these. */
export interface Saved {
  /** No reading has, or will have without another save, a number above this. */
  reservedThrough: number;
  /** The register as it was saved: what was counted since is lost with the power. */
  milliwattHours: number;
}

export interface Board {
  /** Milliseconds since power-up; never steps, unlike a clock that gets set. */
  uptime(): number;
  /** From 0 up to, but not including, 1. */
  random(): number;
  sha256: Sha256;
  /** What the last completed `save` was given; undefined on a board that never saved. */
  load(): Saved | undefined;
  /**
   * True only once `saved` is what `load` gives after a power cut. Wherever the power goes, `load`
   * gives either the old value or the new one.
   */
  save(saved: Saved): boolean;
  sendUdp(bytes: Uint8Array): void;
  /** Calls `answered` with the body of a 200 answer, or with undefined when there is none. */
  postHttp(bytes: Uint8Array, answered: (bytes: Uint8Array | undefined) => void): void;
}
