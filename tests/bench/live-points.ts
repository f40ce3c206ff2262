/** Fills a data folder with points that have a meter each, for live readers to watch. */
import { Customers } from "../../server/store/customers.ts";
import { openDataFolder } from "../../server/store/data-folder.ts";
import { Meters } from "../../server/store/meters.ts";
import { Points } from "../../server/store/points.ts";
import { type By, Records } from "../../server/store/records.ts";
import { Vault } from "../../server/store/vault.ts";
import type { LivePoint } from "./live-sockets.ts";

const METERS_AT_ONCE = 1_000;
const BENCH: By = { actor: { kind: "server", id: "bench" }, at: 0 };

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export async function livePoints(folder: string, count: number): Promise<LivePoint[]> {
  const opened = openDataFolder(folder, undefined, randomBytes);
  if (!opened.ok) throw new Error(opened.detail);
  const { database, secret, release } = opened.value;
  const kv = await Deno.openKv(database);
  const records = new Records(kv, () => randomBytes(8).toHex());
  const customer = await new Customers(records).add({ name: "Bench" }, BENCH);
  if (!customer.ok) throw new Error(customer.detail);
  const ids = await pointIds(new Points(records), customer.value.id, count);
  const meters = new Meters(records, new Vault(secret, randomBytes), () => {});
  const made: LivePoint[] = [];
  for (let at = 0; at < count; at += METERS_AT_ONCE) {
    const some = ids.slice(at, at + METERS_AT_ONCE);
    const issued = await meters.provision(some.map((pointId) => ({ pointId })), BENCH);
    if (!issued.ok) throw new Error(issued.detail);
    made.push(...issued.value.map((key, i) => ({ point: some[i], key })));
  }
  kv.close();
  release();
  return made;
}

async function pointIds(points: Points, customerId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const point = { customerId, label: `Home ${i}`, timezone: "America/Sao_Paulo" };
    const added = await points.add(point, BENCH);
    if (!added.ok) throw new Error(added.detail);
    ids.push(added.value.id);
  }
  return ids;
}
