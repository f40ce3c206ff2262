/**
 * The fleet before a real server process, in virtual time: whatever the way there does, in the end
 * each reading is stored once, acknowledged, and counted alike on both sides.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { createFleet, type Fleet, STEP_MS } from "../../meter-sim/fleet.ts";
import { runVirtually } from "../../meter-sim/fleet-run.ts";
import { createNetwork } from "../../meter-sim/network.ts";
import { seededRandom } from "../../meter-sim/random.ts";
import { createVirtualTime, type VirtualTime } from "../../meter-sim/virtual-time.ts";
import { RunningServer } from "../server/running-server.ts";
import { TestFolder } from "../server/test-folder.ts";
import { countsOf, newMeters, openUplink, type RealUplink } from "./real-uplink.ts";

const SEED = 20_261_126;
const MINUTE_MS = 60_000;
const LAST_TURNS = 6_000;

/**
 * Lets more time pass until what was lost on the way has been brought up: so little at once that
 * the sockets hold all of it, as a busy machine would lose some of more.
 */
const untilNothingWaits = async (fleet: Fleet, time: VirtualTime, uplink: RealUplink) => {
  for (let turn = 0; turn < LAST_TURNS && fleet.counts().waiting > 0; turn++) {
    await runVirtually(fleet, time, uplink, STEP_MS);
  }
};

/** Both sides agree, and nothing is left over. Gives the number of readings. */
const assertAllStored = async (fleet: Fleet, server: RunningServer): Promise<number> => {
  const { sent, acknowledged, waiting, dropped } = fleet.counts();
  assertEquals({ acknowledged, waiting, dropped }, { acknowledged: sent, waiting: 0, dropped: 0 });
  const { stored, conflicts, refused } = await countsOf(server);
  assertEquals({ stored, conflicts, refused }, { stored: sent, conflicts: 0, refused: 0 });
  return sent;
};

Deno.test(`10,000 meters report for ten minutes, and each reading is acknowledged (seed ${SEED})`, async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  await using uplink = await openUplink(server);
  const time = createVirtualTime(Date.now());
  const states = await newMeters(server, 10_000, SEED, Math.floor(time.now() / 1000));
  const fleet = createFleet(states, { now: time.now, uplink });
  await runVirtually(fleet, time, uplink, 10 * MINUTE_MS);
  await untilNothingWaits(fleet, time, uplink);
  const sent = await assertAllStored(fleet, server);
  assert(sent >= 10_000 * 119, `${sent} readings were sent`);
  assertEquals(await server.metric("contaluz_series"), 10_000);
  await server.stop();
});

Deno.test(`300 meters behind a network that loses, doubles and delays (seed ${SEED})`, async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  const time = createVirtualTime(Date.now());
  const faults = { loss: 0.1, duplicate: 0.1, minDelayMs: 0, maxDelayMs: 3_000, bitFlip: 0 };
  const random = seededRandom(SEED);
  const network = createNetwork({ random, schedule: time.schedule, faults });
  await using uplink = await openUplink(server, network);
  const states = await newMeters(server, 300, SEED, Math.floor(time.now() / 1000));
  const fleet = createFleet(states, { now: time.now, uplink });
  await runVirtually(fleet, time, uplink, 3 * MINUTE_MS);
  assertGreater(fleet.counts().waiting, 0);
  Object.assign(faults, { loss: 0, duplicate: 0, maxDelayMs: 0 });
  await runVirtually(fleet, time, uplink, MINUTE_MS);
  await untilNothingWaits(fleet, time, uplink);
  await assertAllStored(fleet, server);
  assertGreater((await countsOf(server)).duplicates, 0);
  await server.stop();
});
