/** Fills a data folder with meters and readings, through the shipped store and at full speed. */
import type { Reading } from "../../server/domain/reading.ts";
import { openDataFolder } from "../../server/store/data-folder.ts";
import { plainRegister } from "./generator.ts";
import { EmbeddedStore } from "../../server/store/embedded.ts";
import { seriesOf } from "../../server/store/keys.ts";
import type { Result } from "../../server/errors.ts";
import type { IssuedKey } from "../../server/store/meter-keys.ts";
import { Meters, type NewMeter } from "../../server/store/meters.ts";
import { type By, Records } from "../../server/store/records.ts";
import type { Append } from "../../server/store/store.ts";
import { Vault } from "../../server/store/vault.ts";
import { failTest } from "../server/store/kv.ts";

export interface Preload {
  folder: string;
  records: Records;
  meters: Meters;
  kv: Deno.Kv;
  secret: Uint8Array;
  store: EmbeddedStore;
  close: () => void;
}

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export const BY: By = { actor: { kind: "server", id: "bench" }, at: 0 };

export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}

export async function openPreload(folder: string): Promise<Preload> {
  const opened = openDataFolder(folder, undefined, randomBytes);
  if (!opened.ok) throw new Error(opened.detail);
  const { database, secret, release } = opened.value;
  const kv = await Deno.openKv(database);
  const close = () => {
    kv.close();
    release();
  };
  const records = new Records(kv, () => randomBytes(8).toHex());
  const meters = new Meters(records, new Vault(secret, randomBytes), () => {});
  const store = await EmbeddedStore.open(kv, failTest);
  return { folder, records, meters, kv, secret, store, close };
}

/** Several at a time, as the database writes what waits for it at once. */
export async function provision({ meters }: Preload, count: number): Promise<IssuedKey[]> {
  const issued: IssuedKey[] = [];
  while (issued.length < count) {
    const left = Math.min(count - issued.length, CALLS_AT_ONCE * METERS_A_CALL);
    const calls = Array.from({ length: Math.ceil(left / METERS_A_CALL) }, (_, i) => {
      const some = Math.min(METERS_A_CALL, left - i * METERS_A_CALL);
      const asked: NewMeter[] = Array.from({ length: some }, () => ({}));
      return meters.provision(asked, BY);
    });
    for (const result of await Promise.all(calls)) issued.push(...valueOf(result));
  }
  return issued;
}

const METERS_A_CALL = 1_000;
const CALLS_AT_ONCE = 10;

/** Appends, with the housekeeping that goes with it. */
export async function append({ store }: Preload, batch: Append[]): Promise<void> {
  await store.append(batch);
  while (await store.maintain());
}

/** Does at once what the journal's growth would bring about later. */
export async function checkpoint({ kv }: Preload): Promise<void> {
  const store = await EmbeddedStore.open(kv, failTest, { sealBytes: 448, checkpointBytes: 0 });
  while (await store.maintain());
}

/** Readings every 5 s up to `until`, which has the number `lastN`. */
export const plainReadings = (
  meter: number,
  count: number,
  lastN: number,
  until: number,
): Reading[] =>
  Array.from({ length: count }, (_, i) => {
    const back = count - 1 - i;
    const n = lastN - back;
    return {
      n,
      time: until - 5 * back,
      milliwattHours: plainRegister(meter, n),
      quality: 0,
      skew: 0,
    };
  });

/** A fleet in the middle of its life: some readings sealed, the open parts full to a varying degree. */
export async function preloadFleet(
  preload: Preload,
  meters: IssuedKey[],
  readingsEach: (meter: number) => number,
  lastN: number,
  until: number,
): Promise<number> {
  let total = 0;
  let batch: Append[] = [];
  let pending = 0;
  for (const [i, { id }] of meters.entries()) {
    const readings = plainReadings(i, readingsEach(i), lastN, until);
    batch.push({ series: seriesOf(id, 0), readings });
    pending += readings.length;
    if (pending < 16_000) continue;
    await append(preload, batch);
    total += pending;
    pending = 0;
    batch = [];
  }
  await append(preload, batch);
  return total + pending;
}
