/** Alerts in lists: pages that hold all there is, once, whatever is asked for. */
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../../meter-sim/random.ts";
import { type Kind, KINDS } from "../../../server/domain/alert-kinds.ts";
import {
  type AlertQuery,
  type AlertRecord,
  Alerts,
  stageAlert,
} from "../../../server/store/alerts.ts";
import { Records } from "../../../server/store/records.ts";
import { alertOf, NOON } from "../jobs/told-people.ts";
import { inMemory } from "./kv.ts";

const SEED = 20_261_130;
const ALL_KINDS = Object.keys(KINDS) as Kind[];

async function write(kv: Deno.Kv, alerts: AlertRecord[]): Promise<void> {
  for (let at = 0; at < alerts.length; at += 50) {
    const atomic = kv.atomic();
    for (const alert of alerts.slice(at, at + 50)) {
      stageAlert(atomic, { event: "opened", alert });
      if (alert.closedAt !== undefined) stageAlert(atomic, { event: "closed", alert });
    }
    await atomic.commit();
  }
}

const alertsOver = (kv: Deno.Kv) => new Alerts(new Records(kv, () => "id"));

async function paged(alerts: Alerts, query: AlertQuery): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await alerts.list({ ...query, cursor });
    assert(items.length <= query.limit);
    ids.push(...items.map(({ id }) => id));
    cursor = next;
  } while (cursor !== undefined);
  return ids;
}

function naive(alerts: AlertRecord[], query: AlertQuery): string[] {
  const { open, customerId, pointId, region, audience, kinds, acknowledged } = query;
  return alerts
    .filter((alert) => open === undefined || open === (alert.closedAt === undefined))
    .filter((alert) => acknowledged === undefined || acknowledged === !!alert.acknowledged)
    .filter((alert) => pointId === undefined || alert.pointId === pointId)
    .filter((alert) => region === undefined || alert.region === region)
    .filter(({ kind }) => audience === undefined || KINDS[kind].audience === audience)
    .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
    .filter((alert) =>
      customerId === undefined ||
      alert.customerId === customerId && KINDS[alert.kind].audience === "customer"
    )
    .toSorted((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

Deno.test("pages of any size skip and repeat nothing, whatever is asked for", () =>
  inMemory(async (kv) => {
    console.log(`seed ${SEED}`);
    const random = seededRandom(SEED);
    const one = <Item>(items: Item[]): Item => items[Math.floor(random() * items.length)];
    const some = <Item>(items: Item[]) => random() < 0.3 ? one(items) : undefined;
    const all = Array.from(
      { length: 2_300 },
      (_, i) =>
        alertOf(one(ALL_KINDS), "x", `${i}`, NOON - Math.floor(random() * 300), {
          pointId: some(["p1", "p2"]),
          customerId: some(["c1", "c2"]),
          region: one(["", "T-1"]),
          closedAt: some([NOON]),
          acknowledged: some([{ by: "maria", at: NOON }]),
        }),
    );
    await write(kv, all);
    const alerts = alertsOver(kv);
    for (let i = 0; i < 60; i++) {
      const query: AlertQuery = {
        open: some([true, false]),
        customerId: some(["c1", "c2", "none"]),
        pointId: some(["p1", "p2"]),
        region: some(["", "T-1"]),
        audience: some(["customer", "staff"]),
        kinds: some([[one(ALL_KINDS)], [one(ALL_KINDS), one(ALL_KINDS)]]),
        acknowledged: some([true, false]),
        limit: one([7, 10, 50, 500, 2_299, 2_300]),
      };
      assertEquals(await paged(alerts, query), naive(all, query), JSON.stringify(query));
    }
  }));

/** `kv`, and how many rows its lists have given. */
function counted(kv: Deno.Kv): { kv: Deno.Kv; rows: () => number } {
  let rows = 0;
  const list = async function* (range: Deno.KvListSelector, options?: Deno.KvListOptions) {
    for await (const entry of kv.list(range, options)) {
      rows++;
      yield entry;
    }
  };
  const get = (target: Deno.Kv, name: string | symbol) => {
    const member = Reflect.get(target, name);
    return name === "list" ? list : typeof member === "function" ? member.bind(target) : member;
  };
  return { kv: new Proxy(kv, { get }), rows: () => rows };
}

Deno.test("a short page is read without the rest of its list", () =>
  inMemory(async (kv) => {
    await write(
      kv,
      Array.from({ length: 500 }, (_, i) => alertOf("silent", "x", `${i}`, NOON + i)),
    );
    const looked = counted(kv);
    const { items, next } = await alertsOver(looked.kv).list({ limit: 1 });
    assertEquals([items.length, typeof next], [1, "string"]);
    assert(looked.rows() <= 10, `${looked.rows()} rows`);
  }));
