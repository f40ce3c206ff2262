/**
 * One run of a server: the shipped service over a database that may fail, with the simulation's time.
 * When it dies, nothing of it remains but what is in the database.
 */
import type { ReportProblem } from "../../server/errors.ts";
import { DEFAULT_INGEST_LIMITS, type Ingest } from "../../server/ingest/ingest.ts";
import { openService } from "../../server/service.ts";
import type { ReadingStore } from "../../server/store/store.ts";
import type { FaultyKv } from "./faulty-kv.ts";
import type { Plan } from "./plan.ts";

export interface SiteParts {
  kv: FaultyKv;
  plan: Plan;
  secret: Uint8Array;
  randomBytes: (length: number) => Uint8Array;
  /** Unix seconds on this server's clock. */
  now: () => number;
  report: ReportProblem;
  /** Puts a store of the test's own before the shipped one. */
  wrapStore: (store: ReadingStore) => ReadingStore;
}

export class Site {
  diesAfterAcknowledgement = false;
  /** What came in while the process stood still. */
  #held: (() => void)[] | undefined;

  private constructor(
    readonly kv: FaultyKv,
    readonly store: ReadingStore,
    readonly ingest: Ingest,
    readonly now: () => number,
  ) {}

  static async open({ kv, plan, ...parts }: SiteParts): Promise<Site> {
    const limits = { ...DEFAULT_INGEST_LIMITS, reportIntervalSeconds: plan.intervalSeconds };
    const { store, ingest } = await openService({
      ...parts,
      kv: kv.asKv(),
      isShared: plan.isShared,
      operatorKey: undefined,
      timezone: plan.timezone,
      limits,
      storeLimits: plan.store,
      linger: () => Promise.resolve(),
      timed: (commit) => commit(),
      timer: noHttp,
      soon: noHttp,
      every: () => () => {},
      upgrade: noHttp,
    });
    return new Site(kv, store, ingest, parts.now);
  }

  /** `answer` is not called if the server dies before. */
  take(bytes: Uint8Array, answer: (acknowledgement?: Uint8Array) => void): void {
    const take = () =>
      this.ingest.take(bytes, (_outcome, acknowledgement) => {
        if (this.kv.isDead) return;
        answer(acknowledgement);
        if (acknowledgement && this.diesAfterAcknowledgement) this.kv.isDead = true;
      });
    if (this.#held) this.#held.push(take);
    else take();
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const take of held) take();
  }
}

function noHttp(): never {
  throw new Error("the simulation does not come by HTTP");
}
