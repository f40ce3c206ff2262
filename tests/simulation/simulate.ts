/** One seed from its beginning to the checks at its end. */
import { assert, assertEquals } from "@std/assert";
import { JOURNAL } from "../../server/store/keys.ts";
import { endTrouble, scheduleIncidents } from "./incidents.ts";
import { World, type WorldOptions } from "./world.ts";

export interface Figures {
  events: number;
  readings: number;
  acknowledgements: number;
  crashes: number;
  reboots: number;
  audits: number;
  forged: number;
  spanSeconds: number;
  traceHash: string;
}

const LONGEST_DELIVERY_MS = 6 * 3_600_000;

export async function simulate(seed: number, options: WorldOptions = {}): Promise<Figures> {
  const real = await Deno.openKv(":memory:");
  try {
    const world = new World(seed, real, options);
    await world.begin();
    scheduleIncidents(world);
    await world.run(world.time.now() + world.plan.spanMs);
    endTrouble(world);
    await deliverAll(world);
    await world.audit(world.sources);
    await checkAfterRestart(world);
    if (!world.plan.isShared) await checkJournal(world);
    return figuresOf(world);
  } finally {
    real.close();
  }
}

/** Each outbox must be found empty once: in a moment the next reading is in it. */
async function deliverAll(world: World): Promise<void> {
  const late = new Set(world.homes);
  const sawEmpty = () => {
    for (const home of late) {
      const status = home.meter?.status();
      if (status && status.lastNumber > 0 && status.waiting === 0) late.delete(home);
    }
    return late.size === 0 && world.feeders.every(({ waiting }) => waiting === 0);
  };
  await world.run(world.time.now() + LONGEST_DELIVERY_MS, sawEmpty);
  const waiting = [...late].map(({ issued, meter }) => [issued.id, meter?.status()]);
  assertEquals(waiting, [], "readings still wait although all works again");
}

async function checkAfterRestart(world: World): Promise<void> {
  world.servers.sites.forEach((_, place) => world.servers.crash(place));
  await world.run(world.time.now() + LONGEST_DELIVERY_MS, () => world.servers.sites.every(Boolean));
  assert(world.servers.sites.every(Boolean), "a server does not start again");
  await world.audit(world.sources);
}

/** What was sealed leaves the journal before long. */
async function checkJournal({ real, plan, sources }: World): Promise<void> {
  const values = await Array.fromAsync(real.list<Uint8Array>({ prefix: JOURNAL }));
  const bytes = values.reduce((sum, { value }) => sum + value.length, 0);
  const { checkpointBytes, sealBytes } = plan.store;
  const bound = 2 * checkpointBytes + sources.length * (2 * sealBytes + 200);
  assert(bytes < bound, `the journal holds ${bytes} bytes, more than ${bound}`);
}

function figuresOf(world: World): Figures {
  const { figures, model, sources, plan } = world;
  const readings = sources.reduce((sum, { id }) => sum + model.generated(id), 0);
  return {
    ...figures,
    readings,
    acknowledgements: model.acknowledgements,
    spanSeconds: plan.spanMs / 1000,
    traceHash: world.traceHash(),
  };
}
