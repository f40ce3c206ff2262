/**
 * When the next report may leave, and which way: UDP, or HTTP where UDP does not get through.
 *
 * A report counts as unanswered when the next one leaves. With each, the pause doubles, up to a
 * minute, shortened at random so that meters which lost a server together do not return together.
 * After five, HTTP and UDP take turns; whichever is answered stays, and while that is HTTP, every
 * twentieth report tries UDP, because HTTP costs the chip and the server far more.
 *
 * It does not resend: what is waiting goes into the next report, made afresh.
 */
import type { Board } from "./board.ts";

export interface Link {
  isReady(uptime: number): boolean;
  send(bytes: Uint8Array, intervalMs: number, answered: (bytes: Uint8Array) => void): void;
  answered(byHttp: boolean): void;
  unanswered(): number;
}

const UNANSWERED_BEFORE_HTTP = 5;
const UDP_EVERY_REPORTS = 20;
const LONGEST_PAUSE_MS = 60000;

export const createLink = (board: Board): Link => {
  let isWaiting = false;
  let unanswered = 0;
  let readyAt = 0;
  let httpWasAnswered = false;
  let reportsByHttp = 0;

  const pauseMs = (intervalMs: number): number => {
    if (unanswered === 0) return 0;
    const grown = Math.min(LONGEST_PAUSE_MS, intervalMs * Math.pow(2, unanswered));
    return grown * (1 - board.random() / 2);
  };

  const goesByHttp = (): boolean => {
    if (unanswered >= UNANSWERED_BEFORE_HTTP) {
      return (unanswered - UNANSWERED_BEFORE_HTTP) % 2 === 0;
    }
    if (!httpWasAnswered) return false;
    reportsByHttp = (reportsByHttp + 1) % UDP_EVERY_REPORTS;
    return reportsByHttp !== 0;
  };

  return {
    isReady: (uptime) => uptime >= readyAt,
    send: (bytes, intervalMs, answered) => {
      if (isWaiting) unanswered += 1;
      isWaiting = true;
      readyAt = board.uptime() + pauseMs(intervalMs);
      if (!goesByHttp()) {
        board.sendUdp(bytes);
        return;
      }
      board.postHttp(bytes, (body) => {
        if (body !== undefined) answered(body);
      });
    },
    answered: (byHttp) => {
      isWaiting = false;
      unanswered = 0;
      readyAt = 0;
      httpWasAnswered = byHttp;
    },
    unanswered: () => unanswered,
  };
};
