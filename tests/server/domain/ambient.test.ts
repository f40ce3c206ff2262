/** What sensors say as whole numbers and back, and summed up between edges. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Ambient,
  asReadings,
  fromReadings,
  type Quantity,
  SCALES,
  Summaries,
} from "../../../server/domain/ambient.ts";

const SEED = 20261125;

const channels: [Quantity, number][] = [["temperature", 2], ["humidity", 3], ["pressure", 4]];

const hundredths = (quantity: Quantity) => {
  const { lowest, highest } = SCALES[quantity];
  return fc.integer({ min: lowest * 100, max: highest * 100 }).map((value) => value / 100);
};

const anySaid: fc.Arbitrary<Ambient[]> = fc.uniqueArray(
  fc.record({
    time: fc.integer({ min: 1, max: 1e9 }),
    temperature: hundredths("temperature"),
    humidity: hundredths("humidity"),
    pressure: hundredths("pressure"),
  }, { requiredKeys: ["time", "pressure"] }),
  { selector: ({ time }) => time, maxLength: 20 },
);

Deno.test("what was said comes back from readings, in order of time", () => {
  fc.assert(
    fc.property(anySaid, (said) => {
      const stored = asReadings(said);
      const found = channels.map((
        [quantity, channel],
      ): [Quantity, typeof stored[0]["readings"]] => [
        quantity,
        stored.find((one) => one.channel === channel)?.readings ?? [],
      ]);
      assertEquals(fromReadings(found), said.toSorted((a, b) => a.time - b.time));
      for (const { milliwattHours } of stored.flatMap(({ readings }) => readings)) {
        assert(Number.isInteger(milliwattHours) && milliwattHours >= 0);
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});

Deno.test("asReadings() rounds to the hundredth", () => {
  const [{ readings }] = asReadings([{ time: 5, temperature: -3.14159 }]);
  assertEquals(fromReadings([["temperature", readings]]), [{ time: 5, temperature: -3.14 }]);
});

Deno.test("summaries have the mean, the lowest and the highest between two edges", () => {
  const summaries = new Summaries([100, 200, 300, 400]);
  const values = [[100, 20], [199, 21], [300, -5], [399, -6], [150, 1]] as const;
  for (const [time, value] of values) summaries.add(time, value);
  assertEquals(summaries.all(), [
    { mean: 14, min: 1, max: 21 },
    null,
    { mean: -5.5, min: -6, max: -5 },
  ]);
});
