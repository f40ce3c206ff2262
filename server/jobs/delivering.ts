/**
 * Tells of alerts: every few seconds, and as soon as there are new ones, these are spread among whom
 * they concern, and what waits is tried, by one server at a time and for a few targets at once.
 */
import type { Way } from "../domain/alert-delivery.ts";
import type { Told } from "../domain/delivery-tries.ts";
import { done, NoAnswerError, noSuch, type Result } from "../errors.ts";
import type { Lease } from "../store/lease.ts";
import type { Backlog, DueTarget } from "../store/outbox.ts";
import type { Spreading } from "../store/spreading.ts";
import { Endpoint } from "./endpoint.ts";
import { hookMessage, testBody } from "./hook-message.ts";
import { hookTurn } from "./hook-turn.ts";
import { MailPace } from "./mail-pace.ts";
import { mailTurn } from "./mail-turn.ts";
import type { Outcome, TurnParts } from "./turn.ts";

interface DeliveringParts extends Omit<TurnParts, "mayGoOn" | "count"> {
  spreading: Pick<Spreading, "spread">;
  lease: Pick<Lease, "hold" | "release">;
  every: (ms: number, run: () => void) => () => void;
  newId: () => string;
}

const EVERY_MS = 5_000;
const TARGETS_AT_ONCE = 4;
const COUNTED_EVERY_SECONDS = 60;
const AFTER_AN_ERROR_SECONDS = 5 * 60;
/** The one endpoint of all e-mail. */
const MAIL = "mail";

export class Delivering {
  /** By way and outcome, like `webhook delivered`. */
  readonly counts: Record<string, number> = {};
  /** As they were counted lately. */
  size = { waiting: 0, dead: 0 };
  #turnParts: TurnParts;
  #endpoints = new Map<string, Endpoint>();
  #pace = new MailPace();
  #running: Promise<void> | undefined;
  #holding: Promise<boolean> | undefined;
  #turns = new Map<string, Promise<unknown>>();
  #stirred = Promise.withResolvers<boolean>();
  #failure: unknown;
  #isStopped = false;
  #countedAt = 0;
  #stopTimer: () => void;

  constructor(readonly parts: DeliveringParts) {
    this.#turnParts = {
      ...parts,
      mayGoOn: () => this.#mayGoOn(),
      count: (way, outcome, times) => this.#count(way, outcome, times),
    };
    this.#stopTimer = parts.every(EVERY_MS, () => this.poke());
  }

  /** There may be something to deliver. */
  poke(): void {
    this.#stirred.resolve(true);
    if (this.#isStopped) return;
    this.#running ??= this.#passes()
      .catch((error) => this.parts.report("Cannot deliver what waits in the outbox", error))
      .finally(() => this.#running = undefined);
  }

  /** Until all that is due has had its try. */
  async ended(): Promise<void> {
    await this.#running;
  }

  /** What is under way is waited for; the rest stays for the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopTimer();
    await this.#running;
    const { lease, report } = this.parts;
    await lease.release().catch((error) => report("Cannot leave the outbox to others", error));
  }

  /** How it stands with what waits for a webhook; while that is left alone, nothing is tried. */
  async backlog(id: string): Promise<Backlog> {
    const backlog = await this.parts.outbox.backlog(id);
    const { restsUntil = 0 } = this.#endpoints.get(id) ?? {};
    const { nextTryAt } = backlog;
    return { ...backlog, nextTryAt: nextTryAt && Math.max(nextTryAt, restsUntil) };
  }

  /** Sends a message that tells of nothing, at once and once. */
  async test(id: string): Promise<Result<Told>> {
    const { webhooks, hookPost, now, newId } = this.parts;
    const webhook = await webhooks.get(id);
    if (!webhook) return noSuch("webhook", id);
    const secrets = webhooks.secretsOf(webhook, now());
    const message = { id: `test:${newId()}`, now: now(), secrets };
    const { headers, body } = await hookMessage(message, testBody(now(), id));
    return done(await hookPost(webhook.url, headers, body));
  }

  /** Until nothing is due and nobody has a turn. */
  async #passes(): Promise<void> {
    this.#failure = undefined;
    try {
      for (let isLeft = true; isLeft && !this.#failure && await this.#mayGoOn();) {
        const stirred = this.#stirred = Promise.withResolvers<boolean>();
        isLeft = !await this.parts.spreading.spread(this.parts.now());
        await this.#beginTurns();
        await this.#measure();
        // What came up while turns were begun has stirred already.
        if (isLeft || this.#turns.size === 0) stirred.resolve(isLeft);
        isLeft = await stirred.promise || isLeft;
      }
    } finally {
      await Promise.all(this.#turns.values());
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** One that is slow to answer holds up neither who is told by the other way, nor what is new. */
  async #beginTurns(): Promise<void> {
    const { outbox, now } = this.parts;
    for (const due of await outbox.targets(now())) {
      const ofWay = [...this.#turns.keys()].filter((key) => key.startsWith(due.way));
      const key = `${due.way} ${due.target}`;
      if (this.#turns.has(key) || ofWay.length >= TARGETS_AT_ONCE) continue;
      const turn = this.#turn(due)
        .catch((error) => this.#failure = error)
        .finally(() => {
          this.#turns.delete(key);
          this.#stirred.resolve(true);
        });
      this.#turns.set(key, turn);
    }
  }

  /** What is wrong with one target does not hold up the others; a database that is gone does. */
  async #turn(due: DueTarget): Promise<unknown> {
    const { outbox, report, now } = this.parts;
    try {
      if (due.way === "webhook") {
        return await hookTurn(this.#turnParts, due, this.#endpoint(due.target));
      }
      return await mailTurn(this.#turnParts, due, this.#endpoint(MAIL), this.#pace);
    } catch (error) {
      if (error instanceof NoAnswerError) throw error;
      report(`Cannot deliver to the ${due.way} of ${due.target}`, error);
      await outbox.looked(due, now() + AFTER_AN_ERROR_SECONDS);
    }
  }

  #endpoint(name: string): Endpoint {
    const endpoint = this.#endpoints.get(name) ?? new Endpoint();
    this.#endpoints.set(name, endpoint);
    return endpoint;
  }

  async #mayGoOn(): Promise<boolean> {
    if (this.#isStopped) return false;
    const { lease, now } = this.parts;
    // Several ask at once, and it is renewed by one of them.
    this.#holding ??= lease.hold(now()).finally(() => this.#holding = undefined);
    return await this.#holding;
  }

  async #measure(): Promise<void> {
    const { outbox, now } = this.parts;
    if (now() < this.#countedAt + COUNTED_EVERY_SECONDS) return;
    this.#countedAt = now();
    this.size = await outbox.size();
  }

  #count(way: Way, outcome: Outcome, times: number): void {
    const name = `${way} ${outcome}`;
    this.counts[name] = (this.counts[name] ?? 0) + times;
  }
}
