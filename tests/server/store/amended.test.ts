/**
 * What is amended around a few places of a series, most of which is known from rows of days, is what
 * the line of all its readings says.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../../meter-sim/random.ts";
import { type Amendments, lineOf } from "../../../server/domain/corrections.ts";
import { profile } from "../../../server/domain/energy.ts";
import { amendedProfile } from "../../../server/store/amended.ts";
import { EmbeddedStore } from "../../../server/store/embedded.ts";
import { SeriesReader } from "../../../server/store/series-reader.ts";
import { failTest, inMemory } from "./kv.ts";
import { OddRegister } from "./odd-register.ts";
import { DAY, SERIES, START, steady } from "./readings.ts";

const SEED = 20260518;
const LIMITS = { sealBytes: 100, checkpointBytes: 3_000 };

const anyLife = fc.record({
  seed: fc.nat(),
  step: fc.constantFrom(60, 900, 7_200),
  count: fc.integer({ min: 1, max: 200 }),
  odd: fc.constantFrom(0, 10, 60),
  runsBack: fc.boolean(),
  hasStart: fc.boolean(),
  hasFinal: fc.boolean(),
});

Deno.test("amendedProfile() is the profile of the whole line, whatever is sealed", async () => {
  await fc.assert(
    fc.asyncProperty(anyLife, ({ seed, hasStart, hasFinal, ...habit }) =>
      inMemory(async (kv) => {
        const random = seededRandom(seed);
        const below = (limit: number) => Math.floor(random() * limit);
        const { readings, oddities } = new OddRegister(habit, below, START + below(DAY)).live();
        const store = await EmbeddedStore.open(kv, failTest, LIMITS);
        const sealed = below(readings.length + 1);
        for (const some of [readings.slice(0, sealed), readings.slice(sealed)]) {
          if (some.length > 0) await store.append([{ series: SERIES, readings: some }]);
          while (some[0] === readings[0] && await store.maintain());
        }
        const span = readings.at(-1)!.time - readings[0].time + DAY;
        const [from, to] = [START + below(span), START + below(span)].sort((a, b) => a - b);
        if (from === to) return;
        const register = () => 10 ** 7 + below(10 ** 7);
        const amendments: Amendments = {
          corrections: oddities,
          start: hasStart ? { time: from, milliwattHours: register() } : undefined,
          final: hasFinal ? { time: to, milliwattHours: register() } : undefined,
        };
        const line = lineOf(readings, amendments);
        for (const step of [below(3_600) + 1, 900, 3_600, DAY]) {
          const inner = Array.from({ length: 200 }, (_, i) => (Math.floor(from / step) + i) * step);
          const edges = [from, ...inner.filter((edge) => edge > from && edge < to), to];
          const { unsure: _, ...amended } = await amendedProfile(
            store.reader,
            SERIES,
            edges,
            900,
            amendments,
          );
          assertEquals(amended, profile(line.readings, edges, 900));
        }
      })),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("amendedProfile() reads a few days around a correction, not a life", async () => {
  await inMemory(async (kv) => {
    const store = await EmbeddedStore.open(kv, failTest, LIMITS);
    const readings = steady(60 * 288, 300);
    const fallen = readings.map((one) =>
      one.n <= 8_640 ? one : { ...one, milliwattHours: one.milliwattHours - 5_000_000 }
    );
    await store.append([{ series: SERIES, readings: fallen }]);
    while (await store.maintain());
    let read = 0;
    const { sealed } = store.reader;
    const chunks = sealed.chunks.bind(sealed);
    sealed.chunks = async function* (series, fromN) {
      for await (const chunk of chunks(series, fromN)) {
        read += chunk.length;
        yield chunk;
      }
    };
    const reader = new SeriesReader(sealed, store.reader.openOf);
    const edges = Array.from({ length: 59 }, (_, i) => START + i * DAY);
    const resolution = { kind: "reset" } as const;
    const corrections = [{ afterN: 8_640, byN: 8_641, resolution }];
    const { energies, unsure } = await amendedProfile(reader, SERIES, edges, 900, { corrections });
    const rises = fallen.map(({ milliwattHours }, i) =>
      i === 8_640 ? milliwattHours : milliwattHours - (fallen[i - 1]?.milliwattHours ?? 0)
    );
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    assertEquals(sum(energies), sum(rises.slice(1, 58 * 288 + 1)));
    assertEquals(unsure?.flatMap((isUnsure, i) => isUnsure ? [i] : []), [29]);
    assert(read < 3 * 288, `${read} readings were read`);
  });
});
