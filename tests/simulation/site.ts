/**
 * One run of a server: the shipped ingest, store and keys over a database that may fail, put together
 * as the server's entry does it, with the simulation's time. When it dies, nothing of it remains but
 * what is in the database.
 */
import { createHmac } from "node:crypto";
import type { ReportProblem } from "../../server/errors.ts";
import { DEFAULT_INGEST_LIMITS, Ingest, type IngestParts } from "../../server/ingest/ingest.ts";
import { Keyring } from "../../server/ingest/keyring.ts";
import { SharedKeys } from "../../server/ingest/shared-keys.ts";
import { Conflicts } from "../../server/store/conflicts.ts";
import { EmbeddedStore } from "../../server/store/embedded.ts";
import { Meters } from "../../server/store/meters.ts";
import { SharedStore } from "../../server/store/shared.ts";
import type { ReadingStore } from "../../server/store/store.ts";
import type { Vault } from "../../server/store/vault.ts";
import type { FaultyKv } from "./faulty-kv.ts";
import type { Plan } from "./plan.ts";

export interface SiteParts {
  kv: FaultyKv;
  plan: Plan;
  vault: Vault;
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

  static async open(parts: SiteParts): Promise<Site> {
    const kv = parts.kv.asKv();
    const store = parts.wrapStore(await openStore(parts));
    const keyring = new Keyring((meter, keyId, sealed) => parts.vault.open(meter, keyId, sealed));
    const meters = new Meters(kv, parts.vault, (meter) => keyring.put(meter));
    const ingestParts = ingestPartsOf(parts, store, keyring, meters);
    if (parts.plan.isShared) {
      const keys = new SharedKeys(keyring, (id) => meters.get(id), parts.now, parts.report);
      ingestParts.findKey = (meter, keyId) => keys.find(meter, keyId);
      ingestParts.loadKeys = (wanted) => keys.load(wanted);
    } else {
      for await (const meter of meters.all()) keyring.put(meter);
    }
    const limits = { ...DEFAULT_INGEST_LIMITS, reportIntervalSeconds: parts.plan.intervalSeconds };
    return new Site(parts.kv, store, new Ingest(ingestParts, limits), parts.now);
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

function openStore({ kv, plan, report }: SiteParts): Promise<ReadingStore> {
  if (!plan.isShared) return EmbeddedStore.open(kv.asKv(), report, plan.store);
  return Promise.resolve(new SharedStore(kv.asKv(), report));
}

function ingestPartsOf(
  { kv, now, report }: SiteParts,
  store: ReadingStore,
  keyring: Keyring,
  meters: Meters,
): IngestParts {
  const conflicts = new Conflicts(kv.asKv());
  return {
    store,
    findKey: (meter, keyId) => keyring.find(meter, keyId),
    confirmKey: (meter, keyId) => meters.confirm(meter, keyId),
    recordConflicts: (meter, channel, found) => conflicts.record(meter, channel, found, now()),
    signWith: (key) => (message) => createHmac("sha256", key).update(message).digest(),
    now,
    linger: () => Promise.resolve(),
    timed: (commit) => commit(),
    report,
  };
}
