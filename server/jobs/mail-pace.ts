/** How fast e-mail comes to someone: what would be too many is gathered into one. */
import type { Waiting } from "../store/outbox.ts";

const MOST = 5;
const WITHIN_SECONDS = 10 * 60;

interface Gathered {
  mails: Waiting[][];
  /** When those that are left have their turn. */
  next?: number;
}

export class MailPace {
  /** When each person was sent one lately. */
  #sent = new Map<string, number[]>();

  sent(person: string, now: number): void {
    this.#sent.set(person, [...this.#lately(person, now), now]);
  }

  /** What goes with one e-mail each. */
  gathered(person: string, waiting: Waiting[], now: number): Gathered {
    const digest = waiting.filter(({ row }) => row.isDigest)
      .sort((a, b) => a.row.at - b.row.at);
    const singles = waiting.filter(({ row }) => !row.isDigest);
    const lately = this.#lately(person, now);
    const mails = digest.length > 0 ? [digest] : [];
    if (singles.length === 0) return { mails };
    if (lately.length >= MOST) return { mails, next: lately[0] + WITHIN_SECONDS };
    const isFew = lately.length + singles.length <= MOST;
    return { mails: [...mails, ...isFew ? singles.map((one) => [one]) : [singles]] };
  }

  #lately(person: string, now: number): number[] {
    const lately = (this.#sent.get(person) ?? []).filter((at) => at > now - WITHIN_SECONDS);
    if (lately.length === 0) this.#sent.delete(person);
    return lately;
  }
}
