/**
 * Which readings go into a report, and what an answer to it changes in the outbox.
 *
 * A report ends with the newest reading, which no report carried before, preceded by the oldest
 * that still wait. An acknowledgement names only that last number; because no other report ever
 * ended with it, a late or repeated acknowledgement cannot be taken for one of another set.
 *
 * A refusal does not say which reading it is about. So the next report takes half as much backlog,
 * until a single reading is under suspicion: that one goes behind all others, is retried on its own
 * when nothing else waits, and blocks nobody. With each stored report the backlog grows again.
 */
import { MAX_READINGS_PER_REPORT } from "./protocol/datagram.ts";
import type { Outbox } from "./outbox.ts";

export interface SentReport {
  numbers: Uint32Array;
  /** Uptime in milliseconds. */
  sentAt: number;
}

export interface Dispatch {
  /** Where the next report's readings are in the outbox, the newest last. */
  pick(): number[];
  remember(report: SentReport): void;
  /** The report that ends with this number, if its answer is still awaited. */
  find(lastNumber: number): SentReport | undefined;
  stored(report: SentReport): void;
  refused(report: SentReport): void;
}

const MAX_BACKLOG = MAX_READINGS_PER_REPORT - 1;
const MAX_REPORTS_IN_FLIGHT = 8;
const REPORTS_BETWEEN_RETRIES = 20;

export const createDispatch = (outbox: Outbox): Dispatch => {
  const inFlight: SentReport[] = [];
  let backlogLimit = MAX_BACKLOG;
  let reportsUntilRetry = 0;

  const forget = (report: SentReport): void => {
    const index = inFlight.indexOf(report);
    if (index >= 0) inFlight.splice(index, 1);
  };

  return {
    pick: () => outbox.pick(backlogLimit, reportsUntilRetry === 0),
    remember: (report) => {
      if (reportsUntilRetry > 0) reportsUntilRetry -= 1;
      inFlight.push(report);
      if (inFlight.length > MAX_REPORTS_IN_FLIGHT) inFlight.shift();
    },
    find: (lastNumber) => {
      for (let i = 0; i < inFlight.length; i++) {
        const numbers = inFlight[i].numbers;
        if (numbers[numbers.length - 1] === lastNumber) return inFlight[i];
      }
      return undefined;
    },
    stored: (report) => {
      forget(report);
      outbox.remove(report.numbers);
      backlogLimit = Math.min(MAX_BACKLOG, 2 * backlogLimit + 1);
    },
    refused: (report) => {
      forget(report);
      const backlog = report.numbers.length - 1;
      backlogLimit = Math.floor(backlog / 2);
      if (backlog > 1) return;
      // Of two, the older is suspected first: if it was the newest, its turn comes as backlog.
      outbox.refuse(report.numbers[0]);
      reportsUntilRetry = REPORTS_BETWEEN_RETRIES;
    },
  };
};
