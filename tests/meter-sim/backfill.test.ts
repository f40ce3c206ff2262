import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { backfill } from "../../meter-sim/backfill.ts";
import { createFleet, STEP_MS } from "../../meter-sim/fleet.ts";
import type { MeterState } from "../../meter-sim/fleet-state.ts";
import { createHousehold } from "../../meter-sim/household.ts";
import { countPast, createPast } from "../../meter-sim/past.ts";
import { seededRandom } from "../../meter-sim/random.ts";
import { createVirtualTime, type VirtualTime } from "../../meter-sim/virtual-time.ts";
import { RunningServer } from "../server/running-server.ts";
import { TestFolder } from "../server/test-folder.ts";
import { FakeServer, newStates, uplinkTo } from "./fake-server.ts";
import { countsOf, newHomes, openUplink, schedule } from "./real-uplink.ts";

const quartersTo = (to: number) => ({ to, every: 900 });

const SEED = 20_261_125;
/** 1 January 2026, noon in Brasília. */
const START = 1_767_279_600;
const DAY = 86_400;
const QUARTER = 900;

const pastOf = (state: MeterState, until: number) => {
  const past = createPast(state, createHousehold(seededRandom(state.seed)), quartersTo(until));
  return { readings: past.next(Infinity), after: past.state() };
};

Deno.test("createPast() reads at every quarter of an hour and at the end, from the next number on", () => {
  const [state] = newStates(1, START + 100);
  const from = { ...state, reservedThrough: 256, milliwattHours: 5_000 };
  const until = START + DAY + 250;
  const { readings, after } = pastOf(from, until);
  assertEquals(readings.length, countPast(from, quartersTo(until)));
  assertEquals(readings[0].time, START + QUARTER);
  assertEquals(readings.at(-2)!.time, START + DAY);
  assertEquals(readings.at(-1)!.time, until);
  assertEquals(readings.map(({ n }) => n), readings.map((_, i) => 257 + i));
  const { n, milliwattHours } = readings.at(-1)!;
  assertEquals(after, { ...from, time: until, reservedThrough: n, milliwattHours });
});

Deno.test("createPast() gives nothing where no time has passed", () => {
  const [state] = newStates(1, START);
  for (const until of [START, START - 1]) {
    assertEquals(pastOf(state, until), { readings: [], after: state });
    assertEquals(countPast(state, quartersTo(until)), 0);
  }
});

Deno.test("createPast() uses what the household uses second by second", () => {
  const [state] = newStates(1, START);
  const { after } = pastOf(state, START + 7 * DAY);
  const household = createHousehold(seededRandom(state.seed));
  let joules = 0;
  for (let time = START; time < START + 7 * DAY; time++) joules += household.watts(time);
  assertLess(Math.abs(after.milliwattHours * 3.6 / joules - 1), 0.02);
});

/** Backfills against a fake server in virtual time; `carry` decides what becomes of each report. */
const fillVirtually = async (
  states: MeterState[],
  until: number,
  { time, server, carry, signal }: {
    time: VirtualTime;
    server: FakeServer;
    carry?: (there: () => void) => void;
    signal?: AbortSignal;
  },
) => {
  const progress: number[] = [];
  const filling = backfill(states, quartersTo(until), {
    now: time.now,
    schedule: time.schedule,
    uplink: uplinkTo(server, carry),
    progress: (acknowledged) => progress.push(acknowledged),
    signal,
  });
  let isOver = false;
  const over = () => isOver = true;
  filling.then(over, over);
  while (!isOver && time.runNext()) await Promise.resolve();
  return { states: await filling, progress };
};

const setUp = () => {
  const time = createVirtualTime(1000 * (START + 90 * DAY));
  return { time, server: new FakeServer(time.now) };
};

Deno.test("backfill() sends all of it, 64 readings a report, as late readings of a fresh report", async () => {
  const { time, server } = setUp();
  const states = newStates(3, START);
  const until = START + 10 * DAY;
  const { states: after, progress } = await fillVirtually(states, until, { time, server });
  assertEquals(after, states.map((state) => pastOf(state, until).after));
  for (const state of states) {
    assertEquals(server.of(state.meterId), pastOf(state, until).readings);
  }
  const { length } = server.reports;
  assertEquals(length, 3 * 15);
  assert(server.reports.every(({ sentAt }) => Math.abs(sentAt - time.now() / 1000) <= 120));
  assertEquals(progress.length, 45);
  assertEquals(progress.at(-1), 3 * 960);
});

Deno.test("backfill() repeats what is lost and minds no answer that comes twice or late", async () => {
  const { time, server } = setUp();
  const random = seededRandom(SEED);
  const carry = (there: () => void): void => {
    if (random() < 0.2) return;
    time.schedule(Math.floor(random() * 2_000), there);
    if (random() < 0.2) time.schedule(Math.floor(random() * 9_000), there);
  };
  const states = newStates(5, START);
  const until = START + 30 * DAY;
  const { progress } = await fillVirtually(states, until, { time, server, carry });
  assertEquals([server.stored, server.conflicts], [5 * 2_880, 0]);
  assertEquals(progress.at(-1), 5 * 2_880);
});

Deno.test("backfill() keeps a bounded number of reports unanswered", async () => {
  const { time, server } = setUp();
  const held: (() => void)[] = [];
  let most = 0;
  const carry = (there: () => void): void => {
    held.push(there);
    most = Math.max(most, held.length);
    if (held.length === 1) {
      time.schedule(400, () => held.splice(0).forEach((there) => there()));
    }
  };
  await fillVirtually(newStates(4, START - 365 * DAY), START, { time, server, carry });
  assertEquals(server.stored, 4 * 365 * 96);
  assertEquals(most, 2_048);
});

Deno.test("backfill() that was interrupted is made good by the same again", async () => {
  const { time, server } = setUp();
  const stop = new AbortController();
  let carried = 0;
  const carry = (there: () => void): void => {
    if (++carried === 20) stop.abort(new Error("stopped"));
    there();
  };
  const states = newStates(3, START);
  const until = START + 60 * DAY;
  const parts = { time, server, carry, signal: stop.signal };
  await assertRejects(() => fillVirtually(states, until, parts), Error, "stopped");
  assert(server.stored > 0 && server.stored < 3 * 5_760);
  await fillVirtually(states, until, { time, server });
  assertEquals([server.stored, server.conflicts], [3 * 5_760, 0]);
});

Deno.test("backfill() tells when a number is taken, and when nobody answers", async () => {
  const { time, server } = setUp();
  const states = newStates(2, START);
  await fillVirtually(states, START + DAY, { time, server });
  const others = states.map((state) => ({ ...state, seed: state.seed + 1 }));
  const taken = `Cannot fill in the past of meter ${states[0].meterId}: one of the numbers 1 to 64`;
  await assertRejects(() => fillVirtually(others, START + DAY, { time, server }), Error, taken);
  const carry = () => {};
  const silence = "Cannot fill in the past: the server does not answer";
  await assertRejects(
    () => fillVirtually(states, START + DAY, { time, server, carry }),
    Error,
    silence,
  );
});

Deno.test("backfill() has nothing to do where no time has passed", async () => {
  const { time, server } = setUp();
  const states = newStates(2, START);
  assertEquals((await fillVirtually(states, START, { time, server })).states, states);
});

for (const way of ["UDP", "HTTP"]) {
  Deno.test(`a past filled in over ${way} is measured, and the live meter goes on behind it`, async () => {
    using folder = new TestFolder();
    const env: Record<string, string> = way === "HTTP" ? { CONTALUZ_UDP_PORT: "off" } : {};
    await using server = await RunningServer.start({ data: folder.path, env });
    await using uplink = await openUplink(server);
    const now = Math.floor(Date.now() / 1000);
    const homes = await newHomes(server, 4, SEED, now - 30 * DAY);
    const states = homes.map(({ state }) => state);
    const filled = await backfill(states, quartersTo(now), { now: Date.now, schedule, uplink });
    const total = states.reduce((sum, state) => sum + countPast(state, quartersTo(now)), 0);
    assertEquals(await countsOf(server), {
      stored: total,
      duplicates: 0,
      conflicts: 0,
      refused: 0,
    });
    for (const [i, { pointId }] of homes.entries()) {
      const days = await server.ask(
        "GET",
        `/points/${pointId}/consumption?step=1d&from=${
          new Date(1000 * (now - 29 * DAY)).toISOString()
        }`,
      );
      assert(days.values.every(({ quality }: { quality: string }) => quality === "measured"));
      const { registerWh } = await server.ask("GET", `/meters/${filled[i].meterId}`);
      assertEquals(Math.round(1000 * registerWh), filled[i].milliwattHours);
    }
    await goOn(filled, server, total);
    await server.stop();
  });
}

/** Twelve seconds of each meter, in virtual time: two readings or three. */
const goOn = async (states: MeterState[], server: RunningServer, before: number) => {
  await using uplink = await openUplink(server);
  const time = createVirtualTime(Date.now());
  const fleet = createFleet(states, { now: time.now, uplink });
  for (let step = 0; step < 12_000 / STEP_MS; step++) {
    time.schedule(STEP_MS, fleet.advance);
    time.runNext();
    await uplink.settled(0);
  }
  const { sent, acknowledged } = fleet.counts();
  assertEquals(acknowledged, sent);
  assert(sent >= 2 * states.length);
  const { stored, conflicts } = await countsOf(server);
  assertEquals([stored, conflicts], [before + sent, 0]);
};
