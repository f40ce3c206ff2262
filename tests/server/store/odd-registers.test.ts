/**
 * Consumption over registers that are reset, exchanged or wrong at times, and over exchanged meters:
 * once people have answered, it adds up to what really flowed, however late some of it was told.
 * Seeds are fixed; a failure prints them.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../../meter-sim/random.ts";
import { STEP_SECONDS, STEPS } from "../../../server/domain/calendar.ts";
import type { Reading } from "../../../server/domain/reading.ts";
import { Ingest } from "../../../server/ingest/ingest.ts";
import { caseId, type CaseRecord, Cases } from "../../../server/store/cases.ts";
import { EmbeddedStore } from "../../../server/store/embedded.ts";
import { History } from "../../../server/store/history.ts";
import type { Assignment } from "../../../server/store/points.ts";
import { SharedStore } from "../../../server/store/shared.ts";
import type { ReadingStore } from "../../../server/store/store.ts";
import { failTest } from "./kv.ts";
import { type Habit, OddRegister, trueEnergy, type Truth } from "./odd-register.ts";
import { DAY, reading, START } from "./readings.ts";

const SEED = 20260517;
const OLD = "00000000000000aa";
const NEW = "00000000000000bb";
const TZ = "America/Sao_Paulo";
/** So small that most is sealed, and days become rows. */
const SMALL = { sealBytes: 100, checkpointBytes: 3_000 };
const MAX_VALUES = 3_000;

type OpenStore = (kv: Deno.Kv) => Promise<ReadingStore>;
const STORES: { name: string; open: OpenStore }[] = [
  { name: "EmbeddedStore", open: (kv) => EmbeddedStore.open(kv, failTest, SMALL) },
  { name: "SharedStore", open: (kv) => Promise.resolve(new SharedStore(kv, failTest)) },
];

const anyHabit: fc.Arbitrary<Habit> = fc.record({
  step: fc.constantFrom(5, 60, 900, 1_800, 7_200),
  count: fc.integer({ min: 5, max: 250 }),
  odd: fc.constantFrom(2, 10, 60),
  runsBack: fc.boolean(),
});

/** One life of a server: what is stored stays when it ends. */
class Server {
  readonly cases: Cases;
  readonly history: History;
  readonly ingest: Ingest;

  constructor(readonly store: ReadingStore, kv: Deno.Kv) {
    const cases = new Cases(kv, failTest);
    this.cases = cases;
    this.history = new History(store.reader, (meter, channel) => cases.of(meter, channel));
    this.ingest = new Ingest({
      store,
      findKey: () => undefined,
      confirmKey: () => Promise.resolve(),
      recordConflicts: (_meter, _channel, found) => Promise.reject(found),
      recordFalls: (meter, channel, falls) => cases.record(meter, channel, falls, START),
      now: () => START,
      linger: () => Promise.resolve(),
      timed: (commit) => commit(),
      report: failTest,
    });
  }
}

class World {
  server!: Server;

  constructor(readonly kv: Deno.Kv, readonly open: OpenStore, readonly random: () => number) {}

  below = (limit: number): number => Math.floor(this.random() * limit);

  async restart(): Promise<void> {
    await this.server?.ingest.close();
    this.server = new Server(await this.open(this.kv), this.kv);
  }

  /** In parts, some of which come late or twice, with restarts in between. */
  async bring(meter: string, readings: Reading[]): Promise<void> {
    const late: Reading[][] = [];
    for (let at = 0; at < readings.length;) {
      const some = readings.slice(at, at += 1 + this.below(40));
      if (this.below(5) === 0) late.push(some);
      else await this.#upload(meter, some);
      if (this.below(12) === 0) await this.restart();
      if (this.below(4) === 0) await this.#uploadAny(meter, late);
    }
    while (late.length > 0) await this.#uploadAny(meter, late);
  }

  async #uploadAny(meter: string, late: Reading[][]): Promise<void> {
    const [some] = late.splice(this.below(late.length), 1);
    if (some) await this.#upload(meter, some);
  }

  async #upload(meter: string, readings: Reading[]): Promise<void> {
    for (let times = this.below(6) === 0 ? 2 : 1; times > 0; times--) {
      const outcome = await this.server.ingest.takeReadings(meter, 0, readings);
      assert(outcome && outcome.stored + outcome.duplicates === readings.length);
    }
  }

  /** Answers to what happened, if each had a case of its own. */
  async explain(meter: string, { readings, oddities }: OddRegister): Promise<boolean> {
    const cases = await this.server.cases.of(meter, 0);
    assertCovered(readings, cases);
    const used = new Set<CaseRecord>();
    for (const { afterN, byN, resolution } of oddities) {
      const found = cases.find((record) =>
        !used.has(record) &&
        fallsBetween(readings, afterN, byN).some((fall) => covers(record, fall))
      );
      if (!found) return false;
      used.add(found);
      const resolved = await this.server.cases.resolve(caseId(found), resolution, "Ana", START);
      assert(resolved.ok, JSON.stringify(resolved));
    }
    return true;
  }

  async assertTrue(assignments: Assignment[], truths: Truth[]): Promise<void> {
    const { history } = this.server;
    const [first, last] = [truths[0].time, truths[truths.length - 1].time];
    for (let i = 0; i < 6; i++) {
      const [a, b] = [first + this.below(last - first), first + this.below(last - first + 2 * DAY)];
      const [from, to] = i === 0 ? [first, last + 1] : [Math.min(a, b), Math.max(a, b) + 1];
      const fitting = STEPS.filter((step) => (to - from) / STEP_SECONDS[step] < MAX_VALUES);
      const step = fitting[this.below(fitting.length)];
      const values = await history.consumption({ timezone: TZ, assignments }, 0, {
        from,
        to,
        step,
      });
      let at = from;
      for (const { start, end, milliwattHours } of values) {
        assertEquals(start, at);
        at = end;
        const where = `from ${start} to ${end} by ${step}`;
        assertEquals(milliwattHours, trueEnergy(truths, start, end), where);
      }
      assertEquals(at, to);
    }
  }
}

type Pair = [before: Reading, after: Reading];

const fallsIn = (readings: Reading[]): Pair[] =>
  readings.slice(1).map((after, i): Pair => [readings[i], after])
    .filter(([before, after]) => after.milliwattHours < before.milliwattHours);

/** Those in which one of the numbers behind `afterN` and up to `byN` is. */
const fallsBetween = (readings: Reading[], afterN: number, byN: number): Pair[] =>
  fallsIn(readings).filter(([before, after]) => before.n < byN && after.n > afterN);

const covers = ({ afterN, byN }: CaseRecord, [before, after]: Pair): boolean =>
  afterN <= before.n && after.n <= byN;

function assertCovered(readings: Reading[], cases: CaseRecord[]): void {
  for (const fall of fallsIn(readings)) {
    assertEquals(cases.filter((record) => covers(record, fall)).length, 1);
  }
}

async function inWorld(open: OpenStore, seed: number, test: (world: World) => Promise<void>) {
  const kv = await Deno.openKv(":memory:");
  const world = new World(kv, open, seededRandom(seed));
  try {
    await world.restart();
    await test(world);
  } finally {
    await world.server.ingest.close();
    kv.close();
  }
}

for (const { name, open } of STORES) {
  Deno.test(`History over the ${name} adds up to what flowed through odd registers`, async () => {
    let explained = 0;
    await fc.assert(
      fc.asyncProperty(anyHabit, fc.nat(), (habit, seed) =>
        inWorld(open, seed, async (world) => {
          const life = new OddRegister(habit, world.below, START + world.below(DAY)).live();
          await world.bring(OLD, life.readings);
          if (!await world.explain(OLD, life)) return;
          explained += life.oddities.length;
          await world.assertTrue([{ meterId: OLD, from: 0 }], [...life.truths.values()]);
        })),
      { seed: SEED, numRuns: 80 },
    );
    assert(explained > 200, `only ${explained} oddities were explained`);
  });

  Deno.test(`History over the ${name} runs on over an exchange of odd registers`, async () => {
    let exchanged = 0;
    await fc.assert(
      fc.asyncProperty(anyHabit, fc.nat(), (habit, seed) =>
        inWorld(open, seed, async (world) => {
          const { below } = world;
          const old = new OddRegister(habit, below, START + below(DAY)).live();
          const last = [...old.truths.values()].at(-1)!;
          const change = last.time + below(2 * habit.step);
          const more = below(100_000);
          const final = old.register + more;
          const onBench = reading({
            n: old.readings.at(-1)!.n + 1,
            time: change + 1 + below(habit.step),
            milliwattHours: old.register + 10 ** 9,
          });
          const start = below(10 ** 6);
          const begin = change + below(3);
          const young = new OddRegister(habit, below, begin, last.total + more);
          young.register = start + below(1_000);
          young.total += young.register - start;
          young.live();
          await world.bring(NEW, young.readings);
          await world.bring(OLD, [...old.readings, onBench]);
          if (!await world.explain(OLD, old) || !await world.explain(NEW, young)) return;
          exchanged++;
          await world.assertTrue([
            { meterId: OLD, from: 0, to: change, final },
            { meterId: NEW, from: change, start },
          ], [
            ...old.truths.values(),
            { time: change, total: last.total + more },
            ...[...young.truths.values()].map((truth) => ({
              ...truth,
              time: Math.max(truth.time, change + 1),
            })),
          ]);
        })),
      { seed: SEED, numRuns: 80 },
    );
    assert(exchanged > 30, `only ${exchanged} exchanges could be looked at`);
  });
}
