/**
 * Who gets the messages of which point. Nothing is kept for a reader that is too slow: it is
 * disconnected, and begins with the newest when it comes again.
 */
import { type Connection, TRY_AGAIN_LATER } from "./connection.ts";

export interface Subscriber {
  points: ReadonlySet<string>;
  connection: Connection;
  /** Whose alerts alone are told; all, if it is not said. */
  customerId?: string;
  /** In which language, if not that of the server. */
  locale?: string;
  /** Whether what allowed the subscription still does; asked now and then. */
  mayStay?: () => Promise<boolean>;
}

const MAX_BUFFERED_BYTES = 256 * 1024;

export class Subscribers {
  readonly all = new Set<Subscriber>();
  #byPoint = new Map<string, Set<Subscriber>>();

  /** `left` is told of a point that nobody subscribes to any more. */
  constructor(readonly left: (point: string) => void) {}

  get pointCount(): number {
    return this.#byPoint.size;
  }

  has(point: string): boolean {
    return this.#byPoint.has(point);
  }

  add(subscriber: Subscriber): void {
    this.all.add(subscriber);
    for (const point of subscriber.points) {
      const others = this.#byPoint.get(point) ?? new Set();
      this.#byPoint.set(point, others.add(subscriber));
    }
  }

  remove(subscriber: Subscriber): void {
    if (!this.all.delete(subscriber)) return;
    for (const point of subscriber.points) {
      const others = this.#byPoint.get(point)!;
      others.delete(subscriber);
      if (others.size > 0) continue;
      this.#byPoint.delete(point);
      this.left(point);
    }
  }

  of(point: string): Subscriber[] {
    return [...this.#byPoint.get(point) ?? []];
  }

  publish(point: string, text: string): void {
    for (const subscriber of this.#byPoint.get(point) ?? []) this.send(subscriber, text);
  }

  sendAll(text: string): void {
    for (const subscriber of this.all) this.send(subscriber, text);
  }

  send(subscriber: Subscriber, text: string): void {
    const { connection } = subscriber;
    if (connection.bufferedBytes > MAX_BUFFERED_BYTES) {
      return this.end(subscriber, TRY_AGAIN_LATER, "too slow");
    }
    try {
      connection.send(text);
    } catch {
      // It is over already, which its owner is about to hear of.
      this.remove(subscriber);
    }
  }

  end(subscriber: Subscriber, code: number, reason: string): void {
    this.remove(subscriber);
    subscriber.connection.close(code, reason);
  }
}
