/**
 * A meter through whatever can happen to it, in any order: time, energy, answers late, twice, lost or
 * refusing, noise, failing flash, and power cuts at any moment, in the middle of a save too. What
 * must hold is checked at everything that leaves the meter. On a failure fast-check prints its seed
 * and the shortest course that fails.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Flash } from "./bench.ts";
import { type Answer, createWorld, type World } from "./world.ts";

const PROMPT: Answer = {
  back: 0,
  status: 0,
  isLost: false,
  aheadSeconds: 0,
  intervalSeconds: 0,
};

const anyTime = fc.record({
  ms: fc.oneof(fc.constant(5000), fc.integer({ min: 1, max: 90000 })),
  milliwattHours: fc.nat(1e7),
});

const anyAnswer = fc.record({
  back: fc.nat(9),
  status: fc.constantFrom(0, 0, 0, 1, 255),
  isLost: fc.boolean(),
  aheadSeconds: fc.integer({ min: -100000, max: 100000 }),
  intervalSeconds: fc.constantFrom(0, 0, 0, 1, 5, 60, 65535),
});

const anyFlash = fc.constantFrom<Flash["next"]>("stored", "failed", "cut before", "cut after");

type Step = (world: World) => void;

const named = (name: string, step: Step): Step =>
  Object.assign(step, { [fc.toStringMethod]: () => name });

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: anyTime.map(({ ms, milliwattHours }) =>
      named(`pass ${ms} ms, ${milliwattHours} mWh`, (world) => {
        world.bench.meter.add(milliwattHours);
        world.tick(ms);
      })
    ),
  },
  {
    weight: 6,
    arbitrary: anyAnswer.map((answer) =>
      named(`answer ${JSON.stringify(answer)}`, (world) => world.answer(answer))
    ),
  },
  fc.uint8Array({ maxLength: 60 }).map((bytes) =>
    named(`noise ${bytes}`, (world) => world.bench.meter.receive(bytes))
  ),
  anyFlash.map((next) => named(`flash: ${next}`, (world) => void (world.flash.next = next))),
  fc.boolean().map((isOpen) =>
    named(`tamper ${isOpen}`, (world) => world.bench.meter.tamper(isOpen))
  ),
  fc.constant(named("reboot", (world) => world.reboot())),
);

const anyCourse = fc.array(anyStep, { minLength: 20, maxLength: 100 });

Deno.test("createMeter() keeps its promises through any course of events", () => {
  const anyCapacity = fc.constantFrom(2, 7, 1024);
  fc.assert(
    fc.property(anyCapacity, anyCourse, (capacity, course) => {
      const world = createWorld(capacity);
      for (const step of course) step(world);
    }),
    { seed: 20260103, numRuns: 300 },
  );
});

Deno.test("createMeter() has delivered every reading of its boot once the trouble is over", () => {
  fc.assert(
    fc.property(anyCourse, (course) => {
      const world = createWorld(1024);
      for (const step of course) step(world);
      world.flash.next = "stored";
      for (let i = 0; i < 150; i++) {
        world.tick(1000 * world.bench.meter.status().intervalSeconds);
        world.answer(PROMPT);
      }
      assertEquals(world.missing(), []);
      assertEquals(world.bench.meter.status().waiting, 0);
    }),
    { seed: 20260104, numRuns: 100 },
  );
});
