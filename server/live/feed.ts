/**
 * The live feed: whoever subscribes to points gets a message for each reading that is stored there,
 * once it is durable. Of what comes late nothing is sent, of what comes at once the newest. A
 * message is written once, however many get it.
 *
 * Telling waits until the commit's acknowledgements have left: `soon` runs it in a turn of its own.
 */
import { KINDS } from "../domain/alert-kinds.ts";
import { done, failed, type Failure, type Result } from "../errors.ts";
import type { AlertNews, AlertRecord } from "../store/alerts.ts";
import { GOING_AWAY, NOT_ALLOWED } from "./connection.ts";
import { FollowedPoint, type PointParts } from "./followed-point.ts";
import type { FollowedSeries, LiveReading } from "./followed-series.ts";
import { type Subscriber, Subscribers } from "./subscribers.ts";

type AlertReader = Pick<Subscriber, "customerId" | "locale">;

export interface FeedParts extends PointParts {
  /** Unix seconds. */
  now: () => number;
  /** The text of a message. */
  readingText: (live: LiveReading) => string;
  heartbeatText: (at: number) => string;
  alertText: (news: AlertNews, reader: AlertReader) => Promise<string>;
  /** Runs something soon, but not at once. */
  soon: (run: () => void) => void;
  /** Runs something again and again, until what it gives is called. */
  every: (ms: number, run: () => void) => () => void;
}

export type Subscription = Omit<Subscriber, "points"> & { points: string[] };

export interface FeedLimits {
  pointsAConnection: number;
  /** Points that somebody watches. */
  points: number;
}

const DEFAULT_LIMITS: FeedLimits = { pointsAConnection: 100, points: 20_000 };

export const HEARTBEAT_MS = 20_000;
/** So long it takes at most until an exchange made by another server shows. */
export const REFRESH_MS = 30_000;
const CALLS_AT_ONCE = 50;
const SERIES_A_TURN = 500;

export class LiveFeed {
  #subscribers = new Subscribers((point) => this.#unfollow(point));
  #points = new Map<string, FollowedPoint>();
  #grown = new Set<FollowedSeries>();
  #stopTimers: (() => void)[];
  #isRefreshing = false;
  #isClosed = false;

  constructor(readonly parts: FeedParts, readonly limits = DEFAULT_LIMITS) {
    const { every } = parts;
    this.#stopTimers = [
      every(HEARTBEAT_MS, () => this.#subscribers.sendAll(parts.heartbeatText(parts.now()))),
      every(REFRESH_MS, () => this.#refresh()),
    ];
  }

  stats(): { connections: number; points: number } {
    return { connections: this.#subscribers.all.size, points: this.#points.size };
  }

  /** What was last sent of the points comes first. Gives what ends it, without closing. */
  subscribe({ points, ...rest }: Subscription): Result<() => void> {
    const subscriber: Subscriber = { points: new Set(points), ...rest };
    const refused = this.#refusal(subscriber.points);
    if (refused) return refused;
    this.#subscribers.add(subscriber);
    for (const point of subscriber.points) this.#begin(subscriber, point);
    return done(() => this.#subscribers.remove(subscriber));
  }

  /** Sends whatever else happens at a point to those who watch it. */
  publish(point: string, message: unknown): void {
    if (this.#subscribers.has(point)) this.#subscribers.publish(point, JSON.stringify(message));
  }

  /**
   * Tells those who watch the point what became of an alert. To those who are limited to a customer
   * only what is for customers, and was theirs as it began.
   */
  async tellAlert(news: AlertNews): Promise<void> {
    const { alert } = news;
    const readers = this.#subscribers.of(alert.pointId ?? "").filter((one) => mayHear(one, alert));
    const alike = ({ customerId, locale }: Subscriber) => `${customerId} ${locale}`;
    for (const some of Map.groupBy(readers, alike).values()) {
      const text = await this.#alertText(news, some[0]);
      if (text === undefined) return;
      const there = some.filter((reader) => this.#subscribers.all.has(reader));
      for (const reader of there) this.#subscribers.send(reader, text);
    }
  }

  async #alertText(news: AlertNews, reader: AlertReader): Promise<string | undefined> {
    try {
      return await this.parts.alertText(news, reader);
    } catch (error) {
      this.parts.report(`Cannot tell of the alert ${news.alert.id}`, error);
    }
  }

  /** Which meter counts at the point may have changed. */
  changed(point: string): void {
    const followed = this.#points.get(point);
    if (followed) this.#resolve(followed);
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stopTimers) stop();
    for (const subscriber of this.#subscribers.all) {
      this.#subscribers.end(subscriber, GOING_AWAY, "the server stops");
    }
    this.#grown.clear();
  }

  #refusal(points: ReadonlySet<string>): Failure | undefined {
    const { pointsAConnection, points: maxPoints } = this.limits;
    if (this.#isClosed) return failed("unavailable", "The server stops.");
    if (points.size > pointsAConnection) {
      return failed("invalid", `A live connection takes up to ${pointsAConnection} points.`);
    }
    const more = [...points].filter((point) => !this.#points.has(point)).length;
    if (this.#points.size + more > maxPoints) {
      return failed("unavailable", `${maxPoints} points are watched, as many as the server takes.`);
    }
  }

  #begin(subscriber: Subscriber, id: string): void {
    const known = this.#points.get(id);
    for (const live of known?.sent(this.parts.now()) ?? []) {
      this.#subscribers.send(subscriber, this.parts.readingText(live));
    }
    if (known || !this.#subscribers.has(id)) return;
    const point = new FollowedPoint(id, this.parts, (series) => this.#note(series));
    this.#points.set(id, point);
    this.#resolve(point);
  }

  #unfollow(id: string): void {
    this.#points.get(id)?.close();
    this.#points.delete(id);
  }

  async #resolve(point: FollowedPoint): Promise<void> {
    try {
      await point.resolve();
    } catch (error) {
      this.parts.report(`Cannot look which meter counts at point ${point.id}`, error);
    }
  }

  #note(series: FollowedSeries): void {
    if (this.#grown.size === 0) this.parts.soon(() => this.#tell());
    this.#grown.add(series);
  }

  #tell(): void {
    const some = [...this.#grown.keys().take(SERIES_A_TURN)];
    for (const series of some) this.#grown.delete(series);
    if (this.#grown.size > 0) this.parts.soon(() => this.#tell());
    const at = this.parts.now();
    for (const series of some) {
      if (!series.hasNews) continue;
      const text = this.parts.readingText(series.news(at));
      this.#subscribers.publish(series.point, text);
    }
  }

  /** Meters exchanged and rights withdrawn, also by other servers. */
  async #refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    await someAtOnce([...this.#points.values()], (point) => this.#resolve(point));
    await someAtOnce([...this.#subscribers.all], (subscriber) => this.#check(subscriber));
    this.#isRefreshing = false;
  }

  async #check(subscriber: Subscriber): Promise<void> {
    try {
      if (await subscriber.mayStay?.() ?? true) return;
      this.#subscribers.end(subscriber, NOT_ALLOWED, "no longer allowed");
    } catch (error) {
      this.parts.report("Cannot check a live connection", error);
    }
  }
}

const mayHear = ({ customerId }: Subscriber, alert: AlertRecord): boolean =>
  customerId === undefined ||
  KINDS[alert.kind].audience === "customer" && alert.customerId === customerId;

async function someAtOnce<Item>(items: Item[], run: (item: Item) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += CALLS_AT_ONCE) {
    await Promise.all(items.slice(at, at + CALLS_AT_ONCE).map(run));
  }
}
