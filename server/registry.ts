/** Whom the utility knows, what they may do and what they did: the parts of it, put together. */
import { Audit, type Audited } from "./store/audit.ts";
import { Customers } from "./store/customers.ts";
import { Erasure } from "./store/erasure.ts";
import { openIdentity } from "./store/identity.ts";
import { Import } from "./store/import.ts";
import { Invoices } from "./store/invoices.ts";
import { type MeterRecord, Meters } from "./store/meters.ts";
import { type By, Records } from "./store/records.ts";
import { Sensors } from "./store/sensors.ts";
import { Vault } from "./store/vault.ts";
import { Webhooks } from "./store/webhooks.ts";
import type { World } from "./world.ts";

export function openRegistry(world: World, records: Records, vault: Vault, meters: Meters) {
  const { kv, randomBytes, report, cost, tries, timezone, isShared } = world;
  const audit = new Audit(kv);
  const invoices = new Invoices(records);
  const webhooks = new Webhooks(records, audit, vault);
  const identity = openIdentity({ records, audit, vault, randomBytes, report, cost, tries });
  return {
    identity,
    audit,
    customers: new Customers(records),
    import: new Import(records, timezone, isShared ? 10 : 100),
    sensors: new Sensors(records),
    invoices,
    webhooks,
    erasure: new Erasure({
      records,
      audit,
      obstacles: [(customerId) => invoices.obstacles(customerId)],
      forget: [identity.forget, (customerId, by) => webhooks.forget(customerId, by)],
    }),
    note: (by: By, audited: Audited) => records.note(by, audited),
    actorNames: {
      meter: async (id: string) => nameOf(await meters.get(id)),
      person: async (id: string) => (await identity.people.get(id))?.name,
      key: async (id: string) => (await identity.apiKeys.get(id))?.label,
    },
  };
}

const nameOf = (meter?: MeterRecord): string | undefined => meter?.label ?? meter?.serial;
