/** What goes wrong in a world, when, and for how long: all of it by the seed. */
import { between } from "../../meter-sim/random.ts";
import { NO_FAULTS } from "./faulty-kv.ts";
import { forgeries } from "./forgeries.ts";
import type { Home } from "./home.ts";
import { pick } from "./plan.ts";
import type { World } from "./world.ts";

type Incident = (world: World) => void;

/** From a second to a good part of the whole span, short ones oftener. */
function someMs({ random, plan }: World): number {
  const longest = Math.max(2_000, plan.spanMs / 3);
  return Math.floor(1_000 * Math.pow(longest / 1_000, random()));
}

const anyHome = ({ random, homes }: World) => pick(random, homes);
const anyPlace = ({ random, servers }: World) => Math.floor(random() * servers.sites.length);

const crash: Incident = (world) => world.servers.crash(anyPlace(world));

const crashAtCommit: Incident = (world) => {
  const site = world.servers.any();
  if (site) site.kv.diesAt = pick(world.random, ["before a commit", "after a commit"]);
};

const crashAfterAcknowledgement: Incident = (world) => {
  const site = world.servers.any();
  if (site) site.diesAfterAcknowledgement = true;
};

const stall: Incident = (world) => {
  const site = world.servers.any();
  site?.hold();
  world.time.schedule(someMs(world), () => site?.release());
};

const reboot: Incident = (world) => {
  world.figures.reboots++;
  anyHome(world).reboot(world.random() < 0.5 ? 0 : someMs(world));
};

const flash: Incident = (world) => {
  anyHome(world).flash.next = pick(world.random, ["failed", "cut before", "cut after", "stored"]);
};

const cutUdp: Incident = (world) => {
  anyHome(world).udpCutUntil = world.time.now() + someMs(world);
};

function cutOffFor(world: World, homes: Home[]): void {
  const ms = someMs(world);
  for (const home of homes) home.udpCutUntil = home.httpCutUntil = world.time.now() + ms;
  auditAfter(world, ms);
}

/** While late readings come in and are not yet in their places. */
function auditAfter(world: World, ms: number): void {
  const moreMs = between(world.random, 0, 4_000 * (world.plan.intervalSeconds || 60));
  world.time.schedule(Math.floor(ms + moreMs), () => audit(world));
}

const cutOff: Incident = (world) => cutOffFor(world, [anyHome(world)]);
const cutOffAll: Incident = (world) => cutOffFor(world, world.homes);

/** Small ones stay within what the clock rules allow. */
const stepServerClock: Incident = (world) => {
  const seconds = pick(world.random, [0, 0, 3, 100, 500, 40_000, 200_000]);
  world.servers.clockErrors[anyPlace(world)] = Math.round(between(world.random, -seconds, seconds));
};

const jumpMeterClock: Incident = (world) => anyHome(world).jump(someMs(world));

const resetRegister: Incident = ({ random, feeders }) => {
  if (feeders.length > 0) pick(random, feeders).resetRegister();
};

const forge: Incident = (world) => {
  const site = world.servers.any();
  if (!site) return;
  for (const bytes of forgeries(world.random, pick(world.random, world.homes).issued)) {
    world.figures.forged++;
    world.deliver(site, bytes, () => {});
  }
};

const replay: Incident = (world) => {
  const site = world.servers.any();
  if (site && world.lastSent.length > 0) {
    world.deliver(site, pick(world.random, world.lastSent), () => {});
  }
};

const read: Incident = (world) => {
  const site = world.servers.any();
  if (site) world.readMeanwhile(site, pick(world.random, world.sources));
};

function audit(world: World): void {
  world.auditIsDue = true;
}

const ALWAYS: Record<string, Incident> = { audit, read };

const INCIDENTS: Record<string, Incident> = {
  crash,
  crashAtCommit,
  crashAfterAcknowledgement,
  stall,
  reboot,
  flash,
  cutUdp,
  cutOff,
  cutOffAll,
  stepServerClock,
  jumpMeterClock,
  resetRegister,
  forge,
  replay,
};

/** Not every kind comes with every seed: what always comes together hides what it does alone. */
export function scheduleIncidents(world: World): void {
  const { random, plan } = world;
  const share = pick(random, [0.15, 0.3, 0.6]);
  const chosen = Object.entries(INCIDENTS).filter(() => random() < share);
  const kinds = [...chosen, ...Object.entries(ALWAYS)];
  for (let i = 0; i < plan.incidents; i++) {
    const [name, incident] = pick(random, kinds);
    world.time.schedule(Math.floor(random() * plan.spanMs), () => {
      world.note(name);
      incident(world);
    });
  }
}

/** From now on nothing goes wrong any more. */
export function endTrouble(world: World): void {
  const { plan, homes, servers: { sites, clockErrors } } = world;
  Object.assign(plan.network, { loss: 0, duplicate: 0, bitFlip: 0, maxDelayMs: 20 });
  Object.assign(plan.kv, NO_FAULTS);
  clockErrors.fill(0);
  for (const site of sites) {
    if (!site) continue;
    site.kv.diesAt = undefined;
    site.diesAfterAcknowledgement = false;
    site.release();
  }
  for (const home of homes) {
    home.udpCutUntil = home.httpCutUntil = 0;
    home.flash.next = "stored";
    if (!home.meter) home.powerUp();
  }
}
