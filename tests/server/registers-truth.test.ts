/**
 * What happens to a point's registers over the months: a reset, an exchange, a batch that comes late.
 * Whatever the order in which the server hears of it, consumption by hour is what the registers say.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import {
  type At,
  consumption,
  instant,
  milliwattHours,
  newMeter,
  newPoint,
  secondsOf,
  upload,
} from "./metered-point.ts";

const SEED = 20_261_125;
const RUNS = 40;
const QUARTER = 900;
const START = NOON - 4 * 86_400;

/** A register that rises from `from` by given steps, a quarter of an hour apart. */
function readings(from: number, since: number, rises: number[]): At[] {
  let register = from;
  return rises.map((rise, i) => {
    register += rise;
    return { time: since + QUARTER * i, milliwattHours: register };
  });
}

const last = (all: At[]): At => all[all.length - 1];

const rises = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 2_000_000 }), { minLength: min, maxLength: max });

const story = fc.record({
  before: rises(2, 30),
  /** Those after the register began anew. */
  afterReset: rises(2, 30),
  /** So many of the old meter's last readings come only after the exchange. */
  late: fc.integer({ min: 0, max: 20 }),
  /** What the old register rose until it was taken away. */
  lastRise: fc.integer({ min: 0, max: 500_000 }),
  start: fc.integer({ min: 0, max: 9_000_000 }),
  afterExchange: rises(1, 30),
});

Deno.test("after a reset, an exchange and a late batch, hours add up to the registers", async () => {
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      await using app = await AppInMemory.open();
      const point = await newPoint(app);
      const meter = await newMeter(app, point);

      const before = readings(5_000_000_000, START, told.before);
      const afterReset = readings(0, last(before).time + QUARTER, told.afterReset);
      const old = [...before, ...afterReset];
      const onTime = old.slice(0, Math.max(before.length + 1, old.length - told.late));
      await upload(app, meter, onTime);

      const final = last(afterReset).milliwattHours + told.lastRise;
      const at = last(old).time + QUARTER;
      const successor = await newMeter(app);
      await app.ask("POST", `/meters/${meter}/exchange`, {
        at: instant(at),
        finalWh: final / 1000,
        startWh: told.start / 1000,
        meterId: successor,
      });
      const fresh = readings(told.start, at + QUARTER, told.afterExchange);
      await upload(app, successor, fresh);
      await uploadFrom(app, meter, old, onTime.length);

      const [fall] = (await app.ask("GET", `/cases?open=true`)).items;
      assertEquals([fall.meterId, fall.after.n], [meter, before.length + 1]);
      await app.ask("POST", `/cases/${fall.id}/resolve`, { kind: "reset" });
      assertEquals((await app.ask("GET", "/cases?open=true")).items, []);

      const period = { from: instant(START - 3600), to: instant(last(fresh).time + 3600) };
      const truth = last(before).milliwattHours - before[0].milliwattHours + final +
        last(fresh).milliwattHours - told.start;
      const rises = [
        ...told.before.slice(1),
        ...told.afterReset,
        told.lastRise,
        ...told.afterExchange,
      ];
      const { values } = await consumption(app, point, { ...period, step: "15m" });
      const first = values.findIndex(({ start }) => secondsOf(start) === START);
      const inside = values.slice(first, first + rises.length);
      assertEquals(inside.map(({ energyWh }) => milliwattHours(energyWh)), rises);
      for (const step of ["15m", "1h", "1d"]) {
        const { total } = await consumption(app, point, { ...period, step });
        assertEquals(total, truth, `by ${step}`);
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

/** Those from the index on, numbered as if the others had come along with them. */
async function uploadFrom(app: AppInMemory, meter: string, all: At[], from: number): Promise<void> {
  const readings = all.slice(from).map(({ time, milliwattHours }, i) => ({
    n: from + i + 1,
    time: instant(time),
    energyWh: milliwattHours / 1000,
  }));
  if (readings.length > 0) await app.ask("POST", `/meters/${meter}/readings`, { readings });
}
