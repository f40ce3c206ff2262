import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { createFleet, type FleetParts, householdOfSeed, STEP_MS } from "../../meter-sim/fleet.ts";
import { runLive } from "../../meter-sim/fleet-run.ts";
import { type MeterState, meterStates, parseState } from "../../meter-sim/fleet-state.ts";
import { seededRandom } from "../../meter-sim/random.ts";
import { FakeServer, newStates, uplinkTo } from "./fake-server.ts";

/** 1 January 2026, noon in Brasília. */
const START_MS = 1_767_279_600_000;
const START = START_MS / 1000;
const MINUTE_MS = 60_000;

interface Setup {
  states?: MeterState[];
  startMs?: number;
  carry?: (there: () => void) => void;
  parts?: Partial<FleetParts>;
  server?: FakeServer;
}

const setUp = ({ states = newStates(40, START), startMs = START_MS, ...setup }: Setup = {}) => {
  const clock = { ms: startMs };
  const now = () => clock.ms;
  const server = setup.server ?? new FakeServer(now);
  const uplink = uplinkTo(server, setup.carry);
  const fleet = createFleet(states, { now, uplink, ...setup.parts });
  const run = (ms: number): void => {
    for (const end = clock.ms + ms; clock.ms < end;) {
      clock.ms += STEP_MS;
      fleet.advance();
    }
  };
  return { clock, fleet, run, server, states };
};

Deno.test("Fleet has each meter report every five seconds, and counts what was acknowledged", () => {
  const { fleet, run, server } = setUp();
  run(10 * MINUTE_MS);
  const { meters, sent, acknowledged, waiting, dropped } = fleet.counts();
  assertEquals(meters, 40);
  assertAlmostEquals(sent, 40 * 120, 40);
  assertEquals([acknowledged, waiting, dropped], [sent, 0, 0]);
  assertEquals([server.stored, server.conflicts], [sent, 0]);
});

Deno.test("Fleet spreads its reports over the interval", () => {
  const { run, server } = setUp({ states: newStates(2000, START) });
  run(5_000);
  const before = server.reports.length;
  const inStep: number[] = [];
  for (let step = 0; step < 250; step++) {
    const reports = server.reports.length;
    run(STEP_MS);
    inStep.push(server.reports.length - reports);
  }
  assertEquals(server.reports.length - before, 2000);
  assertLess(Math.max(...inStep), 30);
});

Deno.test("Fleet measures what its households use", () => {
  const { run, server, states } = setUp({ states: newStates(5, START) });
  run(60 * MINUTE_MS);
  for (const { meterId, seed } of states) {
    const readings = server.of(meterId).filter(({ time }) => time > 0);
    const [first, last] = [readings[0], readings.at(-1)!];
    const household = householdOfSeed(seed);
    let joules = 0;
    for (let time = first.time; time < last.time; time++) joules += household.watts(time);
    const used = (last.milliwattHours - first.milliwattHours) * 3.6;
    assertAlmostEquals(used / joules, 1, 0.05, `meter ${meterId}`);
  }
});

Deno.test("Fleet sends the same for the same seeds", () => {
  const course = () => {
    const { run, server } = setUp();
    run(MINUTE_MS);
    return server.reports;
  };
  assertEquals(course(), course());
});

Deno.test("Fleet goes on from its state as JSON: numbers rise, registers do not fall", () => {
  const first = setUp();
  first.run(3 * MINUTE_MS);
  const later = START_MS + 10 * MINUTE_MS;
  const text = JSON.stringify(first.fleet.states(later / 1000));
  const states = parseState(meterStates, text);
  first.fleet.close();
  const second = setUp({ states, startMs: later, server: first.server });
  second.run(3 * MINUTE_MS);
  assertEquals(first.server.conflicts, 0);
  assertEquals(first.server.stored, first.fleet.counts().sent + second.fleet.counts().sent);
  for (const { meterId, time } of states) {
    assertEquals(time, later / 1000);
    const registers = first.server.of(meterId).map(({ milliwattHours }) => milliwattHours);
    assertEquals(registers, registers.toSorted((a, b) => a - b));
  }
});

Deno.test("Fleet uses no number twice when it goes on from a state that is an hour old", () => {
  const first = setUp({ states: newStates(3, START) });
  first.run(MINUTE_MS);
  const states = first.fleet.states(START + 60);
  first.run(60 * MINUTE_MS);
  first.fleet.close();
  const second = setUp({ states, startMs: first.clock.ms, server: first.server });
  second.run(5 * MINUTE_MS);
  assertEquals(first.server.conflicts, 0);
  assertEquals(first.server.stored, first.fleet.counts().sent + second.fleet.counts().sent);
});

Deno.test("Fleet brings up what was lost, doubled and answered late", () => {
  const random = seededRandom(7);
  const late: (() => void)[] = [];
  let isHealed = false;
  const carry = (there: () => void): void => {
    const chance = isHealed ? 1 : random();
    if (chance < 0.2) return;
    if (chance < 0.4) late.push(there);
    else there();
    if (chance > 0.4 && chance < 0.5) there();
    if (late.length > 20) late.shift()!();
  };
  const { fleet, run, server } = setUp({ carry });
  run(10 * MINUTE_MS);
  isHealed = true;
  run(2 * MINUTE_MS);
  const { sent, acknowledged, waiting, dropped } = fleet.counts();
  assertEquals([acknowledged, waiting, dropped], [sent, 0, 0]);
  assertEquals([server.stored, server.conflicts], [sent, 0]);
});

Deno.test("Fleet drops from a full outbox and says so", () => {
  let isCut = true;
  const carry = (there: () => void): void => isCut ? undefined : there();
  const { fleet, run } = setUp({ carry, parts: { outboxCapacity: 32 } });
  run(10 * MINUTE_MS);
  assertEquals(fleet.counts().waiting, 40 * 32);
  isCut = false;
  run(10 * MINUTE_MS);
  const { sent, acknowledged, waiting, dropped } = fleet.counts();
  assertEquals(waiting, 0);
  assert(dropped > 0);
  assertEquals(acknowledged + dropped, sent);
});

Deno.test("Fleet does not make up for a long pause tick by tick", () => {
  const { clock, fleet, run, server } = setUp();
  run(MINUTE_MS);
  const before = server.stored;
  clock.ms += 60 * MINUTE_MS;
  fleet.advance();
  assertEquals(server.stored - before, 40);
});

Deno.test("runLive() turns the wheel in the time of its schedule until the signal", async () => {
  const { clock, fleet } = setUp();
  const over = new AbortController();
  const schedule = (delayMs: number, run: () => void) => {
    clock.ms += delayMs;
    if (clock.ms >= START_MS + MINUTE_MS) over.abort();
    queueMicrotask(run);
    return () => {};
  };
  await runLive(fleet, schedule, over.signal);
  assertAlmostEquals(fleet.counts().sent, 40 * 12, 40);
});

const REFUSED: { what: string; text: string; error: string }[] = [
  { what: "text that is not JSON", text: "[", error: "Cannot read the state: it is not JSON" },
  { what: "a state without meters", text: "{}", error: "Cannot read the state: " },
  {
    what: "a key that is too short",
    text: JSON.stringify([{ ...newStates(1, START)[0], key: "00" }]),
    error: "Cannot read the state: 0.key must be 64 hexadecimal digits",
  },
  {
    what: "half a milliwatt-hour",
    text: JSON.stringify([{ ...newStates(1, START)[0], milliwattHours: 0.5 }]),
    error: "Cannot read the state: 0.milliwattHours",
  },
];

for (const { what, text, error } of REFUSED) {
  Deno.test(`parseState() refuses ${what}`, () => {
    assertThrows(() => parseState(meterStates, text), Error, error);
  });
}
