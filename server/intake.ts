/** How readings come in: the store, the meters with their keys, and ingest over both. */
import { DEFAULT_INGEST_LIMITS, Ingest, type IngestParts } from "./ingest/ingest.ts";
import { Keyring } from "./ingest/keyring.ts";
import { SharedKeys } from "./ingest/shared-keys.ts";
import { LiveFeed } from "./live/feed.ts";
import { Cases } from "./store/cases.ts";
import { Conflicts } from "./store/conflicts.ts";
import { EmbeddedStore } from "./store/embedded.ts";
import { Meters } from "./store/meters.ts";
import { Records } from "./store/records.ts";
import { SharedStore } from "./store/shared.ts";
import { Signs } from "./store/signs.ts";
import type { ReadingStore } from "./store/store.ts";
import { Vault } from "./store/vault.ts";
import { WatchedHeads } from "./store/watched-heads.ts";
import type { World } from "./world.ts";

const MAX_BACKOFF_MS = 30_000;

/** Where others append as well, what is new is seen by watching the database. */
export async function openStore({ kv, isShared, report, timer, storeLimits }: World) {
  if (!isShared) {
    const opened = await EmbeddedStore.open(kv, report, storeLimits);
    return { opened, followable: opened };
  }
  const opened = new SharedStore(kv, report);
  const wait = (ms: number) => timer(ms).ended;
  const parts = { kv, reader: opened.reader, wait, backoffMs: watchBackoffMs, report };
  return { opened, followable: new WatchedHeads(parts) };
}

const watchBackoffMs = (failures: number): number =>
  Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** Math.min(failures, 10));

export interface OpenedMeters {
  keyring: Keyring;
  keys: Keyring | SharedKeys;
  meters: Meters;
}

/** Where others change meters as well, a meter's keys are asked for anew from time to time. */
export async function openMeters(
  { isShared, now, report }: World,
  records: Records,
  vault: Vault,
  live: LiveFeed,
): Promise<OpenedMeters> {
  const keyring = new Keyring((meter, keyId, sealed) => vault.open(meter, keyId, sealed));
  const shared = isShared
    ? new SharedKeys(keyring, (id) => meters.get(id), now, report)
    : undefined;
  const keys = shared ?? keyring;
  const meters = new Meters(records, vault, (meter) => {
    keys.put(meter);
    const { pointId, formerPointIds = [] } = meter;
    for (const id of new Set([...formerPointIds, pointId])) if (id) live.changed(id);
  });
  if (!isShared) await keyring.putAll(meters.all(), report);
  return { keyring, keys, meters };
}

interface IngestSources extends OpenedMeters {
  store: ReadingStore;
  conflicts: Conflicts;
  cases: Cases;
  signs: Signs;
}

export function openIngest(
  { now, linger, timed, report, refused, limits = DEFAULT_INGEST_LIMITS }: World,
  { store, keys, meters, conflicts, cases, signs }: IngestSources,
): Ingest {
  const parts: IngestParts = {
    store,
    findKey: (meter, keyId) => keys.find(meter, keyId),
    loadKeys: keys instanceof SharedKeys ? (wanted) => keys.load(wanted) : undefined,
    confirmKey: (meter, keyId) => meters.confirm(meter, keyId, now()),
    recordConflicts: async (meter, channel, found) => {
      await conflicts.record(meter, channel, found, now());
      if (signs.note(meter, "conflict", now())) await signs.write(now());
    },
    forged: (meter) => void signs.note(meter, "signature", now()),
    recordFalls: (meter, channel, falls) => cases.record(meter, channel, falls, now()),
    now,
    linger,
    timed,
    report,
    refused,
  };
  return new Ingest(parts, limits);
}
