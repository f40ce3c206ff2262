/**
 * The embedded store through any course of reports, housekeeping and restarts: whatever is asked of
 * it, it answers as a plain map of readings would. Seeds are fixed; a failure prints them.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { EmbeddedStore } from "../../../server/store/embedded.ts";
import {
  anyDelivery,
  anyHabit,
  assertOutcomes,
  type Delivery,
  type Habit,
  Model,
} from "./course.ts";
import { failTest } from "./kv.ts";

const SEED = 20260415;

/** So small that every course seals, checkpoints and cuts. */
const SMALL = { sealBytes: 200, checkpointBytes: 3_000 };

type Step =
  | { kind: "append"; deliveries: Delivery[] }
  | { kind: "maintain"; turns: number }
  | { kind: "reopen" }
  | { kind: "compare" };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.array(anyDelivery, { minLength: 1, maxLength: 6 }).map((deliveries): Step => ({
      kind: "append",
      deliveries,
    })),
  },
  {
    weight: 6,
    arbitrary: fc.integer({ min: 1, max: 12 }).map((turns): Step => ({ kind: "maintain", turns })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "reopen" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "compare" }) },
);

class World {
  readonly model: Model;

  constructor(readonly kv: Deno.Kv, public store: EmbeddedStore, habit: Habit) {
    this.model = new Model(habit);
  }

  async take(step: Step): Promise<void> {
    if (step.kind === "append") return await this.#append(step.deliveries);
    if (step.kind === "compare") return await this.model.assertSame(this.store.reader);
    if (step.kind === "reopen") return await this.reopen();
    for (let turn = 0; turn < step.turns; turn++) await this.store.maintain();
  }

  async #append(deliveries: Delivery[]): Promise<void> {
    const { appends, expected } = this.model.deliver(deliveries);
    assertOutcomes(await this.store.append(appends), expected);
  }

  async reopen(): Promise<void> {
    const { series, openReadings } = this.store.stats();
    this.store = await EmbeddedStore.open(this.kv, failTest, SMALL);
    const reopened = this.store.stats();
    assertEquals([reopened.series, reopened.openReadings], [series, openReadings]);
  }

  async forgetDays(): Promise<number> {
    let forgotten = 0;
    for await (const { key } of this.kv.list({ prefix: ["d"] })) {
      await this.kv.delete(key);
      forgotten++;
    }
    return forgotten;
  }
}

async function inWorld(habit: Habit, steps: Step[], end: (world: World) => Promise<void>) {
  const kv = await Deno.openKv(":memory:");
  try {
    const world = new World(kv, await EmbeddedStore.open(kv, failTest, SMALL), habit);
    for (const step of steps) await world.take(step);
    await end(world);
  } finally {
    kv.close();
  }
}

const anySteps = fc.array(anyStep, { minLength: 5, maxLength: 40, size: "max" });

Deno.test("EmbeddedStore answers as a map would through any course of events", async () => {
  await fc.assert(
    fc.asyncProperty(anyHabit, anySteps, (habit, steps) =>
      inWorld(habit, steps, async (world) => {
        await world.model.assertSame(world.store.reader);
        while (await world.store.maintain());
        await world.reopen();
        await world.model.assertSame(world.store.reader);
      })),
    { seed: SEED, numRuns: 40 },
  );
});

Deno.test("EmbeddedStore answers the same without the rows of days", async () => {
  let forgotten = 0;
  await fc.assert(
    fc.asyncProperty(anyHabit, anySteps, (habit, steps) =>
      inWorld(habit, steps, async (world) => {
        forgotten += await world.forgetDays();
        await world.model.assertSame(world.store.reader);
      })),
    { seed: SEED, numRuns: 15 },
  );
  assertEquals(forgotten > 100, true, `only ${forgotten} rows of days came about`);
});
