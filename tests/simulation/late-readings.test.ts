/**
 * The store alone, with readings that come in any order and whose clocks run ahead, back and wild:
 * far denser than a simulated world can be. Its history must be that of the slow line at any time.
 */
import { between, type Random, seededRandom } from "../../meter-sim/random.ts";
import { CLOCK_WRONG, type Reading } from "../../server/domain/reading.ts";
import { Cases } from "../../server/store/cases.ts";
import { EmbeddedStore } from "../../server/store/embedded.ts";
import { fallsAt } from "../../server/store/falls.ts";
import { seriesOf } from "../../server/store/keys.ts";
import { auditSeries } from "./audit.ts";
import { Model } from "./model.ts";
import { pick } from "./plan.ts";
import { failTest } from "../server/store/kv.ts";

const SEEDS = 300;
const SEEDS_A_TEST = 100;
const SOURCE = { id: "0123456789abcdef", channel: 0 };
const BEGIN = 1_767_225_600;
const LIMITS = { sealBytes: 60, checkpointBytes: 1_000 };

/** Some days of readings; now and then the best known time is hours off. */
function life(random: Random): Reading[] {
  const step = pick(random, [600, 3_600, 20_000]);
  const wildness = pick(random, [0, 0.02, 0.2]);
  let milliwattHours = 0;
  return Array.from({ length: 90 }, (_, i) => {
    const isWild = random() < wildness;
    milliwattHours += Math.floor(between(random, -1e5, 1e6));
    return {
      n: i + 1,
      time: BEGIN + i * step,
      milliwattHours: Math.max(0, milliwattHours),
      quality: isWild ? CLOCK_WRONG : 0,
      skew: isWild ? Math.floor(between(random, -200_000, 200_000)) : 0,
    };
  });
}

/** Mostly the oldest first, in batches; what is skipped comes later. */
function nextBatch(random: Random, waiting: Reading[]): Reading[] {
  const begin = random() < 0.6 ? 0 : Math.floor(random() * waiting.length);
  return waiting.splice(begin, Math.ceil(random() * 12));
}

async function survives(seed: number): Promise<void> {
  const random = seededRandom(seed);
  using kv = await Deno.openKv(":memory:");
  const cases = new Cases(kv, failTest);
  const model = new Model();
  model.addMeter(SOURCE.id);
  let store = await EmbeddedStore.open(kv, failTest, LIMITS);
  const waiting = life(random);
  while (waiting.length > 0) {
    const readings = nextBatch(random, waiting);
    for (const { n, time, milliwattHours, quality } of readings) {
      model.generate(SOURCE.id, { n, time, milliwattHours, quality: quality & 0xff });
    }
    const series = seriesOf(SOURCE.id, SOURCE.channel);
    const [outcome] = await store.append([{ series, readings }]);
    const falls = outcome!.mayFall ? await fallsAt(store.reader, series, readings) : [];
    await cases.record(SOURCE.id, SOURCE.channel, falls, BEGIN);
    for (const reading of readings) model.acknowledge(SOURCE.id, [reading]);
    for (let i = 0; i < 3 && await store.maintain();) i++;
    if (random() < 0.1) store = await EmbeddedStore.open(kv, failTest, LIMITS);
    if (random() > 0.4) continue;
    const { reader } = store;
    await auditSeries({ reader, cases, source: SOURCE, model, random, timezone: "UTC" });
  }
}

for (let first = 0; first < SEEDS; first += SEEDS_A_TEST) {
  const last = first + SEEDS_A_TEST - 1;
  Deno.test(`EmbeddedStore shows any order of readings right, seeds ${first} to ${last}`, async () => {
    for (let seed = first; seed <= last; seed++) {
      try {
        await survives(seed);
      } catch (cause) {
        throw new Error(`Seed ${seed} of the late readings fails\n${cause}`, { cause });
      }
    }
  });
}
