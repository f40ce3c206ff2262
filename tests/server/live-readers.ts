/** The live feed over a store in memory, with connections and timers that the test holds. */
import { assert } from "@std/assert";
import type { Reading } from "../../server/domain/reading.ts";
import { heartbeatText, readingText } from "../../server/http/live-messages.ts";
import type { Connection } from "../../server/live/connection.ts";
import { type FeedLimits, type FeedParts, LiveFeed } from "../../server/live/feed.ts";
import { EmbeddedStore } from "../../server/store/embedded.ts";
import type { Followable } from "../../server/store/follow.ts";
import { type Series, seriesOf } from "../../server/store/keys.ts";
import type { Assignment } from "../../server/store/points.ts";
import type { ReadingStore } from "../../server/store/store.ts";
import type { Json } from "./running-server.ts";
import { failTest, inMemory } from "./store/kv.ts";
import { reading, START } from "./store/readings.ts";

export const [ANA, BIA] = ["a".repeat(16), "b".repeat(16)];
export const [METER_A, METER_B, METER_C] = ["1", "2", "3"].map((digit) => digit.repeat(16));

export class Reader implements Connection {
  bufferedBytes = 0;
  texts: string[] = [];
  closed: [code: number, reason: string] | undefined;
  isBroken = false;

  send(text: string): void {
    if (this.isBroken) throw new Error("the connection is over");
    this.texts.push(text);
  }

  close(code: number, reason: string): void {
    this.closed ??= [code, reason];
  }

  get messages(): Json[] {
    return this.texts.map((text) => JSON.parse(text));
  }

  /** What came since it was asked last. */
  taken(): Json[] {
    const { messages } = this;
    this.texts = [];
    return messages;
  }
}

/** All that the feed would do by itself, when the test wants it. */
export class HeldTimers {
  repeated: { ms: number; run: () => void }[] = [];
  #soon: (() => void)[] = [];

  readonly soon = (run: () => void) => void this.#soon.push(run);

  readonly every = (ms: number, run: () => void) => {
    const timer = { ms, run };
    this.repeated.push(timer);
    return () => void (this.repeated = this.repeated.filter((one) => one !== timer));
  };

  /** One turn of what was to be done soon. */
  turn(): void {
    for (const run of this.#soon.splice(0)) run();
  }

  elapse(ms: number): void {
    for (const timer of this.repeated) if (timer.ms === ms) timer.run();
  }
}

/** What the feed has asked and waits for. */
class Asked {
  #pending = new Set<Promise<unknown>>();

  following<Args extends unknown[], Value>(ask: (...args: Args) => Promise<Value>) {
    return (...args: Args): Promise<Value> => {
      const answer = ask(...args);
      const settled = answer.catch(() => {}).finally(() => this.#pending.delete(settled));
      this.#pending.add(settled);
      return answer;
    };
  }

  /** Goes on until no answer leads to another question. */
  async answered(): Promise<void> {
    do {
      await Promise.all(this.#pending);
      await new Promise((resolve) => setTimeout(resolve, 0));
    } while (this.#pending.size > 0);
  }
}

export class Live {
  readonly timers = new HeldTimers();
  readonly assignments = new Map<string, Assignment>([
    [ANA, { meterId: METER_A, from: 0 }],
    [BIA, { meterId: METER_B, from: 0 }],
  ]);
  readonly feed: LiveFeed;
  #asked = new Asked();
  /** Unix seconds. */
  now = START + 60;

  constructor(
    readonly store: ReadingStore,
    readings: Followable,
    over: Partial<FeedParts> = {},
    limits?: FeedLimits,
  ) {
    const parts = {
      newest: (series: Series, count: number) => store.reader.newest(series, count),
      assignmentOf: (point: string) => Promise.resolve(this.assignments.get(point)),
      ...over,
    };
    this.feed = new LiveFeed({
      readings,
      now: () => this.now,
      readingText,
      heartbeatText,
      alertText: ({ event, alert: { id } }, { locale }) =>
        Promise.resolve(JSON.stringify({ alert: { id, event }, locale })),
      soon: this.timers.soon,
      every: this.timers.every,
      report: failTest,
      ...parts,
      newest: this.#asked.following(parts.newest),
      assignmentOf: this.#asked.following(parts.assignmentOf),
    }, limits);
  }

  /** A reader of the points, once all that follows from its coming is done. */
  async reader(...points: string[]): Promise<Reader & { leave: () => void }> {
    const connection = new Reader();
    const subscribed = this.feed.subscribe({ points, connection });
    assert(subscribed.ok);
    await this.settle();
    return Object.assign(connection, { leave: subscribed.value });
  }

  async settle(): Promise<void> {
    await this.#asked.answered();
    this.timers.turn();
  }

  async stored(meter: string, readings: Partial<Reading>[], channel = 0): Promise<void> {
    const append = { series: seriesOf(meter, channel), readings: readings.map(reading) };
    const [outcome] = await this.store.append([append]);
    assert(outcome);
  }
}

interface Options {
  over?: Partial<FeedParts>;
  limits?: FeedLimits;
}

/** A test over the embedded store, which must leave nothing behind. */
export function onLive(
  name: string,
  test: (live: Live, store: EmbeddedStore) => Promise<void>,
  { over, limits }: Options = {},
): void {
  Deno.test(name, () =>
    inMemory(async (kv) => {
      const store = await EmbeddedStore.open(kv, failTest);
      const live = new Live(store, store, over, limits);
      await test(live, store);
      live.feed.close();
    }));
}

/** The n-th reading of a meter that uses 720 W. */
export const at720W = (n: number): Partial<Reading> => ({
  n,
  time: START + 5 * n,
  milliwattHours: 1_000 * n,
});
