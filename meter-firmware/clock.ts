/**
 * Unix time for a chip that has only an uptime: taken from acknowledgements, never running back.
 *
 * A server read its clock, in whole seconds, at some moment between a report's sending and its
 * answer, so every acknowledgement bounds the time from both sides. The clock moves only as far as
 * those bounds push it: rounding does not make it jitter, and a late answer, whose bounds are wide,
 * cannot set it back.
 *
 * It never steps the board's own clock: timers hang on that.
 */
export interface Clock {
  isSet(): boolean;
  /** Unix seconds at an uptime in milliseconds, 0 while not set; never less than a time given before. */
  unixSeconds(uptime: number): number;
  /** Unix seconds at an uptime before the clock was set. */
  estimate(uptime: number): number;
  adjust(serverTime: number, sentAt: number, answeredAt: number): void;
}

export const createClock = (): Clock => {
  let isSet = false;
  /** Unix milliseconds at power-up. */
  let poweredUpAt = 0;
  // Estimates keep to the first setting: a later correction must not put them after readings whose
  // times have already been sent.
  let firstPoweredUpAt = 0;
  let latest = 0;

  return {
    isSet: () => isSet,
    unixSeconds: (uptime) => {
      if (!isSet) return 0;
      latest = Math.max(latest, Math.floor((poweredUpAt + uptime) / 1000));
      return latest;
    },
    estimate: (uptime) => Math.floor((firstPoweredUpAt + uptime) / 1000),
    adjust: (serverTime, sentAt, answeredAt) => {
      const earliest = serverTime * 1000 - answeredAt;
      if (!isSet) {
        isSet = true;
        poweredUpAt = earliest;
        firstPoweredUpAt = earliest;
        latest = serverTime;
        return;
      }
      const last = serverTime * 1000 + 1000 - sentAt;
      poweredUpAt = Math.min(last, Math.max(earliest, poweredUpAt));
    },
  };
};
