/** Tells those who look on what becomes of alerts, whichever server has written it. */
import type { ReportProblem } from "../errors.ts";
import type { AlertNews, Alerts } from "../store/alerts.ts";

export interface NewsParts {
  alerts: Alerts;
  /** One after the other. */
  tell: (news: AlertNews) => Promise<void>;
  hasReaders: () => boolean;
  now: () => number;
  every: (ms: number, run: () => void) => () => void;
  report: ReportProblem;
}

const POLL_MS = 2_000;
const NEWS_A_POLL = 50_000;
/** What was told is not told again; older news is not asked for. */
const REMEMBERED_SECONDS = 120;

export class NewsDesk {
  /** What was told, and when. */
  #told = new Map<string, number>();
  #since: number;
  #isPolling = false;
  readonly stop: () => void;

  constructor(readonly parts: NewsParts) {
    this.#since = parts.now();
    this.stop = parts.every(POLL_MS, () => void this.poll());
  }

  async poll(): Promise<void> {
    const { alerts, tell, hasReaders, now, report } = this.parts;
    if (this.#isPolling) return;
    this.#isPolling = true;
    const at = now();
    try {
      const news = hasReaders() ? await alerts.news(this.#since, NEWS_A_POLL) : [];
      for (const one of news) if (this.#isNew(one, at)) await tell(one);
      this.#since = at;
      for (const [told, time] of this.#told) {
        if (at - time > REMEMBERED_SECONDS) this.#told.delete(told);
      }
    } catch (error) {
      report("Cannot look for news of alerts", error);
    } finally {
      this.#isPolling = false;
    }
  }

  #isNew({ event, alert }: AlertNews, now: number): boolean {
    const place = `${alert.id} ${event} ${alert.at}`;
    if (this.#told.has(place)) return false;
    this.#told.set(place, now);
    return true;
  }
}
